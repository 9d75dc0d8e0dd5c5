"""Where reports may write: inside the output folder, whole files or none."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_SAFE_NAME = re.compile(r"[\w][\w.-]{0,99}", re.ASCII)


class UnsafeNameError(ValueError):
    """A site id that cannot be a folder name: it would lead out of the output folder."""


def safe_name(name: str) -> str:
    """`name` itself if it is one plain path component.

    Raises `UnsafeNameError` for separators, `..`, leading dots, and anything but ASCII letters,
    digits, `.`, `_` and `-`.
    """
    if not _SAFE_NAME.fullmatch(name) or name.endswith("."):
        raise UnsafeNameError(f"site id {name[:100]!r} cannot be used as a folder name")
    return name


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Write a file beside its place and move it there when the block ends without an error, so
    that a full disk never leaves half a report under the final name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as stream:
            yield stream
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
