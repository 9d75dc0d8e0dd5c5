"""Evidence of a site audit: from the spool of its answers to the WARC files that findings cite."""

from __future__ import annotations

import glob
import hashlib
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import structlog

from auditor import __version__
from auditor.config import Settings
from auditor.engine.citing import (
    Captures,
    Cited,
    by_url,
    cited_by,
    record_of,
    without_record,
)
from auditor.gather.evidence import ArchiveLabel, Spool, Trail, WarcFile, read_spool
from auditor.model.evidence import ArchiveFile, EvidenceArchive
from auditor.model.site import Site
from auditor.store import LeaseLost, Store
from auditor.store.rows import CaptureRow, Judgement

_LOG = structlog.get_logger(__name__)
#: Ends the names of spools; reports and the manifest leave `.part` files alone.
_SPOOL = ".spool.part"


@dataclass(frozen=True, slots=True)
class RunFolder:
    """Where a run keeps its archives and screenshots; stored with the run."""

    path: str


@dataclass(frozen=True, slots=True)
class EarlierEvidence:
    """The evidence of the site's last audit: its folder, and what it holds by URL."""

    folder: Path
    captures: Callable[[Collection[str]], Captures]

    @classmethod
    def of(cls, store: Store, run_id: str, site_id: str) -> EarlierEvidence | None:
        """That of a run; None when the run does not know its folder."""
        folder = store.run_artifact(run_id, RunFolder)
        if not isinstance(folder, RunFolder):
            return None
        return cls(Path(folder.path), lambda urls: store.captures(run_id, site_id, urls))


@dataclass(frozen=True, slots=True)
class EvidenceKeeper:
    """Keeps the evidence of a run's sites in `folder`, as `settings.evidence` wants it."""

    folder: Path
    run_id: str
    config_sha256: str
    settings: Settings
    user_agent: str

    def spool(self, site: Site, attempt: int) -> Spool | None:
        """Where an attempt's answers go; None when nothing is to be kept."""
        wanted = self.settings.evidence
        if wanted.store == "none":
            return None
        path = self.folder / f"{self._stem(site)}{attempt}{_SPOOL}"
        return Spool(path, keep_free=wanted.keep_free_mb * 2**20)

    def spools(self, site: Site) -> list[Path]:
        """Spools that attempts at the site have left, oldest first."""
        stem = self._stem(site)
        found = self.folder.glob(f"{glob.escape(stem)}*{_SPOOL}")
        ours = (path for path in found if _attempt(path, stem))
        return sorted(ours, key=lambda path: _attempt(path, stem))

    def clear(self, site: Site) -> None:
        """Remove the spools of a site whose archive is written."""
        for path in self.spools(site):
            path.unlink(missing_ok=True)

    def archive(
        self,
        site: Site,
        judgement: Judgement,
        now: datetime,
        *,
        problem: str = "",
        earlier: EarlierEvidence | None = None,
    ) -> tuple[EvidenceArchive, list[CaptureRow]]:
        """Write a WARC file for each spool of the site, and say what is where. `problem` is that
        of the latest spool; pages that did not change are looked up in `earlier`. What cannot be
        written is lost, never the findings."""
        work = _Work(judgement, cited_by(site, judgement), earlier)
        spools = self.spools(site)
        for path in spools:
            try:
                self._write(site, path, work, now, last=path == spools[-1])
            except OSError as error:
                _LOG.warning("evidence_not_archived", site=site.id, why=str(error))
                problem = problem or "not-written"
        archive = EvidenceArchive(
            store=self.settings.evidence.store,
            files=tuple(work.files),
            unarchived=len(without_record(judgement.issues, by_url(work.rows))),
            problem=problem,
        )
        return archive, work.rows

    def _write(self, site: Site, spool: Path, work: _Work, now: datetime, *, last: bool) -> None:
        stem = self._stem(site)
        label = self._label(site, f"{stem}{_attempt(spool, stem)}")
        everything = self.settings.evidence.store == "all"
        rows: list[CaptureRow] = []
        with WarcFile(self.folder, label, now) as warc:
            # The very answers that findings cite come first, so that they are whole records and
            # what repeats them refers to them.
            for exact in (True, False):
                for trail in read_spool(spool):
                    wanted = everything or not work.cited.urls.isdisjoint(_urls(trail))
                    if wanted and exact is not work.cited.answers.isdisjoint(_answers(trail)):
                        rows += _rows(trail, warc)
            if last and work.earlier is not None:
                rows += work.borrowed(warc, work.earlier, rows)
        with warc.path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        work.files.append(ArchiveFile(label.name, digest, warc.path.stat().st_size, warc.records))
        work.rows += rows

    def _stem(self, site: Site) -> str:
        return f"{site.id}-{self.run_id}-"

    def _label(self, site: Site, name: str) -> ArchiveLabel:
        polite, kept = self.settings.politeness, self.settings.evidence.store
        override = polite.robots_override_reason or ""
        info = {
            "software": f"govsite-auditor/{__version__} warcio/{version('warcio')}",
            "isPartOf": self.run_id,
            "description": f"{site.name} {site.homepage}; evidence: {kept}; "
            "bodies as received, chunked ones as one chunk",
            "operator": polite.contact,
            "http-header-user-agent": self.user_agent,
            "robots": "obeyed" if polite.obey_robots else f"ignored: {override}",
            "config-sha256": self.config_sha256,
        }
        filled = {key: value for key, value in info.items() if value}
        return ArchiveLabel(f"{name}.warc.gz", f"urn:govsite-auditor:{name}", filled)


def archive_leftovers(
    keeper: EvidenceKeeper,
    store: Store,
    now: datetime,
    *,
    hurry: Callable[[], bool] = lambda: False,
) -> None:
    """Archive what stopped audits have left in their spools, for the reports of what was done,
    and what a full disk held up. The spools of unfinished audits stay for those that go on.
    Ends with the site at which `hurry` answers true."""
    for row in store.site_rows(keeper.run_id):
        if hurry():
            return
        judgement = store.judgement(keeper.run_id, row.site.id)
        if judgement is None or not keeper.spools(row.site):
            continue
        archive, captures = keeper.archive(row.site, judgement, now)
        where = keeper.run_id, row.site.id, row.fence
        try:
            store.save_captures(*where, captures)
            store.save_artifact(*where, EvidenceArchive.__name__, archive)
        except LeaseLost:  # somebody is at work on this site and will archive it
            continue
        if row.state == "done" and not archive.problem:
            keeper.clear(row.site)


@dataclass(slots=True)
class _Work:
    """An archive in the making: what is wanted, and what is there so far."""

    judgement: Judgement
    cited: Cited
    earlier: EarlierEvidence | None
    files: list[ArchiveFile] = field(default_factory=list)
    rows: list[CaptureRow] = field(default_factory=list)

    def borrowed(
        self, warc: WarcFile, earlier: EarlierEvidence, rows: Sequence[CaptureRow]
    ) -> Iterator[CaptureRow]:
        """Answers of the last visit to pages that this one found unchanged."""
        missing = without_record(self.judgement.issues, by_url([*self.rows, *rows]))
        known = earlier.captures({ref.url for ref in missing})
        for ref in missing:
            row = record_of(ref, known)
            if row is not None:
                offset = warc.copy(earlier.folder / row.file, row.byte_offset, row.sha256)
                if offset is not None:
                    yield replace(row, file=warc.path.name, byte_offset=offset)


def _urls(trail: Trail) -> Iterator[str]:
    yield trail.asked
    for capture in trail.captures:
        yield capture.url


def _answers(trail: Trail) -> Iterator[tuple[str, datetime | None]]:
    yield trail.asked, trail.captures[-1].captured_at
    for capture in trail.captures:
        yield capture.url, capture.captured_at


def _rows(trail: Trail, warc: WarcFile) -> Iterator[CaptureRow]:
    """A row for every answer under its own URL, and one for the last under the URL asked for."""
    found = warc.add(trail)
    last = found[-1]
    for url, item in [(item.capture.url, item) for item in found] + [(trail.asked, last)]:
        capture = item.capture
        yield CaptureRow(
            url=url,
            captured_at=capture.captured_at,
            status=capture.status,
            sha256=capture.sha256,
            file=warc.path.name,
            byte_offset=item.offset,
            record_id=item.record_id,
        )


def _attempt(spool: Path, stem: str) -> int:
    number = spool.name.removeprefix(stem).removesuffix(_SPOOL)
    return int(number) if number.isdigit() else 0
