"""A fetched body as page facts."""

from __future__ import annotations

from auditor.derive.page import page_facts
from auditor.gather.fetch import Fetched
from auditor.model.page import PageFacts

_PAGE_TYPES = ("html", "xml")


def facts_of(fetched: Fetched) -> PageFacts:
    """The facts of a fetched page; of an empty one when the body is no page."""
    record = fetched.record
    kind = record.content_type.lower()
    is_page = not kind or any(name in kind for name in _PAGE_TYPES)
    return page_facts(
        fetched.body if is_page else b"",
        url=record.url,
        final_url=record.final_url or record.url,
        status=record.status,
        content_type=record.content_type,
        captured_at=record.captured_at,
    )
