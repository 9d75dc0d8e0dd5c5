"""The documents as the tests read them."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
CONTRIBUTORS = DOCS / "contributors.md"

_FILE_BLOCK = re.compile(r"<!-- (file|plug-in): (\S+) -->\n```\w+\n(.*?)^```$", re.S | re.M)


def documents() -> list[Path]:
    """Every document of the project that people read."""
    top = (ROOT / name for name in ("README.md", "README.zh-CN.md", "CHANGELOG.md"))
    rest = (*DOCS.rglob("*.md"), *(ROOT / "changes").glob("*.md"))
    return [*top, *sorted(rest)]


def files_in(path: Path, kind: str = "file") -> dict[str, str]:
    """Code blocks that stand for files: path and text."""
    blocks = _FILE_BLOCK.findall(path.read_text("utf-8"))
    return {name: text for marked, name, text in blocks if marked == kind}
