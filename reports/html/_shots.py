"""Element screenshots: found in the evidence folder, never anywhere else.

File names come from findings, so they are not trusted: a name must lead to a regular file inside
the evidence folder, and the file must begin like an image.
"""

from __future__ import annotations

import os
import shutil
import struct
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from reports._files import replacing

_MAX_BYTES = 5 * 1024 * 1024
_PNG = b"\x89PNG\r\n\x1a\n"
_SUBFOLDERS = ("", "screenshots")


@dataclass(frozen=True, slots=True)
class Shot:
    """An image as a page refers to it; `width` and `height` in pixels."""

    src: str
    width: int
    height: int


class Shots:
    """Screenshots for the pages of one site folder. Files within the output folder are referred
    to where they are, others are copied beside the page."""

    def __init__(self, evidence: Path | None, out: Path, folder: Path) -> None:
        self._evidence = evidence.resolve() if evidence else None
        self._out, self._folder = out.resolve(), folder
        self.copied: list[Path] = []

    def find(self, name: str) -> Shot | None:
        """The screenshot of this name, or None if there is no such image."""
        path = self._path(name)
        size = _png_size(path) if path else None
        if path is None or size is None:
            return None
        if path.is_relative_to(self._out):
            source = Path(os.path.relpath(path, self._folder.resolve())).as_posix()
        else:
            source = self._copy(path)
        return Shot(quote(source), *size)

    def _path(self, name: str) -> Path | None:
        if self._evidence is None or not name or "\x00" in name or len(name) > 300:
            return None
        for folder in _SUBFOLDERS:
            try:
                path = (self._evidence / folder / name).resolve()
                usable = path.is_file() and path.stat().st_size <= _MAX_BYTES
            except (OSError, ValueError):
                continue
            if usable and path.is_relative_to(self._evidence):
                return path
        return None

    def _copy(self, path: Path) -> str:
        target = self._folder / "screenshots" / path.name
        if not target.exists():
            with path.open("rb") as source, replacing(target) as stream:
                shutil.copyfileobj(source, stream)
            self.copied.append(target)
        return f"screenshots/{path.name}"


def _png_size(path: Path) -> tuple[int, int] | None:
    """Width and height from the PNG header; None for anything else."""
    try:
        with path.open("rb") as stream:
            head = stream.read(24)
    except OSError:
        return None
    if len(head) < 24 or not head.startswith(_PNG) or head[12:16] != b"IHDR":
        return None
    width, height = struct.unpack(">II", head[16:24])
    return (width, height) if 0 < width <= 20_000 and 0 < height <= 20_000 else None
