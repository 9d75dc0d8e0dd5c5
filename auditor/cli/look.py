"""`auditor inspect`: what the auditor sees in one page."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli.errors import EnvironmentProblem, UsageProblem, as_json_text
from auditor.cli.options import AsOfOption, ConfigOption

if TYPE_CHECKING:
    from auditor.model.page import PageFacts

#: Largest file that is read; the same as the largest body that is fetched.
MAX_BYTES = 10 * 2**20


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("inspect")(inspect)


def inspect(
    source: Annotated[str, typer.Argument(help="File, `-`, or URL.", metavar="FILE|URL")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    url: Annotated[
        str | None, typer.Option("--url", help="Address that the file was saved from.")
    ] = None,
    as_of: AsOfOption = None,
    config: ConfigOption = None,
) -> None:
    """Show what the auditor reads from one page: encoding, dates, identity, links, forms."""
    from auditor.derive.inspect import inspect_json
    from auditor.derive.page import page_facts

    day = _day(as_of)
    if source.startswith(("http://", "https://")):
        facts = asyncio.run(_fetch(source, config))
    else:
        facts = page_facts(_read(source), url=url or "http://localhost/", final_url=url or "")
    found = inspect_json(facts, day)
    if as_json:
        typer.echo(as_json_text(found, indent=2))
    else:
        _show(found)


async def _fetch(url: str, config: Path | None) -> PageFacts:
    from auditor.cli.common import settings_of
    from auditor.derive.page import page_facts
    from auditor.engine.workshop import open_tools

    async with open_tools(settings_of(config, {})) as tools:
        fetched = await tools.fetcher.fetch(url, verify=False)
    record = fetched.record
    if record.reason is not None:
        raise EnvironmentProblem(f"{url}: {record.reason.value} {record.detail}".strip())
    return page_facts(
        fetched.body,
        url=url,
        final_url=record.final_url,
        status=record.status,
        content_type=record.content_type,
        captured_at=record.captured_at,
        sha256=record.sha256,
    )


def _read(source: str) -> bytes:
    try:
        if source == "-":
            return sys.stdin.buffer.read(MAX_BYTES)
        with Path(source).open("rb") as file:
            return file.read(MAX_BYTES)
    except (FileNotFoundError, IsADirectoryError) as error:
        raise UsageProblem(f"{source}: {error.strerror}. Give a saved page or a URL.") from None


def _day(text: str | None) -> date:
    try:
        return date.fromisoformat(text) if text else datetime.now(UTC).date()
    except ValueError:
        raise UsageProblem(f"--as-of {text}: write it as YYYY-MM-DD") from None


def _show(found: dict[str, object]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(show_header=False, box=None, pad_edge=False)
    for key, value in found.items():
        shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        table.add_row(Text(key, style="bold"), Text(_printable(shown)))
    Console(highlight=False).print(table)


def _printable(text: str) -> str:
    """Page text must not steer the terminal."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
