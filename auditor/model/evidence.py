"""Short ways to cite an artifact as evidence."""

from __future__ import annotations

from auditor.model.artifact import DnsAnswer, FetchRecord
from auditor.model.finding import EvidenceRef
from auditor.model.page import PageFacts

EXCERPT_CHARS = 300


def page_evidence(page: PageFacts, *, locator: str = "", excerpt: str = "") -> EvidenceRef:
    """Cite a place in a page, with where the site links to the page."""
    return EvidenceRef(
        url=page.final_url or page.url,
        captured_at=page.captured_at,
        sha256=page.sha256,
        locator=locator,
        excerpt=excerpt[:EXCERPT_CHARS],
        parent_url=page.parent_url,
        link_text=page.parent_text,
    )


def fetch_evidence(record: FetchRecord, *, excerpt: str = "") -> EvidenceRef:
    """Cite a request and what came of it."""
    seen = excerpt or record.detail or f"HTTP {record.status}"
    return EvidenceRef(
        url=record.final_url or record.url,
        captured_at=record.captured_at,
        sha256=record.sha256,
        excerpt=seen[:EXCERPT_CHARS],
    )


def dns_evidence(answer: DnsAnswer) -> EvidenceRef:
    """Cite a DNS answer as `dns:NAME?type=TYPE` (RFC 4501)."""
    values = ", ".join(answer.values)
    return EvidenceRef(
        url=f"dns:{answer.name}?type={answer.rdtype}",
        captured_at=answer.asked_at,
        excerpt=f"{answer.rcode} {values}".strip()[:EXCERPT_CHARS],
    )
