"""Two processes on one site: the later claim wins, and the earlier one, frozen and thawed, writes
nothing more and says so."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from tests.hostile.web import Web
from tests.integration.cli_lab import served
from tests.integration.round_lab import configure, finish, found, small_site, start, until

pytestmark = pytest.mark.slow

ARTICLES = 60
POSTGRES = os.environ.get("AUDITOR_TEST_POSTGRES", "")
SLOWLY = {"politeness": {"delay_s": 0.1, "per_host": 2}}


@pytest.fixture(params=["sqlite", "postgresql"] if POSTGRES else ["sqlite"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/auditor.db"
        return
    schema = f"t{os.getpid()}"
    server = make_url(POSTGRES).set(drivername="postgresql+psycopg")
    engine = create_engine(server)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    scoped = server.update_query_dict({"options": f"-csearch_path={schema}"})
    yield scoped.render_as_string(hide_password=False)
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    engine.dispose()


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    with served(small_site(ARTICLES)) as server:
        yield server


def contents(database: str) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    engine = create_engine(make_url(database), poolclass=NullPool)
    tables = ("runs", "site_audits", "urls", "pages", "artifacts", "issues", "judgements")
    with engine.connect() as connection:
        return {
            name: sorted(map(tuple, connection.execute(text(f"SELECT * FROM {name}"))), key=repr)
            for name in tables
        }


def pages(database: str) -> int:
    try:
        return len(contents(database)["pages"])
    except DBAPIError:  # the tables are not there yet, or are being made
        return 0


def frozen(folder: Path, database: str, at: int) -> subprocess.Popen[str]:
    """A round that stands still after some pages. On SQLite a process that is frozen in a
    transaction would hold the database, so it is thawed and frozen again in another moment."""
    process = start(folder, "--database", database)
    until(process, lambda: pages(database) >= at)
    process.send_signal(signal.SIGSTOP)
    while not _can_be_written(database):
        process.send_signal(signal.SIGCONT)
        until(process, lambda: _can_be_written(database))
        process.send_signal(signal.SIGSTOP)
    return process


def _can_be_written(database: str) -> bool:
    import sqlite3

    path = make_url(database).database
    if not database.startswith("sqlite"):
        return True
    connection = sqlite3.connect(str(path), timeout=0.2, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()
    return True


def test_the_later_claim_wins(web: Web, tmp_path: Path, database: str) -> None:
    folder = tmp_path / "r"
    configure(folder, {"a": web.url("/")}, **SLOWLY)
    first = frozen(folder, database, at=10)
    second = start(folder, "--resume", "last", "--database", database)
    finish(second)
    result, rows = found(folder), contents(database)
    assert result["sites"][0]["crawl"]["stopped_because"] == "complete"
    assert len(rows["pages"]) == ARTICLES + 2
    files = {path.name: path.stat().st_mtime_ns for path in (folder / "out").iterdir()}
    first.send_signal(signal.SIGCONT)
    said = finish(first, 3)
    assert "taken over" in said
    assert contents(database) == rows
    assert found(folder) == result
    assert files == {path.name: path.stat().st_mtime_ns for path in (folder / "out").iterdir()}
