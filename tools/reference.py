"""Writes the pages of `docs/` that are made from the code: `python -m tools.reference`.

The catalogue of checks in both languages, the commands, and the schemes. `--check` writes
nothing and ends with 1 when a page is not what would be written.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from tools._catalogue import catalogue
from tools._commands import commands
from tools._schemes import schemes

DOCS = Path(__file__).parents[1] / "docs"

#: File name in `docs/` and the function that writes its text.
PAGES: Mapping[str, Callable[[], str]] = {
    "catalogue.md": lambda: catalogue("en"),
    "catalogue.zh-CN.md": lambda: catalogue("zh"),
    "commands.md": commands,
    "schemes.zh-CN.md": schemes,
}


def main(arguments: list[str]) -> int:
    """Write every page, or with `--check` compare them; the exit code."""
    stale = []
    for name, make in PAGES.items():
        text, target = make(), DOCS / name
        if target.is_file() and target.read_text("utf-8") == text:
            continue
        stale.append(name)
        if "--check" not in arguments:
            target.write_text(text, "utf-8")
    for name in stale:
        sys.stdout.write(f"docs/{name}\n")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
