"""What a page says that no page of its site has said before.

Crawl traps are told by this, not by counts of addresses: a calendar, another order of the same
list, a print version or the last page of a list shown for ever bring no new words, while an
archive of 20,000 articles brings some with each.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from enum import StrEnum
from itertools import islice
from typing import Final

from auditor.model.page import Link, LinkKind, PageFacts, Region

#: Text of one page that is looked at, and pieces of it that are compared.
MAX_CHARS: Final = 20_000
MAX_PIECES: Final = 2_000
#: Pieces that differ from known ones in numbers only, and make a page new together.
MANY_NUMBERS: Final = 5
_CHROME: Final = frozenset((Region.HEADER, Region.NAV, Region.FOOTER))
_FILES: Final = frozenset((LinkKind.IMAGE, LinkKind.ATTACHMENT))
#: What changes from page to page without saying anything: dates, times, page numbers.
_PASSING: Final = re.compile(
    r"\d{4}[-./年]\d{1,2}(?:[-./月](?:\d{1,2}日?)?)?|\d{1,2}月(?:\d{1,2}[日号]?)?|\d{1,2}日"
    r"|\d{1,2}[:：]\d{2}(?:[:：]\d{2})?|(?<![\d第〔])(?:19|20|21)\d{2}年?(?![\d号])"
    r"|[第共]?(?<!\d)\d{1,9}(?:/\d{1,9})?[页頁条項项]|(?:星期|周)[一二三四五六日天]|[上下]午",
)
#: Session ids, nonces and other words of letters mixed with digits.
_RANDOM: Final = re.compile(
    r"(?<![A-Za-z0-9])(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{6,}(?![A-Za-z0-9])"
)
_ADDRESS: Final = re.compile(r"[/?]|https?:|[\w-]+\.(?:s?html?|jsp|aspx?|php|do)\b", re.I)
_NUMBER: Final = re.compile(r"\d+")
_SENTENCE: Final = re.compile(r"(?<=[.!?;:])\s+")
_WORD: Final = re.compile(r"[^\W\d_]{2}")
#: Marks the names of files, which are content whatever they look like.
_FILE: Final = "\0"
#: Characters of a piece that are looked at: a run of text without end is made to cost time.
_MAX_PIECE: Final = 500
_FIRST_BITS: Final = 17
_GROWTH: Final = 3
_MAX_COMMON: Final = 20_000


class Novelty(StrEnum):
    """`NEW`: words that the site had not shown. `NUMBERS`: known words with other numbers; an
    article of a series or a counter. `NOTHING`: all of it was known."""

    NEW = "new"
    NUMBERS = "numbers"
    NOTHING = "nothing"


class Sieve:
    """The words of a site so far, as bits: two bytes a word instead of eighty (a Bloom filter in
    layers that grow). One word in sixty may pass for known that is not, never the other way
    round."""

    def __init__(self) -> None:
        self._layers: list[tuple[bytearray, int]] = []
        self._free = 0
        # Hashes of words that came twice lately: nine words in ten of a page are its template's.
        self._common: set[int] = set()

    def sift(self, pieces: Iterable[str]) -> list[str]:
        """Note pieces of text; those that were not known."""
        common = self._common
        return [piece for piece in pieces if hash(piece) not in common and self.add(piece)]

    def add(self, piece: str) -> bool:
        """Note a piece of text; true when it was not known."""
        key = hash(piece)
        for bits, mask in self._layers:
            one, two = key & mask, key >> 32 & mask
            if bits[one >> 3] >> (one & 7) & bits[two >> 3] >> (two & 7) & 1:
                self._note_common(key)
                return False
        if not self._free:
            size = 1 << (_FIRST_BITS + _GROWTH * len(self._layers))
            self._layers.append((bytearray(size // 8), size - 1))
            self._free = size // 16
        bits, mask = self._layers[-1]
        for bit in (key & mask, key >> 32 & mask):
            bits[bit >> 3] |= 1 << (bit & 7)
        self._free -= 1
        return True

    def _note_common(self, key: int) -> None:
        if len(self._common) >= _MAX_COMMON:
            self._common.clear()
        self._common.add(key)


def novelty(
    page: PageFacts, sieve: Sieve, is_sibling: Callable[[Link], bool] = lambda link: False
) -> Novelty:
    """What the page adds to the words of the sieve, which learns them. The texts of links between
    pages of one pattern (`is_sibling`) name addresses and no content."""
    new = sieve.sift(_pieces(page))
    if not new:
        return Novelty.NOTHING
    named = _named(set(new), page.links, is_sibling)
    weights = [_weight(piece, sieve) for piece in new if piece not in named]
    total = sum(weights)
    if total >= MANY_NUMBERS:
        return Novelty.NEW
    return Novelty.NUMBERS if total else Novelty.NOTHING


def _named(
    new: set[str], links: Iterable[Link], is_sibling: Callable[[Link], bool]
) -> frozenset[str]:
    """The new pieces that are texts of siblings, or words of such texts."""
    named: set[str] = set()
    for link in links:
        text = link.text
        met = text in new or (" " in text and not new.isdisjoint(text.split()))
        if met and is_sibling(link):
            named.update(new.intersection((text, *text.split())))
    return frozenset(named)


def _weight(piece: str, sieve: Sieve) -> int:
    """How much a piece of text counts that was not known as it stands."""
    if piece[0] == _FILE:
        return 1
    plain = _lasting(piece)
    if not _WORD.search(plain):
        return 0
    if sieve.add("#" + _NUMBER.sub("", plain)):
        return MANY_NUMBERS
    return int(plain == piece or sieve.add("=" + plain))


def _pieces(page: PageFacts) -> Iterable[str]:
    """Runs of text, each once. Chinese has no spaces inside; where words are spaced, sentences and
    the texts of links and headings stand for them, since words alone are soon all known."""
    text = page.text[:MAX_CHARS]
    if 2 * len(text.encode("utf-8", "replace")) < 3 * len(text):
        texts = [*_SENTENCE.split(text), *(heading.text for heading in page.headings)]
        texts += [link.text for link in page.links if link.region not in _CHROME]
    else:
        texts = text.split()
    pieces = dict.fromkeys((page.title, *texts))
    for link in page.links:
        if link.kind in _FILES and link.region not in _CHROME:
            pieces[_FILE + link.url.partition("?")[0].rpartition("/")[2]] = None
    pieces.pop("", None)
    return islice(pieces, MAX_PIECES)


def _lasting(piece: str) -> str:
    """The piece without dates, times, page numbers, random words and addresses."""
    if _ADDRESS.match(piece):
        return ""
    return _RANDOM.sub("", _PASSING.sub("", piece[:_MAX_PIECE]))
