"""What is known, what is waiting, and what must be looked at a second time."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from auditor.model.page import Link, LinkKind, Region
from auditor.store.rows import FrontierUrl

_LISTS = re.compile(r"/(?:index[\w-]*\.\w+|list[\w-]*\.\w+)?(?:\?.*)?$", re.I)
CRAWLED_KINDS = frozenset({LinkKind.PAGE, LinkKind.FRAME})


class Frontier:
    """The queue of one site: lower priority (0 to 2) first, then in the order of finding. URLs
    are canonical. Seen URLs are kept as 64-bit hashes: at 100,000 URLs a set of strings would cost
    twice as much memory."""

    def __init__(self, *, seen: Iterable[str] = (), queued: Iterable[FrontierUrl] = ()) -> None:
        self._seen = {hash(url) for url in seen}
        self._seen.add(hash(""))  # links that lead nowhere
        self._queues: tuple[deque[FrontierUrl], ...] = (deque(), deque(), deque())
        self._again: deque[tuple[FrontierUrl, float]] = deque()
        for item in queued:
            self._seen.add(hash(item.url))
            if item.kind in CRAWLED_KINDS and item.in_site:
                self.push(item)

    def __len__(self) -> int:
        return sum(map(len, self._queues)) + len(self._again)

    def is_new(self, url: str) -> bool:
        """True the first time a URL is shown."""
        key = hash(url)
        if key in self._seen:
            return False
        self._seen.add(key)
        return True

    def fresh(self, links: Iterable[Link]) -> list[Link]:
        """The links that lead to URLs shown for the first time, calls of interfaces aside. Of the
        links of a page nearly all are known, so this asks in bulk."""
        return [
            link
            for link in links
            if hash(link.url) not in self._seen
            and link.via != "interface"
            and self.is_new(link.url)
        ]

    def push(self, item: FrontierUrl) -> None:
        """Queue a page to fetch."""
        self._queues[item.priority].append(item)

    def push_again(self, item: FrontierUrl, due: float) -> None:
        """Queue a page for a second look, after everything else and not before `due`, so that
        the two attempts lie apart in time."""
        self._again.append((item, due))

    def upcoming(self, number: int) -> Iterator[str]:
        """The URLs that `pop` would give next, but for second looks."""
        return (item.url for item in islice(chain(*self._queues), number))

    def pop(self) -> tuple[FrontierUrl, float | None] | None:
        """The next page, with the moment of its second look if this is one; None when none is
        waiting."""
        for queue in self._queues:
            if queue:
                return queue.popleft(), None
        return self._again.popleft() if self._again else None


def is_list(link: Link) -> bool:
    """Whether a link probably leads to a list: by its address, or its place in the page."""
    return link.via == "pager" or link.region is Region.NAV or bool(_LISTS.search(link.url))
