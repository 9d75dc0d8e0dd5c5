"""Bad link targets with the places that link to them."""

from __future__ import annotations

from typing import ClassVar

from auditor.model.artifact import BadTargets, BrokenLink, BrokenLinks, LinkSource
from auditor.model.page import Link, LinkKind, PageFacts

#: Places kept for each target; the count goes on.
MAX_SOURCES = 20


class BrokenLinksFold:
    """Collects, for every bad target, who links to it and where in the page."""

    produces: ClassVar[type] = BrokenLinks

    def __init__(self, bad: BadTargets) -> None:
        self._bad = bad
        self._counts: dict[str, int] = dict.fromkeys(bad.targets, 0)
        self._kinds: dict[str, LinkKind] = {}
        self._sources: dict[str, list[LinkSource]] = {url: [] for url in bad.targets}

    def add(self, page: PageFacts) -> None:
        """Note the page's links to bad targets; guesses accuse nobody."""
        for link in [link for link in page.links if link.url in self._counts]:
            if not link.guessed:
                self._note(page, link)

    def _note(self, page: PageFacts, link: Link) -> None:
        self._counts[link.url] += 1
        self._kinds.setdefault(link.url, link.kind)
        sources = self._sources[link.url]
        if len(sources) < MAX_SOURCES:
            sources.append(
                LinkSource(
                    page_url=page.final_url or page.url,
                    text=link.text or link.name,
                    place=link.place,
                    locator=f"(//{link.tag})[{link.index}]" if link.index else "",
                    captured_at=page.captured_at,
                    sha256=page.sha256,
                )
            )

    def result(self) -> BrokenLinks:
        """Every bad target that a page links to, by URL."""
        links = tuple(
            BrokenLink(
                target=self._bad.targets[url],
                kind=self._kinds[url],
                count=count,
                sources=tuple(self._sources[url]),
            )
            for url, count in sorted(self._counts.items())
            if count
        )
        return BrokenLinks(links, self._bad.checked, self._bad.unchecked)
