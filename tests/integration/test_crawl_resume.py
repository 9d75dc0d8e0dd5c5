"""A crawl that goes on where an earlier attempt ended, however that ended."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from auditor.engine.record import Bookkeeper, SiteRecord
from auditor.engine.steps import remembered
from auditor.gather.crawl import Crawler, CrawlLimits
from auditor.gather.robots import Robots
from auditor.model.artifact import CrawlSummary
from auditor.store import Store
from auditor.store.rows import FrontierUrl, StoredPage, UrlDone
from tests.hostile.web import Script, Talk, Web
from tests.integration.probe_lab import Lab, lab, page, site
from tests.integration.site_lab import linked, local, moved, scripts, status

RUN = "20261120-000000-test"
NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
LIMITS = CrawlLimits(workers=3, max_depth=5)


class Killed(Exception):
    """The process ended here."""


class Mortal:
    """A record that dies after some batches, before or after the last one is stored."""

    def __init__(self, record: SiteRecord, batches: int, *, stored: bool) -> None:
        self._record, self._left, self._stored = record, batches, stored

    async def save(
        self, pages: list[StoredPage], new_urls: list[FrontierUrl], done: list[UrlDone]
    ) -> None:
        self._left -= 1
        if self._left < 0 or (self._left == 0 and not self._stored):
            raise Killed
        await self._record.save(pages, new_urls, done)
        if not self._left:
            raise Killed


@contextmanager
def recording(folder: Path, known_site: object) -> Iterator[SiteRecord]:
    """A claimed audit in a store of its own; the store is kept when it exists."""
    folder.mkdir(exist_ok=True)
    with Store.open(f"sqlite:///{folder}/a.db") as store, ThreadPoolExecutor(1) as thread:
        if not store.run_ids():
            store.create_run(
                run_id=RUN,
                started_at=NOW,
                as_of=NOW,
                tool_version="0",
                config_json="{}",
                config_sha256="",
                sites=[known_site],  # type: ignore[list-item]
            )
        fence = store.claim(RUN, "example", NOW)
        yield SiteRecord(Bookkeeper(store, thread, RUN, thread), "example", fence, lambda: NOW)


async def attempt(
    here: Lab,
    record: SiteRecord,
    port: int,
    *,
    sink: object = None,
    stop: asyncio.Event | None = None,
    limits: CrawlLimits = LIMITS,
) -> CrawlSummary:
    memory = await record.book.call(remembered, record, limits.max_depth)
    crawler = Crawler(
        site(port),
        tools=here.tools,
        robots=Robots(here.tools.fetcher, obey=True, override_reason=""),
        limits=limits,
        sink=sink or record,  # type: ignore[arg-type]
        stop=stop or asyncio.Event(),
        memory=memory,
    )
    return await asyncio.wait_for(crawler.run(), 30)


def outcome(record: SiteRecord) -> object:
    """Everything that the store holds of the crawl, but for times and who found what first."""
    store = record.book.store
    pages = [(local(row.url), row.outcome, row.status) for row in store.page_rows(RUN, "example")]
    urls = [
        (local(row.url), row.state, row.verdict, row.status)
        for row in store.url_states(RUN, "example")
    ]
    return pages, urls


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """A transaction for every page."""
    monkeypatch.setattr("auditor.gather.crawl._batch.BATCH_PAGES", 1)


def district() -> dict[str, Script]:
    """A site with everything that makes a crawl's state: dead links, redirects, traps."""
    sections = [f"/s{number}/" for number in range(4)]
    pages = {"/": page(linked(*sections, "/dead", "/old", "/m?action=delete&id=1"))}
    for section in sections:
        articles = [f"{section}a{number}.html" for number in range(6)]
        pages[section] = page(linked(*articles, "/", "/broken"))
        pages |= dict.fromkeys(articles, page(linked(section, "/dead", "deep/er/a.html")))
    deep = page(linked("deep/er/a.html", "deep/er/b.html"))
    return (
        scripts(pages)
        | {"/old": moved("/s1/"), "/broken": status(500), "*": deep}
        | {"/dead": status(404)}
    )


async def whole(folder: Path) -> tuple[object, CrawlSummary]:
    """The crawl without an interruption."""
    async with Web(district()) as web, lab(web.port) as here:
        with recording(folder, site(web.port)) as record:
            summary = await attempt(here, record, web.port)
            return outcome(record), summary


@pytest.mark.parametrize("stored", [True, False])
@pytest.mark.usefixtures("small_batches")
async def test_killed_after_any_batch_no_page_is_lost(tmp_path: Path, stored: bool) -> None:
    expected, summary = await whole(tmp_path / "whole")
    for batches in (1, 2, 5, 9, 14, 20):
        folder = tmp_path / f"killed-{batches}"
        async with Web(district()) as web, lab(web.port) as here:
            with recording(folder, site(web.port)) as record:
                mortal = Mortal(record, batches, stored=stored)
                with pytest.raises(Killed):
                    await attempt(here, record, web.port, sink=mortal)
            with recording(folder, site(web.port)) as record:
                resumed = await attempt(here, record, web.port)
                assert outcome(record) == expected, batches
        assert (resumed.pages, resumed.left) == (summary.pages, summary.left)
        assert [(trap.rule, trap.deferred) for trap in resumed.traps] == [
            (trap.rule, trap.deferred) for trap in summary.traps
        ]
        assert resumed.failed == summary.failed


async def test_stopped_again_and_again_it_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    expected, summary = await whole(tmp_path / "whole")
    folder = tmp_path / "stopped"
    stop = asyncio.Event()
    limit = [0]

    def stopping(script: Script) -> Script:
        async def counted(talk: Talk) -> None:
            limit[0] -= 1
            if not limit[0]:
                stop.set()
            await script(talk)

        return counted

    counted = {path: stopping(script) for path, script in district().items()}
    attempts = 0
    async with Web(counted) as web, lab(web.port) as here:
        while True:
            stop.clear()
            limit[0], attempts = 11, attempts + 1
            with recording(folder, site(web.port)) as record:
                last = await attempt(here, record, web.port, stop=stop)
                if last.stopped_because != "cancelled":
                    assert outcome(record) == expected
                    break
            assert attempts < 40
        assert attempts > 3
        good = [f"/s1/a{number}.html" for number in range(6)]
        assert [len(web.requests(path)) for path in good] == [1] * 6, "nothing is fetched twice"
    assert (last.pages, last.left) == (summary.pages, summary.left)


async def test_the_budget_of_pages_holds_over_all_attempts(tmp_path: Path) -> None:
    async with Web(district()) as web, lab(web.port) as here:
        for _ in range(2):
            with recording(tmp_path, site(web.port)) as record:
                limits = CrawlLimits(workers=3, max_depth=5, max_pages=9)
                summary = await attempt(here, record, web.port, limits=limits)
        assert (summary.pages, summary.stopped_because) == (9, "max-pages")
