"""Helpers for tests of page facts."""

from __future__ import annotations

from typing import Any

from auditor.derive.page import page_facts
from auditor.model.page import Link, PageFacts

URL = "http://www.example.gov.cn/zwgk/tzgg/index.html"


def facts(html: str | bytes, url: str = URL, **known: Any) -> PageFacts:
    """Facts of a page, or of a fragment that is put into a page."""
    body = html if isinstance(html, bytes) else html.encode()
    return page_facts(body, url=url, **known)


def link(page: PageFacts, text: str) -> Link:
    """The link with this text or name."""
    return next(item for item in page.links if text in (item.text, item.name))
