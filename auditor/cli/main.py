"""The application: global options, the commands, and one place where errors become exit codes."""

from __future__ import annotations

import gc
import os
import sys
from typing import Annotated

import typer

from auditor import __version__
from auditor.cli import cluster, info, look, plan, rounds, stored
from auditor.cli.errors import Exit, report_error, say
from auditor.cli.logs import set_up_logs

app = typer.Typer(
    name="auditor",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Audit government websites: crawl, measure, judge by a scheme, report.\n\n"
    "Begin with `auditor demo` (a made-up district on this machine), then write a config.yaml "
    "with your register of sites and run `auditor run`.",
)
rounds.add_to(app)
stored.add_to(app)
look.add_to(app)
plan.add_to(app)
cluster.add_to(app)
info.add_to(app)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"govsite-auditor {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    verbose: Annotated[
        int, typer.Option("-v", "--verbose", count=True, help="Log more; -vv logs everything.")
    ] = 0,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Log errors only.")] = False,
    log_format: Annotated[
        str, typer.Option("--log-format", help="text | json", metavar="FORMAT")
    ] = "text",
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    if log_format not in {"text", "json"}:
        raise typer.BadParameter("choose text or json", param_hint="--log-format")
    if "--help" not in sys.argv:  # which logs nothing, and shall be fast
        set_up_logs(verbosity=-1 if quiet else verbose, json_lines=log_format == "json")


def main() -> None:
    """Run the command line and exit with a code of `Exit`."""
    # Loading makes 300,000 objects that stay; looking through them again and again for rubbish
    # takes a tenth of the start.
    gc.set_threshold(50_000, 20, 100)
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character shows its number; nothing fails over it.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        code = app(standalone_mode=False) or 0
        sys.stdout.flush()
    except typer.Exit as leaving:
        code = leaving.exit_code
    except typer.TyperException as error:
        say(_usage(error))
        code = Exit.USAGE
    except typer.Abort:
        code = Exit.INTERRUPTED
    except BrokenPipeError:
        code = _reader_gone()
    except SystemExit as leaving:
        # Typer itself ends the program with 1, our "gate failed", when the reader has gone.
        if not isinstance(leaving.__context__, BrokenPipeError):
            raise
        code = _reader_gone()
    except (Exception, KeyboardInterrupt) as error:  # the one place that turns errors into codes
        code = report_error(error)
    sys.exit(int(code))


def _reader_gone() -> Exit:
    """Nobody reads what is printed, as after `| head`. Python would complain about it when it
    flushes at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return Exit.DONE


def _usage(error: typer.TyperException) -> str:
    """What is wrong with the command line, and where help is."""
    message = getattr(error, "format_message", lambda: str(error))()
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "auditor"
    return f"{message}\nTry `{path} --help`."
