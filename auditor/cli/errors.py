"""Exit codes, and which error ends with which.

0 done · 1 gate failed · 2 usage or configuration · 3 incomplete · 4 environment · 5 internal ·
130/143 ended by a signal.
"""

from __future__ import annotations

import errno
import json
import re
import sys
from enum import IntEnum

import typer

from auditor.cli.logs import set_up_logs


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


#: What the file system refuses, whatever the program does.
_FILES = {
    errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.EFBIG,
    errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENAMETOOLONG, errno.EMFILE, errno.ENFILE,
}  # fmt: skip


def exit_code_of(error: BaseException) -> Exit:
    """The exit code for an error that ended a command."""
    # Loaded here because most starts end without an error, and these are slow to load.
    from auditor.config import ConfigError
    from auditor.engine.catalogue import CatalogueError
    from auditor.engine.errors import EngineError
    from auditor.store import StoreError, StoreMissing

    if isinstance(error, ConfigError | CatalogueError | UsageProblem | StoreMissing):
        return Exit.USAGE
    if isinstance(error, EnvironmentProblem | EngineError | StoreError):
        return Exit.ENVIRONMENT
    if isinstance(error, OSError) and error.errno in _FILES:
        return Exit.ENVIRONMENT
    if isinstance(error, KeyboardInterrupt):
        return Exit.INTERRUPTED
    return Exit.INTERNAL


def report_error(error: BaseException) -> Exit:
    """Tell the user in plain words, never with a traceback on the terminal; return the code."""
    code = exit_code_of(error)
    if code is Exit.INTERNAL:
        import structlog

        if not structlog.is_configured():
            set_up_logs()
        structlog.get_logger(__name__).error("internal_error", exc_info=error)
        text = f"Internal error: {type(error).__name__}: {error}. The log above has the details."
    elif code is Exit.INTERRUPTED:
        text = "Interrupted."
    elif isinstance(error, OSError) and error.strerror:
        text = f"{error.filename}: {error.strerror}." if error.filename else f"{error.strerror}."
    else:
        text = str(error)
    say(text)
    return code


#: What JSON leaves as it is although terminals obey it: C1 controls, directions, line separators.
_STEERING = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def as_json_text(value: object, indent: int | None = None) -> str:
    """JSON in which page text cannot steer the terminal, nor break an encoder."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return _STEERING.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def say(text: str) -> None:
    """A sentence for the person at the terminal. Nothing in it can steer the terminal."""
    print("".join(_visible(letter) for letter in text), file=sys.stderr, flush=True)


def _visible(letter: str) -> str:
    return letter if letter.isprintable() or letter == "\n" else f"\\u{ord(letter):04x}"


def leave(code: Exit) -> None:
    """End the command with a code other than 0."""
    if code:
        raise typer.Exit(int(code))
