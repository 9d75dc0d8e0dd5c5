"""Commands that tell about the auditor itself: `catalogue`, `doctor`, `config`."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from auditor.cli.common import ConfigOption, settings_of
from auditor.cli.errors import Exit, leave
from auditor.config import load_config, render_show
from auditor.engine.catalogue import foreign_packages, load_checks
from auditor.engine.round import open_tools
from auditor.gather.browser import Browser
from auditor.gather.probes.vantage import probe_vantage
from auditor.model.artifact import Missed
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
    checks = [item for item in load_checks().values() if family in (None, item.family)]
    if as_json:
        typer.echo(json.dumps([_as_row(item) for item in checks], ensure_ascii=False, indent=2))
        return
    console = Console(highlight=False)
    for item in checks:
        console.print(Text.assemble((item.id, "bold"), "  ", item.title.zh, "  ", item.title.en))
    console.print(Text(f"{len(checks)} checks"))


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
    path = config or Path("config.yaml")
    _, register = load_config(path, overrides={}, environ=os.environ)
    typer.echo(f"{path}: fine, {len(register.sites)} sites")


def show(config: ConfigOption = None) -> None:
    """Print the effective configuration with the origin of each value."""
    typer.echo(render_show(settings_of(config, {})))


def doctor(config: ConfigOption = None) -> None:
    """Test this machine: libraries, names, IPv6, browser, disk. Exit 4 when something needed is
    missing."""
    problems = 0
    console = Console(highlight=False)
    for label, good, detail in _examine(config):
        problems += good is False
        mark = {True: "ok  ", False: "FAIL", None: "note"}[good]
        console.print(Text(f"{mark} {label}: {detail}"), soft_wrap=True)
    leave(Exit.ENVIRONMENT if problems else Exit.DONE)


def _examine(config: Path | None) -> Iterator[tuple[str, bool | None, str]]:
    yield "python", sys.version_info >= (3, 11), sys.version.split()[0]
    foreign = foreign_packages()
    yield "packages", not foreign, ", ".join(foreign) or "auditor, checks, reports are ours"
    yield "libraries", True, ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    yield "checks", True, f"{len(load_checks())} installed"
    settings = settings_of(config, {})
    binary = Browser.find(settings.browser.binary)
    missing = isinstance(binary, Missed)
    yield "browser", not missing, binary.detail if isinstance(binary, Missed) else str(binary)
    free = shutil.disk_usage(Path.cwd()).free
    yield "disk", True if free > MIN_FREE else None, f"{free / 2**30:.1f} GiB free here"
    yield from asyncio.run(_examine_network(config))


async def _examine_network(config: Path | None) -> list[tuple[str, bool | None, str]]:
    async with open_tools(settings_of(config, {})) as tools:
        vantage = await probe_vantage(tools)
    detail = vantage.detail or "works"
    return [
        ("names", True if vantage.dns else None, "resolver answers" if vantage.dns else detail),
        ("IPv4", True if vantage.ipv4 else None, "routed" if vantage.ipv4 else "no route"),
        ("IPv6", True if vantage.ipv6 else None, "routed" if vantage.ipv6 else detail),
    ]
