"""What is archived of what was spooled, attempt after attempt and visit after visit."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from auditor.config import EvidenceSettings, Settings
from auditor.engine.citing import by_url
from auditor.engine.evidence import EarlierEvidence, EvidenceKeeper, archive_leftovers
from auditor.model.evidence import EvidenceArchive
from auditor.model.finding import EvidenceRef, Issue, Message, Outcome, Subject, SubjectKind
from auditor.model.site import Site
from auditor.store import Store
from auditor.store.rows import CaptureRow, Judgement
from tests.unit.gather.test_spool import NOW, ORIGIN, hop, order

SITE = Site("portal", "某某区人民政府", f"{ORIGIN.prefix}/")


def keeper(folder: Path, run: str = "r1", store: str = "cited") -> EvidenceKeeper:
    folder.mkdir(exist_ok=True)
    settings = Settings(evidence=EvidenceSettings(store=store, keep_free_mb=0))  # type: ignore[arg-type]
    return EvidenceKeeper(folder, run, "c0ffee", settings, "govsite-auditor/test")


def spooled(keeping: EvidenceKeeper, attempt: int, *paths: str) -> None:
    """An attempt that was answered for these paths, one second after the other."""
    spool = keeping.spool(SITE, attempt)
    assert spool is not None
    for number, path in enumerate(paths):
        answer = hop(path, f"body of {path}".encode())
        answer.exchange.captured_at = NOW + timedelta(seconds=number)
        spool.add(order(path), [answer])
    spool.close()


def citing(*paths: str, seconds: int = 0) -> Judgement:
    """A judgement that rests on these pages."""
    refs = tuple(
        EvidenceRef(
            f"{ORIGIN.prefix}{path}",
            NOW + timedelta(seconds=seconds),
            hashlib.sha256(f"body of {path}".encode()).hexdigest(),
        )
        for path in paths
    )
    subject = Subject(SubjectKind.SITE, SITE.id)
    return Judgement((Issue("1", 1, "x", Outcome.FAILED, Message("m"), subject, 1, refs),))


def kept(keeping: EvidenceKeeper, found: tuple[EvidenceArchive, Sequence[CaptureRow]]) -> list[str]:
    """Paths of the archived answers, file by file."""
    paths = []
    for file in found[0].files:
        with (keeping.folder / file.file).open("rb") as stream:
            for record in ArchiveIterator(stream, check_digests="raise"):
                if record.rec_type in {"response", "revisit"}:
                    paths.append(record.rec_headers["WARC-Target-URI"].removeprefix(ORIGIN.prefix))
    return paths


def test_every_attempt_has_its_file(tmp_path: Path) -> None:
    keeping = keeper(tmp_path)
    spooled(keeping, 2, "/b", "/c")
    spooled(keeping, 11, "/d")
    spooled(keeping, 1, "/", "/a")
    found = keeping.archive(SITE, citing("/a", "/b", "/d"), NOW)
    names = [file.file for file in found[0].files]
    assert names == [f"portal-r1-{attempt}.warc.gz" for attempt in (1, 2, 11)]
    assert kept(keeping, found) == ["/", "/a", "/b", "/d"]
    assert found[0].unarchived == 0
    assert {row.file for row in found[1]} == set(names)
    keeping.clear(SITE)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)


def test_the_very_answer_is_the_whole_record(tmp_path: Path) -> None:
    keeping = keeper(tmp_path)
    spooled(keeping, 1, "/a", "/a", "/a")
    archive, rows = keeping.archive(SITE, citing("/a", seconds=1), NOW)
    first = min(rows, key=lambda row: row.byte_offset)
    assert first.captured_at == NOW + timedelta(seconds=1)
    with (tmp_path / archive.files[0].file).open("rb") as stream:
        kinds = [record.rec_type for record in ArchiveIterator(stream)]
    assert kinds == ["warcinfo", "response", "request", *["revisit", "request"] * 2]


def test_everything(tmp_path: Path) -> None:
    keeping = keeper(tmp_path, store="all")
    spooled(keeping, 1, "/", "/a", "/b")
    assert kept(keeping, keeping.archive(SITE, citing("/b"), NOW)) == ["/", "/a", "/b"]


def test_nothing(tmp_path: Path) -> None:
    assert keeper(tmp_path, store="none").spool(SITE, 1) is None


def test_another_site_of_a_like_name_is_left_alone(tmp_path: Path) -> None:
    keeping = keeper(tmp_path)
    spooled(keeping, 1, "/")
    (tmp_path / "portal-r1-x-r1-1.spool.part").write_bytes(b"")
    (tmp_path / "portal-r2-1.spool.part").write_bytes(b"")
    keeping.clear(SITE)
    assert len(list(tmp_path.iterdir())) == 2


def test_what_was_lost_is_said(tmp_path: Path) -> None:
    keeping = keeper(tmp_path)
    spooled(keeping, 2, "/")
    archive, _ = keeping.archive(SITE, citing("/a", "/b"), NOW, problem="disk-nearly-full")
    assert (archive.unarchived, archive.problem) == (2, "disk-nearly-full")


def test_what_cannot_be_written_now_is_written_later(tmp_path: Path) -> None:
    keeping = keeper(tmp_path / "evidence")
    spooled(keeping, 1, "/", "/a")
    with Store.open(f"sqlite:///{tmp_path}/a.db") as store:
        store.create_run(
            run_id="r1",
            started_at=NOW,
            as_of=NOW,
            tool_version="",
            config_json="{}",
            config_sha256="",
            sites=[SITE],
        )
        fence = store.claim("r1", SITE.id, NOW)
        store.save_judgement("r1", SITE.id, citing("/a", seconds=1).issues, (), (), ())
        (tmp_path / "evidence" / "portal-r1-1.warc.gz").mkdir()  # nothing can take its place
        archive_leftovers(keeping, store, NOW)
        stored = store.artifact("r1", SITE.id, EvidenceArchive)
        assert isinstance(stored, EvidenceArchive)
        assert (stored.problem, stored.files, stored.unarchived) == ("not-written", (), 1)
        (tmp_path / "evidence" / "portal-r1-1.warc.gz").rmdir()
        store.finish_site("r1", SITE.id, fence, "done", stopped_because="", error="", now=NOW)
        archive_leftovers(keeping, store, NOW)
        stored = store.artifact("r1", SITE.id, EvidenceArchive)
        assert isinstance(stored, EvidenceArchive)
        assert (stored.problem, len(stored.files), stored.unarchived) == ("", 1, 0)
        url = f"{ORIGIN.prefix}/a"
        assert store.captures("r1", SITE.id, [url])[url][0].file == "portal-r1-1.warc.gz"
    assert [path.name for path in (tmp_path / "evidence").iterdir()] == ["portal-r1-1.warc.gz"]


@pytest.mark.parametrize("damage", [False, True])
def test_a_page_that_was_not_asked_for_comes_from_the_last_visit(
    tmp_path: Path, damage: bool
) -> None:
    first = keeper(tmp_path / "first")
    spooled(first, 1, "/", "/a")
    before, rows = first.archive(SITE, citing("/a", seconds=1), NOW)
    old = first.folder / before.files[0].file
    if damage:
        old.write_bytes(old.read_bytes()[: rows[0].byte_offset + 40])
    now = keeper(tmp_path / "now", "r2")
    spooled(now, 1, "/")
    known = by_url(rows)
    earlier = EarlierEvidence(
        first.folder, lambda urls: {url: known[url] for url in urls if url in known}
    )
    judgement = citing("/a", seconds=1)
    found = now.archive(SITE, judgement, NOW + timedelta(days=30), earlier=earlier)
    if damage:
        assert kept(now, found) == ["/"]
        assert found[0].unarchived == 1
        return
    assert kept(now, found) == ["/", "/a"]
    (row,) = (row for row in found[1] if row.url.endswith("/a"))
    assert row.captured_at == NOW + timedelta(seconds=1)
    with (now.folder / row.file).open("rb") as stream:
        stream.seek(row.byte_offset)
        record = next(iter(ArchiveIterator(stream)))
        assert record.content_stream().read() == b"body of /a"
    assert record.rec_headers["WARC-Record-ID"] == f"<urn:uuid:{row.record_id}>"
    assert record.rec_headers["WARC-Date"] == "2026-11-23T04:00:01.000000Z"
