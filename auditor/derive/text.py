"""Small helpers for text that pages contain."""

from __future__ import annotations

import hashlib
import re
from typing import Final

from auditor.derive.limits import MAX_LABEL_CHARS

#: Full-width digits, letters and signs to their ASCII forms (U+FF01 to U+FF5E, U+3000).
FULL_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}

_FULL_WIDTH_DIGIT: Final = re.compile("[０-９]")


def words(text: str) -> frozenset[str]:
    """The words of a text, for word lists in code."""
    return frozenset(text.split())


def fold(text: str) -> str:
    """Runs of white space (no-break and ideographic spaces included) become one space."""
    return " ".join(text.split())


def label(text: str, limit: int = MAX_LABEL_CHARS) -> str:
    """Folded text of a link, heading or attribute, cut at `limit` characters."""
    folded = " ".join(text.split())
    return folded if len(folded) <= limit else folded[:limit]


def half_width_digits(text: str) -> str:
    """Full-width forms become ASCII where the text has full-width digits; else the same text."""
    return text.translate(FULL_WIDTH) if _FULL_WIDTH_DIGIT.search(text) else text


def text_hash(text: str) -> str:
    """The first 32 hexadecimal digits of SHA-256 over the (folded) text; "" for no text."""
    if not text:
        return ""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
