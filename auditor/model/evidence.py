"""Short ways to cite an artifact as evidence, and what is kept of the answers cited."""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class ArchiveFile:
    """One WARC file in the evidence folder."""

    file: str
    sha256: str
    size_bytes: int
    records: int


@dataclass(frozen=True, slots=True)
class EvidenceArchive:
    """What was kept of a site's answers. `store`: cited | all | none, as configured; `unarchived`
    is the number of cited answers of which no record was kept; `problem` says why something is
    missing: "" | disk-nearly-full | not-written."""

    store: str
    files: tuple[ArchiveFile, ...] = ()
    unarchived: int = 0
    problem: str = ""
