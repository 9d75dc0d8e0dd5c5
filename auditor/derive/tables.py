"""Telling data tables from layout tables.

Old templates build whole pages from tables, and articles paste data tables from office programs.
Only a table that is surely data is kept: a check that asks for header cells must not accuse a
layout table.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from auditor.derive.limits import MAX_TABLES
from auditor.model.page import Table

_BORDER: Final = re.compile(
    r"border(?:-[a-z-]+)?\s*:\s*(?!0|none|medium none)[^;]*(?:solid|\dp)", re.I
)
_OFFICE: Final = re.compile(r"Mso|table-bordered|border", re.I)
_MIN_ROWS: Final = 3
_MIN_COLUMNS: Final = 2
_MAX_CELL_CHARS: Final = 120


@dataclass(slots=True)
class TableDraft:
    """A table while its page is read. `ruled` says that borders are drawn."""

    attrib: Mapping[str, str]
    place: str
    index: int
    mark: int
    links: int
    rows: int = 0
    cells: int = 0
    columns: int = 0
    row_cells: int = 0
    headers: int = 0
    ruled: bool = False
    nested: bool = False
    controls: bool = False
    caption: str = ""
    chars: int = 0
    hidden: bool = False

    def row(self) -> None:
        """A row begins."""
        self.rows += 1
        self.row_cells = 0

    def cell(self, tag: str, attrib: Mapping[str, str]) -> None:
        """A cell begins."""
        self.cells += 1
        self.row_cells += span(attrib)
        self.columns = max(self.columns, self.row_cells)
        if tag == "th" or "scope" in attrib:
            self.headers += 1
        if not self.ruled and attrib and _ruled(attrib):
            self.ruled = True


def span(attrib: Mapping[str, str]) -> int:
    """Columns that a cell covers, at most 100."""
    value = attrib.get("colspan") or ""
    return min(int(value), 100) or 1 if value.isascii() and value.isdigit() else 1


def finish(drafts: list[TableDraft]) -> tuple[Table, ...]:
    """The data tables among the page's tables."""
    return tuple(
        Table(
            rows=draft.rows,
            columns=draft.columns,
            has_headers=draft.headers > 0,
            caption=draft.caption,
            place=draft.place,
            index=draft.index,
        )
        for draft in drafts[:MAX_TABLES]
        if _is_data(draft)
    )


def _is_data(draft: TableDraft) -> bool:
    role = draft.attrib.get("role") or ""
    if role in ("presentation", "none") or draft.nested or draft.hidden or draft.rows < 2:
        return False
    if draft.headers or draft.caption:
        return draft.columns >= _MIN_COLUMNS
    if draft.controls or draft.rows < _MIN_ROWS or draft.columns < _MIN_COLUMNS:
        return False
    if draft.links * 4 > draft.cells or draft.chars > _MAX_CELL_CHARS * draft.cells:
        return False
    return draft.ruled or _ruled(draft.attrib)


def _ruled(attrib: Mapping[str, str]) -> bool:
    border = (attrib.get("border") or "").strip()
    if border not in ("", "0", "0px"):
        return True
    return bool(
        _BORDER.search((attrib.get("style") or "")[:1000])
        or _OFFICE.search((attrib.get("class") or "")[:200])
    )
