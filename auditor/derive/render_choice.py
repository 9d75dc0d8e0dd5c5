"""Which pages are opened in the browser.

axe takes seconds a page, so a sample must do. What works on real sites (measured on 396 pages) is
to render a page only if it brings a feature that no chosen page has: a form, a table, a frame, a
place where links or images stand. Always chosen: the home page and the columns of its menu.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from auditor.derive.urls import canonical
from auditor.model.page import PageFacts, PageKind, Region
from auditor.model.site import Site

#: Pages rendered per site, candidates kept, and features that one page may bring.
PAGES = 6
_MAX_CANDIDATES = 400
_MAX_FEATURES = 60


@dataclass(frozen=True, slots=True)
class RenderChoice:
    """The pages to render, the home page first."""

    urls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Candidate:
    rank: tuple[int, int, str]
    url: str
    features: frozenset[str]


class RenderChoiceFold:
    """Chooses pages that together show every feature seen, as far as `PAGES` allows."""

    produces: ClassVar[type] = RenderChoice

    def __init__(self, site: Site) -> None:
        self._home = canonical(site.homepage)
        self._candidates: list[_Candidate] = []
        self._known: set[frozenset[str]] = set()

    def add(self, page: PageFacts) -> None:
        """Take one page into account; pages with the same features count once."""
        features = frozenset(_features(page))
        home = page.url == self._home
        if not home and (features in self._known or len(self._candidates) >= _MAX_CANDIDATES):
            return
        self._known.add(features)
        rank = (0 if home else 1, page.depth, page.url)
        self._candidates.append(_Candidate(rank, page.url, features))

    def result(self) -> RenderChoice:
        """Greedy: the page that brings most new features comes next."""
        waiting = sorted(self._candidates, key=lambda item: item.rank)
        chosen: list[str] = []
        seen: set[str] = set()
        while waiting and len(chosen) < PAGES:
            best = (
                waiting[0]
                if not chosen
                else max(
                    waiting,
                    key=lambda item: (len(item.features - seen), tuple(-n for n in item.rank[:2])),
                )
            )
            if chosen and not best.features - seen:
                break
            waiting.remove(best)
            seen |= best.features
            chosen.append(best.url)
        return RenderChoice(tuple(chosen))


def _features(page: PageFacts) -> Iterator[str]:
    yield f"kind:{page.kind}"
    yield from (f"form:{form.kind}" for form in page.forms[:_MAX_FEATURES])
    yield from ("table" for _ in page.tables[:1])
    yield from ("frame" for _ in page.frames[:1])
    yield from ("moving" for _ in page.moving[:1])
    yield from (f"img:{image.place}" for image in page.images[:_MAX_FEATURES])
    if page.kind is not PageKind.ARTICLE:
        own = (link for link in page.links if link.region in (Region.MAIN, Region.OTHER))
        yield from (f"a:{link.place}" for _, link in zip(range(_MAX_FEATURES), own, strict=False))
