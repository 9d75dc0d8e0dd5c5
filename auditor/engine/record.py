"""One site audit's place in the store, for use from the event loop.

The store is synchronous; all writes of a run go through one thread, so that SQLite has one writer
and the loop never waits for the disk. Judging only reads, and has a thread of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime
from typing import ParamSpec, TypeVar

from auditor.gather.evidence import Spool
from auditor.model.artifact import Missed
from auditor.model.evidence import EvidenceArchive
from auditor.store import Store
from auditor.store.rows import CaptureRow, FrontierUrl, Judgement, StoredPage, UrlDone

T = TypeVar("T")
P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Bookkeeper:
    """The run's store, the thread that may write to it, and the one that judges: judging a large
    site takes seconds, and the crawls of the others must not wait for it."""

    store: Store
    thread: Executor
    run_id: str
    judging: Executor

    async def judge(self, function: Callable[[], T]) -> T:
        """Run a judgement in its thread."""
        return await asyncio.get_running_loop().run_in_executor(self.judging, function)

    async def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a store method in the thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.thread, lambda: function(*args, **kwargs))


@dataclass(frozen=True, slots=True)
class SiteRecord:
    """One claimed site audit. Every write carries its fence; `LeaseLost` ends the audit. Evidence
    that waits in the spool is written before the store says what was found."""

    book: Bookkeeper
    site_id: str
    fence: int
    clock: Callable[[], datetime]
    spool: Spool | None = None

    async def save(
        self,
        pages: Sequence[StoredPage],
        new_urls: Sequence[FrontierUrl],
        done: Sequence[UrlDone],
    ) -> None:
        """Store a batch of the crawl or of the link test."""
        await self._write(
            self.book.store.save_batch,
            self.book.run_id,
            self.site_id,
            self.fence,
            pages=pages,
            new_urls=new_urls,
            done=done,
            now=self.clock(),
        )

    async def keep(self, type_: type, value: object) -> None:
        """Store an artifact, or the `Missed` in its place."""
        store = self.book.store
        await self._write(
            store.save_artifact, self.book.run_id, self.site_id, self.fence, type_.__name__, value
        )

    async def _write(
        self, function: Callable[P, object], *args: P.args, **kwargs: P.kwargs
    ) -> None:
        """A write of the store, after the evidence for it. Both in the store's thread."""

        def both() -> None:
            if self.spool is not None:
                self.spool.flush()
            function(*args, **kwargs)

        await self.book.call(both)

    async def archived(self, archive: EvidenceArchive, captures: Sequence[CaptureRow]) -> None:
        """Store what evidence was kept and where it is."""
        store = self.book.store
        await self.book.call(
            store.save_captures, self.book.run_id, self.site_id, self.fence, captures
        )
        await self.keep(EvidenceArchive, archive)

    async def recall(self, type_: type[T]) -> T | Missed | None:
        """An artifact stored by this or an earlier attempt."""
        return await self.book.call(self.book.store.artifact, self.book.run_id, self.site_id, type_)

    async def judged(self, judgement: Judgement) -> None:
        """Store what judging gave."""
        await self.book.call(
            self.book.store.save_judgement,
            self.book.run_id,
            self.site_id,
            judgement.issues,
            judgement.tallies,
            judgement.untested,
            judgement.columns,
            fence=self.fence,
        )

    async def finish(self, state: str, *, stopped_because: str = "", error: str = "") -> None:
        """Note how the audit ended."""
        await self.book.call(
            self.book.store.finish_site,
            self.book.run_id,
            self.site_id,
            self.fence,
            state,
            stopped_because=stopped_because,
            error=error,
            now=self.clock(),
        )
