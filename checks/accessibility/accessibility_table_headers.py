"""accessibility-table-headers: data tables have header cells."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import Finding, Outcome, PageFacts, Text, check, msg, page_evidence
from checks.accessibility._common import PAGE_MESSAGES, because, page_subject, section, unjudged

MESSAGES = PAGE_MESSAGES | {
    "headed": Text(
        zh="页面 {count} 个数据表格都有表头，自动检测未发现问题。",
        en="All {count} data tables have header cells; the automated test found no problem.",
    ),
    "headless": Text(
        zh="{rows} 行 {columns} 列的表格没有表头单元格（th），请核对是否为数据表格。",
        en="A table of {rows} rows and {columns} columns has no header cells; please look whether "
        "it holds data.",
    ),
    "no-tables": Text(zh="页面没有数据表格，本项不适用。", en="The page has no data tables."),
}


@check(
    id="accessibility-table-headers",
    scope="page",
    title=Text(zh="数据表格表头", en="Headers of data tables"),
    why=because(
        "表格的行列关系须能由程序确定（WCAG 1.3.1，A级），没有表头时读屏软件只能读出一串数字。",
        "a table's structure must be machine-readable (WCAG 1.3.1, level A), or a screen reader "
        "reads a string of numbers.",
    ),
    fix=Text(
        zh='表头用 <th scope="col"> 或 <th scope="row">；从 Word、Excel 粘贴后'
        "在编辑器中设置标题行。",
        en='Use <th scope="col"> and <th scope="row">; set the header row after pasting from '
        "office programs.",
    ),
    messages=MESSAGES,
)
def accessibility_table_headers(page: PageFacts) -> Iterator[Finding]:
    """Looks for data tables without header cells.

    Why: WCAG 1.3.1. How: only tables that look like data (ruled, several rows and columns, short
    cells) count; since a layout table may look alike, a hit is for a person. Fix: th.
    """
    unfit = unjudged(page)
    if unfit is not None:
        yield unfit
        return
    subject = page_subject(page)
    if not page.tables:
        yield Finding(Outcome.INAPPLICABLE, msg("no-tables"), subject)
        return
    found = False
    for table in page.tables:
        if table.has_headers:
            continue
        found = True
        evidence = page_evidence(page, locator=f"(//table)[{table.index}]", excerpt=table.caption)
        yield Finding(
            Outcome.CANT_TELL,
            msg("headless", rows=table.rows, columns=table.columns),
            subject,
            (evidence,),
            cause=f"{section(page)}|{table.place}",
        )
    if not found:
        yield Finding(Outcome.PASSED, msg("headed", count=len(page.tables)), subject)
