"""What page checks and folds see of a run: the day, not the moment, and no run id.

Their results depend on pages, settings and the day only, so results of an earlier run can be told
to hold now (`auditor.engine.carry`). The moments at which things were observed are put back where
reports need them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from auditor.model.artifact import BadTargets, BrokenLinks, CrawlSummary, Soft404Probe
from auditor.model.site import SHANGHAI, RunContext


def timeless(given: Mapping[type, object]) -> dict[type, object]:
    """The artifacts without run ids and moments."""
    return {type_: _timeless(value) for type_, value in given.items()}


def _timeless(value: object) -> object:
    if isinstance(value, RunContext):
        day = value.today
        return replace(
            value, run_id="", as_of=datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
        )
    if isinstance(value, CrawlSummary):
        return CrawlSummary(value.pages, value.stopped_because, left=value.left)
    if isinstance(value, Soft404Probe):
        return replace(value, captured_at=None)
    if isinstance(value, BadTargets):
        targets = value.targets.items()
        return replace(value, targets={url: replace(it, captured_at=None) for url, it in targets})
    return value


def with_moments(links: object, given: Mapping[type, object]) -> object:
    """Broken links with their targets as they were tested."""
    bad = given.get(BadTargets)
    if not isinstance(links, BrokenLinks) or not isinstance(bad, BadTargets):
        return links
    tested = bad.targets
    return replace(
        links,
        links=tuple(replace(link, target=tested[link.target.url]) for link in links.links),
    )
