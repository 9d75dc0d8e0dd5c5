"""What a crawl begins with: nothing, or what earlier attempts of it left in the store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from auditor.gather.crawl.frontier import CRAWLED_KINDS, Frontier
from auditor.gather.crawl.traps import TrapWatch
from auditor.model.finding import Reason
from auditor.store.rows import FrontierUrl, UrlRow


@dataclass(slots=True)
class CrawlMemory:
    """The state of a crawl. `pages` counts pages with facts, `failed` and `blocked` those
    without; `deferred` counts known pages that will not be fetched, `too_deep` those of them
    that lie beyond the depth limit."""

    frontier: Frontier = field(default_factory=Frontier)
    traps: TrapWatch = field(default_factory=TrapWatch)
    pages: int = 0
    failed: int = 0
    blocked: int = 0
    deferred: int = 0
    too_deep: int = 0

    def take_second_chances(self) -> bool:
        """Queue deferred URLs that may be tried now; false when there are none."""
        chosen = self.traps.second_chances()
        self.deferred -= len(chosen)
        for item in chosen:
            self.frontier.push(replace(item, priority=0, state="queued"))
        return bool(chosen)


def remember(
    known: Iterable[UrlRow],
    queued: Iterable[FrontierUrl],
    outcomes: Mapping[str, int],
    *,
    max_depth: int,
) -> CrawlMemory:
    """The state in which an earlier attempt of the crawl ended; `outcomes` counts its pages."""
    memory = CrawlMemory()
    memory.frontier = Frontier(seen=_noted(memory, known, max_depth), queued=queued)
    memory.pages = outcomes.get("ok", 0)
    memory.failed = sum(outcomes.values()) - memory.pages - outcomes.get(Reason.ROBOTS, 0)
    return memory


def _noted(memory: CrawlMemory, known: Iterable[UrlRow], max_depth: int) -> Iterator[str]:
    stopped: list[FrontierUrl] = []
    for row in known:
        yield row.url
        if not row.in_site or row.kind not in CRAWLED_KINDS:
            continue
        too_deep = row.depth > max_depth
        deferred = row.state == "deferred"
        if not deferred:
            memory.traps.recall(_item(row), deferred=False)
        elif not too_deep:
            stopped.append(_item(row))
        memory.deferred += deferred
        memory.too_deep += deferred and too_deep
        memory.blocked += row.verdict == "blocked"
    for item in stopped:
        memory.traps.recall(item, deferred=True)


def _item(row: UrlRow) -> FrontierUrl:
    return FrontierUrl(row.url, row.kind, row.in_site, row.depth, row.parent, row.text)
