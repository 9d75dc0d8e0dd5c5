"""columns-blank: no column is empty."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import Columns, ColumnState, Finding, Outcome, Text, check, msg
from checks.columns._common import column_evidence, column_subject

MESSAGES = {
    "filled": Text(
        zh="检查 {columns} 个栏目，未发现空白栏目。", en="None of {columns} columns is blank."
    ),
    "blank": Text(
        zh="“{name}”栏目为空白，没有任何信息。", en="The column {name} holds nothing at all."
    ),
    "blank-phrase": Text(
        zh="“{name}”栏目没有信息，页面仅显示“{phrase}”。",
        en="The column {name} holds nothing; the page only says “{phrase}”.",
    ),
    "unsure": Text(
        zh="“{name}”栏目页面未见信息条目，但内容可能由脚本加载，请人工核对。",
        en="No entry was seen in {name}, but scripts may load them; please look.",
    ),
    "no-column": Text(zh="未发现栏目页面，本项不适用。", en="No column page was found."),
}


@check(
    id="columns-blank",
    scope="site",
    title=Text(zh="空白栏目", en="Blank columns"),
    why=Text(
        zh="国办秘函〔2019〕19号单项否决第4项：空白栏目数量达到5个即否决。"
        "空白栏目指自开设之日起没有提供过任何信息的栏目。",
        en="国办秘函〔2019〕19号, veto 4: 5 blank columns are a veto. Blank means that the column "
        "never offered any information.",
    ),
    fix=Text(
        zh="补充栏目内容；无内容保障的栏目应先下线或合并，待有内容后再开设，"
        "不要以“建设中”“暂无数据”占位。",
        en="Fill the column, or take it down or merge it until there is content; no placeholders.",
    ),
    messages=MESSAGES,
)
def columns_blank(columns: Columns) -> Iterator[Finding]:
    """Finds columns without any entry.

    Why: veto 4(c) of 国办秘函〔2019〕19号. How: a column page without entries that
    says so in words, or that a browser rendered and that shows nothing of its own. Pages whose
    entries a script may load are for a person to judge; pages of text, forms and menus are not
    blank. It cannot know whether the column once had entries. Fix: fill or close it.
    """
    found = [column for column in columns.columns if column.url and not _absent(column.state)]
    clean = True
    for column in found:
        if column.state is ColumnState.BLANK:
            clean = False
            key = "blank-phrase" if column.blank_phrase else "blank"
            message = msg(key, name=column.name, phrase=column.blank_phrase)
            evidence = column_evidence(column, column.blank_phrase)
            yield Finding(Outcome.FAILED, message, column_subject(column), (evidence,))
        elif column.state is ColumnState.CANT_TELL and not column.items and column.sha256:
            clean = False
            message = msg("unsure", name=column.name)
            evidence = column_evidence(column)
            yield Finding(Outcome.CANT_TELL, message, column_subject(column), (evidence,))
    if not found:
        yield Finding(Outcome.INAPPLICABLE, msg("no-column"))
    elif clean:
        yield Finding(Outcome.PASSED, msg("filled", columns=len(found)))


def _absent(state: ColumnState) -> bool:
    return state is ColumnState.MISSING
