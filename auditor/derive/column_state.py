"""What can be said of a column: its own entries, the newest, and whether it is fresh or blank.

The rule throughout: an accusation needs evidence on the page. A page whose entries a script may
load, or whose newest date may be on a page that was not read, is for a person to judge.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final, TypeVar

from auditor.derive.column_pages import EMPTY_CHARS, FULL_CHARS, ColumnPage, Entry
from auditor.model.column import ColumnState

T = TypeVar("T")
Day = Callable[[Entry], date | None]

#: A block that so many list pages share, entry for entry, belongs to the template.
_BLOCK_SHARE: Final = 0.4
_BLOCK_PAGES: Final = 4
#: The same for a single entry at the same place, where blocks cannot be told apart.
_ENTRY_SHARE: Final = 0.7
_ENTRY_PAGES: Final = 5
#: Links, scripts, frames and pictures on this share of the column pages are the template's.
_PART_SHARE: Final = 0.4
_PART_PAGES: Final = 3
_OWN_LINKS: Final = 3
#: Text of a page that says that it has no entries, at most: of a static page or one in no menu,
#: and of a column in the menu, where header and footer may be part of it.
_PHRASE_CHARS: Final = 60
_PHRASE_PAGE_CHARS: Final = 320
#: Share of entries without a known date that leaves the newest open, wherever they stand.
_OPEN_SHARE: Final = 0.3
#: Dates that show which way a list grows.
_FEW_DATES: Final = 3


@dataclass(frozen=True, slots=True)
class Shared:
    """What many column pages have in common."""

    blocks: frozenset[frozenset[int]]
    entries: frozenset[tuple[int, int]]
    parts: frozenset[int]

    def own_entries(self, page: ColumnPage) -> list[Entry]:
        """The page's entries without those of the template."""
        places = {place for place, urls in page.blocks.items() if urls in self.blocks}
        return [
            entry
            for entry in page.entries
            if entry.place not in places and (entry.place, entry.url) not in self.entries
        ]

    def own(self, parts: frozenset[int]) -> int:
        """How many of the links, scripts, frames or pictures are the page's own."""
        return len(parts - self.parts)


def shared_parts(pages: Sequence[ColumnPage]) -> Shared:
    """Blocks, entries and parts that most of the column pages show."""
    lists = [page for page in pages if page.entries]
    blocks = Counter(urls for page in lists for urls in set(page.blocks.values()) if len(urls) > 1)
    entries = Counter(
        place for page in lists for place in {(entry.place, entry.url) for entry in page.entries}
    )
    parts = Counter(
        part for page in pages for part in page.links | page.scripts | page.frames | page.images
    )
    return Shared(
        _frequent(blocks, max(_BLOCK_PAGES, _BLOCK_SHARE * len(lists))),
        _frequent(entries, max(_ENTRY_PAGES, _ENTRY_SHARE * len(lists))),
        _frequent(parts, max(_PART_PAGES, _PART_SHARE * len(pages))),
    )


def _frequent(counts: Counter[T], least: float) -> frozenset[T]:
    return frozenset(item for item, count in counts.items() if count >= least)


def newest_of(
    entries: Sequence[Entry], day_of: Day, today: date
) -> tuple[date | None, Entry | None]:
    """The newest entry that is not dated ahead; (None, None) when no date is known."""
    dated = [(day, entry) for entry in entries if (day := day_of(entry)) is not None]
    past = [item for item in dated if item[0] <= today]
    return max(past, key=lambda item: item[0], default=(None, None))


def state_of(
    page: ColumnPage,
    *,
    entries: int,
    age: int | None,
    limit: int | None,
    static: bool,
    shared: Shared,
) -> ColumnState:
    """The column's state. `age` is that of the newest entry in days, None when unknown; columns
    without a limit are never stale."""
    if not page.observed:
        return ColumnState.CANT_TELL
    if not entries:
        return _without_entries(page, static, shared)
    if limit is None:
        return ColumnState.FRESH
    if age is None:
        return ColumnState.CANT_TELL
    return ColumnState.STALE if age > limit else ColumnState.FRESH


def _without_entries(page: ColumnPage, static: bool, shared: Shared) -> ColumnState:
    """Blank when the page itself says so, and nothing but the page can fill it: what a script
    shows may be the answer to a request of ours that failed, so that is for a person to judge. A
    page with text, a form, links, pictures or tables of its own is no list and not blank."""
    loads = (
        page.rendered or page.placeholders or shared.own(page.scripts) or shared.own(page.frames)
    )
    most = _PHRASE_CHARS if static else _PHRASE_PAGE_CHARS
    if page.blank_phrase and _own_text(page) < most and not page.entries:
        return ColumnState.CANT_TELL if loads else ColumnState.BLANK
    shows = page.forms or page.tables or shared.own(page.images)
    own_text = _own_text(page)
    if shows or own_text >= FULL_CHARS or shared.own(page.links) >= _OWN_LINKS:
        return ColumnState.FRESH
    if static and own_text >= EMPTY_CHARS:
        return ColumnState.FRESH
    return ColumnState.CANT_TELL


def says_blank(page: ColumnPage) -> bool:
    """True for a page that shows its name and words that there is nothing, and hardly more."""
    return bool(page.blank_phrase) and not page.entries and _own_text(page) < _PHRASE_CHARS


def _own_text(page: ColumnPage) -> int:
    """Characters of the page's text besides its breadcrumb and name."""
    name = max(map(len, page.names), default=0)
    return page.main_chars - len("".join(page.breadcrumb)) - name


def undecided(entries: Sequence[Entry], day_of: Day, read: Container[int], *, whole: bool) -> bool:
    """True when the newest entry may be one that was not seen: an undated entry above the newest
    dated one (pinned entries aside) or many of them, whose pages were not read or whose dates lack
    the year, or a list that grows at its end and whose end was not read."""
    days = [day_of(entry) for entry in entries]
    unread = [
        index
        for index, (day, entry) in enumerate(zip(days, entries, strict=True))
        if day is None and (entry.yearless or entry.url not in read)
    ]
    dated = [day for day in days if day is not None]
    newest = max(dated, default=None)
    until = days.index(newest) if newest is not None else len(days)
    if any(index < until for index in unread) or len(unread) > _OPEN_SHARE * len(entries):
        return True
    rising = len(dated) >= _FEW_DATES and dated[0] < dated[-1]
    return not whole and rising and all(one <= two for one, two in pairwise(dated))
