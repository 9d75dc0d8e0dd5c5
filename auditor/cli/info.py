"""Commands that tell about the auditor itself: `catalogue`, `doctor`, `config`."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli.errors import Exit, leave
from auditor.cli.options import ConfigOption

if TYPE_CHECKING:
    from auditor.config import Settings
    from auditor.gather.browser import BrowserBinary
    from auditor.model.check import Check

#: Free disk below which a round over hundreds of sites is likely to stop (bytes).
MIN_FREE = 2 * 2**30
_LIBRARIES = ("aiohttp", "dnspython", "lxml", "beautifulsoup4", "axe-selenium-python", "selenium")

config_app = typer.Typer(no_args_is_help=True, help="Check or show the configuration.")


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("catalogue")(catalogue)
    app.command("doctor")(doctor)
    config_app.command("validate")(validate)
    config_app.command("show")(show)
    app.add_typer(config_app, name="config")


def catalogue(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    family: Annotated[str | None, typer.Option(help="Only this family.")] = None,
) -> None:
    """List every check: what it tests, why, and how to mend what it finds."""
    from auditor.engine.catalogue import load_checks, select_checks

    checks = select_checks(load_checks(), include=[family] if family else ())
    if as_json:
        rows = [_as_row(item) for item in checks.values()]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for item in checks.values():
        typer.echo(f"{item.id}  {item.title.zh}  {item.title.en}")
    typer.echo(f"{len(checks)} checks")


def _as_row(check: Check) -> dict[str, object]:
    def both(text: object) -> dict[str, str]:
        return {"zh": getattr(text, "zh", ""), "en": getattr(text, "en", "")}

    return {
        "id": check.id,
        "family": check.family,
        "scope": check.scope.value,
        "version": check.version,
        "title": both(check.title),
        "why": both(check.why),
        "fix": both(check.fix),
        "messages": {key: both(text) for key, text in check.messages.items()},
        "needs": [need.__name__ for need in check.needs.values()],
    }


def validate(config: ConfigOption = None) -> None:
    """Check configuration and register; every mistake is listed with file, line and remedy."""
    from auditor.cli.common import check_settings
    from auditor.config import load_config

    path = config or Path("config.yaml")
    settings, register = load_config(path, overrides={}, environ=os.environ)
    checks = check_settings(settings, register.sites)
    typer.echo(f"{path}: fine, {len(register.sites)} sites, {len(checks)} checks")


def show(config: ConfigOption = None) -> None:
    """Print the effective configuration with the origin of each value."""
    from auditor.cli.common import settings_of
    from auditor.config import render_show

    path = config or Path("config.yaml")
    typer.echo(render_show(settings_of(path if config or path.exists() else None, {})))


def doctor(config: ConfigOption = None) -> None:
    """Test this machine: libraries, names, IPv6, browser, disk. Exit 4 when something needed is
    missing."""
    problems = 0
    for label, good, detail in _examine(config):
        problems += good is False
        mark = {True: "ok  ", False: "FAIL", None: "note"}[good]
        typer.echo(f"{mark} {label}: {detail}")
    leave(Exit.ENVIRONMENT if problems else Exit.DONE)


def _examine(config: Path | None) -> Iterator[tuple[str, bool | None, str]]:
    from auditor.cli.common import settings_of
    from auditor.engine.catalogue import foreign_packages, load_checks
    from auditor.gather.browser import Browser
    from auditor.model.artifact import Missed

    yield "python", sys.version_info >= (3, 11), sys.version.split()[0]
    foreign = foreign_packages()
    yield "packages", not foreign, ", ".join(foreign) or "auditor, checks, reports are ours"
    yield "libraries", *_libraries()
    yield "checks", True, f"{len(load_checks())} installed"
    settings = settings_of(config, {})
    binary = Browser.find(settings.browser.binary)
    if isinstance(binary, Missed):
        yield "browser", False, binary.detail
    else:
        yield "browser", True, f"{binary.path} {binary.version}, {binary.driver}"
        yield "axe", *asyncio.run(_try_browser(settings, binary))
    free = shutil.disk_usage(Path.cwd()).free
    yield "disk", True if free > MIN_FREE else None, f"{free / 2**30:.1f} GiB free here"
    yield from asyncio.run(_examine_network(settings))


def _libraries() -> tuple[bool, str]:
    found, good = [], True
    for name in _LIBRARIES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} is missing")
            good = False
    return good, ", ".join(found)


async def _try_browser(settings: Settings, binary: BrowserBinary) -> tuple[bool, str]:
    """Whether the browser starts, and axe finds a known defect in it."""
    from auditor.engine.workshop import open_browser, open_tools

    async with (
        open_tools(settings) as tools,
        open_browser(settings, binary, tools, evidence=None) as pool,
    ):
        missed = await pool.browser.works() if pool.browser else pool.why_not
    return (False, missed.detail or missed.reason.value) if missed else (True, "works")


async def _examine_network(settings: Settings) -> list[tuple[str, bool | None, str]]:
    from auditor.engine.workshop import open_tools
    from auditor.gather.probes.vantage import probe_vantage

    async with open_tools(settings) as tools:
        vantage = await probe_vantage(tools)
    detail = vantage.detail or "works"
    return [
        ("names", True if vantage.dns else None, "resolver answers" if vantage.dns else detail),
        ("IPv4", True if vantage.ipv4 else None, "routed" if vantage.ipv4 else "no route"),
        ("IPv6", True if vantage.ipv6 else None, "routed" if vantage.ipv6 else detail),
    ]
