"""Evidence of a site audit: from the spool of its answers to the WARC files that findings cite."""

from __future__ import annotations

import glob
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import structlog

from auditor import __version__
from auditor.config import Settings
from auditor.engine.citing import Cited, by_url, cited_by, unarchived
from auditor.gather.evidence import ArchiveLabel, Spool, Trail, WarcFile, read_spool
from auditor.model.evidence import ArchiveFile, EvidenceArchive
from auditor.model.site import Site
from auditor.store.rows import CaptureRow, Judgement

_LOG = structlog.get_logger(__name__)
#: Ends the names of spools; reports and the manifest leave `.part` files alone.
_SPOOL = ".spool.part"


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
        return sorted(found, key=lambda path: _attempt(path, stem))

    def clear(self, site: Site) -> None:
        """Remove the spools of a site whose archive is written."""
        for path in self.spools(site):
            path.unlink(missing_ok=True)

    def archive(
        self, site: Site, judgement: Judgement, now: datetime, problem: str = ""
    ) -> tuple[EvidenceArchive, list[CaptureRow]]:
        """Write a WARC file for each spool of the site, and say what is where. `problem` is that
        of the latest spool. What cannot be written is lost, never the findings."""
        cited = cited_by(site, judgement)
        files: list[ArchiveFile] = []
        rows: list[CaptureRow] = []
        for path in self.spools(site):
            try:
                found, file = self._write(site, path, cited, now)
            except OSError as error:
                _LOG.warning("evidence_not_archived", site=site.id, why=str(error))
                problem = problem or "not-written"
                continue
            rows += found
            files.append(file)
        archive = EvidenceArchive(
            store=self.settings.evidence.store,
            files=tuple(files),
            unarchived=unarchived(judgement.issues, by_url(rows)),
            problem=problem,
        )
        return archive, rows

    def _write(
        self, site: Site, spool: Path, cited: Cited, now: datetime
    ) -> tuple[list[CaptureRow], ArchiveFile]:
        stem = self._stem(site)
        label = self._label(site, f"{stem}{_attempt(spool, stem)}")
        everything = self.settings.evidence.store == "all"
        rows: list[CaptureRow] = []
        with WarcFile(self.folder, label, now) as warc:
            # The very answers that findings cite come first, so that they are whole records and
            # what repeats them refers to them.
            for exact in (True, False):
                for trail in read_spool(spool):
                    wanted = everything or not cited.urls.isdisjoint(_urls(trail))
                    if wanted and exact is not cited.answers.isdisjoint(_answers(trail)):
                        rows += _rows(trail, warc)
        with warc.path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        size = warc.path.stat().st_size
        return rows, ArchiveFile(label.name, digest, size, warc.records)

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
