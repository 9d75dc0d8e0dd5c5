"""Mistakes in configuration: collected, then reported together.

`ConfigError` is the only exception that loading configuration raises, whatever the bytes are.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

#: More than this is noise: a person mends the first ones and looks again.
SHOWN = 50


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake. `line` counts from 1; 0 stands for the file (or the source) as a whole."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        """`file:line: message`, the form that editors can jump to, as one printable line."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return "".join(map(_visible, f"{place}: {self.message}"))


class ConfigError(Exception):
    """Configuration that cannot be used. `problems` holds every mistake that was found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__(self.problems)

    def __str__(self) -> str:
        """One line per mistake, at most `SHOWN` of them, under a line that counts them."""
        count = len(self.problems)
        head = "1 mistake in the configuration:" if count == 1 else f"{count} mistakes:"
        lines = [head, *(f"  {problem}" for problem in self.problems[:SHOWN])]
        if count > SHOWN:
            lines.append(f"  ... and {count - SHOWN} more")
        return "\n".join(lines)


def suggestion(word: str, known: Iterable[str]) -> str:
    """`; did you mean "x"?` for the known word that is nearest to `word`, or nothing."""
    near = difflib.get_close_matches(word[:80].lower(), sorted(known), n=1, cutoff=0.6)
    return f"; did you mean {quoted(near[0])}?" if near else ""


def quoted(value: object, limit: int = 60) -> str:
    """A value as it may be shown on a terminal: one line, short, odd characters as escapes."""
    text = str(value)
    short = text if len(text) <= limit else text[: limit - 3] + "..."
    return '"' + "".join(_visible(char) for char in short) + '"'


def _visible(char: str) -> str:
    if char.isprintable():
        return char
    return f"\\u{ord(char):04x}"


def odd_character(text: str) -> str:
    """Name of the first character that does not belong in any value, or "".

    Control and invisible format characters (zero-width space, direction marks, BOM) and line and
    paragraph separators come in by copying from web pages and office files; nobody sees them, and
    nothing matches a value that holds them.
    """
    for char in text:
        if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}:
            name = unicodedata.name(char, "control character").lower()
            return f"U+{ord(char):04X} ({name})"
    return ""
