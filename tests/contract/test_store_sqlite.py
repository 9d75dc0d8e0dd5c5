"""What only a file can show: migrations, a missing or full database, several users at once."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, event

import auditor.store
from auditor.model.page import PageFacts
from auditor.model.site import Site
from auditor.store import FrontierUrl, Store, StoredPage, StoreError, StoreFull, StoreMissing
from auditor.store.database import HEAD
from auditor.store.tables import metadata

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def new_run(store: Store, run_id: str = "r1") -> int:
    store.create_run(
        run_id=run_id,
        started_at=NOW,
        as_of=NOW,
        tool_version="0.1.0",
        config_json="{}",
        config_sha256="",
        sites=[Site("portal", "某某区人民政府", "http://www.mou.gov.cn/")],
    )
    return store.claim(run_id, "portal", NOW)


def save(store: Store, fence: int, start: int, count: int = 20, size: int = 10) -> None:
    text = "".join(chr(0x4E00 + (start * 7919 + n * n) % 20_000) for n in range(size))
    names = [f"http://www.mou.gov.cn/{number:05}" for number in range(start, start + count)]
    pages = [StoredPage.of(PageFacts(name, name, text=text)) for name in names]
    links = [FrontierUrl(name) for name in names]
    store.save_batch("r1", "portal", fence, pages=pages, new_urls=links, done=(), now=NOW)


def fill(store: Store, fence: int) -> None:
    for start in range(20, 2000, 20):
        save(store, fence, start, size=500)


def test_migrations_make_exactly_the_tables(tmp_path: Path) -> None:
    Store.open(f"sqlite:///{tmp_path}/a.db").close()
    engine = create_engine(f"sqlite:///{tmp_path}/a.db")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_head_is_the_newest_migration() -> None:
    config = Config()
    folder = Path(auditor.store.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_an_up_to_date_database_opens_without_alembic(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/a.db"
    Store.open(url).close()
    code = f"import sys; from auditor.store import Store; Store.open({url!r}); "
    code += "sys.exit('alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("folder", ["100%sure", "带 空格"])
def test_odd_folders(tmp_path: Path, folder: str) -> None:
    with Store.open(f"sqlite:///{tmp_path}/{folder}/deep/a.db") as store:
        assert store.run_ids() == ()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot make the folder"):
        Store.open(f"sqlite:///{tmp_path}/file/a.db")


def test_a_missing_database_is_not_made_on_reading(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with pytest.raises(StoreMissing, match="no database"):
        Store.open(f"sqlite:///{path}", create=False)
    assert not path.exists()


def test_an_empty_database_holds_no_audits(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    sqlite3.connect(path).close()
    path.touch()
    with pytest.raises(StoreMissing, match="holds no audits"):
        Store.open(f"sqlite:///{path}", create=False)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("auditor.db", "not a database URL"),
        ("sqlite://", "must be a file"),
        ("mysql://host/x", "'mysql' are not supported"),
        ("sqlite+nonsense:///x.db", "unknown kind"),
    ],
)
def test_unusable_urls_say_what_to_use(url: str, says: str) -> None:
    with pytest.raises(StoreError, match=says):
        Store.open(url)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    path.write_text("register: sites.csv\n" * 100)
    with pytest.raises(StoreError, match="not a database"):
        Store.open(f"sqlite:///{path}")
    assert path.read_text().startswith("register")


def test_a_newer_database_is_left_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/a.db"
    Store.open(url).close()
    with sqlite3.connect(tmp_path / "a.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(StoreError, match="newer auditor"):
        Store.open(url)


def test_a_full_disk_is_told_and_loses_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/a.db"
    with Store.open(url) as store:
        fence = new_run(store)
        save(store, fence, 0)

        # SQLite itself answers SQLITE_FULL here, exactly as it does on a full disk.
        @event.listens_for(store._engine, "checkout")
        def _limit(connection: sqlite3.Connection, *rest: object) -> None:
            connection.execute("PRAGMA max_page_count=40")

        with pytest.raises(StoreFull, match="no space left"):
            fill(store, fence)
        kept = store.page_count("r1", "portal")
        assert kept >= 20
        assert kept % 20 == 0
    with Store.open(url, create=False) as store:
        assert len(list(store.pages("r1", "portal"))) == kept


def test_processes_that_open_a_new_database_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/a.db"
    start = Barrier(4)

    def use(number: int) -> None:
        start.wait()
        with Store.open(url) as store:
            new_run(store, f"r{number}")

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(use, range(4)))
    with Store.open(url) as store:
        assert sorted(store.run_ids()) == ["r0", "r1", "r2", "r3"]


def test_reading_goes_on_while_a_writer_writes(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path}/a.db") as store:
        fence = new_run(store)
        save(store, fence, 0, count=250)
        seen = []
        with ThreadPoolExecutor(1) as writer:
            for number, page in enumerate(store.pages("r1", "portal")):
                seen.append(page.url)
                if number % 50 == 0:
                    writer.submit(save, store, fence, 1000 + number, count=5).result()
        assert seen == [f"http://www.mou.gov.cn/{number:05}" for number in range(250)]
        assert store.page_count("r1", "portal") == 275


def test_writers_of_two_processes_wait_for_each_other(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/a.db"
    with Store.open(url) as first, Store.open(url) as second:
        fence = new_run(first)

        def write(half: tuple[Store, int]) -> None:
            for start in range(half[1], half[1] + 200, 10):
                save(half[0], fence, start, count=10)

        with ThreadPoolExecutor(2) as threads:
            list(threads.map(write, [(first, 0), (second, 200)]))
        assert first.page_count("r1", "portal") == 400


def test_a_killed_writer_leaves_whole_batches(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/a.db"
    with Store.open(url) as store:
        fence = new_run(store)
    code = (
        "import sys; from tests.contract.test_store_sqlite import Store, save\n"
        f"store = Store.open({url!r})\n"
        "for start in range(0, 10**6, 20):\n"
        f"    save(store, {fence}, start); print(start, flush=True)\n"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = [next(process.stdout) for _ in range(10)]
        process.kill()
    with Store.open(url, create=False) as store:
        pages = [page.url for page in store.pages("r1", "portal")]
        assert len(pages) >= 20 * len(told)
        assert len(pages) % 20 == 0
        assert sorted(store.seen_urls("r1", "portal")) == pages
