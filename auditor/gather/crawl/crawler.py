"""Walking a site: a few workers, one frontier, batches to the store."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Protocol

from auditor.derive.page import page_facts
from auditor.derive.urls import canonical, host_of
from auditor.gather.browser import Browser
from auditor.gather.crawl.frontier import CRAWLED_KINDS, Frontier
from auditor.gather.crawl.seeds import sitemap_urls
from auditor.gather.crawl.traps import TrapWatch
from auditor.gather.fetch import Fetched
from auditor.gather.robots import Robots
from auditor.gather.tools import Tools
from auditor.model.artifact import CrawlSummary, Missed
from auditor.model.finding import Reason
from auditor.model.page import Link, PageFacts
from auditor.model.site import Site
from auditor.store.rows import FrontierUrl, StoredPage, UrlDone

#: Pages per transaction, and the longest that a page waits for one (seconds).
BATCH_PAGES = 50
BATCH_S = 2.0
#: Bodies above this are parsed in a thread; below, the hop costs more than it saves.
LARGE_BODY = 512 * 1024
#: Challenge pages in a row, with no page between them, after which the site counts as blocked.
BLOCKED_IN_A_ROW = 5
#: Statuses that say "gone" when seen twice, some time apart.
GONE = frozenset({404, 410})
#: Statuses by which protection refuses a machine; no statement about the page.
REFUSING = frozenset({401, 403, 405, 412, 429, 521})
HTML_TYPES = ("text/html", "application/xhtml")


@dataclass(frozen=True, slots=True)
class CrawlLimits:
    """Budgets of one site's crawl."""

    max_pages: int = 5000
    max_depth: int = 20
    max_seconds: float = 3600.0
    workers: int = 4
    max_renders: int = 60
    offsite: bool = True


class CrawlSink(Protocol):
    """Where a crawl leaves what it found; one call is one transaction."""

    async def save(
        self,
        pages: Sequence[StoredPage],
        new_urls: Sequence[FrontierUrl],
        done: Sequence[UrlDone],
    ) -> None:
        """Store a batch durably."""
        ...


@dataclass(slots=True)
class _Batch:
    pages: list[StoredPage] = field(default_factory=list)
    new_urls: list[FrontierUrl] = field(default_factory=list)
    done: list[UrlDone] = field(default_factory=list)
    since: float = field(default_factory=monotonic)

    @property
    def due(self) -> bool:
        full = len(self.pages) >= BATCH_PAGES or len(self.done) >= 4 * BATCH_PAGES
        return full or monotonic() - self.since > BATCH_S


class Crawler:
    """One site's crawl. `done_pages` is the number of pages stored by earlier attempts; `stop`
    ends the crawl between two pages, with everything fetched so far stored."""

    def __init__(
        self,
        site: Site,
        *,
        tools: Tools,
        robots: Robots,
        limits: CrawlLimits,
        sink: CrawlSink,
        frontier: Frontier,
        stop: asyncio.Event,
        done_pages: int = 0,
        renderer: Browser | None = None,
        progress: Callable[[int, int], None] = lambda pages, waiting: None,
    ) -> None:
        self._site = site
        self._tools = tools
        self._robots = robots
        self._limits = limits
        self._sink = sink
        self._frontier = frontier
        self._stop = stop
        self._renderer = renderer
        self._progress = progress
        self._pages = done_pages
        self._renders = 0
        self._failed = 0
        self._blocked = 0
        self._blocked_row = 0
        self._blocked_by = ""
        self._working = 0
        self._left = 0
        self._stopped = ""
        self._home = canonical(site.homepage)
        self._batch = _Batch()
        self._saving = asyncio.Lock()
        self._wake = asyncio.Condition()
        self._traps = TrapWatch()
        self._deadline = monotonic() + limits.max_seconds

    async def run(self) -> CrawlSummary:
        """Crawl to the end or to the first budget. Errors of the sink end the crawl and are
        raised; errors of the site never are."""
        started, clock = self._tools.clock(), monotonic()
        self._discover(Link(self._home, self._home), 0, "")
        for url in await sitemap_urls(self._site, self._tools.fetcher, self._robots):
            self._discover(Link(url, url, via="sitemap"), 1, "")
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self._limits.workers):
                    group.create_task(self._work())
        except* Exception as errors:
            raise errors.exceptions[0] from None
        finally:
            await asyncio.shield(self._flush())
        return CrawlSummary(
            pages=self._pages,
            stopped_because=self._stopped or "complete",
            left=len(self._frontier) + self._left,
            failed=self._failed,
            blocked=self._blocked,
            blocked_by=self._blocked_by,
            robots=await self._robots.file(self._site.homepage),
            traps=self._traps.traps(),
            seconds=round(monotonic() - clock, 3),
            started_at=started,
            finished_at=self._tools.clock(),
        )

    # --- workers --------------------------------------------------------------------------------

    async def _work(self) -> None:
        while not self._ended():
            item = self._frontier.pop()
            if item is None:
                if not self._working:
                    break
                async with self._wake:
                    await self._wake.wait_for(lambda: len(self._frontier) or not self._working)
                continue
            self._working += 1
            try:
                await self._visit(*item)
            finally:
                self._working -= 1
                async with self._wake:
                    self._wake.notify_all()
            if self._batch.due:
                await self._flush()
        async with self._wake:
            self._wake.notify_all()

    def _ended(self) -> bool:
        if not self._stopped:
            if self._stop.is_set():
                self._stopped = "cancelled"
            elif self._pages >= self._limits.max_pages and len(self._frontier):
                self._stopped = "max-pages"
            elif monotonic() > self._deadline:
                self._stopped = "max-seconds"
            elif self._blocked_row >= BLOCKED_IN_A_ROW:
                self._stopped = "blocked"
        return bool(self._stopped)

    async def _visit(self, item: FrontierUrl, second_look: bool) -> None:
        if not await self._robots.allowed(item.url):
            self._done(item, Reason.ROBOTS, verdict="unchecked")
            return
        fetched = await self._tools.fetcher.fetch(item.url, verify=False)
        record = fetched.record
        if record.reason is not None or record.status >= 400:
            self._note_failure(item, fetched, second_look)
            return
        self._blocked_row = 0
        self._done(item, None, status=record.status, verdict="ok", attempts=1 + second_look)
        final = canonical(record.final_url) or item.url
        if host_of(final) not in self._site.hosts or not _is_html(fetched):
            return
        if final != item.url and not self._frontier.is_new(final):
            return
        await self._take(item, fetched)

    async def _take(self, item: FrontierUrl, fetched: Fetched) -> None:
        facts = await self._read(item, fetched.body, fetched)
        if facts.script_shell and self._renderer and self._renders < self._limits.max_renders:
            self._renders += 1
            rendered = await self._renderer.render(item.url)
            if not isinstance(rendered, Missed):
                read = await self._read(item, rendered.html, fetched, rendered=True)
                facts = replace(read, encoding=facts.encoding, rendered=True)
        for link in facts.links:
            if link.url:
                self._discover(link, item.depth + 1, item.url)
        self._batch.pages.append(StoredPage.of(facts))
        self._pages += 1
        self._progress(self._pages, len(self._frontier))

    async def _read(
        self, item: FrontierUrl, body: bytes, fetched: Fetched, *, rendered: bool = False
    ) -> PageFacts:
        record = fetched.record

        def read() -> PageFacts:
            return page_facts(
                body,
                url=item.url,
                final_url=record.final_url,
                status=record.status,
                content_type="text/html; charset=utf-8" if rendered else record.content_type,
                captured_at=record.captured_at,
                parent_url=item.parent,
                parent_text=item.text,
                depth=item.depth,
                home=item.url == self._home,
                sha256=record.sha256,
            )

        return await asyncio.to_thread(read) if len(body) > LARGE_BODY else read()

    # --- what was found --------------------------------------------------------------------------

    def _discover(self, link: Link, depth: int, parent: str) -> None:
        if not self._frontier.is_new(link.url):
            return
        in_site = host_of(link.url) in self._site.hosts
        if not in_site and not self._limits.offsite:
            return
        crawled = in_site and link.kind in CRAWLED_KINDS
        deferred = crawled and (self._traps.defers(link.url) or depth > self._limits.max_depth)
        item = FrontierUrl(
            url=link.url,
            kind=link.kind,
            in_site=in_site,
            depth=depth,
            parent=parent,
            text=link.text[:200],
            state="deferred" if deferred else "queued",
        )
        self._batch.new_urls.append(item)
        if deferred:
            self._left += 1
        elif crawled:
            self._frontier.push(item)

    def _note_failure(self, item: FrontierUrl, fetched: Fetched, second_look: bool) -> None:
        record = fetched.record
        verdict = verdict_of(record.status, record.reason)
        if verdict == "blocked":
            self._blocked += 1
            self._blocked_row += bool(fetched.blocked_by)
            self._blocked_by = self._blocked_by or fetched.blocked_by
        if second_look or verdict == "blocked" or (record.reason and record.reason.permanent):
            self._failed += 1
            self._done(
                item, record.reason, status=record.status, verdict=verdict, attempts=1 + second_look
            )
        else:
            self._frontier.push_again(item)

    def _done(
        self,
        item: FrontierUrl,
        reason: Reason | None,
        *,
        status: int = 0,
        verdict: str,
        attempts: int = 1,
    ) -> None:
        self._batch.done.append(
            UrlDone(
                url=item.url,
                status=status,
                reason=reason,
                verdict=verdict,
                attempts=attempts,
                checked_at=self._tools.clock(),
            )
        )

    async def _flush(self) -> None:
        async with self._saving:
            batch, self._batch = self._batch, _Batch()
            if batch.pages or batch.new_urls or batch.done:
                await self._sink.save(batch.pages, batch.new_urls, batch.done)


def verdict_of(status: int, reason: Reason | None) -> str:
    """What a failed request says of its target, once it has been repeated: certain | suspected |
    blocked | unchecked. Only an answer that the target does not exist is certain."""
    if reason in {Reason.BLOCKED, Reason.RATE_LIMITED} or (not reason and status in REFUSING):
        return "blocked"
    if reason in {Reason.ROBOTS, Reason.GUARD, Reason.NOT_REQUESTED, Reason.CANCELLED}:
        return "unchecked"
    if reason is Reason.NXDOMAIN or (reason is None and status in GONE):
        return "certain"
    return "suspected"


def _is_html(fetched: Fetched) -> bool:
    """HTML by its label, or by its first byte where the server gives none (or a vague one)."""
    label = fetched.record.content_type.lower()
    if label.startswith(HTML_TYPES):
        return True
    vague = not label or label.startswith(("text/plain", "application/octet-stream"))
    head = fetched.body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return vague and head.startswith((b"<!doctype html", b"<html"))
