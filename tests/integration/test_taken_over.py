"""Two processes on one site: the later claim wins, and the earlier one, frozen and thawed, writes
nothing more and says so."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from tests.databases import KINDS, empty_database
from tests.hostile.web import Web
from tests.integration.cli_lab import served
from tests.integration.round_lab import configure, finish, found, small_site, start, until

pytestmark = pytest.mark.slow

ARTICLES = 60
SLOWLY = {"politeness": {"delay_s": 0.1, "per_host": 2}}


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with empty_database(request.param, tmp_path) as made:
        yield made


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
