"""The connection: opening, migrating, transactions. Everything else of the store builds on it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, Table, create_engine, event, inspect, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from auditor.store.errors import StoreError, StoreMissing, translated

#: The newest migration; a test compares it with the migration scripts.
HEAD = "0004"

#: How long a writer waits for another one (SQLite has one writer at a time).
_BUSY_S = 30
_WAL_PAUSE_S = 0.02
#: How long PostgreSQL lets a transaction stand still.
_IDLE_S = 30

#: Any constant will do: it only keeps two processes from migrating one database at once.
_MIGRATION_LOCK = 0x617564


class Database:
    """A migrated database and its transactions."""

    def __init__(self, engine: Engine) -> None:
        """Take an engine made by `open_engine`."""
        self._engine = engine

    def close(self) -> None:
        """Close every pooled connection."""
        self._engine.dispose()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with translated(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """One transaction that holds the write lock from its start, or rolls back."""
        with translated(), self._engine.connect() as connection:
            connection = connection.execution_options(auditor_write=True)
            with connection.begin():
                yield connection


def open_engine(url: str, *, create: bool) -> Engine:
    """An engine for the URL with the newest tables in it. Raises `StoreError` for an unusable
    URL or database and `StoreMissing` when the file is not there and `create` is false."""
    with translated():
        parsed = _parsed(url)
        if parsed.get_backend_name() == "sqlite":
            engine = _sqlite_engine(parsed, create=create)
        else:
            engine = create_engine(parsed, pool_pre_ping=True)
            event.listen(engine, "connect", _set_timeouts)
    try:
        with translated():
            _migrate(engine, create=create)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreError(f"not a database URL: {url!r}") from error
    backend = parsed.get_backend_name()
    if backend not in {"sqlite", "postgresql"}:
        raise StoreError(
            f"databases of kind {backend!r} are not supported: use sqlite or postgresql"
        )
    if parsed.drivername == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    return parsed


def _sqlite_engine(url: URL, *, create: bool) -> Engine:
    name = url.database or ""
    if name in {"", ":memory:"}:
        raise StoreError("the database must be a file: sqlite:///auditor.db")
    path = Path(name)
    if not path.is_file():
        if not create:
            raise StoreMissing(f"there is no database at {path}")
        _make_parent(path)
    engine = create_engine(url, connect_args={"timeout": _BUSY_S, "isolation_level": None})
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_timeouts(dbapi_connection: Any, record: Any) -> None:
    """A process that is frozen within a transaction must not hold its site for ever: the server
    ends it, and whoever waits gives up after that. Relatives of PostgreSQL may lack a setting."""
    for name, seconds in (
        ("idle_in_transaction_session_timeout", _IDLE_S),
        ("lock_timeout", 2 * _IDLE_S),
    ):
        try:
            dbapi_connection.cursor().execute(f"SET {name} = '{seconds}s'")
        except Exception:  # of the driver, whichever it is
            dbapi_connection.rollback()
        else:
            dbapi_connection.commit()


def _make_parent(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"cannot make the folder of the database: {error}") from error


def _set_pragmas(dbapi_connection: Any, record: Any) -> None:
    _switch_to_wal(dbapi_connection)
    for pragma in ("synchronous=NORMAL", "foreign_keys=ON"):
        dbapi_connection.execute(f"PRAGMA {pragma}")


def _switch_to_wal(dbapi_connection: Any) -> None:
    """Write-ahead logging. Of several processes that open a new file at once, SQLite refuses all
    but one at this switch without waiting for the busy timeout, so the others try again."""
    deadline = monotonic() + _BUSY_S
    while True:
        try:
            dbapi_connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or monotonic() > deadline:
                raise
            sleep(_WAL_PAUSE_S)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    # A deferred transaction that turns into a writer cannot wait for the lock (SQLITE_BUSY at
    # once), so writers take it at their start.
    writes = connection.get_execution_options().get("auditor_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _migrate(engine: Engine, *, create: bool) -> None:
    """Bring the tables to `HEAD`. Alembic is loaded only when there is something to do."""
    with engine.connect() as connection:
        if _version(connection) == HEAD:
            return
    with engine.connect() as plain:
        connection = plain.execution_options(auditor_write=True)
        with connection.begin():
            if engine.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
            version = _version(connection)
            if version is None and not create:
                raise StoreMissing("the database holds no audits")
            if version != HEAD:
                _upgrade(connection, version)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    table = Table("alembic_version", MetaData(), autoload_with=connection)
    return connection.execute(select(table.c.version_num)).scalar()


def _upgrade(connection: Connection, version: str | None) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util.exc import CommandError

    config = Config()
    folder = str(Path(__file__).parent / "migrations")
    # ConfigParser would read a per cent sign in the path as an interpolation.
    config.set_main_option("script_location", folder.replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise StoreError(
            f"the database has version {version}, this program knows {HEAD}: "
            "it was made by a newer auditor"
        ) from error
