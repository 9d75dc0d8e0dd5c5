"""Titles that several pages share."""

from __future__ import annotations

from collections import Counter
from typing import ClassVar

from auditor.model.artifact import TitleUse
from auditor.model.page import PageFacts

#: Different titles that are remembered, and pages named for each shared one.
MAX_TITLES = 50_000
MAX_PAGES = 5
MAX_SHARED = 200


class TitleUseFold:
    """Counts titles over pages with different content; copies of one page share it rightly."""

    produces: ClassVar[type] = TitleUse

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._urls: dict[str, list[str]] = {}
        self._headed: Counter[str] = Counter()
        self._bodies: set[tuple[str, str]] = set()
        self._pages = 0

    def add(self, page: PageFacts) -> None:
        """Count one page's title."""
        title = page.title.strip()
        self._pages += 1
        if not title or (title not in self._counts and len(self._counts) >= MAX_TITLES):
            return
        body = (title, page.main_text_hash)
        if body in self._bodies:
            return
        if len(self._bodies) < MAX_TITLES:
            self._bodies.add(body)
        self._counts[title] = self._counts.get(title, 0) + 1
        self._headed[title] += any(h.level == 1 and h.text == title for h in page.headings)
        urls = self._urls.setdefault(title, [])
        if len(urls) < MAX_PAGES:
            urls.append(page.final_url or page.url)

    def result(self) -> TitleUse:
        """Shared titles, the most used first."""
        shared = [(title, count) for title, count in self._counts.items() if count > 1]
        shared.sort(key=lambda item: (-item[1], item[0]))
        shared = shared[:MAX_SHARED]
        repeated = tuple((title, count, tuple(self._urls[title])) for title, count in shared)
        headlines = tuple(title for title, count in shared if self._headed[title] * 2 > count)
        return TitleUse(repeated, self._pages, headlines)
