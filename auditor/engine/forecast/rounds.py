"""The whole round: sites that share an address share its budget. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from auditor.config import Settings
from auditor.engine.forecast.history import SiteHistory
from auditor.engine.forecast.workload import Assumptions, Workload, workload
from auditor.engine.local import SITES_AT_ONCE
from auditor.model.site import Site

#: Sites on one address beyond which each is taken to end with the last of them.
_MAX_PHASES = 2000


@dataclass(frozen=True, slots=True)
class SiteForecast:
    """One site. `seconds` from its start to its end, of them `crawl_s` for the crawl itself, with
    its share of the address; `alone_s` what it would take with the address to itself; `address`
    is "" when the name was not resolved."""

    site: Site
    work: Workload
    history: SiteHistory | None
    address: str
    alone_s: float
    crawl_s: float
    seconds: float


@dataclass(frozen=True, slots=True)
class SharedAddress:
    """An address with several sites, and how long their requests take together."""

    address: str
    sites: int
    requests: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """A round. `seconds` is the longest of: the slowest site, the places for sites in a process,
    this machine's CPU (`cpu_s`), its browsers (`browser_s`). `unresolved` counts sites whose
    address is not known, which may share more than is seen here."""

    sites: tuple[SiteForecast, ...]
    addresses: tuple[SharedAddress, ...]
    assumptions: Assumptions
    seconds: float
    cpu_s: float
    browser_s: float
    unresolved: int

    @property
    def pages(self) -> int:
        """Pages of all sites."""
        return sum(item.work.pages for item in self.sites)

    @property
    def requests(self) -> int:
        """Requests of all sites, those to other hosts included."""
        return sum(item.work.requests + item.work.outside for item in self.sites)

    @property
    def disk_bytes(self) -> int:
        """What database and evidence will take."""
        return sum(item.work.disk_bytes for item in self.sites)


def forecast(
    settings: Settings,
    sites: Sequence[Site],
    histories: Mapping[str, SiteHistory],
    addresses: Mapping[str, str],
    assumptions: Assumptions | None = None,
) -> Forecast:
    """Estimate a round. `addresses` maps site ids to the address that will be asked; a site
    without one counts as having an address of its own."""
    taken = assumptions or Assumptions()
    works = {site.id: workload(settings, histories.get(site.id), taken) for site in sites}
    groups: defaultdict[str, list[Site]] = defaultdict(list)
    for site in sites:
        groups[addresses.get(site.id) or f"site {site.id}"].append(site)
    ends: dict[str, float] = {}
    shared = []
    for address, members in groups.items():
        group = [works[site.id] for site in members]
        finished = _finished(group, _starts_per_s(settings, group))
        ends |= {site.id: end for site, end in zip(members, finished, strict=True)}
        if len(members) > 1:
            requests = sum(work.requests for work in group)
            shared.append(SharedAddress(address, len(members), requests, max(finished)))
    found = [
        _site(site, works[site.id], histories.get(site.id), addresses.get(site.id, ""), ends)
        for site in sites
    ]
    return _round(settings, found, shared, taken)


def _site(
    site: Site,
    work: Workload,
    history: SiteHistory | None,
    address: str,
    ends: Mapping[str, float],
) -> SiteForecast:
    queue_s = ends[site.id]
    return SiteForecast(
        site=site,
        work=work,
        history=history,
        address=address,
        alone_s=work.requests * work.interval_s + work.aside_s,
        crawl_s=queue_s * work.pages / max(work.requests, 1),
        seconds=queue_s + work.aside_s,
    )


def _round(
    settings: Settings,
    sites: Sequence[SiteForecast],
    shared: Iterable[SharedAddress],
    taken: Assumptions,
) -> Forecast:
    workers = settings.engine.workers
    browsers = 1 if settings.browser.workers == "auto" else settings.browser.workers
    cpu_s = sum(item.work.pages for item in sites) * taken.cpu_per_page_s / workers
    browser_s = sum(item.work.renders for item in sites) * taken.render_s / (browsers * workers)
    places_s = sum(item.seconds for item in sites) / (SITES_AT_ONCE * workers)
    slowest_s = max((item.seconds for item in sites), default=0.0)
    return Forecast(
        sites=tuple(sites),
        addresses=tuple(sorted(shared, key=lambda item: (-item.seconds, item.address))),
        assumptions=taken,
        seconds=max(slowest_s, places_s, cpu_s, browser_s),
        cpu_s=cpu_s,
        browser_s=browser_s,
        unresolved=sum(not item.address for item in sites),
    )


def _starts_per_s(settings: Settings, group: Sequence[Workload]) -> float:
    """How many requests an address is sent each second at most, by its delay and its limit in
    flight."""
    polite = settings.politeness
    delay_s = polite.delay_s * min(1.0, polite.per_host / polite.per_ip)
    latency_s = sum(work.latency_s for work in group) / len(group)
    return 1.0 / max(delay_s, latency_s / polite.per_ip, 1e-6)


def _finished(group: Sequence[Workload], rate: float) -> list[float]:
    """When the requests of each site are through, if all start together and take turns: each at
    its own pace until the address's rate is used up, then the faster ones share what is left."""
    own = [1.0 / max(work.interval_s, 1e-6) for work in group]
    alone = [work.requests / pace for work, pace in zip(group, own, strict=True)]
    if sum(own) <= rate:
        return alone
    if len(group) > _MAX_PHASES:
        together = sum(work.requests for work in group) / rate
        return [max(together, each) for each in alone]
    left = [float(work.requests) for work in group]
    ends = [0.0] * len(group)
    running = set(range(len(group)))
    now = 0.0
    while running:
        paces = _shares({index: own[index] for index in running}, rate)
        step = min(left[index] / paces[index] for index in running)
        now += step
        for index in list(running):
            left[index] -= paces[index] * step
            if left[index] <= 1e-6:
                ends[index] = now
                running.discard(index)
    return ends


def _shares(own: Mapping[int, float], rate: float) -> dict[int, float]:
    """The rate divided in equal parts, nobody above its own pace (water-filling)."""
    shares: dict[int, float] = {}
    left = rate
    for place, (index, pace) in enumerate(sorted(own.items(), key=lambda item: item[1])):
        shares[index] = min(pace, left / (len(own) - place))
        left -= shares[index]
    return shares
