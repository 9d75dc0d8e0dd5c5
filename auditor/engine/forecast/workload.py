"""What one site's audit has to do: requests, their pace, bytes. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.config import Settings
from auditor.engine.forecast.history import SiteHistory
from auditor.engine.steps import MAX_TARGETS
from auditor.gather.throttle import (
    ADAPTIVE_FACTOR,
    EASY_S,
    MAX_ADAPTIVE_S,
    MAX_CRAWL_DELAY_S,
)

#: Budgets that leave something behind; the rest of the site is known by its number only.
_CUT_SHORT = frozenset({"max-pages", "max-seconds", "cancelled"})


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What is taken where no earlier crawl tells; printed with every forecast. Seconds and bytes
    were measured on audits of generated and packaged sites, on one core of 2020's making."""

    latency_s: float = 0.3
    #: Images, styles, attachments on the site's own hosts per page, and links that leave it.
    targets_per_page: float = 0.5
    outside_per_page: float = 0.1
    #: Home page, robots.txt, sitemap, certificates, IPv6, pages that cannot exist.
    fixed_requests: int = 25
    #: Queries that the search probe sends at most, however large its budget.
    queries: int = 30
    #: Outside hosts are asked side by side.
    outside_s: float = 0.1
    #: A page in the browser with axe, and the CPU that a page without browser costs.
    render_s: float = 6.0
    cpu_per_page_s: float = 0.012
    stored_per_page: int = 9_000
    page_bytes: int = 40_000
    #: Share of the pages that reports cite, and how much smaller an archived page is.
    cited_share: float = 0.03
    archive_ratio: float = 6.0
    screenshot_bytes: int = 150_000


@dataclass(frozen=True, slots=True)
class Workload:
    """One site's work. `requests` go to the site's own hosts, at least `interval_s` apart each;
    `outside` to others. `aside_s` is spent beside the site's own queue (outside links, browser)."""

    pages: int
    requests: int
    outside: int
    renders: int
    interval_s: float
    latency_s: float
    aside_s: float
    disk_bytes: int


def workload(settings: Settings, history: SiteHistory | None, taken: Assumptions) -> Workload:
    """The work that a site's audit is likely to be; without history, the most that it can be."""
    pages = _pages(settings, history)
    inside, outside = _targets(settings, history, pages, taken)
    queries = taken.queries if history is None or history.queries is None else history.queries
    queries = min(settings.search.max_queries, queries)
    renders = min(settings.browser.max_renders, pages) if settings.browser.enabled else 0
    latency_s = (history.latency_s if history else 0.0) or taken.latency_s
    return Workload(
        pages=pages,
        requests=pages + inside + queries + renders + taken.fixed_requests,
        outside=outside,
        renders=renders,
        interval_s=interval(settings, latency_s, history.crawl_delay_s if history else 0.0),
        latency_s=latency_s,
        aside_s=outside * taken.outside_s + renders * taken.render_s + queries * _pause(settings),
        disk_bytes=_disk(settings, history, pages, renders, taken),
    )


def interval(settings: Settings, latency_s: float, crawl_delay_s: float) -> float:
    """Seconds from one request of a host to the next, as the throttle will space them."""
    polite = settings.politeness
    adaptive = max(latency_s - EASY_S, 0.0) * ADAPTIVE_FACTOR if polite.adaptive else 0.0
    asked = min(crawl_delay_s, MAX_CRAWL_DELAY_S) if polite.obey_robots else 0.0
    return max(polite.delay_s, asked, min(adaptive, MAX_ADAPTIVE_S), latency_s / polite.per_host)


def _pages(settings: Settings, history: SiteHistory | None) -> int:
    """Pages of the last crawl, with what it left behind if a budget ended it."""
    most = settings.crawl.max_pages
    if history is None:
        return most
    known = history.volume.pages + history.volume.without_facts
    if history.stopped_because in _CUT_SHORT:
        known += history.left
    return min(known, most)


def _targets(
    settings: Settings, history: SiteHistory | None, pages: int, taken: Assumptions
) -> tuple[int, int]:
    """Link targets to test on the site's own hosts, and on others."""
    if history is None:
        inside, outside = taken.targets_per_page, taken.outside_per_page
    else:
        crawled = max(history.volume.pages, 1)
        inside = history.volume.targets_inside / crawled
        outside = history.volume.targets_outside / crawled
    if not settings.crawl.include_offsite_links:
        outside = 0.0
    return min(round(pages * inside), MAX_TARGETS), min(round(pages * outside), MAX_TARGETS)


def _pause(settings: Settings) -> float:
    """What the search probe waits beyond the ordinary delay."""
    return max(settings.search.delay_s - settings.politeness.delay_s, 0.0)


def _disk(
    settings: Settings, history: SiteHistory | None, pages: int, renders: int, taken: Assumptions
) -> int:
    stored, size = taken.stored_per_page, taken.page_bytes
    if history is not None:
        crawled = max(history.volume.pages, 1)
        stored = history.volume.stored_bytes // crawled
        size = history.volume.body_bytes // crawled
    share = {"all": 1.0, "cited": taken.cited_share, "none": 0.0}[settings.evidence.store]
    archived = pages * share * size / taken.archive_ratio
    shots = renders * taken.screenshot_bytes if settings.evidence.screenshots else 0
    return round(pages * stored + archived + shots)
