"""The steps of a site audit: which artifact each gathers, and what it needs for that.

A step is an `async` function whose parameter types are its needs and whose `Step` names the
artifact. The order below is the order of work. A step runs only when a selected check, a later
step or the report asks for its artifact.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from itertools import islice

from auditor.config import Settings
from auditor.derive.error_pages import error_mark
from auditor.derive.known_items import KnownItems
from auditor.derive.render_choice import RenderChoice
from auditor.engine.progress import Progress
from auditor.engine.record import SiteRecord
from auditor.engine.second_visit import Visit, basis_of, in_rounds, recall_traps, settle, take_over
from auditor.engine.stop import Stop
from auditor.gather.browser import Browser
from auditor.gather.crawl import CRAWLED_KINDS, Crawler, CrawlLimits, CrawlMemory, remember
from auditor.gather.probes._ports import own_port, site_ports
from auditor.gather.probes.dns import probe_dns
from auditor.gather.probes.home import probe_home, probe_reachability
from auditor.gather.probes.hosts import probe_hosts
from auditor.gather.probes.ipv6 import probe_ipv6
from auditor.gather.probes.linked_hosts import probe_linked_hosts
from auditor.gather.probes.links import verify_links
from auditor.gather.probes.search import SearchLimits, probe_search
from auditor.gather.probes.soft404 import examples_of, probe_soft404
from auditor.gather.robots import Robots, obedient
from auditor.gather.tls import probe_tls
from auditor.gather.tools import Tools
from auditor.gather.verdicts import breaks_http
from auditor.model.artifact import (
    AxeRun,
    BadTarget,
    BadTargets,
    CrawlSummary,
    DnsAnswers,
    HomeFetch,
    HomePage,
    HostProbes,
    Ipv6Probe,
    LinkedHosts,
    Missed,
    ReachabilitySample,
    SearchProbe,
    Soft404Probe,
    TlsProbe,
)
from auditor.model.finding import Reason
from auditor.model.page import LinkKind
from auditor.model.site import Site, Vantage
from auditor.store.rows import FrontierUrl, UrlDone

#: Link targets tested per site beyond the crawled pages; the rest is reported as unchecked.
MAX_TARGETS = 20_000
#: Pages linked from the home page whose own links count as third-level ones.
PAGES_BELOW_HOME = 20
_SAVE_EVERY = 200
_CRAWL_WORKERS_MAX = 16


@dataclass(frozen=True, slots=True)
class Step:
    """One step: the artifact, the function that gathers it, and the phase shown meanwhile."""

    produces: type
    gather: Callable[..., Awaitable[object]]
    phase: str


@dataclass(frozen=True, slots=True)
class BrowserPool:
    """The run's browser; `why_not` says why there is none."""

    browser: Browser | None
    why_not: Missed | None = None


async def gather_tls(tools: Tools, site: Site, dns: DnsAnswers) -> TlsProbe:
    """HTTPS on the home page's own port, or on its HTTPS twin."""
    ports = dict(site_ports(site, tools.guard))
    port = ports.get("https", 443 if own_port(site) in (80, 443) else own_port(site))
    return await probe_tls(
        site.host,
        port,
        (*dns.ipv4, *dns.ipv6),
        guard=tools.guard,
        fetcher=tools.fetcher,
        ca_file=tools.fetcher.ca_file,
    )


async def gather_home(tools: Tools, site: Site, pool: BrowserPool) -> HomeFetch:
    """The home page; where its server does not speak proper HTTP, the browser's word as well."""
    home = await probe_home(tools, site)
    if not breaks_http(home.last) or pool.browser is None:
        return home
    shown = await pool.browser.render(site.homepage)
    return replace(home, browser_opens=not isinstance(shown, Missed))


async def gather_crawl(
    tools: Tools,
    site: Site,
    home: HomeFetch,
    settings: Settings,
    robots: Robots,
    record: SiteRecord,
    pool: BrowserPool,
    stop: Stop,
    progress: Progress,
) -> CrawlSummary:
    """Crawl the site, going on where an earlier attempt stopped."""
    last = home.last
    limits = _crawl_limits(settings, site)
    basis = await basis_of(record, site, limits)
    # Over a bad certificate, which is recorded, visitors that insist still get in, and so do we.
    if not (home.browser_opens or last.reason in {None, Reason.TLS}) or last.status >= 500:
        blocked = last.reason is Reason.BLOCKED
        shut_out = CrawlSummary(
            pages=0,
            stopped_because="blocked" if blocked else "unreachable",
            blocked=len(home.attempts) if blocked else 0,
            blocked_by=last.detail if blocked else "",
        )
        return await settle(record, site, Visit(basis), shut_out)
    lists_first = settings.crawl.mode == "list-first"
    visit = await take_over(
        record,
        site,
        basis,
        evidence=settings.evidence.store,
        browser=pool.browser is not None,
        settled_sample=settings.crawl.settled_sample if lists_first else None,
    )

    async def crawl() -> CrawlSummary:
        memory = await record.book.call(remembered, record, limits.max_depth)
        await record.book.call(recall_traps, record, basis, memory.traps)
        crawler = Crawler(
            site,
            tools=tools,
            robots=robots,
            limits=limits,
            sink=record,
            stop=stop.event,
            memory=memory,
            earlier=visit.earlier,
            renderer=pool.browser,
            progress=lambda pages, waiting: progress.pages(site.id, pages, waiting),
        )
        return await crawler.run()

    return await settle(record, site, visit, await in_rounds(record, visit, crawl))


def remembered(record: SiteRecord, max_depth: int) -> CrawlMemory:
    """What the store holds of the site's crawl so far."""
    store, where = record.book.store, (record.book.run_id, record.site_id)
    return remember(
        store.url_states(*where),
        store.frontier(*where),
        store.page_outcomes(*where),
        max_depth=max_depth,
    )


def _crawl_limits(settings: Settings, site: Site) -> CrawlLimits:
    crawl = settings.crawl
    return CrawlLimits(
        max_pages=crawl.max_pages,
        max_depth=crawl.max_depth,
        max_seconds=crawl.max_seconds,
        workers=min(settings.politeness.per_host * len(site.hosts), _CRAWL_WORKERS_MAX),
        max_renders=settings.browser.max_renders,
        offsite=crawl.include_offsite_links,
        lists_first=crawl.mode == "list-first",
    )


async def gather_soft404(
    tools: Tools, site: Site, record: SiteRecord, robots: Robots
) -> Soft404Probe:
    """What the site says of pages that cannot exist, at its root and beside pages of each kind
    that it has, where robots.txt lets us ask."""
    book = record.book

    def examples() -> dict[str, str]:
        store, where = book.store, (book.run_id, site.id)
        rows = islice(store.page_rows(*where), MAX_TARGETS)
        chosen = examples_of(row.url for row in rows if row.outcome == "ok")
        pages = {url: store.page(*where, url) for url in chosen}
        return {url: error_mark(page) for url, page in pages.items() if page is not None}

    return await probe_soft404(obedient(tools, robots), site, await book.call(examples))


async def gather_bad_targets(
    tools: Tools, site: Site, crawl: CrawlSummary, record: SiteRecord, robots: Robots
) -> BadTargets:
    """Test the links that the crawl found but did not follow, then collect all bad targets. The
    site's own robots.txt holds here, too; one request for a link to elsewhere is no crawl."""
    book, store = record.book, record.book.store
    shut_out = crawl.stopped_because in {"blocked", "unreachable"}

    def choose() -> list[FrontierUrl]:
        waiting = store.frontier(book.run_id, site.id)
        tested = (item for item in waiting if _is_tested(item, shut_out=shut_out))
        return list(islice(tested, MAX_TARGETS))

    looks = verify_links(obedient(tools, robots, site.hosts), await book.call(choose))
    done: list[UrlDone] = []
    async for target in looks:
        done.append(_as_done(target))
        if len(done) >= _SAVE_EVERY:
            await record.save((), (), done)
            done.clear()
    await record.save((), (), done)
    bad = await book.call(lambda: list(store.bad_targets(book.run_id, site.id)))
    counts = await book.call(store.url_counts, book.run_id, site.id)
    checked = sum(number for (state, _), number in counts.items() if state == "done")
    unchecked = sum(number for (state, _), number in counts.items() if state != "done")
    return BadTargets({item.url: item for item in bad}, checked, unchecked)


def _is_tested(item: FrontierUrl, *, shut_out: bool) -> bool:
    """Pages that a budget left in the queue belong to the crawl, not to the link test; a site
    that shut us out is not knocked at again."""
    return not item.in_site or (item.kind not in CRAWLED_KINDS and not shut_out)


def _as_done(target: BadTarget) -> UrlDone:
    return UrlDone(
        url=target.url,
        status=target.status,
        reason=target.reason,
        verdict=target.verdict,
        attempts=target.attempts,
        checked_at=target.captured_at,
    )


async def gather_hosts(tools: Tools, site: Site, home: HomePage) -> HostProbes:
    """Aliases and closed hosts, compared with the home page."""
    return await probe_hosts(tools, site, home.facts.main_text_hash)


async def gather_linked_hosts(
    tools: Tools, site: Site, home: HomePage, record: SiteRecord
) -> LinkedHosts:
    """IPv6 of the hosts that the home page and the pages it links to name."""
    store, book = record.book.store, record.book
    pairs: list[tuple[str, str]] = []
    named = (link.url for link in home.facts.links if link.url and link.kind is LinkKind.PAGE)
    for url in islice(dict.fromkeys(named), PAGES_BELOW_HOME):
        page = await book.call(store.page, book.run_id, site.id, url)
        if page is not None:
            pairs += [
                (page.url, item.url)
                for item in page.links
                if item.url and item.kind is LinkKind.PAGE
            ]
    return await probe_linked_hosts(tools, site, home, pairs)


async def gather_search(
    tools: Tools,
    site: Site,
    home: HomePage,
    known: KnownItems,
    settings: Settings,
    robots: Robots,
) -> SearchProbe | Missed:
    """The site search, as a visitor would try it, unless robots.txt forbids it."""
    limits = SearchLimits(max_queries=settings.search.max_queries, delay_s=settings.search.delay_s)
    return await probe_search(obedient(tools, robots), site, home, known.items, limits)


async def gather_axe(choice: RenderChoice, pool: BrowserPool, home: HomeFetch) -> AxeRun | Missed:
    """axe on the chosen pages."""
    if pool.browser is None:
        return pool.why_not or Missed(Reason.NOT_REQUESTED, "browser.enabled: false")
    if not choice.urls:
        return Missed(home.last.reason or Reason.NOT_GATHERED)
    return await pool.browser.axe(choice.urls)


async def gather_reachability(tools: Tools, site: Site) -> ReachabilitySample:
    """A short sample: enough to hint, never enough for the veto."""
    return await probe_reachability(tools, site, 3)


async def gather_ipv6(
    tools: Tools, site: Site, dns: DnsAnswers, vantage: Vantage
) -> Ipv6Probe | Missed:
    """The home page over every address of both families."""
    return await probe_ipv6(tools, site, dns, vantage)


STEPS: tuple[Step, ...] = (
    Step(DnsAnswers, probe_dns, "dns"),
    Step(HomeFetch, gather_home, "home"),
    Step(TlsProbe, gather_tls, "tls"),
    Step(Ipv6Probe, gather_ipv6, "ipv6"),
    Step(CrawlSummary, gather_crawl, "crawl"),
    Step(Soft404Probe, gather_soft404, "links"),
    Step(BadTargets, gather_bad_targets, "links"),
    Step(HostProbes, gather_hosts, "hosts"),
    Step(LinkedHosts, gather_linked_hosts, "hosts"),
    Step(SearchProbe, gather_search, "search"),
    Step(AxeRun, gather_axe, "browser"),
    Step(ReachabilitySample, gather_reachability, "home"),
)


def demanded(roots: Iterable[type], needs: Callable[[type], Iterable[type]]) -> set[type]:
    """Everything that the roots need, directly or through what they need."""
    found: set[type] = set()
    waiting = list(roots)
    while waiting:
        wanted = waiting.pop()
        if wanted not in found:
            found.add(wanted)
            waiting += needs(wanted)
    return found
