"""`crawl.mode: list-first`: lists are read, settled pages are taken over from the last audit.

Read are the home page, lists, pages that only a browser shows, what the last findings cite, what
was not in order, and a random sample of the settled pages, in full, so that silent tampering is
found. Then, in rounds: pages whose entry in a list changed or went away, and twice as large a
sample as long as pages of the last one had changed. All others stand as they were when they were
last looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from math import ceil

from auditor.engine.link_graph import Ties, same_substance
from auditor.model.page import PageKind
from auditor.store.rows import PageLinks

_SETTLED_KINDS = frozenset({PageKind.ARTICLE, PageKind.OTHER})
#: Addresses of lists, whatever their pages look like: an empty list looks like no list.
_LISTS = re.compile(r"/(?:index[\w-]*\.\w+|list[\w-]*\.\w+)?(?:\?.*)?$", re.I)


@dataclass(slots=True)
class ListFirst:
    """The choice of pages. `cited`: what findings of the last audit rest on; `share`: of the
    settled pages, chosen by `seed`, which is the run's id."""

    ties: Ties
    cited: frozenset[str]
    share: float
    seed: str
    _order: list[str] = field(default_factory=list)
    _fresh: list[str] = field(default_factory=list)
    _sample: set[str] = field(default_factory=set)
    _latest: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Sort the known pages into settled ones, in the order of drawing, and others."""
        ties = self.ties
        for row in ties.store.page_kinds(ties.earlier, ties.site_id):
            settled = row.plain and row.kind in _SETTLED_KINDS and not _LISTS.search(row.url)
            fresh = not settled or row.url == ties.home or row.url in self.cited
            (self._fresh if fresh else self._order).append(row.url)
        self._order.sort(key=self._rank)
        self._draw(ceil(len(self._order) * self.share))

    def _rank(self, url: str) -> bytes:
        return blake2b(f"{self.seed}\0{url}".encode("utf-8", "replace"), digest_size=8).digest()

    def _draw(self, number: int) -> list[str]:
        """Draw so many more settled pages."""
        chosen = self._order[len(self._sample) :][:number]
        self._latest = frozenset(chosen)
        self._sample |= self._latest
        return chosen

    @property
    def sampled(self) -> int:
        """Number of settled pages that were drawn."""
        return len(self._sample)

    def is_sampled(self, url: str) -> bool:
        """True for settled pages that were drawn."""
        return url in self._sample

    def first(self) -> list[str]:
        """The known pages to read."""
        return self._fresh + self._order[: len(self._sample)]

    def following(self) -> list[str]:
        """Pages to read in another round, of those that were taken over so far; none when all is
        read that has to be."""
        before: set[tuple[str, ...]] = set()
        now: set[tuple[str, ...]] = set()
        changed = 0
        for old, new in self.ties.read_anew():
            before.update(_entries(old))
            now.update(_entries(new))
            changed += old.url in self._latest and not same_substance(old, new)
        due = {entry[0] for entry in before ^ now}
        if changed:
            due.update(self._draw(2 * len(self._latest)))
        ties = self.ties
        taken = ties.store.pages_taken_over(ties.run_id, ties.site_id, than=ties.earlier)
        return [url for url in taken if url in due]

    def changed(self) -> list[str]:
        """Pages of the sample that had changed, by URL."""
        return [
            old.url
            for old, new in self.ties.read_anew()
            if self.is_sampled(old.url) and not same_substance(old, new)
        ]


def _entries(page: PageLinks) -> Iterator[tuple[str, ...]]:
    """What a page says of the pages it leads to."""
    for link in page.links:
        yield link.url, link.text
    for item in page.items:
        yield item.url, item.title, str(item.published_on)
