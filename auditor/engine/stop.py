"""Ending a round early: cleanly where a step can, at once where it cannot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class CutOff(Exception):
    """A step was cut off by the stop; nothing of it is kept."""


class Stop:
    """Set when the round shall end. Steps that watch `event` end by themselves (the crawl, with
    what it has); all others run inside `cutting` and are cut off."""

    def __init__(self) -> None:
        self.event = asyncio.Event()
        self._limits: set[asyncio.Timeout] = set()

    def set(self) -> None:
        """Stop. Call it in the event loop's thread."""
        self.event.set()
        now = asyncio.get_running_loop().time()
        for limit in self._limits:
            limit.reschedule(now)

    def is_set(self) -> bool:
        """True once the round shall end; may be asked from any thread."""
        return self.event.is_set()

    @asynccontextmanager
    async def cutting(self) -> AsyncIterator[None]:
        """Cancel what runs inside when the stop comes, and raise `CutOff`."""
        limit = asyncio.timeout(0 if self.is_set() else None)
        try:
            async with limit:
                self._limits.add(limit)
                yield
        except TimeoutError:
            if limit.expired():
                raise CutOff from None
            raise
        finally:
            self._limits.discard(limit)
