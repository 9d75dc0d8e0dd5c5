"""The store: one database that holds every run, and nothing else that must survive.

One writer thread and any number of readers may share a `Store`. A site audit writes under the
*fence* that its claim gave; after a newer claim every such write raises `LeaseLost`.
"""

from __future__ import annotations

from auditor.store._captures import CaptureTables
from auditor.store.database import open_engine
from auditor.store.errors import LeaseLost, StoreBusy, StoreError, StoreFull, StoreMissing
from auditor.store.rows import (
    CaptureRow,
    FrontierUrl,
    Judgement,
    PageRow,
    RunRow,
    SiteRow,
    StoredPage,
    UrlDone,
    UrlRow,
)


class Store(CaptureTables):
    """A migrated database. Every method is one transaction or a read."""

    @classmethod
    def open(cls, url: str, *, create: bool = True) -> Store:
        """Open `sqlite:///file` or `postgresql://…`, bringing its tables up to date.

        Raises `StoreMissing` when there is nothing and `create` is false, `StoreError` when the
        URL cannot be used or a newer version of this program made the tables.
        """
        return cls(open_engine(url, create=create))

    def __enter__(self) -> Store:
        """The store itself; leaving the block closes it."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Close every connection."""
        self.close()


__all__ = [
    "CaptureRow",
    "FrontierUrl",
    "Judgement",
    "LeaseLost",
    "PageRow",
    "RunRow",
    "SiteRow",
    "Store",
    "StoreBusy",
    "StoreError",
    "StoreFull",
    "StoreMissing",
    "StoredPage",
    "UrlDone",
    "UrlRow",
]
