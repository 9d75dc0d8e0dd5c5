"""Strings from pages made fit for each output format.

Pages are hostile: lone surrogates break encoders, control characters break XLSX and terminals,
direction overrides turn a sentence round, and a leading `=` is a formula in a spreadsheet.
"""

from __future__ import annotations

import re

#: Longest string from a page in machine-readable output, in characters.
JSON_CHARS = 4_000
#: Longest string in a spreadsheet cell; Excel refuses more than 32,767.
CELL_CHARS = 8_000
#: Longest string from a page shown to a reader.
SHOWN_CHARS = 300

_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\u2028\u2029\ufeff\ufffe\uffff]"
)
_SPACE = re.compile(r"[\t\r\n ]+")
#: First characters that spreadsheets take for a formula, and their full-width forms, which some
#: East Asian input methods and Excel's own conversion treat alike.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠﹢﹣﹦﹫−")


def encodable(text: str, limit: int = JSON_CHARS) -> str:
    """`text` without lone surrogates and at most `limit` characters long."""
    return _SURROGATE.sub("\ufffd", clip(text, limit))


def clip(text: str, limit: int) -> str:
    """The first `limit` characters, the last of them an ellipsis where something was cut."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def visible(text: str, limit: int = SHOWN_CHARS) -> str:
    """`text` on one line, bounded, with nothing invisible in it."""
    return shown(_SPACE.sub(" ", encodable(text, limit)).strip(" "))


def shown(text: str) -> str:
    """`text` with every control and direction character shown by its code point."""
    return _INVISIBLE.sub(lambda found: f"⟦U+{ord(found.group()):04X}⟧", text)


def cell(text: str) -> str:
    """A spreadsheet cell's text: no surrogates, no control characters, bounded."""
    return _CONTROL.sub("\ufffd", encodable(text, CELL_CHARS))


def csv_cell(text: str) -> str:
    """As `cell`, with an apostrophe before anything that would be taken for a formula.

    Leading white space does not hide a formula from every program, so it is looked through.
    """
    safe = cell(text)
    return "'" + safe if safe.startswith(_FORMULA) or safe.lstrip().startswith(_FORMULA) else safe
