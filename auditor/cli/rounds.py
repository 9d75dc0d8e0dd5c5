"""Commands that visit sites: `demo`, `run`, `audit`."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from auditor.cli.common import (
    ConfigOption,
    DatabaseOption,
    FormatOption,
    LangOption,
    OutOption,
    RunFolder,
    chosen_checks,
    refuse_foreign_packages,
    result_plan,
    schemes_of,
    settings_of,
    templates_of,
    write_reports,
)
from auditor.cli.errors import Exit, UsageProblem, leave
from auditor.cli.gate import Gate, parse_gate
from auditor.cli.progress import open_progress
from auditor.config import Settings, load_config, site_from_url
from auditor.demo import AS_OF, District, serve
from auditor.engine.result import judge_missing
from auditor.engine.round import RoundPlan, create_run, new_run_id, run_round
from auditor.model.result import RunResult
from auditor.model.site import SHANGHAI, Register, Site
from auditor.store import Store

#: After a stop, seconds for the steps under way before they are cut off.
GRACE_S = 6.0

SiteOption = Annotated[
    list[str] | None, typer.Option("--site", help="Only this site id; may be repeated.")
]
FamilyOption = Annotated[
    list[str] | None, typer.Option("--family", help="Only this family of checks; repeatable.")
]
CheckOption = Annotated[
    list[str] | None, typer.Option("--check", help="Only this check; may be repeated.")
]
NoBrowserOption = Annotated[
    bool, typer.Option("--no-browser", help="Do without Chromium; its checks are untested.")
]
MaxPagesOption = Annotated[int | None, typer.Option("--max-pages", help="Pages per site.", min=1)]
AsOfOption = Annotated[
    str | None, typer.Option("--as-of", help="Day of judgement, YYYY-MM-DD (default: today).")
]
ResumeOption = Annotated[
    str | None, typer.Option("--resume", help="Go on with a run: its id, or `last`.", metavar="RUN")
]
FailOnOption = Annotated[
    str | None,
    typer.Option("--fail-on", help="Exit 1 on: veto, new, score<N (comma separated)."),
]
SchemeOption = Annotated[
    list[str] | None, typer.Option("--scheme", help="Scheme id or YAML file; may be repeated.")
]


@dataclass(frozen=True, slots=True)
class Request:
    """One round as the command line asks for it."""

    settings: Settings
    register: Register
    sites: Sequence[Site]
    out: Path | None
    resume: str | None = None
    gate: Gate = field(default_factory=Gate)
    plain: bool = False


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("demo")(demo)
    app.command("run")(run)
    app.command("audit")(audit)


def run(
    config: ConfigOption = None,
    site: SiteOption = None,
    family: FamilyOption = None,
    check: CheckOption = None,
    scheme: SchemeOption = None,
    no_browser: NoBrowserOption = False,
    max_pages: MaxPagesOption = None,
    as_of: AsOfOption = None,
    resume: ResumeOption = None,
    out: OutOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
    database: DatabaseOption = None,
    fail_on: FailOnOption = None,
    no_progress: Annotated[bool, typer.Option(help="Plain lines instead of bars.")] = False,
) -> None:
    """Audit the sites of the register once and write the reports.

    Without -c the file config.yaml of this folder is used. Ctrl-C stops cleanly: what was
    gathered is judged and reported, and `--resume last` goes on.
    """
    path = config or _default_config()
    overrides = _overrides(family, check, scheme, no_browser, max_pages, as_of, format, lang)
    settings, register = load_config(
        path, overrides={**overrides, "database": database}, environ=os.environ
    )
    sites = _chosen_sites(register, site)
    leave(
        audit_round(
            Request(settings, register, sites, out, resume, parse_gate(fail_on), no_progress)
        )
    )


def audit(
    url: Annotated[list[str], typer.Argument(help="Home pages to audit.")],
    config: ConfigOption = None,
    family: FamilyOption = None,
    check: CheckOption = None,
    scheme: SchemeOption = None,
    no_browser: NoBrowserOption = False,
    max_pages: MaxPagesOption = None,
    as_of: AsOfOption = None,
    resume: ResumeOption = None,
    out: OutOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
    database: DatabaseOption = None,
    fail_on: FailOnOption = None,
    allow: Annotated[
        list[str] | None,
        typer.Option(help="Address or network that the egress guard lets through (intranets)."),
    ] = None,
    allow_port: Annotated[
        list[int] | None, typer.Option(help="Port to allow besides 80 and 443.")
    ] = None,
    no_progress: Annotated[bool, typer.Option(help="Plain lines instead of bars.")] = False,
) -> None:
    """Audit single sites without a register: `auditor audit https://www.example.gov.cn/`."""
    overrides = _overrides(family, check, scheme, no_browser, max_pages, as_of, format, lang)
    if allow:
        overrides["network.allow"] = list(allow)
    if allow_port:
        overrides["network.allow_ports"] = [80, 443, *allow_port]
    settings = settings_of(config, {**overrides, "database": database})
    sites = tuple({site.id: site for site in map(site_from_url, url)}.values())
    leave(
        audit_round(
            Request(settings, Register(sites), sites, out, resume, parse_gate(fail_on), no_progress)
        )
    )


def demo(
    out: OutOption = Path("demo-out"),
    lang: LangOption = None,
    no_browser: NoBrowserOption = False,
    serve_only: Annotated[
        bool, typer.Option("--serve", help="Only serve the district, for trying things by hand.")
    ] = False,
    no_progress: Annotated[bool, typer.Option(help="Plain lines instead of bars.")] = False,
) -> None:
    """Audit a made-up district that this command serves on loopback, and write the reports."""
    refuse_foreign_packages()
    target = out or Path("demo-out")
    target.mkdir(parents=True, exist_ok=True)
    leave(asyncio.run(_demo(target, lang, no_browser, serve_only, no_progress)))


async def _demo(
    out: Path, lang: str | None, no_browser: bool, serve_only: bool, plain: bool
) -> Exit:
    async with District() as district:
        config = out / "config.yaml"
        district.write_config(config)
        if serve_only:
            await serve(district)
            return Exit.DONE
        overrides = {
            "database": f"sqlite:///{out / 'auditor.db'}",
            "as_of": AS_OF.isoformat(),
            "browser.enabled": False if no_browser else None,
            "reports.lang": lang,
        }
        settings, register = load_config(config, overrides=overrides, environ={})
        request = Request(settings, register, register.sites, out, plain=plain)
        return await run_request(request)


def audit_round(request: Request) -> Exit:
    """Audit, judge, report; the exit code."""
    refuse_foreign_packages()
    return asyncio.run(run_request(request))


async def run_request(request: Request) -> Exit:
    """Audit, judge and report in the running event loop; the exit code."""
    settings = request.settings
    checks = chosen_checks(settings)
    schemes_of(settings)
    with closing(Store.open(settings.database)) as store:
        run_id, out = _open_run(store, request)
        row = store.run(run_id)
        sites = [item.site for item in store.site_rows(run_id)]
        plan = RoundPlan(
            run_id=run_id,
            as_of=row.as_of,
            settings=settings,
            register=request.register,
            sites=sites,
            templates=templates_of(sites),
            checks=tuple(checks.values()),
            evidence=out / "evidence",
        )
        stopped_by = await _run_until_stopped(plan, store, request)
        results = result_plan(store, run_id, row.as_of, settings)
        await asyncio.to_thread(judge_missing, results, store)
        result, written = await asyncio.to_thread(write_reports, results, store, settings, out)
        previous = request.gate.previous_issues(store, run_id)
    _say_where(result, out, written, stopped_by, settings)
    return _exit_code(result, settings, request.gate, previous, stopped_by)


def _open_run(store: Store, request: Request) -> tuple[str, Path]:
    if request.resume:
        run_id = store.run(request.resume).run_id
        folder = store.run_artifact(run_id, RunFolder)
        known = Path(folder.path).parent if isinstance(folder, RunFolder) else None
        return run_id, request.out or known or Path(f"audit-{run_id}")
    now = datetime.now(UTC)
    run_id = new_run_id(now, request.settings.sha256())
    out = request.out or Path(f"audit-{run_id}")
    (out / "evidence").mkdir(parents=True, exist_ok=True)
    plan = RoundPlan(
        run_id=run_id,
        as_of=_moment(request.settings, now),
        settings=request.settings,
        register=request.register,
        sites=request.sites,
        templates={},
        checks=(),
        evidence=out / "evidence",
    )
    create_run(store, plan, now)
    store.save_run_artifact(run_id, "RunFolder", RunFolder(str((out / "evidence").resolve())))
    return run_id, out


def _moment(settings: Settings, now: datetime) -> datetime:
    """The moment of judgement: the end of the day that `as_of` names, or now."""
    if settings.as_of is None:
        return now
    if isinstance(settings.as_of, datetime):
        value = settings.as_of
        return value if value.tzinfo else value.replace(tzinfo=SHANGHAI)
    day = datetime.combine(settings.as_of, datetime.min.time(), SHANGHAI)
    return day + timedelta(hours=23, minutes=59, seconds=59)


async def _run_until_stopped(plan: RoundPlan, store: Store, request: Request) -> int:
    """Run the round; the number of the signal that stopped it, or 0."""
    stop, received = asyncio.Event(), [0]
    loop = asyncio.get_running_loop()

    def on_signal(number: int) -> None:
        received[0] = number
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, on_signal, number)
    try:
        with open_progress(len(plan.sites), plain=request.plain) as progress:
            work = asyncio.create_task(run_round(plan, store, progress=progress, stop=stop))
            watch = asyncio.create_task(stop.wait())
            await asyncio.wait({work, watch}, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                await asyncio.wait({work}, timeout=GRACE_S)
            if not work.done():
                work.cancel()
            watch.cancel()
            (ended,) = await asyncio.gather(work, return_exceptions=True)
            if isinstance(ended, Exception):
                raise ended
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
    return received[0]


def _say_where(
    result: RunResult, out: Path, written: Sequence[Path], stopped_by: int, settings: Settings
) -> None:
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    if stopped_by:
        console.print(
            Text(
                f"Stopped. The reports hold what was done; go on with: auditor run --resume "
                f"{result.run_id} --database {settings.database}"
            )
        )
    index = out / "index.html"
    typer.echo(str(index if index in written else out))


def _exit_code(
    result: RunResult,
    settings: Settings,
    gate: Gate,
    previous: frozenset[str] | None,
    stopped_by: int,
) -> Exit:
    if stopped_by:
        return Exit.INTERRUPTED if stopped_by == signal.SIGINT else Exit.TERMINATED
    if gate.fails(result, previous):
        return Exit.GATE
    return Exit.INCOMPLETE if result.coverage < settings.coverage_limit else Exit.DONE


def _chosen_sites(register: Register, wanted: Sequence[str] | None) -> tuple[Site, ...]:
    if not wanted:
        return register.sites
    known = {site.id: site for site in register.sites}
    unknown = sorted(set(wanted) - set(known))
    if unknown:
        raise UsageProblem(
            f"The register has no site {', '.join(unknown)}. It has: {', '.join(known)}."
        )
    return tuple(known[site_id] for site_id in dict.fromkeys(wanted))


def _default_config() -> Path:
    path = Path("config.yaml")
    if not path.exists():
        raise UsageProblem(
            "There is no config.yaml here. Name one with -c, or audit a single site with "
            "`auditor audit URL`, or try `auditor demo`."
        )
    return path


def _overrides(
    family: list[str] | None,
    check: list[str] | None,
    scheme: list[str] | None,
    no_browser: bool,
    max_pages: int | None,
    as_of: str | None,
    format: list[str] | None,
    lang: str | None,
) -> dict[str, object]:
    include = [*(family or []), *(check or [])]
    return {
        "checks.include": include or None,
        "scheme": scheme or None,
        "browser.enabled": False if no_browser else None,
        "crawl.max_pages": max_pages,
        "as_of": as_of,
        "reports.formats": format or None,
        "reports.lang": lang,
    }
