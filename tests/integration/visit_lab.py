"""A small site that is audited several times, and what each visit asked and kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path

from auditor.engine.record import Bookkeeper, SiteRecord
from auditor.engine.second_visit import basis_of, in_rounds, recall_traps, settle, take_over
from auditor.engine.steps import remembered
from auditor.gather.crawl import Crawler, CrawlLimits
from auditor.gather.robots import Robots
from auditor.model.artifact import CrawlSummary
from auditor.model.page import PageFacts
from auditor.model.revisit import CrawlComparison, Revisit
from auditor.model.site import Site
from auditor.store import Store
from auditor.store.rows import FrontierUrl, PageRow, StoredPage, UrlDone
from tests.hostile.web import Request, Script, Talk, Web
from tests.integration.probe_lab import Lab, lab, site
from tests.integration.site_lab import local, status

FIRST_DAY = datetime(2026, 11, 1, 4, 0, tzinfo=UTC)


def tagged(body: bytes) -> Script:
    """A page with an ETag; answers 304 to who knows it."""
    tag = f'"{sha256(body).hexdigest()[:12]}"'

    async def script(talk: Talk) -> None:
        if talk.request.headers.get("If-None-Match") == tag:
            await talk.answer(304, b"", ("ETag", tag))
        else:
            await talk.answer(200, body, ("Content-Type", "text/html"), ("ETag", tag))

    return script


def dated(body: bytes, modified: datetime, sent: datetime) -> Script:
    """A page with Last-Modified and Date; answers 304 whoever asks with a date."""
    headers = (
        ("Content-Type", "text/html"),
        ("Last-Modified", format_datetime(modified, usegmt=True)),
        ("Date", format_datetime(sent, usegmt=True)),
    )

    async def script(talk: Talk) -> None:
        if "If-Modified-Since" in talk.request.headers:
            await talk.answer(304)
        else:
            await talk.answer(200, body, *headers)

    return script


@dataclass
class Visit:
    """One audit's crawl: its summary, what was asked, and what the store holds."""

    run_id: str
    summary: CrawlSummary
    asked: list[Request]
    store: Store

    def requests(self, path: str) -> list[Request]:
        """The requests for a path."""
        return [item for item in self.asked if item.path == path]

    @property
    def revisit(self) -> Revisit:
        """What became of the known pages."""
        assert self.summary.revisit is not None
        return self.summary.revisit

    @property
    def compared(self) -> CrawlComparison:
        """The crawl beside the last one."""
        assert self.summary.compared_with is not None
        return self.summary.compared_with

    @property
    def pages(self) -> dict[str, PageFacts]:
        """Facts by path."""
        return {local(page.url): page for page in self.store.pages(self.run_id, "example")}

    @property
    def rows(self) -> dict[str, PageRow]:
        """Page rows by path."""
        return {local(row.url): row for row in self.store.page_rows(self.run_id, "example")}


@dataclass
class Visits:
    """Audits the site of a web server again and again; every visit is a day after the last."""

    web: Web
    here: Lab
    store: Store
    thread: ThreadPoolExecutor
    options: dict[str, object] = field(default_factory=dict)
    days: int = 0

    @property
    def site(self) -> Site:
        """The site as the register has it."""
        return site(self.web.port, **self.options)

    def claim(self) -> SiteRecord:
        """A new run with the site claimed."""
        self.days += 1
        day = FIRST_DAY + timedelta(days=self.days)
        run_id = f"run-{self.days}"
        self.store.create_run(
            run_id=run_id,
            started_at=day,
            as_of=day,
            tool_version="0",
            config_json="{}",
            config_sha256="",
            sites=[self.site],
        )
        return self.attempt(run_id, day)

    def attempt(self, run_id: str, day: datetime = FIRST_DAY) -> SiteRecord:
        """A claim of a run's site."""
        fence = self.store.claim(run_id, "example", day)
        book = Bookkeeper(self.store, self.thread, run_id, self.thread)
        return SiteRecord(book, "example", fence, lambda: day)

    async def visit(
        self,
        *,
        limits: CrawlLimits | None = None,
        record: SiteRecord | None = None,
        sink: object = None,
        done: bool = True,
        settled_sample: float | None = None,
    ) -> Visit:
        """Crawl the site as a new run, or go on with a record."""
        bounds = limits or CrawlLimits(workers=2)
        claimed = record or self.claim()
        before = len(self.web.log)
        basis = await basis_of(claimed, self.site, bounds)
        visit = await take_over(claimed, self.site, basis, settled_sample=settled_sample)

        async def crawl() -> CrawlSummary:
            memory = await claimed.book.call(remembered, claimed, bounds.max_depth)
            recall_traps(claimed, basis, memory.traps)
            crawler = Crawler(
                self.site,
                tools=self.here.tools,
                robots=Robots(self.here.tools.fetcher, obey=True, override_reason=""),
                limits=bounds,
                sink=sink or claimed,  # type: ignore[arg-type]
                stop=asyncio.Event(),
                earlier=visit.earlier,
                memory=memory,
            )
            return await asyncio.wait_for(crawler.run(), 30)

        rounds = await in_rounds(claimed, visit, crawl)
        summary = await settle(claimed, self.site, visit, rounds)
        if done:
            await claimed.keep(CrawlSummary, summary)
            await claimed.finish("done", stopped_because=summary.stopped_because)
        return Visit(claimed.book.run_id, summary, self.web.log[before:], self.store)


@asynccontextmanager
async def visits(
    folder: Path, pages: dict[str, Script], **site_options: object
) -> AsyncIterator[Visits]:
    """A web server with these pages (a mapping that may change between visits) and a store."""
    pages.setdefault("*", status(404))
    async with Web(pages) as web, lab(web.port) as here:
        with Store.open(f"sqlite:///{folder}/a.db") as store, ThreadPoolExecutor(1) as thread:
            yield Visits(web, here, store, thread, dict(site_options))


class Killed(Exception):
    """The process ended here."""


class Mortal:
    """A sink that dies after some batches."""

    def __init__(self, record: SiteRecord, batches: int) -> None:
        self._record, self._left = record, batches

    async def save(
        self,
        pages: Sequence[StoredPage],
        new_urls: Sequence[FrontierUrl],
        done: Sequence[UrlDone],
    ) -> None:
        """Store the batch, or die."""
        if not self._left:
            raise Killed
        self._left -= 1
        await self._record.save(pages, new_urls, done)
