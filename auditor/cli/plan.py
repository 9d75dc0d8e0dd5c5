"""`auditor plan`: what a round will cost, and what it will not finish."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli.errors import Exit, UsageProblem, as_json_text, leave, say
from auditor.cli.options import (
    ConfigOption,
    DatabaseOption,
    MaxPagesOption,
    NoBrowserOption,
    SiteOption,
)

if TYPE_CHECKING:
    from auditor.config import Settings
    from auditor.engine.forecast import SiteHistory
    from auditor.model.site import Site

#: Names looked up at once, and the number from which a line says so.
_AT_ONCE = 50
_MANY = 50
_SPAN = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?:in)?)?(?:(\d+)s)?")
_UNITS = (86_400, 3600, 60, 1)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("plan")(plan)


def plan(
    config: ConfigOption = None,
    site: SiteOption = None,
    within: Annotated[
        str | None, typer.Option(help="Time that the round has: 8h, 90m, 2h30m.", metavar="TIME")
    ] = None,
    max_pages: MaxPagesOption = None,
    no_browser: NoBrowserOption = False,
    offline: Annotated[
        bool, typer.Option("--offline", help="Do not look names up; shared addresses stay unseen.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    lang: Annotated[str | None, typer.Option("--lang", help="zh-CN or en.")] = None,
    database: DatabaseOption = None,
) -> None:
    """Estimate time, requests and disk of a round, and say what it will not finish.

    The sizes come from each site's last crawl in the database; for a site without one,
    crawl.max_pages counts, the most that it can be. Sites on one address share its budget. No
    site is visited: names alone are looked up. Exit 3 when something will not be finished.
    """
    from auditor.cli.plan_text import plan_json, print_plan
    from auditor.cli.session import chosen_sites
    from auditor.config import load_config
    from auditor.engine.forecast import forecast, problems_of

    overrides: dict[str, object] = {
        "crawl.max_pages": max_pages,
        "browser.enabled": False if no_browser else None,
        "reports.lang": lang,
        "database": database,
    }
    within_s = _seconds(within)
    path = config or Path("config.yaml")
    settings, register = load_config(path, overrides=overrides, environ=os.environ)
    sites = chosen_sites(register.sites, site)
    addresses = {} if offline else _addresses(settings, sites)
    found = forecast(settings, sites, _histories(settings, sites), addresses)
    problems = problems_of(settings, found, within_s=within_s, free_bytes=_free(settings))
    if as_json:
        typer.echo(as_json_text(plan_json(found, problems, within_s), indent=2))
    else:
        print_plan(found, problems, settings.reports.lang)
    leave(Exit.INCOMPLETE if problems else Exit.DONE)


def _seconds(text: str | None) -> float | None:
    """A time such as 8h or 2h30m in seconds."""
    if text is None:
        return None
    match = _SPAN.fullmatch(text.strip().lower())
    if match is None or not any(match.groups()):
        raise UsageProblem(f"--within {text!r} is no time; write it as 8h, 90m or 2h30m.")
    return float(
        sum(int(part or 0) * unit for part, unit in zip(match.groups(), _UNITS, strict=True))
    )


def _histories(settings: Settings, sites: Sequence[Site]) -> Mapping[str, SiteHistory]:
    """What the database knows; nothing when there is none yet."""
    from auditor.engine.forecast import read_history
    from auditor.store import Store, StoreMissing

    try:
        store = Store.open(settings.database, create=False)
    except StoreMissing:
        return {}
    with store:
        return read_history(store, sites)


def _addresses(settings: Settings, sites: Sequence[Site]) -> dict[str, str]:
    """The address of each site that the fetcher would ask first."""
    from auditor.engine.workshop import open_tools

    if len(sites) > _MANY:
        say(f"Looking up {len(sites)} names …")

    async def look_up() -> dict[str, str]:
        gate = asyncio.Semaphore(_AT_ONCE)
        async with open_tools(settings) as tools:

            async def one(site: Site) -> tuple[str, str]:
                async with gate:
                    facts = await tools.resolver.addresses(site.host)
                return site.id, next((fact.address for fact in facts if fact.usable), "")

            found = await asyncio.gather(*(one(site) for site in sites))
        return {site_id: address for site_id, address in found if address}

    return asyncio.run(look_up())


def _free(settings: Settings) -> int | None:
    """Free bytes where an SQLite database and the reports go."""
    file = settings.database.removeprefix("sqlite:///") if "sqlite" in settings.database else ""
    folder = (Path(file) if file else Path()).absolute()
    while not folder.is_dir():
        folder = folder.parent
    return shutil.disk_usage(folder).free
