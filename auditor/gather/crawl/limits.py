"""How much of a site one crawl may read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CrawlLimits:
    """Budgets of one site's crawl. `lists_first`: pages that look like lists go before others,
    so that a small budget is spent on columns."""

    max_pages: int = 5000
    max_depth: int = 20
    max_seconds: float = 3600.0
    workers: int = 4
    max_renders: int = 60
    offsite: bool = True
    lists_first: bool = False
