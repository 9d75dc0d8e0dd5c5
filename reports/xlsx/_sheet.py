"""One worksheet with a heading row, written top to bottom."""

from __future__ import annotations

from collections.abc import Sequence

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from reports._clean import cell
from reports._issuelist import COLUMNS
from reports._texts import Texts

Value = str | int | float | None

#: Excel's limit is 1,048,576 rows; a longer list continues on another sheet.
MAX_ROWS = 1_000_000
#: Column widths in characters by column key; others get the default.
_WIDE = {
    "message": 60, "clause": 44, "fix": 50, "excerpt": 40, "url": 44, "parent_url": 36,
    "homepage": 36, "locator": 30, "values": 34, "other_places": 36, "vetoes": 36, "why": 50,
    "detail": 50, "quote": 44, "name": 30, "site": 26, "organisation": 22, "indicator": 26,
    "subject": 32, "sha256": 20, "reason": 28, "newest_title": 36, "path": 30, "column": 22,
    "captured_at": 19, "site_code": 14, "check_title": 30, "checks": 30,
}  # fmt: skip
_DEFAULT_WIDTH = 12

#: Keys of the columns of each sheet but the issue list; headings are in table `sheet_<name>`.
SHEETS: dict[str, tuple[str, ...]] = {
    "overview": (
        "row", "site", "site_code", "organisation", "homepage", "type", "verdict", "score",
        "vetoes", "deduction", "advice", "cant_tell", "untested", "coverage", "pages", "stopped",
        "site_id",
    ),
    "columns": (
        "site", "column", "path", "url", "class", "template_id", "items", "undated", "newest_on",
        "age_days", "max_age_days", "state", "newest_title", "site_id",
    ),
    "untested": ("site", "check_title", "reason", "detail", "check", "site_id"),
    "indicators": (
        "scheme", "version", "indicator_id", "group", "name", "clause", "grade", "severity",
        "points", "cap", "checks", "quote", "sha256",
    ),
}  # fmt: skip


class Styles:
    """The cell formats of a workbook."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.head = book.add_format(
            {"bold": True, "bg_color": "#1F3A5F", "font_color": "#FFFFFF", "text_wrap": True,
             "valign": "vcenter", "border": 1, "border_color": "#B8C2CC"}
        )  # fmt: skip
        self.body = book.add_format(
            {"text_wrap": True, "valign": "top", "border": 1, "border_color": "#D9DEE3"}
        )


class Sheet:
    """A worksheet that continues on another one when it is full."""

    def __init__(
        self,
        book: xlsxwriter.Workbook,
        styles: Styles,
        texts: Texts,
        name: str,
        headings: Sequence[str] = (),
    ) -> None:
        self._book, self._styles, self._texts, self._name = book, styles, texts, name
        keys = SHEETS.get(name, ())
        self._headings = tuple(headings) or tuple(texts(f"sheet_{name}.{key}") for key in keys)
        self._widths = [_WIDE.get(key, _DEFAULT_WIDTH) for key in keys or COLUMNS]
        self._parts = 0
        self._sheet = self._open()

    def _open(self) -> Worksheet:
        self._parts += 1
        title = self._texts(f"sheet.{self._name}")
        sheet = self._book.add_worksheet(title if self._parts == 1 else f"{title} {self._parts}")
        for index, width in enumerate(self._widths):
            sheet.set_column(index, index, width)
        sheet.freeze_panes(1, 2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        for index, heading in enumerate(self._headings):
            sheet.write_string(0, index, heading, self._styles.head)
        self._next = 1
        return sheet

    def add(self, values: Sequence[Value]) -> None:
        """Append one row. Strings stay strings, whatever they begin with."""
        if self._next > MAX_ROWS:
            self.finish()
            self._sheet = self._open()
        for index, value in enumerate(values):
            if isinstance(value, str):
                self._sheet.write_string(self._next, index, cell(value), self._styles.body)
            elif value is None:
                self._sheet.write_blank(self._next, index, None, self._styles.body)
            else:
                self._sheet.write_number(self._next, index, value, self._styles.body)
        self._next += 1

    def finish(self) -> None:
        """Offer a filter over all rows written."""
        self._sheet.autofilter(0, 0, max(self._next - 1, 1), len(self._headings) - 1)
