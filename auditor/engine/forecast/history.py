"""What earlier rounds say about a site: how large it was, and how fast it answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from auditor.model.artifact import CrawlSummary, HomeFetch, SearchProbe
from auditor.model.site import Site
from auditor.store import Store
from auditor.store.rows import CrawlVolume

#: Runs looked at, newest first, for a crawl of a site that brought pages.
MAX_RUNS = 20


@dataclass(frozen=True, slots=True)
class SiteHistory:
    """A site's last crawl that brought pages. `left`: URLs that it knew and did not fetch;
    `latency_s`: the home page's time; `crawl_delay_s`: of robots.txt, 0 when it names none;
    `queries`: requests of the search probe, None when it could not be made; `seconds`: what the
    crawl took."""

    run_id: str
    started_at: datetime
    volume: CrawlVolume
    left: int
    stopped_because: str
    seconds: float
    latency_s: float
    crawl_delay_s: float
    queries: int | None


def read_history(store: Store, sites: Iterable[Site]) -> dict[str, SiteHistory]:
    """The last crawl with pages of each site, by site id, for sites whose home page is still on
    the same host."""
    missing = {site.id: site.host for site in sites}
    found: dict[str, SiteHistory] = {}
    for run_id in islice(store.run_ids(), MAX_RUNS):
        if not missing:
            break
        started_at = store.run(run_id).started_at
        for row in store.site_rows(run_id):
            if missing.get(row.site.id) != row.site.host or row.state == "queued":
                continue
            known = _of_run(store, run_id, row.site.id, started_at)
            if known is not None:
                found[row.site.id] = known
                del missing[row.site.id]
    return found


def _of_run(store: Store, run_id: str, site_id: str, started_at: datetime) -> SiteHistory | None:
    volume = store.crawl_volume(run_id, site_id)
    if not volume.pages:
        return None
    crawl = store.artifact(run_id, site_id, CrawlSummary)
    home = store.artifact(run_id, site_id, HomeFetch)
    summary = crawl if isinstance(crawl, CrawlSummary) else CrawlSummary(volume.pages, "cancelled")
    robots = summary.robots
    search = store.artifact(run_id, site_id, SearchProbe)
    return SiteHistory(
        run_id=run_id,
        started_at=started_at,
        volume=volume,
        left=summary.left,
        stopped_because=summary.stopped_because,
        seconds=summary.seconds,
        latency_s=home.last.seconds if isinstance(home, HomeFetch) and home.last.answered else 0.0,
        crawl_delay_s=(robots.crawl_delay_s or 0.0) if robots else 0.0,
        queries=len(search.queries) + len(search.result_statuses)
        if isinstance(search, SearchProbe)
        else None,
    )
