"""Which code made a result: what is stored may be used again only by the same code."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

_SUFFIXES = frozenset({".py", ".yaml", ".yml", ".json", ".txt", ".csv"})


def source_digest(names: Iterable[str]) -> str:
    """Hash of the sources and data files of modules and packages, and of the Python version.
    Empty where a source cannot be read: such code is never known to be the same."""
    parts = [_digest(name) for name in sorted(set(names))]
    if not all(parts):
        return ""
    version = ".".join(map(str, sys.version_info[:3]))
    return hashlib.sha256("\0".join([version, *parts]).encode()).hexdigest()


@cache
def _digest(name: str) -> str:
    spec = find_spec(name)
    if spec is None or not spec.origin:
        return ""
    origin = Path(spec.origin)
    folder = spec.submodule_search_locations
    files = sorted(Path(folder[0]).rglob("*")) if folder else [origin]
    found = hashlib.sha256(name.encode())
    try:
        for file in files:
            if file.suffix in _SUFFIXES and file.is_file():
                found.update(str(file.relative_to(origin.parent)).encode())
                found.update(hashlib.sha256(file.read_bytes()).digest())
    except OSError:
        return ""
    return found.hexdigest()
