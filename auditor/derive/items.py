"""List entries: a link and the date printed beside it, or a link in a list without dates.

While the page is read, each row element (li, tr, dl, div ...) that holds a few links is offered.
Rows with a date are entries. Rows without one are entries only when their list looks like a list
of titles: other rows of the same place have dates, or there are several long titles.
"""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import date
from typing import Any, Final

from auditor.derive.dates import find_date, plain_date, strip_date, url_date
from auditor.derive.limits import MAX_ITEMS
from auditor.model.page import ListItem, Region

#: Rows that may be entries without a date.
PLAIN_ROWS: Final = frozenset(("li", "tr", "dd", "dt"))
_MAX_ROW_LINKS: Final = 6
_MAX_ROW_PARTS: Final = 80
_MAX_ROW_CHARS: Final = 800
_DIGITS: Final = re.compile(r"\d[-/.年月]|[１２][０９]|\d\s|[〇○]")
_MONTH_DAY: Final = re.compile(r"\d\s?[-/.月]\s?\d")
_CHROME: Final = frozenset((Region.HEADER, Region.NAV, Region.FOOTER))
_MIN_UNDATED: Final = 3
_MIN_TITLE_CHARS: Final = 10
_CUT: Final = ("...", "…", "。。。")

Span = tuple[int, int]
#: (link index, date or None, place)
Row = tuple[int, date | None, str]


class Rows:
    """Collects the rows of one page. Indices refer to the page's anchors and text parts."""

    __slots__ = ("_assigned", "_rows")

    def __init__(self) -> None:
        self._rows: list[Row] = []
        self._assigned = 0

    def offer(
        self,
        tag: str,
        labels: list[str],
        parts: list[str],
        mark: int,
        anchors: list[Any],
        spans: list[Span],
        first: int,
    ) -> None:
        """A row element ended: text parts from `mark`, anchors from `first`."""
        first = max(first, self._assigned)
        count = len(anchors) - first
        if not 0 < count <= _MAX_ROW_LINKS or len(parts) - mark > _MAX_ROW_PARTS:
            return
        index = first
        if count > 1:
            index = max(range(first, len(anchors)), key=lambda i: len(anchors[i].text))
        anchor = anchors[index]
        day = _row_date(parts, mark, spans[first:], anchor)
        if day is None and (tag not in PLAIN_ROWS or count > 2 or len(anchor.text) < 4):
            return
        self._assigned = len(anchors)
        self._rows.append((index, day, " ".join(labels[-3:])))

    def finish(self, anchors: list[Any]) -> tuple[ListItem, ...]:
        """The entries in page order."""
        groups: dict[str, list[Row]] = defaultdict(list)
        for row in self._rows:
            groups[row[2]].append(row)
        accepted = {place for place, rows in groups.items() if _is_list(rows, anchors)}
        kept = [row for row in self._rows if row[1] or row[2] in accepted]
        return tuple(
            _item(anchors[index], day, place)
            for index, day, place in kept[:MAX_ITEMS]
            if anchors[index].text or anchors[index].name
        )


def _row_date(parts: list[str], mark: int, spans: list[Span], anchor: Any) -> date | None:
    """The date beside the row's links, else at an end of the link's own text."""
    if len(spans) == 1:
        start, end = spans[0]
        text = "".join(parts[end:]) if start <= mark else _around(parts, mark, spans)
    else:
        text = _around(parts, mark, spans)
    found = plain_date(text.strip()) or _date_in(text, anchor)
    if found:
        return found
    title = anchor.text
    if _DIGITS.search(title):
        shorter = strip_date(title)
        if shorter != title:
            return find_date(title)
        return find_date(title[:20], leaf=True) if title[:1].isdigit() else None
    return None


def _around(parts: list[str], mark: int, spans: list[Span]) -> str:
    """The row's text outside its links."""
    outside: list[str] = []
    position = mark
    for start, end in spans:
        outside += parts[position:start]
        outside.append(" ")
        position = max(position, end)
    return "".join([*outside, *parts[position:]])


def _date_in(text: str, anchor: Any) -> date | None:
    if len(text) > _MAX_ROW_CHARS or not _DIGITS.search(text):
        return None
    found = find_date(text, leaf=True)
    if found is None and _MONTH_DAY.search(text):
        found = find_date(text, hint=url_date(anchor.url))
    return found


def _is_list(rows: list[Row], anchors: list[Any]) -> bool:
    if any(day for _, day, _ in rows):
        return True
    links = [anchors[index] for index, _, _ in rows]
    if len(links) < _MIN_UNDATED or any(link.region in _CHROME for link in links):
        return False
    return sum(len(link.text) for link in links) >= _MIN_TITLE_CHARS * len(links)


def _item(anchor: Any, day: date | None, place: str) -> ListItem:
    title = anchor.text or anchor.name
    if day is not None and _DIGITS.search(title):
        title = strip_date(title) or title
    if title.endswith(_CUT) and len(anchor.title) > len(title):
        title = anchor.title
    return ListItem(anchor.url, title, day, place)
