"""Titles that several pages share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model.artifact import TitleUse
from auditor.model.page import PageFacts

#: Different titles that are remembered, and pages named for each shared one.
MAX_TITLES = 50_000
MAX_PAGES = 5
MAX_SHARED = 200


@dataclass(slots=True)
class _Use:
    """A title that several pages have: on how many it is the heading, too, and the first URLs."""

    headed: int
    urls: list[str]
    count: int = 1


class TitleUseFold:
    """Counts titles over pages with different content; copies of one page share it rightly."""

    produces: ClassVar[type] = TitleUse

    def __init__(self) -> None:
        # Nearly all titles stand on one page: of these a hash and an address suffice.
        self._once: dict[int, str] = {}
        self._headed_once: set[int] = set()
        self._shared: dict[str, _Use] = {}
        self._bodies: set[int] = set()
        self._pages = 0

    def add(self, page: PageFacts) -> None:
        """Count one page's title."""
        title = page.title.strip()
        self._pages += 1
        key, body = hash(title), hash((title, page.main_text_hash))
        full = len(self._once) >= MAX_TITLES
        if not title or (key not in self._once and full) or body in self._bodies:
            return
        if len(self._bodies) < MAX_TITLES:
            self._bodies.add(body)
        headed = any(h.level == 1 and h.text == title for h in page.headings)
        url = page.final_url or page.url
        if key not in self._once:
            self._once[key] = url
            if headed:
                self._headed_once.add(key)
            return
        use = self._shared.get(title)
        if use is None:
            use = self._shared[title] = _Use(key in self._headed_once, [self._once[key]])
        use.count += 1
        use.headed += headed
        if len(use.urls) < MAX_PAGES:
            use.urls.append(url)

    def result(self) -> TitleUse:
        """Shared titles, the most used first."""
        shared = sorted(self._shared.items(), key=lambda item: (-item[1].count, item[0]))
        shared = shared[:MAX_SHARED]
        repeated = tuple((title, use.count, tuple(use.urls)) for title, use in shared)
        headlines = tuple(title for title, use in shared if use.headed * 2 > use.count)
        return TitleUse(repeated, self._pages, headlines)
