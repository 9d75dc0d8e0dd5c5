"""Small pieces of Markdown, safe for texts that hold its special characters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_SPECIAL = re.compile(r"([\\`*_\[\]<>|])")
_MARK = (
    "<!-- Made by `make docs` from the code. Change the code, not this file. -->\n"
    "<!-- 由 make docs 生成，请修改代码而不是本文件。 -->\n"
)


def page(title: str, *blocks: str) -> str:
    """A generated page: heading, the note that it is generated, and blocks."""
    return "\n\n".join((f"# {title}", _MARK.strip(), *filter(None, blocks))) + "\n"


def plain(text: str) -> str:
    """Text as it is, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def code(text: str) -> str:
    """A short piece of code on one line; a pipe would end a table's cell."""
    return f"`{' '.join(text.split())}`".replace("|", "\\|") if text else ""


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; empty when there is no row. Cells are Markdown already."""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    if not lines:
        return ""
    rule = "|".join("---" for _ in heads)
    return "\n".join((f"| {' | '.join(heads)} |", f"|{rule}|", *lines))
