"""Which answers findings rest on, and where they are in the archive. Pure.

Findings carry no file names. The store knows where each archived answer is, and results are
completed from it, so that judging again gives the same findings whatever was archived.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from msgspec import structs

from auditor.derive.urls import canonical
from auditor.model.finding import EvidenceRef, Issue, SubjectKind
from auditor.model.site import Site
from auditor.store.rows import CaptureRow, Judgement

#: Archived answers by URL, oldest first.
Captures = Mapping[str, Sequence[CaptureRow]]
#: Subjects that are addresses on the web.
_ADDRESSES = frozenset({SubjectKind.PAGE, SubjectKind.LINK, SubjectKind.RESOURCE})


@dataclass(frozen=True, slots=True)
class Cited:
    """What a judgement rests on: the addresses, and the very answers by address and moment."""

    urls: frozenset[str]
    answers: frozenset[tuple[str, datetime | None]]


def cited_by(site: Site, judgement: Judgement) -> Cited:
    """The home page, the columns, whatever a finding cites, and what it is about."""
    refs = list(_references(judgement))
    urls = {site.homepage, canonical(site.homepage), *(ref.url for ref in refs)}
    urls.update(column.url for column in judgement.columns)
    subjects = (issue.subject for issue in judgement.issues)
    urls.update(subject.name for subject in subjects if subject.kind in _ADDRESSES)
    return Cited(frozenset(urls), frozenset((ref.url, ref.captured_at) for ref in refs))


def by_url(rows: Iterable[CaptureRow]) -> Captures:
    """Archived answers by URL, oldest first."""
    found: dict[str, list[CaptureRow]] = {}
    for row in sorted(rows, key=lambda row: row.captured_at):
        found.setdefault(row.url, []).append(row)
    return found


def record_of(ref: EvidenceRef, captures: Captures) -> CaptureRow | None:
    """The archived answer that a reference rests on: of the same moment, else the newest with
    the same body. A reference without a digest is about the address: its newest answer."""
    found = captures.get(ref.url, ())
    for row in found:
        if row.captured_at == ref.captured_at:
            return row
    if not ref.sha256:
        return _newest(found)
    same = [row for row in found if row.sha256 == ref.sha256]
    return same[-1] if same else None


def with_records(issues: Iterable[Issue], captures: Captures) -> tuple[Issue, ...]:
    """The issues with the archived record of each place and of the subject."""
    return tuple(_with_records(issue, captures) for issue in issues)


def without_record(issues: Iterable[Issue], captures: Captures) -> list[EvidenceRef]:
    """The cited answers of which there is no record, each once. What has no digest was never an
    answer."""
    refs = {(ref.url, ref.sha256): ref for issue in issues for ref in issue.evidence if ref.sha256}
    return [ref for ref in refs.values() if record_of(ref, captures) is None]


def _references(judgement: Judgement) -> Iterator[EvidenceRef]:
    for issue in judgement.issues:
        yield from issue.evidence
    for _, finding in judgement.untested:
        yield from finding.evidence


def _with_records(issue: Issue, captures: Captures) -> Issue:
    evidence = tuple(_with_record(ref, record_of(ref, captures)) for ref in issue.evidence)
    subject = issue.subject
    answer = _newest(captures.get(subject.name, ())) if subject.kind in _ADDRESSES else None
    return replace(issue, evidence=evidence, subject_warc=_place(answer) if answer else "")


def _newest(found: Sequence[CaptureRow]) -> CaptureRow | None:
    """The newest that the site sent; documents that the browser made have no status."""
    return next((row for row in reversed(found) if row.status), None)


def _with_record(ref: EvidenceRef, row: CaptureRow | None) -> EvidenceRef:
    if row is None:
        return ref
    return structs.replace(ref, warc=_place(row), warc_record=f"urn:uuid:{row.record_id}")


def _place(row: CaptureRow) -> str:
    return f"{row.file}#{row.byte_offset}"
