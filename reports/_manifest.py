"""`manifest.json`: the SHA-256 of every file of the output folder."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from reports._files import replacing

NAME = "manifest.json"
SCHEMA = "auditor-manifest/1"


class Entry(msgspec.Struct, frozen=True):
    """One file: path relative to the folder with `/`, size and digest."""

    path: str
    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """The whole manifest."""

    schema: str
    files: tuple[Entry, ...]


def write_manifest(out: Path) -> Path:
    """List every regular file under `out` but the manifest itself, by path; call it last.

    Symbolic links are left out: they could name files of other folders.
    """
    manifest = Manifest(SCHEMA, tuple(_entry(out, path) for path in _files(out)))
    target = out / NAME
    with replacing(target) as stream:
        stream.write(msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n")
    return target


def _files(out: Path) -> Iterator[Path]:
    found = (path for path in out.rglob("*") if path.is_file() and not path.is_symlink())
    ours = (path for path in found if not path.name.endswith(".part") and path != out / NAME)
    yield from sorted(ours, key=lambda path: path.relative_to(out).as_posix())


def _entry(out: Path, path: Path) -> Entry:
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return Entry(path.relative_to(out).as_posix(), path.stat().st_size, digest)
