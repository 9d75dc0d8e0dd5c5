"""List entries: a link and the date printed beside it, or a link in a list without dates.

While the page is read, each row element (li, tr, dl, div ...) that holds a few links is offered.
Rows with a date are entries. Rows without one are entries only when their list looks like a list
of titles: other rows of the same place have dates, or there are several long titles.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from auditor.derive.dates import ISO_CHARS, find_date, month_day, plain_date, strip_date, url_date
from auditor.derive.limits import MAX_ITEMS
from auditor.derive.text import half_width_digits
from auditor.model.page import ListItem, Region

#: Rows that may be entries without a date.
PLAIN_ROWS: Final = frozenset(("li", "tr", "dd", "dt"))
_MAX_ROW_LINKS: Final = 6
_MAX_ROW_PARTS: Final = 80
_MAX_ROW_CHARS: Final = 800
_MAX_BLOCK_CHARS: Final = 300
_DIGITS: Final = re.compile(r"\d[-/.年月]|[１２][０９]|\d\s|[〇○]")
_MONTH_DAY: Final = re.compile(r"\d\s?[-/.月]\s?\d")
_CHROME: Final = frozenset((Region.HEADER, Region.NAV, Region.FOOTER))
#: Dated rows there hold the day's date or a copyright, never an entry.
_EDGE_REGIONS: Final = frozenset((Region.HEADER, Region.FOOTER))
#: The day's date, which pages print beside their tools.
_TODAY: Final = re.compile("今[天日](?:是|[:：])|现在(?:是|时间)|(?:当前|北京|系统)时间")
_MIN_UNDATED: Final = 3
_MIN_TITLE_CHARS: Final = 10
MIN_ENTRY_CHARS: Final = 4
#: A title with such an end may hold a date or be cut.
_EDGES: Final = frozenset("0123456789日]】)）.…。[【(（０１２３４５６７８９")
_CUT: Final = ("...", "…", "。。。")

Span = tuple[int, int]
#: (link index, date or None, date without its year or "")
Row = tuple[int, date | None, str]


class Rows:
    """Collects the rows of one page. Indices refer to the page's anchors and text parts."""

    __slots__ = ("_assigned", "_assigned_at", "_rows")

    def __init__(self) -> None:
        self._rows: list[Row] = []
        self._assigned = 0
        self._assigned_at = 0

    def offer(
        self,
        tag: str,
        parts: list[str],
        mark: int,
        anchors: list[Any],
        spans: list[Span],
        first: int,
    ) -> None:
        """A row element ended: text parts from `mark`, anchors from `first`."""
        if first < self._assigned:
            if tag not in PLAIN_ROWS:
                return  # a block around entries; what follows them is no entry of its own
            # The dates before this point belong to the entries found already.
            first, mark = self._assigned, max(mark, self._assigned_at)
        count = len(anchors) - first
        if not 0 < count <= _MAX_ROW_LINKS or len(parts) - mark > _MAX_ROW_PARTS:
            return
        index = first
        if count == 1:
            start, end = spans[first]
            text = around(parts[mark:start], parts[end:])
        else:
            index = max(range(first, len(anchors)), key=lambda i: len(anchors[i].text))
            text = _around(parts, mark, spans[first:])
        anchor = anchors[index]
        block = tag not in PLAIN_ROWS
        if block and (not anchor.text or len(text) > _MAX_BLOCK_CHARS):
            return  # any block can hold a link and a date; an entry's block holds little else
        day = date_beside(text, anchor.text, anchor.url)
        if day is None and (block or count > 2 or len(anchor.text) < MIN_ENTRY_CHARS):
            return
        rows = self._rows
        while rows and rows[-1][0] >= first and rows[-1][1] is None:
            rows.pop()  # found again, in a row that says more
        if day is not None:
            self._assigned, self._assigned_at = len(anchors), len(parts)
        rows.append((index, day, yearless(text) if day is None else ""))

    def take(self, rows: list[Row], dated_at: tuple[int, int]) -> None:
        """Rows with one link each that need no offering. `dated_at` counts the anchors and parts
        up to the end of the last one with a date."""
        self._rows += rows
        if dated_at[0]:
            self._assigned, self._assigned_at = dated_at

    def pair(self, parts: list[str], mark: int, anchors: int) -> None:
        """A `dd` without links ended: its date belongs to the link of the `dt` before it."""
        rows = self._rows
        if rows and rows[-1][0] == anchors - 1 and rows[-1][1] is None:
            text = "".join(parts[mark : mark + _MAX_ROW_PARTS])[:_MAX_ROW_CHARS]
            day = find_date(text)
            if day is not None:
                rows[-1] = (rows[-1][0], day, "")
                self._assigned, self._assigned_at = anchors, len(parts)

    def finish(self, anchors: list[Any]) -> tuple[ListItem, ...]:
        """The entries in page order."""
        lists: set[str] = set()
        undated = defaultdict(list)
        rows = [(anchors[index], day, yearless) for index, day, yearless in self._rows]
        for anchor, day, _ in rows:
            if day is not None:
                lists.add(anchor.place)
            else:
                undated[anchor.place].append(anchor)
        lists.update(place for place, links in undated.items() if _is_list(links))
        found: list[ListItem] = []
        count = 0
        for anchor, day, yearless in rows:
            if anchor.place not in lists or anchor.region in _EDGE_REGIONS:
                continue
            count += 1
            if count > MAX_ITEMS:
                break
            title = anchor.text or anchor.name
            if title:
                if title[-1] in _EDGES or title[0] in _EDGES:
                    title = _title(anchor, title, day)
                found.append(ListItem(anchor.url, title, day, anchor.place, yearless))
        return tuple(found)


def around(before: Sequence[str], after: Sequence[str]) -> str:
    """The text of a row outside its only link."""
    text = "".join(after)
    return (f"{''.join(before)} {text}" if before else text).strip()


def _around(parts: list[str], mark: int, spans: list[Span]) -> str:
    """The row's text outside its links."""
    outside: list[str] = []
    position = mark
    for start, end in spans:
        outside += parts[position:start]
        outside.append(" ")
        position = max(position, end)
    return "".join([*outside, *parts[position:]]).strip()


def date_beside(text: str, title: str, url: str) -> date | None:
    """The date in the text around an entry's link, else at an end of the link's own text (title).
    The link's address lends its year to a date printed as month and day."""
    if len(text) == ISO_CHARS:
        day = plain_date(text)
        if day is not None:
            return day
    if len(text) <= _MAX_ROW_CHARS and _DIGITS.search(text):
        found = find_date(text, leaf=True) if _has_year(text) else None
        if found is None and _MONTH_DAY.search(text):
            hint = url_date(url)
            found = find_date(text, hint=hint) if hint else None
        if found and not _TODAY.search(text):
            return found
    if title and (title[-1] in _EDGES or title[0] in _EDGES) and _has_year(title):
        shorter = strip_date(title)
        if shorter != title:
            return find_date(title)
        return find_date(title[:20], leaf=True) if title[0].isdigit() else None
    return None


def yearless(text: str) -> str:
    """The date without a year that stands in the text around an entry's link, or ""."""
    short = len(text) <= _MAX_BLOCK_CHARS and _MONTH_DAY.search(text)
    return month_day(text) if short and not _TODAY.search(text) else ""


def _has_year(text: str) -> bool:
    """Whether a date can stand in the text at all."""
    return "20" in text or "19" in text or "年" in text or half_width_digits(text) is not text


def asks_address(text: str) -> bool:
    """Whether `date_beside` may find with the address what it does not find without."""
    return _MONTH_DAY.search(text) is not None


def _is_list(links: list[Any]) -> bool:
    """Entries without dates: several of them, outside the navigation, with titles for names."""
    if len(links) < _MIN_UNDATED or any(link.region in _CHROME for link in links):
        return False
    return sum(len(link.text) for link in links) >= _MIN_TITLE_CHARS * len(links)


def _title(anchor: Any, title: str, day: date | None) -> str:
    """The entry's title without its date; the title attribute where the text is cut short."""
    if day is not None:
        title = strip_date(title) or title
    if title.endswith(_CUT):
        stem = title.rstrip(".…。")
        if len(anchor.title) > len(stem) and anchor.title.startswith(stem):
            return str(anchor.title)
    return title
