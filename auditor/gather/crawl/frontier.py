"""What is known, what is waiting, and what must be looked at a second time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from auditor.model.page import LinkKind
from auditor.store.rows import FrontierUrl

CRAWLED_KINDS = frozenset({LinkKind.PAGE, LinkKind.FRAME})


class Frontier:
    """The queue of one site. URLs are canonical. Seen URLs are kept as 64-bit hashes: at 100,000
    URLs a set of strings would cost twice as much memory."""

    def __init__(self, *, seen: Iterable[str] = (), queued: Iterable[FrontierUrl] = ()) -> None:
        self._seen = {hash(url) for url in seen}
        self._queue: deque[FrontierUrl] = deque()
        self._again: list[FrontierUrl] = []
        for item in queued:
            self._seen.add(hash(item.url))
            if item.kind in CRAWLED_KINDS and item.in_site:
                self._queue.append(item)

    def __len__(self) -> int:
        return len(self._queue) + len(self._again)

    def is_new(self, url: str) -> bool:
        """True the first time a URL is shown."""
        key = hash(url)
        if key in self._seen:
            return False
        self._seen.add(key)
        return True

    def push(self, item: FrontierUrl) -> None:
        """Queue a page to fetch."""
        self._queue.append(item)

    def push_again(self, item: FrontierUrl) -> None:
        """Queue a page for a second look, after everything else, so that the two attempts lie
        apart in time."""
        self._again.append(item)

    def pop(self) -> tuple[FrontierUrl, bool] | None:
        """The next page and whether this is its second look; None when none is waiting."""
        if self._queue:
            return self._queue.popleft(), False
        if self._again:
            return self._again.pop(0), True
        return None
