"""A site that was audited before: its known URLs are visited first-hand, what has not changed
keeps its facts, and the crawl is compared with the last one.

The new audit takes the earlier one's URLs over as its own queue, each with the place where it was
found, and asks for them with their validators. So an unchanged page needs neither parsing nor the
discovery of its links. What a changed page no longer links to is looked for on all other pages at
the end, and forgotten when nobody links to it any more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

import structlog

from auditor.derive.urls import canonical
from auditor.engine.carry import CarriedResults, Carrier, code_digest
from auditor.engine.citing import cited_by
from auditor.engine.link_graph import Ties, orphans
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


async def take_over(
    record: SiteRecord,
    site: Site,
    basis: CrawlBasis,
    *,
    evidence: str = "none",
    browser: bool = False,
) -> EarlierPages | None:
    """Queue the URLs of the reused audit, unless an earlier attempt did; its pages, for the
    crawler. `evidence` (`cited` or `all`) comes in full, so that this audit has its own."""
    if not basis.reused:
        return None
    store, run_id, site_id, call = record.book.store, basis.reused, site.id, record.book.call
    await call(_take_over, record, run_id)
    cited: frozenset[str] = frozenset()
    if evidence == "cited":
        judgement: Judgement | None = await call(store.judgement, run_id, site_id)
        cited = cited_by(site, judgement or Judgement()).urls
    return EarlierPages(
        run_id,
        lambda urls: call(store.earlier_pages, run_id, site_id, urls),
        lambda url: call(store.page, run_id, site_id, url),
        in_full=(lambda url: True) if evidence == "all" else cited.__contains__,
        remade={canonical(site.homepage)} if browser else (),
    )


def recall_traps(record: SiteRecord, basis: CrawlBasis, traps: TrapWatch) -> None:
    """Let the traps know what the pages said that lead to deferred URLs; else a trap's next page
    would be news on every visit."""
    if not basis.reused:
        return
    store, site_id = record.book.store, record.site_id
    rows = store.url_states(record.book.run_id, site_id)
    parents = dict.fromkeys(row.parent for row in rows if row.state == "deferred")
    for url in islice(parents, _MAX_TRAP_PAGES):
        page = store.page(basis.reused, site_id, url)
        if page is not None:
            traps.learn(page)


async def settle(
    record: SiteRecord, site: Site, basis: CrawlBasis, summary: CrawlSummary
) -> CrawlSummary:
    """The summary with what became of the known pages, after those were forgotten to which
    nothing links any more; a crawl that was cut off is left as it is."""
    if summary.stopped_because == "cancelled":
        return summary
    if basis.reused and summary.pages:
        summary = await _settled(record, site, basis, summary)
    if basis.last:
        summary = await _compared(record, basis, summary)
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


def _take_over(record: SiteRecord, earlier: str) -> None:
    store, site_id = record.book.store, record.site_id
    names = store.renamed_pages(earlier, site_id)
    other = (canonical(final) for url, final in names if canonical(final) != url)
    store.take_over_urls(record.book.run_id, site_id, record.fence, of=earlier, but=other)


async def _settled(
    record: SiteRecord, site: Site, basis: CrawlBasis, summary: CrawlSummary
) -> CrawlSummary:
    store, run_id, site_id = record.book.store, record.book.run_id, site.id
    ties = Ties(store, run_id, site_id, basis.reused, canonical(site.homepage))
    found = await record.book.judge(lambda: orphans(ties))
    if found.gone:
        await record.book.call(store.forget_urls, run_id, site_id, record.fence, found.gone)
    for link in found.moved:
        await record.book.call(store.move_page, run_id, site_id, record.fence, link)
    pages, kept = await record.book.call(store.facts_counts, run_id, site_id)
    revisit = Revisit(
        run=basis.reused,
        unchanged=kept + found.same,
        changed=found.changed,
        new=pages - kept - found.same - found.changed,
        gone=found.gone_pages,
    )
    _LOG.info("revisited", site=site_id, of=basis.reused, unchanged=revisit.unchanged)
    left = max(summary.left - found.gone_waiting, 0)
    return replace(summary, pages=pages, left=left, revisit=revisit)


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
