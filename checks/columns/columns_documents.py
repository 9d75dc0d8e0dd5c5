"""columns-documents: first-level notice and policy columns have an entry of the last six months."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import ColumnClass, Columns, Finding, RunContext, Text, check
from checks.columns._common import FRESHNESS_MESSAGES, judge_freshness

CLASSES = (
    ColumnClass.NOTICE,
    ColumnClass.POLICY,
)


@check(
    id="columns-documents",
    scope="site",
    title=Text(zh="通知公告、政策文件类栏目更新", en="Notice and policy columns updated"),
    why=Text(
        zh="国办秘函〔2019〕19号单项否决第4项：通知公告、政策文件类一级栏目前6个月内未更新的，"
        "与动态要闻类栏目累计达到5个即否决。",
        en="国办秘函〔2019〕19号, veto 4: first-level notice and policy columns without an "
        "update within "
        "6 months count, together with news columns, towards a veto at 5.",
    ),
    fix=Text(
        zh="安排栏目责任单位按更新周期发布信息；确无内容可更新的栏目应合并或关停，"
        "不要用旧稿重发充数。",
        en="Have the unit in charge publish at the due rhythm; merge or close columns that have "
        "nothing to say, and never republish old articles with new dates.",
    ),
    messages=FRESHNESS_MESSAGES,
)
def columns_documents(columns: Columns, context: RunContext) -> Iterator[Finding]:
    """Holds first-level notice and policy columns to an entry within their limit (6 months).

    Why: veto 4(a) of 国办秘函〔2019〕19号; only first-level columns count there. How: the
    newest date among the column's entries, on the list or on the entry's own page; dates after the
    day of judgement do not count. Columns whose newest date may not have been read are for a
    person to judge. An overview page that is as old as a part of it is not counted beside that
    part. Fix: publish, or merge the column.
    """
    yield from judge_freshness(columns, context, CLASSES, first_level_only=True)
