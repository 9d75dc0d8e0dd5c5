"""The output folder as a bundle: reports that are written elsewhere take their archives along,
and what is missing is said."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

from auditor.cli.errors import say
from auditor.config import Settings
from auditor.model.result import RunResult


def bring_archives(result: RunResult, evidence: Path | None, out: Path) -> list[Path]:
    """Put the WARC files that the result names into `out`/evidence, as links to the same bytes
    where the file system can. A file that is gone is left out, as screenshots are."""
    target = out / "evidence"
    if evidence is None or not evidence.is_dir() or evidence.resolve() == target.resolve():
        return []
    brought = []
    for site in result.sites:
        for item in site.archive.files if site.archive else ():
            source, copy = evidence / item.file, target / item.file
            if source.is_file() and not _is_there(copy, item.size_bytes):
                target.mkdir(exist_ok=True)
                _link(source, copy)
                brought.append(copy)
    return brought


def say_what_is_missing(result: RunResult, settings: Settings) -> None:
    """Say it when the disk did not take all evidence, and what to do."""
    archives = [site.archive for site in result.sites if site.archive and site.archive.problem]
    if not archives:
        return
    missing = sum(archive.unarchived for archive in archives)
    why = {
        "disk-nearly-full": f"less than {settings.evidence.keep_free_mb} MB was free on the disk "
        "(evidence.keep_free_mb)",
        "not-written": "the archive could not be written",
    }
    reasons = "; ".join(sorted({why.get(item.problem, item.problem) for item in archives}))
    say(
        f"Evidence of {len(archives)} site(s) is incomplete: {reasons}. {missing} cited answers "
        "are not archived. The findings are not affected. Make room; `auditor report` then writes "
        "what still waits, and only another audit brings the rest."
    )


def _is_there(path: Path, size: int) -> bool:
    return path.is_file() and path.stat().st_size == size


def _link(source: Path, copy: Path) -> None:
    partial = copy.with_name(f"{copy.name}.part")
    partial.unlink(missing_ok=True)
    with suppress(OSError):  # another file system, or one without links
        os.link(source, partial)
    if not partial.exists():
        shutil.copyfile(source, partial)
    partial.replace(copy)
