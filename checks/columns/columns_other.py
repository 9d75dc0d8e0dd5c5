"""columns-other: the other columns that should be updated have been."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import ColumnClass, Columns, Finding, RunContext, Text, check
from checks.columns._common import FRESHNESS_MESSAGES, judge_freshness

CLASSES = (
    ColumnClass.PERSONNEL,
    ColumnClass.INTERPRETATION,
    ColumnClass.INTERACTION,
    ColumnClass.OTHER,
)


@check(
    id="columns-other",
    scope="site",
    title=Text(zh="其他应更新栏目更新", en="Other columns updated"),
    why=Text(
        zh="国办秘函〔2019〕19号单项否决第4项：应更新但长期未更新的栏目数量达到10个即否决。"
        "人事、规划计划类按1年掌握（监测实践，非原文）。",
        en="国办秘函〔2019〕19号, veto 4: 10 columns that should be updated and were not for "
        "long are a "
        "veto. One year for personnel and plans is monitoring practice, not the text.",
    ),
    fix=Text(
        zh="安排栏目责任单位按更新周期发布信息；确无内容可更新的栏目应合并或关停，"
        "不要用旧稿重发充数。",
        en="Have the unit in charge publish at the due rhythm; merge or close columns that have "
        "nothing to say, and never republish old articles with new dates.",
    ),
    messages=FRESHNESS_MESSAGES,
)
def columns_other(columns: Columns, context: RunContext) -> Iterator[Finding]:
    """Holds the other columns with a cadence to it (one year, or what the template says).

    Why: veto 4(b) of 国办秘函〔2019〕19号. How: the newest date among
    the column's entries, on the list or on the entry's own page; dates after the day of judgement
    do not count. Columns whose newest date may not have been read are for a person to judge. An
    overview page that is as old as a part of it is not counted beside that part. Fix: publish, or
    merge the column.
    """
    yield from judge_freshness(columns, context, CLASSES)
