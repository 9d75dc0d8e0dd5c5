"""domain-column-meta: column pages carry ColumnName, ColumnDescription and the like."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import Finding, Outcome, PageFacts, PageKind, Text, check, msg
from checks.domain._pages import TAG_MESSAGES, contents, is_document, judge_tags

_TAGS = ("ColumnName", "ColumnDescription", "ColumnKeywords", "ColumnType")
#: Lists with fewer dated entries may be menus, site maps or search results.
_DATED_ITEMS = 3
MESSAGES = {
    **TAG_MESSAGES,
    "not-a-column": Text(zh="不是栏目列表页，本项不适用。", en="This is not a column's list page."),
}


@check(
    id="domain-column-meta",
    scope="page",
    title=Text(zh="栏目标签（ColumnName 等）", en="Column tags"),
    why=Text(
        zh="栏目页应有 ColumnName、ColumnDescription、ColumnKeywords、ColumnType 标签，"
        "供检索系统识别栏目。（国办发〔2017〕47号网页标签，必选项待核实，作提示。）",
        en="Column pages carry ColumnName, ColumnDescription, ColumnKeywords and ColumnType, by "
        "which search knows columns. (国办发〔2017〕47号, which are mandatory to be verified; "
        "advice.)",
    ),
    fix=Text(
        zh="在列表页模板的 <head> 中加入四个栏目标签，由内容管理系统按栏目填写。",
        en="Add the four meta elements to the list template and have the system fill them in.",
    ),
    messages=MESSAGES,
)
def domain_column_meta(page: PageFacts) -> Iterator[Finding]:
    """Looks for the column's tags in the head of a list page.

    Why: 网页标签 of 国办发〔2017〕47号. How: on list pages with dated entries, or with any of the
    tags; names without case. Lists without dates may be menus or site maps and are not judged.
    Fix: the list template.
    """
    if not _is_column(page):
        yield Finding(Outcome.INAPPLICABLE, msg("not-a-column"))
        return
    yield from judge_tags(page, _TAGS)


def _is_column(page: PageFacts) -> bool:
    if page.kind is not PageKind.LIST or not is_document(page):
        return False
    tagged = any(contents(page, name) for name in _TAGS)
    return tagged or sum(item.published_on is not None for item in page.items) >= _DATED_ITEMS
