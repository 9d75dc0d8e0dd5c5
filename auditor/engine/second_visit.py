"""A site that was audited before: its known URLs are visited first-hand, what has not changed
keeps its facts, and the crawl is compared with the last one.

The new audit takes the earlier one's URLs over as its own queue, each with the place where it was
found, and asks for them with their validators. So an unchanged page needs neither parsing nor the
discovery of its links. What a changed page no longer links to is looked for on all other pages at
the end, and forgotten when nobody links to it any more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

import structlog

from auditor.derive.urls import canonical
from auditor.engine.carry import CarriedResults, Carrier, code_digest
from auditor.engine.citing import cited_by
from auditor.engine.link_graph import Ties, orphans
from auditor.engine.list_first import ListFirst
from auditor.engine.record import SiteRecord
from auditor.engine.source_digest import source_digest
from auditor.gather.crawl import CrawlLimits, EarlierPages
from auditor.gather.crawl.traps import TrapWatch
from auditor.model.artifact import CrawlSummary
from auditor.model.check import Check
from auditor.model.revisit import CrawlComparison, Revisit
from auditor.model.site import Site
from auditor.store.rows import Judgement

_LOG = structlog.get_logger(__name__)
#: What decides how a page is read and which URLs are found in it.
_READING = ("auditor.derive", "auditor.model.page", "auditor.gather.crawl")
#: Earlier audits that are looked through for one that saw pages.
_MAX_EARLIER = 20
#: Pages that led into traps which are read again from the store.
_MAX_TRAP_PAGES = 100
#: Changed settled pages that are named.
_MAX_NAMED = 20
#: Ends of a crawl after which there is time for another round.
_ENDED = frozenset({"complete", "max-depth"})


@dataclass(frozen=True, slots=True)
class CrawlBasis:
    """What a crawl stands on. `reading`: the code and the settings by which pages were read;
    `last`: the last earlier run that saw pages of the site; `reused`: the same run if what it
    stored can be used, else ""."""

    reading: str
    last: str = ""
    reused: str = ""


async def basis_of(record: SiteRecord, site: Site, limits: CrawlLimits) -> CrawlBasis:
    """Find the site's last audit; an attempt that goes on keeps what the first one found."""
    basis = await record.recall(CrawlBasis)
    if not isinstance(basis, CrawlBasis):
        basis = await record.book.call(_basis, record, _reading(site, limits))
        await record.keep(CrawlBasis, basis)
    return basis


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit of a site: what it stands on, the known pages for the crawler, and the choice among
    them where only some are read. None of the latter on a first visit."""

    basis: CrawlBasis
    earlier: EarlierPages | None = None
    lists: ListFirst | None = None


async def take_over(
    record: SiteRecord,
    site: Site,
    basis: CrawlBasis,
    *,
    evidence: str = "none",
    browser: bool = False,
    settled_sample: float | None = None,
) -> Visit:
    """Queue the URLs of the reused audit, unless an earlier attempt did. `evidence` (`cited` or
    `all`) comes in full, so that this audit has its own. With `settled_sample`, a share, the visit
    is list-first."""
    if not basis.reused:
        return Visit(basis)
    store, run_id, site_id, call = record.book.store, basis.reused, site.id, record.book.call
    judgement: Judgement | None = await call(store.judgement, run_id, site_id)
    cited = cited_by(site, judgement or Judgement()).urls
    lists: ListFirst | None = None
    if settled_sample is not None:
        ties = _ties(record, site, basis)
        lists = await call(ListFirst, ties, cited, settled_sample, record.book.run_id)
    await call(_take_over, record, run_id, None if lists is None else lists.first())

    def in_full(url: str) -> bool:
        wanted = evidence == "all" or (evidence == "cited" and url in cited)
        return wanted or (lists is not None and lists.is_sampled(url))

    earlier = EarlierPages(
        run_id,
        lambda urls: call(store.earlier_pages, run_id, site_id, urls),
        lambda url: call(store.page, run_id, site_id, url),
        in_full=in_full,
        remade={canonical(site.homepage)} if browser else (),
    )
    return Visit(basis, earlier, lists)


async def in_rounds(
    record: SiteRecord, visit: Visit, crawl: Callable[[], Awaitable[CrawlSummary]]
) -> CrawlSummary:
    """Crawl, and again as long as what was read calls for more of the settled pages."""
    summary, store = await crawl(), record.book.store
    while visit.lists is not None and summary.stopped_because in _ENDED:
        due = await record.book.judge(visit.lists.following)
        if not due:
            break
        await record.book.call(store.requeue, record.book.run_id, record.site_id, record.fence, due)
        seconds, started = summary.seconds, summary.started_at
        summary = await crawl()
        summary = replace(summary, seconds=round(seconds + summary.seconds, 3), started_at=started)
    return summary


def recall_traps(record: SiteRecord, basis: CrawlBasis, traps: TrapWatch) -> None:
    """Let the traps know what the pages said that lead to deferred URLs; else a trap's next page
    would be news on every visit."""
    if not basis.reused:
        return
    store, site_id = record.book.store, record.site_id
    for url in store.deferred_parents(record.book.run_id, site_id, _MAX_TRAP_PAGES):
        page = store.page(basis.reused, site_id, url)
        if page is not None:
            traps.learn(page)


async def settle(
    record: SiteRecord, site: Site, visit: Visit, summary: CrawlSummary
) -> CrawlSummary:
    """The summary with what became of the known pages, after those were forgotten to which
    nothing links any more; a crawl that was cut off is left as it is."""
    if summary.stopped_because == "cancelled":
        return summary
    if visit.basis.reused and summary.pages:
        summary = await _settled(record, site, visit, summary)
    if visit.basis.last:
        summary = await _compared(record, visit.basis, summary)
    return summary


async def carrier_of(record: SiteRecord, checks: Sequence[Check]) -> Carrier:
    """What the site's last audit found out about the same pages."""
    book, site_id = record.book, record.site_id
    basis = await record.recall(CrawlBasis)

    def carrier() -> Carrier:
        pages = book.store.pages_digest(book.run_id, site_id)
        last = basis.reused if isinstance(basis, CrawlBasis) else ""
        earlier = book.store.artifact(last, site_id, CarriedResults) if last else None
        known = earlier if isinstance(earlier, CarriedResults) else None
        return Carrier(pages, code_digest(checks), known)

    return await book.judge(carrier)


def _reading(site: Site, limits: CrawlLimits) -> str:
    """By what pages are read; "" where that cannot be known."""
    code = source_digest(_READING)
    if not code:
        return ""
    parts = (code, site.homepage, *sorted(site.hosts), limits.max_depth, limits.offsite)
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()


def _basis(record: SiteRecord, reading: str) -> CrawlBasis:
    store, site_id = record.book.store, record.site_id
    for run_id in store.earlier_runs(record.book.run_id, site_id)[:_MAX_EARLIER]:
        crawl = store.artifact(run_id, site_id, CrawlSummary)
        if not isinstance(crawl, CrawlSummary) or not crawl.pages:
            continue
        basis = store.artifact(run_id, site_id, CrawlBasis)
        same = isinstance(basis, CrawlBasis) and bool(reading) and basis.reading == reading
        return CrawlBasis(reading, run_id, run_id if same else "")
    return CrawlBasis(reading)


def _ties(record: SiteRecord, site: Site, basis: CrawlBasis) -> Ties:
    home = canonical(site.homepage)
    return Ties(record.book.store, record.book.run_id, site.id, basis.reused, home)


def _take_over(record: SiteRecord, earlier: str, fresh: Sequence[str] | None) -> None:
    store, site_id = record.book.store, record.site_id
    names = store.renamed_pages(earlier, site_id)
    other = (canonical(final) for url, final in names if canonical(final) != url)
    store.take_over_urls(
        record.book.run_id, site_id, record.fence, of=earlier, but=other, fresh=fresh
    )


async def _settled(
    record: SiteRecord, site: Site, visit: Visit, summary: CrawlSummary
) -> CrawlSummary:
    store, run_id, site_id = record.book.store, record.book.run_id, site.id
    ties, lists = _ties(record, site, visit.basis), visit.lists
    found = await record.book.judge(lambda: orphans(ties))
    if found.gone:
        await record.book.call(store.forget_urls, run_id, site_id, record.fence, found.gone)
    for link in found.moved:
        await record.book.call(store.move_page, run_id, site_id, record.fence, link)
    pages, kept = await record.book.call(store.facts_counts, run_id, site_id)
    revisit = Revisit(
        run=ties.earlier,
        unchanged=kept + found.same,
        changed=found.changed,
        new=pages - kept - found.same - found.changed,
        gone=len(found.gone_pages),
    )
    if lists is not None:
        revisit = await record.book.judge(lambda: _by_lists(revisit, ties, lists))
    _LOG.info("revisited", site=site_id, of=ties.earlier, unchanged=revisit.unchanged)
    left = max(summary.left - found.gone_waiting, 0)
    return replace(summary, pages=pages, left=left, revisit=revisit)


def _by_lists(revisit: Revisit, ties: Ties, lists: ListFirst) -> Revisit:
    """What a list-first visit took over, and what its sample showed."""
    taken, oldest = ties.store.oldest_taken_over(ties.run_id, ties.site_id, than=ties.earlier)
    changed = lists.changed()
    if changed:
        _LOG.warning("settled_pages_changed", site=ties.site_id, pages=len(changed))
    return replace(
        revisit,
        mode="list-first",
        unchanged=revisit.unchanged - taken,
        taken_over=taken,
        oldest=oldest,
        sampled=lists.sampled,
        seed=lists.seed,
        settled_changed=tuple(changed[:_MAX_NAMED]),
        settled_changed_total=len(changed),
    )


async def _compared(record: SiteRecord, basis: CrawlBasis, summary: CrawlSummary) -> CrawlSummary:
    last = await record.book.call(
        record.book.store.artifact, basis.last, record.site_id, CrawlSummary
    )
    if not isinstance(last, CrawlSummary) or not last.pages:
        return summary
    change = round((summary.pages - last.pages) / last.pages, 4)
    compared = CrawlComparison(basis.last, last.pages, change, last.started_at)
    if compared.fell:
        _LOG.warning(
            "pages_fell",
            site=record.site_id,
            pages=summary.pages,
            before=last.pages,
            last_run=basis.last,
            stopped_because=summary.stopped_because,
        )
    return replace(summary, compared_with=compared)
