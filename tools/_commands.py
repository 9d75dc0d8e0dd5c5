"""The commands with their options, as the command line itself knows them.

Typer carries a copy of click of its own, so the types of its commands have no public name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer.main

from auditor.cli.errors import Exit
from auditor.cli.main import app
from tools._markdown import code, page, plain, table

#: What each exit code means; a test demands a line for every member of `Exit`.
EXIT_MEANINGS = {
    Exit.DONE: "Done. Problems on the audited sites do not change this.",
    Exit.GATE: "The gate of `--fail-on` failed.",
    Exit.USAGE: "Usage or configuration error; every mistake is listed with file and line.",
    Exit.INCOMPLETE: "Finished, but less was measured than `coverage_limit` asks for.",
    Exit.ENVIRONMENT: "This machine lacks something (browser, disk space, database).",
    Exit.INTERNAL: "Internal error: please report it.",
    Exit.INTERRUPTED: "Stopped by Ctrl-C (SIGINT); what was done is stored and reported.",
    Exit.TERMINATED: "Stopped by SIGTERM; what was done is stored and reported.",
}


def commands() -> str:
    """The page: global options, every command, the exit codes."""
    root = typer.main.get_command(app)
    exits = table(
        ("Code", "Meaning"), ((str(int(key)), text) for key, text in EXIT_MEANINGS.items())
    )
    return page(
        "Commands",
        "stdout carries data, stderr the log and the progress. Commands that read stored runs "
        "take `-c config.yaml`, `--database URL` or `AUDITOR_DATABASE`; RUN is a run's id or "
        "`last`.",
        "\n\n".join(_blocks("auditor", root)),
        "## Exit codes",
        exits,
    )


def command_names() -> tuple[str, ...]:
    """Every command as it is typed, without `auditor`: `run`, `config show` ..."""
    root = typer.main.get_command(app)
    return tuple(name.removeprefix("auditor ") for name in _leaves("auditor", root))


def _leaves(name: str, command: Any) -> Iterator[str]:
    inner = getattr(command, "commands", None)
    if not inner:
        yield name
        return
    for key in sorted(inner):
        yield from _leaves(f"{name} {key}", inner[key])


def _blocks(name: str, command: Any) -> Iterator[str]:
    yield f"## {code(name)}"
    for paragraph in (command.help or "").split("\n\n"):
        yield plain(paragraph).replace("\\`", "`")
    rows = [_row(item) for item in command.params if not _is_hidden(item)]
    yield from filter(None, [table(("Option", "Meaning", "Default"), rows)])
    inner = getattr(command, "commands", {})
    for key in sorted(inner):
        yield from _blocks(f"{name} {key}", inner[key])


def _is_hidden(parameter: Any) -> bool:
    return bool(getattr(parameter, "hidden", False)) or parameter.name == "help"


def _row(parameter: Any) -> tuple[str, str, str]:
    is_option = parameter.param_type_name == "option"
    spelled = (
        ", ".join(parameter.opts) if is_option else (parameter.metavar or parameter.name or "")
    )
    help_text = plain(getattr(parameter, "help", None) or "").replace("\\`", "`")
    return code(spelled), help_text, _default(parameter.default)


def _default(value: object) -> str:
    return code(str(value)) if isinstance(value, str | int) and value not in {"", False} else ""
