"""columns-news: news columns have an entry of the last two weeks."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import ColumnClass, Columns, Finding, RunContext, Text, check
from checks.columns._common import FRESHNESS_MESSAGES, judge_freshness

CLASSES = (ColumnClass.NEWS,)


@check(
    id="columns-news",
    scope="site",
    title=Text(zh="动态要闻类栏目更新", en="News columns updated"),
    why=Text(
        zh="国办秘函〔2019〕19号单项否决第4项：动态、要闻类栏目前2周内未更新的计入不更新栏目，"
        "累计达到5个（含通知公告、政策文件类一级栏目）即否决。",
        en="国办秘函〔2019〕19号, veto 4: news columns without an update within 2 weeks count "
        "as not "
        "updated; 5 of them (with notices and policy columns) are a veto.",
    ),
    fix=Text(
        zh="安排栏目责任单位按更新周期发布信息；确无内容可更新的栏目应合并或关停，"
        "不要用旧稿重发充数。",
        en="Have the unit in charge publish at the due rhythm; merge or close columns that have "
        "nothing to say, and never republish old articles with new dates.",
    ),
    messages=FRESHNESS_MESSAGES,
)
def columns_news(columns: Columns, context: RunContext) -> Iterator[Finding]:
    """Holds every news column to an entry within its limit (14 days).

    Why: veto 4(a) of 国办秘函〔2019〕19号. How: the newest date among
    the column's entries, on the list or on the entry's own page; dates after the day of judgement
    do not count. Columns whose newest date may not have been read are for a person to judge. An
    overview page that is as old as a part of it is not counted beside that part. Fix: publish, or
    merge the column.
    """
    yield from judge_freshness(columns, context, CLASSES)
