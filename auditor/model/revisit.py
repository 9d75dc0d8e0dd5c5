"""What a second visit of a site says of the first: how they compare, and what was not read anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

#: A fall of the number of pages beyond this share is a warning.
FALL_WARNED = 0.2


@dataclass(frozen=True, slots=True)
class CrawlComparison:
    """The last earlier crawl of the site that saw pages. `change` is the share by which the
    number of pages moved since (-0.25: a quarter fewer)."""

    run: str
    pages: int
    change: float
    crawled_at: datetime | None = None

    @property
    def fell(self) -> bool:
        """True when so many pages are missing that readers must be warned."""
        return self.change < -FALL_WARNED


@dataclass(frozen=True, slots=True)
class Revisit:
    """What became of the pages that the crawl of `run` had read.

    `unchanged`: the site said so, or the body or the main text and links were the same;
    `changed`, `new` and `gone` (no longer linked, or no longer there) speak for themselves.
    `taken_over` pages were not asked for in this run (`mode` list-first): they stand as they were
    when they were last looked at, `oldest` at the earliest. `sampled` of the settled pages were
    fetched in full, chosen at random by `seed`; `settled_changed` are the first of those that had
    changed though no list said so, `settled_changed_total` how many there are.
    """

    run: str
    mode: str = "full"
    unchanged: int = 0
    changed: int = 0
    new: int = 0
    gone: int = 0
    taken_over: int = 0
    oldest: datetime | None = None
    sampled: int = 0
    seed: str = ""
    settled_changed: tuple[str, ...] = ()
    settled_changed_total: int = 0
