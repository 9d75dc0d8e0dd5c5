"""Exit codes, and which error ends with which.

0 done · 1 gate failed · 2 usage or configuration · 3 incomplete · 4 environment · 5 internal ·
130/143 ended by a signal.
"""

from __future__ import annotations

import errno
from enum import IntEnum

import structlog
import typer
from rich.console import Console
from rich.text import Text

from auditor.config import ConfigError
from auditor.engine.catalogue import CatalogueError
from auditor.store import StoreError, StoreMissing

_LOG = structlog.get_logger(__name__)


class Exit(IntEnum):
    """The exit codes; a stable surface."""

    DONE = 0
    GATE = 1
    USAGE = 2
    INCOMPLETE = 3
    ENVIRONMENT = 4
    INTERNAL = 5
    INTERRUPTED = 130
    TERMINATED = 143


class EnvironmentProblem(Exception):
    """This machine lacks something; the message says what to do."""


class UsageProblem(Exception):
    """The command line asks for something that is not there; the message says what is."""


_USAGE = (ConfigError, CatalogueError, UsageProblem, StoreMissing)
_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM}


def exit_code_of(error: BaseException) -> Exit:
    """The exit code for an error that ended a command."""
    if isinstance(error, _USAGE):
        return Exit.USAGE
    if isinstance(error, EnvironmentProblem | StoreError):
        return Exit.ENVIRONMENT
    if isinstance(error, OSError) and error.errno in _DISK:
        return Exit.ENVIRONMENT
    if isinstance(error, KeyboardInterrupt):
        return Exit.INTERRUPTED
    return Exit.INTERNAL


def report_error(error: BaseException) -> Exit:
    """Tell the user in plain words, never with a traceback on the terminal; return the code."""
    code = exit_code_of(error)
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    if code is Exit.INTERNAL:
        _LOG.error("internal_error", exc_info=error)
        text = f"Internal error: {type(error).__name__}: {error}. The log above has the details."
    elif code is Exit.INTERRUPTED:
        text = "Interrupted."
    else:
        text = str(error)
    console.print(Text(text, style="red"))
    return code


def leave(code: Exit) -> None:
    """End the command with a code other than 0."""
    if code:
        raise typer.Exit(int(code))
