"""Walking a site: a few workers, one frontier, batches to the store."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from time import monotonic

import structlog

from auditor.derive.inspect import column_name
from auditor.derive.urls import canonical, host_of
from auditor.gather.browser import Browser
from auditor.gather.crawl._batch import Batch, CrawlSink, failed_page, is_html
from auditor.gather.crawl.frontier import CRAWLED_KINDS, is_list
from auditor.gather.crawl.limits import CrawlLimits
from auditor.gather.crawl.looks import Looks, Outages
from auditor.gather.crawl.memory import CrawlMemory
from auditor.gather.crawl.reading import Reader
from auditor.gather.crawl.revisit import LOOK_AHEAD, EarlierPages, ask, validators
from auditor.gather.crawl.seeds import sitemap_urls
from auditor.gather.crawl.traps import acts
from auditor.gather.fetch import Fetched
from auditor.gather.robots import Robots
from auditor.gather.tools import Tools
from auditor.gather.verdicts import APART_S, was_asked
from auditor.model.artifact import CrawlSummary, FetchRecord
from auditor.model.finding import Reason
from auditor.model.page import Link
from auditor.model.site import Site
from auditor.store.rows import FrontierUrl, StoredPage, UrlDone

_LOG = structlog.get_logger(__name__)
#: Refusals in a row, with no page between them, after which the site counts as blocked. A
#: challenge page that is known for one weighs four times a mere status.
BLOCKED_IN_A_ROW = 20
_CHALLENGE_WEIGHT = 4
#: After a stop or the deadline, seconds for the pages under way.
GRACE_S = 3.0


class Crawler:
    """One site's crawl. `memory` is what earlier attempts left; `stop` ends the crawl between
    two pages, with everything fetched so far stored. `earlier`: the pages of the site's last audit,
    whose URLs `memory` holds."""

    def __init__(
        self,
        site: Site,
        *,
        tools: Tools,
        robots: Robots,
        limits: CrawlLimits,
        sink: CrawlSink,
        stop: asyncio.Event,
        memory: CrawlMemory | None = None,
        earlier: EarlierPages | None = None,
        renderer: Browser | None = None,
        progress: Callable[[int, int], None] = lambda pages, waiting: None,
    ) -> None:
        self._site = site
        self._tools = tools
        self._looks = Looks(tools, canonical(site.homepage))
        self._robots = robots
        self._limits = limits
        self._sink = sink
        self._stop = stop
        self._state = memory or CrawlMemory()
        self._frontier = self._state.frontier
        self._earlier = earlier
        self._progress = progress
        self._refused_row = 0
        self._blocked_by = ""
        self._outages = Outages(tools)
        self._working = 0
        self._seeded = False
        self._disallowed = 0
        self._stopped = ""
        self._home = canonical(site.homepage)
        self._reader = Reader(
            self._home,
            site.hosts,
            fetcher=tools.fetcher,
            robots=robots,
            renderer=renderer,
            max_renders=limits.max_renders,
        )
        self._batch = Batch()
        self._saving = asyncio.Lock()
        self._changed = asyncio.Event()
        self._deadline = monotonic() + limits.max_seconds

    async def run(self) -> CrawlSummary:
        """Crawl to the end or to the first budget. Errors of the sink end the crawl and are
        raised; errors of the site never are."""
        started, clock = self._tools.clock(), monotonic()
        self._discover((Link(self._home, self._home),), 0, "")
        try:
            async with asyncio.TaskGroup() as group:
                workers = [group.create_task(self._work()) for _ in range(self._limits.workers)]
                watch = group.create_task(self._watch(workers))
                await asyncio.wait(workers)
                watch.cancel()
        except* Exception as errors:
            raise errors.exceptions[0] from None
        finally:
            await asyncio.shield(self._flush())
        state, cut = self._state, self._reader.cut()
        return CrawlSummary(
            pages=state.pages,
            stopped_because=self._why_ended(),
            left=len(self._frontier) + state.deferred + len(cut),
            failed=state.failed,
            blocked=state.blocked,
            blocked_by=self._blocked_by or ("robots.txt" if self._shut_out else ""),
            robots=await self._robots.file(self._site.homepage),
            traps=(*state.traps.traps(), *cut),
            seconds=round(monotonic() - clock, 3),
            started_at=started,
            finished_at=self._tools.clock(),
        )

    # --- workers --------------------------------------------------------------------------------

    async def _work(self) -> None:
        while (waiting := await self._next()) is not None:
            item, due = waiting
            try:
                await self._visit(item, due)
            except asyncio.CancelledError:
                self._frontier.push(item)  # not looked at: it counts as left
                raise
            except Exception:  # whatever a page does to us must not end the crawl of its site
                _LOG.exception("page_crashed", site=self._site.id, url=item.url)
                self._fail(item, FetchRecord(item.url, reason=Reason.CRASHED), "unchecked", 1)
            finally:
                self._working -= 1
                self._announce()
            if self._batch.due:
                await self._flush()

    async def _next(self) -> tuple[FrontierUrl, float | None] | None:
        """The next page; waits while pages under way may still bring some or use up the budget."""
        while not self._ended():
            if self._state.pages + self._working < self._limits.max_pages:
                waiting = self._frontier.pop()
                if waiting is not None:
                    self._working += 1
                    return waiting
            if self._working:
                await self._changed.wait()
            elif not self._seeded:
                await self._seed()
            elif not self._state.take_second_chances():
                break
        self._announce()
        return None

    async def _seed(self) -> None:
        """Take what the sitemaps name and no page links to. Links come first: they tell where
        a page stands in the site."""
        self._seeded = True
        self._working += 1
        try:
            named = await sitemap_urls(self._site, self._tools.fetcher, self._robots)
            self._discover((Link(url, url, via="sitemap") for url in named), 1, "")
        finally:
            self._working -= 1
            self._announce()

    def _announce(self) -> None:
        """Wake the workers that wait for a change."""
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def _watch(self, workers: list[asyncio.Task[None]]) -> None:
        """End workers that go on for too long after the stop or the deadline. A page that is cut
        off is left for the next attempt."""
        with suppress(TimeoutError):
            async with asyncio.timeout(max(self._deadline - monotonic(), 0.0)):
                await self._stop.wait()
        self._ended()
        self._announce()
        await asyncio.sleep(GRACE_S)
        for worker in workers:
            worker.cancel()

    def _ended(self) -> bool:
        if not self._stopped:
            if self._stop.is_set():
                self._stopped = "cancelled"
            elif self._state.pages >= self._limits.max_pages and len(self._frontier):
                self._stopped = "max-pages"
            elif monotonic() >= self._deadline:
                self._stopped = "max-seconds"
            elif self._refused_row >= BLOCKED_IN_A_ROW:
                self._stopped = "blocked"
        return bool(self._stopped)

    def _why_ended(self) -> str:
        """A crawl without a single page was not complete, however empty its queue is."""
        if self._stopped:
            return self._stopped
        if not self._state.pages and (self._state.blocked or self._disallowed):
            return "blocked"
        if not self._state.pages and self._state.failed:
            return "unreachable"
        return "max-depth" if self._state.too_deep else "complete"

    @property
    def _shut_out(self) -> bool:
        return bool(self._disallowed) and not (self._state.pages or self._state.blocked)

    # --- one page -------------------------------------------------------------------------------

    async def _visit(self, item: FrontierUrl, due: float | None) -> None:
        known, coming = self._earlier, self._frontier.upcoming(LOOK_AHEAD)
        before = await known.of(item.url, coming) if known is not None else None
        if due is not None:
            await self._tools.sleep(max(due - monotonic(), 0.0))
        elif before is None and self._state.traps.defers(item):  # stopped after it was found
            self._state.deferred += 1
            self._batch.done.append(UrlDone(item.url, attempts=0, state="deferred"))
            return
        if not await self._may_ask(item.url):
            self._disallowed += 1
            record = FetchRecord(item.url, reason=Reason.ROBOTS, captured_at=self._tools.clock())
            self._finish(item, record, "unchecked", 1, failed_page(item, record))
            return
        if due is None:
            fetched, unchanged = await ask(self._tools.fetcher, item.url, before)
            fetched = await self._reader.second_opinion(fetched)
        else:
            fetched, unchanged = await self._looks.again(item), False
        record = fetched.record
        if not was_asked(record):
            await self._sit_out(item, due)
            return
        if record.reason is not None or record.status >= 400:
            await self._note_failure(item, fetched, second_look=due is not None)
            return
        self._refused_row = 0
        self._outages.over()
        attempts = 1 if due is None else 2
        final = canonical(record.final_url) or item.url
        elsewhere = host_of(final) not in self._site.hosts or not (unchanged or is_html(fetched))
        # A page that is reached by several names is stored once, under the first of them.
        if elsewhere or (final != item.url and not self._frontier.is_new(final)):
            verdict = "ok"
            if final != item.url and not elsewhere:
                self._state.traps.saw(item, None)
                verdict = await self._looks.verdict_of_redirect(item.url, final)
            self._finish(item, record, verdict, attempts)
            return
        if unchanged and known is not None:  # its links are known
            self._keep(item, final, record, attempts, known.unchanged(item, record))
            return
        reading = await self._reader.read(item, fetched)
        if reading.final not in (item.url, final):  # its own scripts sent the visitor on
            final = reading.final
            if not self._frontier.is_new(final):
                self._state.traps.saw(item, None)
                self._finish(item, record, "ok", attempts)
                return
        facts = reading.facts
        self._state.traps.saw(item, facts)
        self._discover(facts.links, item.depth + 1, item.url)
        page = StoredPage.of(
            facts, column=column_name(facts) or "", validators=validators(fetched, reading)
        )
        if known is not None and await known.says_the_same(before, facts):
            page = known.unchanged(item, record)
        self._keep(item, final, record, attempts, page)

    def _keep(
        self, item: FrontierUrl, final: str, record: FetchRecord, attempts: int, page: StoredPage
    ) -> None:
        """Count and store a page; its final name is a known URL from now on."""
        if final != item.url:
            alias = replace(item, url=final)
            self._batch.new_urls.append(alias)
            self._finish(alias, record, "ok", attempts)
        self._state.pages += 1
        self._finish(item, record, "ok", attempts, page)
        self._progress(self._state.pages, len(self._frontier))

    async def _may_ask(self, url: str) -> bool:
        """robots.txt that cannot be had forbids everything (RFC 9309), but where not even the
        name exists, that is what must be said of the page."""
        if await self._robots.allowed(url):
            return True
        return not await self._tools.resolver.addresses(host_of(url))

    async def _note_failure(
        self, item: FrontierUrl, fetched: Fetched, *, second_look: bool
    ) -> None:
        record = fetched.record
        verdict = await self._looks.verdict_of_failure(item.url, fetched, second=second_look)
        if verdict == "blocked":
            self._state.blocked += 1
            self._refused_row += _CHALLENGE_WEIGHT if fetched.blocked_by else 1
            self._blocked_by = self._blocked_by or fetched.blocked_by
        else:
            self._refused_row = 0
        final = verdict == "blocked" or (record.reason is not None and record.reason.permanent)
        if second_look or final:
            self._fail(item, record, verdict, 1 + second_look)
        else:
            self._frontier.push_again(item, monotonic() + APART_S)

    async def _sit_out(self, item: FrontierUrl, due: float | None) -> None:
        """The host answered nothing several times in a row and is given up for now: wait, and
        ask again; end the crawl when that happens too often. A page that was not asked for
        stays in the queue."""
        host = host_of(item.url)
        if host != self._site.host:
            record = FetchRecord(item.url, reason=Reason.UNREACHABLE)
            self._fail(item, record, "unchecked", 1)
            return
        if due is None:
            self._frontier.push(item)
        else:
            self._frontier.push_again(item, due)
        if not self._stopped and not await self._outages.wait(self._site.id, host):
            self._stopped = self._stopped or "unreachable"

    # --- what was found --------------------------------------------------------------------------

    def _discover(self, links: Iterable[Link], depth: int, parent: str) -> None:
        for link in self._frontier.fresh(links):
            self._add(link, depth, parent)

    def _add(self, link: Link, depth: int, parent: str) -> None:
        in_site = host_of(link.url) in self._site.hosts
        if not in_site and not self._limits.offsite:
            return
        crawled = in_site and link.kind in CRAWLED_KINDS
        too_deep = crawled and depth > self._limits.max_depth
        traps = self._state.traps
        item = FrontierUrl(
            url=link.url,
            kind=link.kind,
            in_site=in_site,
            depth=depth,
            parent=parent,
            text=link.text[:200],
            priority=int(self._limits.lists_first and not is_list(link)),
            guessed=link.guessed,
        )
        if too_deep or (traps.defers(item) if crawled else acts(link.url)):
            item = replace(item, state="deferred")
        elif crawled and traps.crowds(link.url):
            item = replace(item, priority=2)
        self._batch.new_urls.append(item)
        if crawled and item.state == "deferred":
            self._state.deferred += 1
            self._state.too_deep += too_deep
        elif crawled:
            self._frontier.push(item)

    def _fail(self, item: FrontierUrl, record: FetchRecord, verdict: str, attempts: int) -> None:
        if item.guessed:  # nobody said that there is such a page
            self._finish(item, record, verdict, attempts)
            return
        self._state.failed += 1
        self._finish(item, record, verdict, attempts, failed_page(item, record))

    def _finish(
        self,
        item: FrontierUrl,
        record: FetchRecord,
        verdict: str,
        attempts: int,
        page: StoredPage | None = None,
    ) -> None:
        """Put what came of a URL into the batch, its page with it."""
        if page is not None:
            self._batch.pages.append(page)
        self._batch.done.append(
            UrlDone(
                url=item.url,
                status=record.status,
                reason=record.reason,
                verdict=verdict,
                attempts=attempts,
                checked_at=record.captured_at or self._tools.clock(),
            )
        )

    async def _flush(self) -> None:
        async with self._saving:
            batch, self._batch = self._batch, Batch()
            if batch:
                # A worker that is cut off must not take the batch of all workers with it.
                await asyncio.shield(self._sink.save(batch.pages, batch.new_urls, batch.done))
