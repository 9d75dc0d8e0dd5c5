"""`findings.xlsx`: overview, issue list, columns, what was not tested, and the indicators.

The workbook is written row by row to temporary files (XlsxWriter's constant-memory mode), all
sheets in one pass over the sites, so memory does not grow with their number. Text is never taken
for a formula or a link.
"""

from __future__ import annotations

from pathlib import Path

import xlsxwriter

from auditor.api import RunResult
from reports._files import replacing
from reports._issuelist import IssueList
from reports._moments import utc
from reports._texts import Texts
from reports.xlsx._rows import (
    column_rows,
    indicator_rows,
    overview_row,
    untested_rows,
)
from reports.xlsx._sheet import Sheet, Styles

__all__ = ["write"]

NAME = "findings.xlsx"
_OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}


def write(
    result: RunResult, out: Path, *, lang: str = "zh-CN", evidence: Path | None = None
) -> tuple[Path, ...]:
    """Write `findings.xlsx` to `out`; `evidence` is part of the interface that reports share."""
    target = out / NAME
    with replacing(target) as stream:
        book = xlsxwriter.Workbook(stream, {**_OPTIONS, "tmpdir": str(out)})
        # A fixed creation time keeps the file byte-identical for the same result.
        created = utc(result.finished_at or result.as_of).replace(tzinfo=None)
        book.set_properties({"title": result.title, "created": created})
        _fill(book, result, Texts(lang))
        book.close()
    return (target,)


def _fill(book: xlsxwriter.Workbook, result: RunResult, texts: Texts) -> None:
    styles = Styles(book)
    issues = IssueList(result, texts)
    overview = Sheet(book, styles, texts, "overview")
    listed = Sheet(book, styles, texts, "issues", issues.headings)
    columns = Sheet(book, styles, texts, "columns")
    untested = Sheet(book, styles, texts, "untested")
    indicators = Sheet(book, styles, texts, "indicators")
    for row in indicator_rows(result, texts):
        indicators.add(row)
    for index, site in enumerate(result.sites, start=1):
        overview.add(overview_row(index, site, texts))
        for row in issues.rows(site):
            listed.add(row)
        for row in column_rows(site, result, texts):
            columns.add(row)
        for row in untested_rows(site, result, texts):
            untested.add(row)
    for sheet in (overview, listed, columns, untested, indicators):
        sheet.finish()
