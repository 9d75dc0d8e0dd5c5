"""Which archived answer a finding rests on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from auditor.engine.citing import by_url, cited_by, record_of, with_records, without_record
from auditor.model.column import Column, ColumnState
from auditor.model.finding import (
    EvidenceRef,
    Finding,
    Issue,
    Message,
    Outcome,
    Subject,
    SubjectKind,
)
from auditor.model.site import Site
from auditor.store.rows import CaptureRow, Judgement

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
SITE = Site("portal", "某某区人民政府", "http://www.mou.gov.cn")
PAGE, GONE = "http://www.mou.gov.cn/a", "http://www.mou.gov.cn/gone"


def row(url: str = PAGE, seconds: int = 0, sha256: str = "aa", status: int = 200) -> CaptureRow:
    at = NOW + timedelta(seconds=seconds)
    return CaptureRow(url, at, status, sha256, "f.warc.gz", 100 + seconds, f"id-{seconds}")


def issue(*evidence: EvidenceRef, kind: SubjectKind = SubjectKind.LINK, name: str = GONE) -> Issue:
    return Issue(
        id="1",
        number=1,
        check_id="site-dead-links",
        outcome=Outcome.FAILED,
        message=Message("dead"),
        subject=Subject(kind, name),
        count=1,
        evidence=evidence,
    )


def offset(ref: EvidenceRef, *rows: CaptureRow) -> int | None:
    found = record_of(ref, by_url(rows))
    return found.byte_offset - 100 if found else None


def test_the_very_moment_counts_most() -> None:
    ref = EvidenceRef(PAGE, NOW + timedelta(seconds=5), "aa")
    assert offset(ref, row(seconds=9), row(seconds=5), row(seconds=1)) == 5


def test_the_same_body_at_another_moment_will_do() -> None:
    ref = EvidenceRef(PAGE, NOW + timedelta(seconds=3), "aa")
    assert offset(ref, row(seconds=9, sha256="bb"), row(seconds=1), row(seconds=2)) == 2


def test_another_body_is_no_evidence() -> None:
    ref = EvidenceRef(PAGE, NOW + timedelta(seconds=3), "aa")
    assert offset(ref, row(sha256="bb"), row(GONE)) is None


def test_an_address_without_digest_is_shown_by_its_newest_answer() -> None:
    assert offset(EvidenceRef(PAGE), row(seconds=1), row(seconds=2, sha256="bb")) == 2


def test_documents_of_the_browser_stand_for_what_it_saw_only() -> None:
    document = row(seconds=9, sha256="dd", status=0)
    assert offset(EvidenceRef(PAGE), row(seconds=1), document) == 1
    assert offset(EvidenceRef(PAGE, NOW, "dd"), row(seconds=1), document) == 9


def test_places_and_subjects_get_their_records() -> None:
    rows = by_url([row(), row(GONE, 7, "cc")])
    found, site_wide = with_records(
        [
            issue(EvidenceRef(PAGE, NOW, "aa", excerpt="x"), EvidenceRef("dns:x?type=A")),
            issue(kind=SubjectKind.SITE, name=GONE),
        ],
        rows,
    )
    first, second = found.evidence
    assert (first.warc, first.warc_record) == ("f.warc.gz#100", "urn:uuid:id-0")
    assert first.excerpt == "x"
    assert (second.warc, second.warc_record) == ("", "")
    assert found.subject_warc == "f.warc.gz#107"
    assert site_wide.subject_warc == ""


def test_what_is_missing_is_counted_once() -> None:
    rows = by_url([row()])
    ref, lost = EvidenceRef(PAGE, NOW, "aa"), EvidenceRef(GONE, NOW, "bb")
    never_answered = EvidenceRef("http://down.gov.cn/", NOW)
    assert without_record([issue(ref, lost), issue(lost, never_answered)], rows) == [lost]


def test_what_is_cited() -> None:
    judgement = Judgement(
        issues=(issue(EvidenceRef(PAGE, NOW, "aa")),),
        untested=(("x", Finding(Outcome.UNTESTED, Message("u"), evidence=(EvidenceRef("u"),))),),
        columns=(Column("通知公告", url="http://www.mou.gov.cn/tzgg/", state=ColumnState.FRESH),),
    )
    cited = cited_by(SITE, judgement)
    home = {"http://www.mou.gov.cn", "http://www.mou.gov.cn/"}
    assert cited.urls == {*home, "http://www.mou.gov.cn/tzgg/", PAGE, GONE, "u"}
    assert cited.answers == {(PAGE, NOW), ("u", None)}
