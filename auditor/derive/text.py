"""Small helpers for text that pages contain."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Final, TypeVar

from auditor.derive.limits import MAX_LABEL_CHARS

#: Full-width digits, letters and signs to their ASCII forms (U+FF01 to U+FF5E, U+3000).
FULL_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}

_FULL_WIDTH_DIGITS: Final = "０１２３４５６７８９"
#: Bounds of `remembered`: texts, and characters of one text.
_TEXTS: Final = 64
_TEXT_CHARS: Final = 20_000

T = TypeVar("T")


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
    # Ten scans in C take a tenth of the time of one regular expression.
    return text.translate(FULL_WIDTH) if any(map(text.__contains__, _FULL_WIDTH_DIGITS)) else text


def remembered(function: Callable[[str], T]) -> Callable[[str], T]:
    """A pure function of one text that keeps its last results: scripts and footers are the same
    on nearly all pages of a site. Very long texts are not kept."""
    known = lru_cache(maxsize=_TEXTS)(function)

    @wraps(function)
    def remember(text: str) -> T:
        return known(text) if len(text) <= _TEXT_CHARS else function(text)

    return remember


def text_hash(text: str) -> str:
    """The first 32 hexadecimal digits of SHA-256 over the (folded) text; "" for no text."""
    if not text:
        return ""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
