"""What a crawl hands to the store: the parts of one transaction, and how they are made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Protocol

from auditor.gather.fetch import Fetched
from auditor.model.artifact import FetchRecord
from auditor.store.rows import FrontierUrl, PageRow, StoredPage, UrlDone

#: Pages per transaction, and the longest that a page waits for one (seconds).
BATCH_PAGES = 50
BATCH_S = 2.0
_HTML_TYPES = ("text/html", "application/xhtml")


class CrawlSink(Protocol):
    """Where a crawl leaves what it found; one call is one transaction."""

    async def save(
        self,
        pages: Sequence[StoredPage],
        new_urls: Sequence[FrontierUrl],
        done: Sequence[UrlDone],
    ) -> None:
        """Store a batch durably."""
        ...


@dataclass(slots=True)
class Batch:
    """What waits for the next transaction. A page, its links and the word that its URL is done
    are added without an `await` between them, so that a crash loses or keeps them together."""

    pages: list[StoredPage] = field(default_factory=list)
    new_urls: list[FrontierUrl] = field(default_factory=list)
    done: list[UrlDone] = field(default_factory=list)
    since: float = field(default_factory=monotonic)

    @property
    def due(self) -> bool:
        """True when the batch is large or old enough to be stored."""
        full = len(self.pages) >= BATCH_PAGES or len(self.done) >= 4 * BATCH_PAGES
        return full or monotonic() - self.since > BATCH_S

    def __bool__(self) -> bool:
        return bool(self.pages or self.new_urls or self.done)


def failed_page(item: FrontierUrl, record: FetchRecord) -> StoredPage:
    """The row of a page that gave no facts."""
    return StoredPage(
        PageRow(
            url=item.url,
            final_url=record.final_url,
            status=record.status,
            outcome=record.reason.value if record.reason else "http-error",
            parent=item.parent,
            depth=item.depth,
            content_type=record.content_type,
            bytes=record.size_bytes,
            sha256=record.sha256,
            fetched_at=record.captured_at,
        )
    )


def is_html(fetched: Fetched) -> bool:
    """HTML by its label, or by its first byte where the server gives none (or a vague one)."""
    label = fetched.record.content_type.lower()
    if label.startswith(_HTML_TYPES):
        return True
    vague = not label or label.startswith(("text/plain", "application/octet-stream"))
    head = fetched.body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return vague and head.startswith((b"<!doctype html", b"<html"))
