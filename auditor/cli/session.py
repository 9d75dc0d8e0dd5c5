"""One round as the commands `run`, `audit` and `demo` make it: audit, judge, report."""

from __future__ import annotations

import asyncio
import shlex
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import typer

from auditor.cli.bundle import say_what_is_missing
from auditor.cli.cluster import refuse_cluster
from auditor.cli.common import (
    check_settings,
    refuse_foreign_packages,
    result_plan,
    settings_of_run,
    templates_of,
    write_reports,
)
from auditor.cli.errors import EnvironmentProblem, Exit, UsageProblem, say
from auditor.cli.gate import Gate, is_complete, parse_gate
from auditor.cli.logs import is_quiet, same_logs
from auditor.cli.progress import open_progress
from auditor.cli.stopping import Signals, handling_signals
from auditor.config import ConfigError, Problem, Settings, site_from_url, without_password
from auditor.engine.audit import JudgingStopped
from auditor.engine.evidence import RunFolder, archive_leftovers
from auditor.engine.result import judge_missing
from auditor.engine.round import TAKEN_OVER, create_run, new_run_id, run_round
from auditor.engine.workshop import RoundPlan, evidence_keeper, find_browser
from auditor.model.artifact import Missed
from auditor.model.finding import Reason
from auditor.model.site import SHANGHAI, Register, Site
from auditor.store import Store


@dataclass(frozen=True, slots=True)
class Request:
    """One round as the command line asks for it. `overrides` are the values that the command
    line itself gives; they also change a run that is resumed, and nothing else does. `only`
    limits a resumed run to these sites; `command` is the command line, for the hint how to go
    on."""

    settings: Settings
    register: Register
    sites: Sequence[Site]
    out: Path | None
    resume: str | None = None
    only: Sequence[str] = ()
    overrides: Mapping[str, object] = field(default_factory=dict)
    fail_on: str | None = None
    plain: bool = False
    command: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class _Session:
    """A round that has its place in the store."""

    run_id: str
    as_of: datetime
    out: Path
    register: Register
    sites: Sequence[Site]


def audit_round(request: Request) -> Exit:
    """Audit, judge, report; the exit code."""
    refuse_foreign_packages()
    return asyncio.run(run_request(request))


async def run_request(request: Request) -> Exit:
    """Audit, judge and report in the running event loop; the exit code."""
    gate = parse_gate(request.fail_on)
    request = replace(request, command=request.command or tuple(sys.argv[1:]))
    # Everything that can be refused is refused before anything is made.
    settings = _settings_in_force(request)
    checks = check_settings(settings, request.sites)
    refuse_cluster(settings)
    browser = await asyncio.to_thread(find_browser, settings)
    if isinstance(browser, Missed) and browser.reason is Reason.NO_BROWSER:
        raise EnvironmentProblem(
            f"{browser.detail}; or go without it by --no-browser (its checks are untested)."
        )
    with closing(Store.open(settings.database, create=request.resume is None)) as store:
        session = _open_session(store, request, settings)
        plan = RoundPlan(
            run_id=session.run_id,
            as_of=session.as_of,
            settings=settings,
            register=session.register,
            sites=session.sites,
            templates=templates_of(session.sites),
            checks=tuple(checks.values()),
            evidence=session.out / "evidence",
            browser=browser,
            set_up_process=same_logs(),
        )
        hint = _Hint(request, settings, session)
        with handling_signals(hint.without_reports) as signals:
            with open_progress(len(plan.sites), quiet=is_quiet(), plain=request.plain) as progress:
                states = await run_round(plan, store, progress=progress, stop=signals.stop)
            lost = [site_id for site_id, state in states.items() if state == TAKEN_OVER]
            if lost:
                _say_taken_over(session.run_id, lost)
                return signals.code or Exit.INCOMPLETE
            return await asyncio.to_thread(_conclude, store, session, settings, gate, signals, hint)


def _conclude(
    store: Store,
    session: _Session,
    settings: Settings,
    gate: Gate,
    signals: Signals,
    hint: _Hint,
) -> Exit:
    """Judge what is not judged yet and write the reports. Runs in a thread."""
    plan = result_plan(store, session.run_id, session.as_of, settings)
    try:
        judge_missing(plan, store, hurry=signals.late)
        if signals.late():
            raise JudgingStopped
        keeper = evidence_keeper(session.out / "evidence", store.run(session.run_id), settings)
        archive_leftovers(keeper, store, datetime.now(UTC), hurry=signals.late)
    except JudgingStopped:
        hint.without_reports()
        return signals.code or Exit.INTERRUPTED
    result, written = write_reports(plan, store, settings, session.out)
    index = session.out / "index.html"
    say_what_is_missing(result, settings)
    if signals.code:
        hint.with_reports()
    typer.echo(str(index if index in written else session.out))
    if signals.code:
        return signals.code
    if gate.fails(result, store):
        return Exit.GATE
    return Exit.DONE if is_complete(result, settings) else Exit.INCOMPLETE


@dataclass(frozen=True, slots=True)
class _Hint:
    """Says how to go on with a round that was stopped."""

    request: Request
    settings: Settings
    session: _Session

    def with_reports(self) -> None:
        """The reports are written."""
        say(f"Stopped. The reports hold what was done; go on with:\n  {self._again}")

    def without_reports(self) -> None:
        """There was no time for them."""
        database = without_password(self.settings.database)
        report = [*_program(), "report", self.session.run_id, "--database", database]
        say(
            f"Stopped, and what was gathered is stored. Go on with:\n  {self._again}\n"
            f"or write the reports of what was done with:\n  {shlex.join(report)}"
        )

    @property
    def _again(self) -> str:
        """The command line of this run, and the run to go on with. A later `--resume` counts."""
        command = [*_program(), *self.request.command, "--resume", self.session.run_id]
        return shlex.join(command)


def _say_taken_over(run_id: str, sites: Sequence[str]) -> None:
    """Another process goes on with the run; reports of this one would contradict its own."""
    shown = ", ".join(sites[:5]) + (" ..." if len(sites) > 5 else "")
    say(
        f"Another process has taken over {len(sites)} site(s) of run {run_id}: {shown}. It goes on "
        "with them and writes the reports; this one has written nothing more about them."
    )


def _program() -> list[str]:
    """How this program is started from where the user is."""
    started = Path(sys.argv[0])
    found = shutil.which("auditor")
    if found and started.name == "auditor" and Path(found).resolve() == started.resolve():
        return ["auditor"]
    if started.name == "auditor":
        return [str(started)]
    return [sys.executable, "-m", "auditor"]


def _settings_in_force(request: Request) -> Settings:
    """Those of the request, or those with which the run to resume began."""
    if request.resume is None:
        return request.settings
    with closing(Store.open(request.settings.database, create=False)) as store:
        row = store.run(request.resume)
    return settings_of_run(row.config_json, request.settings, request.overrides)


def _open_session(store: Store, request: Request, settings: Settings) -> _Session:
    if request.resume is not None:
        return _resumed(store, request)
    now = datetime.now(UTC)
    run_id, as_of = new_run_id(now, settings.sha256()), _moment(settings, now)
    session = _Session(run_id, as_of, _made(request.out, run_id), request.register, request.sites)
    create_run(store, run_id, settings, request.register, request.sites, as_of=as_of, now=now)
    store.save_run_artifact(run_id, "RunFolder", RunFolder(str(session.out / "evidence")))
    return session


def _resumed(store: Store, request: Request) -> _Session:
    row = store.run(request.resume or "last")
    folder = store.run_artifact(row.run_id, RunFolder)
    known = Path(folder.path).parent if isinstance(folder, RunFolder) else None
    register = store.run_artifact(row.run_id, Register)
    sites = tuple(item.site for item in store.site_rows(row.run_id))
    return _Session(
        row.run_id,
        row.as_of,
        _made(request.out or known, row.run_id),
        register if isinstance(register, Register) else Register(sites),
        chosen_sites(sites, request.only),
    )


def _made(out: Path | None, run_id: str) -> Path:
    """The output folder, made now: a place that cannot be written to must not cost an audit."""
    folder = (out or Path(f"audit-{run_id}")).resolve()
    (folder / "evidence").mkdir(parents=True, exist_ok=True)
    probe = folder / f".{run_id}.part"
    try:
        probe.write_bytes(b"can be written")
    finally:
        probe.unlink(missing_ok=True)
    return folder


def _moment(settings: Settings, now: datetime) -> datetime:
    """The moment of judgement: the end of the day that `as_of` names, or now."""
    if settings.as_of is None:
        return now
    if isinstance(settings.as_of, datetime):
        value = settings.as_of
        return value if value.tzinfo else value.replace(tzinfo=SHANGHAI)
    day = datetime.combine(settings.as_of, datetime.min.time(), SHANGHAI)
    return day + timedelta(hours=23, minutes=59, seconds=59)


def chosen_sites(sites: Sequence[Site], wanted: Sequence[str] | None) -> tuple[Site, ...]:
    """The sites with these ids, all when none is named. `UsageProblem` names unknown ids."""
    if not wanted:
        return tuple(sites)
    known = {site.id: site for site in sites}
    unknown = sorted(set(wanted) - set(known))
    if unknown:
        raise UsageProblem(
            f"The register has no site {', '.join(unknown)}. It has: {', '.join(known)}."
        )
    return tuple(known[site_id] for site_id in dict.fromkeys(wanted))


def sites_from(urls: Iterable[str]) -> tuple[Site, ...]:
    """Sites for an audit without a register, each once. `ConfigError` names every bad URL."""
    sites: dict[str, Site] = {}
    problems: list[Problem] = []
    for url in urls:
        try:
            site = site_from_url(url)
            sites[site.id] = site
        except ConfigError as error:
            problems.extend(error.problems)
    if problems:
        raise ConfigError(problems)
    return tuple(sites.values())
