"""Everything that the store raises.

StoreError
├── StoreMissing   no such database, run or site
├── StoreFull      the disk (or the database's quota) is full
├── StoreBusy      another process has kept the database to itself for too long
└── LeaseLost      somebody else took this site audit over; stop and write nothing more
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, NoSuchModuleError, SQLAlchemyError

#: PostgreSQL: disk_full, and configuration_limit_exceeded for quotas.
_FULL_STATES = frozenset({"53100", "53400"})
#: PostgreSQL: lock_not_available, after `lock_timeout`.
_BUSY_STATES = frozenset({"55P03"})


class StoreError(Exception):
    """The database could not do what it was asked; the message is one sentence for a person."""


class StoreMissing(StoreError):
    """The database, the run or the site does not exist."""


class StoreFull(StoreError):
    """No space left for the database. What was committed before stays readable."""


class StoreBusy(StoreError):
    """Another process holds the database, and does not let go of it."""


class LeaseLost(StoreError):
    """The site audit has a newer fence: another worker runs it now."""


@contextmanager
def translated() -> Iterator[None]:
    """Turn errors of SQLAlchemy and its drivers into `StoreError`."""
    try:
        yield
    except DBAPIError as error:
        raise _as_store_error(error) from error
    except NoSuchModuleError as error:
        raise StoreError(f"unknown kind of database: {error}") from error
    except SQLAlchemyError as error:
        raise StoreError(_first_line(error)) from error


def _as_store_error(error: DBAPIError) -> StoreError:
    cause = error.orig if error.orig is not None else error
    text = _first_line(cause)
    if _is_full(cause):
        return StoreFull(f"no space left for the database: {text}")
    if _is_busy(cause):
        return StoreBusy(
            "another process has been writing to the database for too long: end it, if it hangs "
            "or was stopped, then go on with --resume"
        )
    return StoreError(f"database error: {text}")


def _is_full(cause: BaseException) -> bool:
    if isinstance(cause, sqlite3.Error):
        # The shared-memory file of the WAL cannot grow on a full disk either.
        name = getattr(cause, "sqlite_errorname", "")
        return name in {"SQLITE_FULL", "SQLITE_IOERR_SHMSIZE"}
    return getattr(cause, "sqlstate", None) in _FULL_STATES


def _is_busy(cause: BaseException) -> bool:
    if isinstance(cause, sqlite3.Error):
        return getattr(cause, "sqlite_errorname", "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))
    return getattr(cause, "sqlstate", None) in _BUSY_STATES


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
