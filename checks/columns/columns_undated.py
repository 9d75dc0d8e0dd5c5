"""columns-undated: entries show when they were published."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import Column, ColumnClass, Columns, Finding, Outcome, Text, check, msg
from checks.columns._common import column_evidence, column_subject

MESSAGES = {
    "dated": Text(
        zh="检查 {columns} 个栏目，信息均注明发布时间。",
        en="The entries of {columns} columns are dated.",
    ),
    "undated": Text(
        zh="“{name}”栏目有 {undated} 条信息在列表和正文页均未注明发布时间（共 {items} 条）。",
        en="{undated} of {items} entries of {name} show no publication date, neither in the list "
        "nor on their own page.",
    ),
    "index": Text(
        zh="“{name}”栏目的 {undated} 条信息均未注明发布时间，且无法确定是信息列表还是目录，"
        "请人工核对。",
        en="None of the {undated} entries of {name} is dated, and it may be a list of news or a "
        "table of contents; please look.",
    ),
    "no-column": Text(zh="未发现有信息条目的栏目。", en="No column with entries was found."),
}
#: Pages that are no news: a guide or a list of offices needs no date.
_TIMELESS = (ColumnClass.STATIC,)


@check(
    id="columns-undated",
    scope="site",
    title=Text(zh="信息注明发布时间", en="Entries dated"),
    why=Text(
        zh="国办秘函〔2019〕19号单项否决第3项注明：未注明信息发布时间的视为不更新。",
        en="国办秘函〔2019〕19号, note to veto 3: entries without a date count as not updated.",
    ),
    fix=Text(
        zh="在列表或正文页显示发布时间，并填写网页标签 PubDate，格式为 YYYY-MM-DD HH:MM。",
        en="Show the publication time in the list or on the page, and fill in the meta PubDate.",
    ),
    messages=MESSAGES,
)
def columns_undated(columns: Columns) -> Iterator[Finding]:
    """Counts entries whose date stands neither in the list nor on their own page.

    Why: note to veto 3 of 国办秘函〔2019〕19号. How: only entries whose own page was read
    and holds text count; a date in the address alone does not show. Entries that lead to lists,
    and columns of static pages, need none. A list without any date that is in no menu and
    under no known name may be a table of contents: a person must look. Fix: print the date.
    """
    held = [
        column
        for column in columns.columns
        if column.items and column.observed and column.column_class not in _TIMELESS
    ]
    clean = True
    for column in held:
        if column.undated:
            clean = False
            yield _undated(column)
    if not held:
        yield Finding(Outcome.INAPPLICABLE, msg("no-column"))
    elif clean:
        yield Finding(Outcome.PASSED, msg("dated", columns=len(held)))


def _undated(column: Column) -> Finding:
    news = column.newest_on is not None or column.first_level or column.template_id is not None
    subject, evidence = column_subject(column), (column_evidence(column),)
    if news or column.column_class is not ColumnClass.OTHER:
        message = msg("undated", name=column.name, undated=column.undated, items=column.items)
        return Finding(Outcome.FAILED, message, subject, evidence)
    message = msg("index", name=column.name, undated=column.undated)
    return Finding(Outcome.CANT_TELL, message, subject, evidence)
