"""Commands that visit sites: `demo`, `run`, `audit`. What they do is in `session`, which is
loaded only when one of them runs."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer

from auditor.cli.errors import UsageProblem, leave
from auditor.cli.options import (
    AsOfOption,
    CheckOption,
    ConfigOption,
    DatabaseOption,
    FailOnOption,
    FamilyOption,
    FormatOption,
    LangOption,
    MaxPagesOption,
    NoBrowserOption,
    OutOption,
    PlainOption,
    ResumeOption,
    SchemeOption,
    SiteOption,
    WorkersOption,
)


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
    workers: WorkersOption = None,
    as_of: AsOfOption = None,
    resume: ResumeOption = None,
    out: OutOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
    database: DatabaseOption = None,
    fail_on: FailOnOption = None,
    no_progress: PlainOption = False,
) -> None:
    """Audit the sites of the register once and write the reports.

    Without -c the file config.yaml of this folder is used. Ctrl-C stops cleanly: what was
    gathered is judged and reported, and `--resume last` goes on, with the settings that the run
    began with, but for what the command line changes.
    """
    from auditor.cli.session import Request, audit_round, chosen_sites
    from auditor.config import load_config, load_settings
    from auditor.model.site import Register

    overrides = _overrides(family, check, scheme, no_browser, max_pages, as_of, format, lang)
    overrides |= {"database": database, "engine.workers": workers}
    path = config or Path("config.yaml")
    if config or path.exists():
        settings, register = load_config(path, overrides=overrides, environ=os.environ)
    elif resume:
        settings = load_settings(None, overrides=overrides, environ=os.environ)
        register = Register(())
    else:
        raise UsageProblem(
            "There is no config.yaml here. Name one with -c, or audit a single site with "
            "`auditor audit URL`, or try `auditor demo`."
        )
    leave(
        audit_round(
            Request(
                settings,
                register,
                () if resume else chosen_sites(register.sites, site),
                out,
                resume=resume,
                only=tuple(site or ()),
                overrides=overrides,
                fail_on=fail_on,
                plain=no_progress,
            )
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
    workers: WorkersOption = None,
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
    no_progress: PlainOption = False,
) -> None:
    """Audit single sites without a register: `auditor audit https://www.example.gov.cn/`."""
    from auditor.cli.common import settings_of
    from auditor.cli.session import Request, audit_round, sites_from
    from auditor.model.site import Register

    overrides = _overrides(family, check, scheme, no_browser, max_pages, as_of, format, lang)
    overrides |= {"database": database, "engine.workers": workers}
    if allow:
        overrides["network.allow"] = list(allow)
    if allow_port:
        overrides["network.allow_ports"] = [80, 443, *allow_port]
    sites = sites_from(url)
    settings = settings_of(config, overrides)
    leave(
        audit_round(
            Request(
                settings,
                Register(sites),
                sites,
                out,
                resume=resume,
                overrides=overrides,
                fail_on=fail_on,
                plain=no_progress,
            )
        )
    )


def demo(
    out: OutOption = Path("demo-out"),
    lang: LangOption = None,
    no_browser: NoBrowserOption = False,
    resume: ResumeOption = None,
    serve_only: Annotated[
        bool, typer.Option("--serve", help="Only serve the district, for trying things by hand.")
    ] = False,
    no_progress: PlainOption = False,
) -> None:
    """Audit a made-up district that this command serves on loopback, and write the reports."""
    from auditor.cli.demonstration import DemoRequest, demonstrate

    target = out or Path("demo-out")
    wanted = DemoRequest(target, lang, no_browser, resume, serve_only, no_progress)
    leave(asyncio.run(demonstrate(wanted)))


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
