"""columns-homepage: the home page has news of the last two weeks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from auditor.api import (
    Columns,
    ColumnState,
    CrawlSummary,
    EvidenceRef,
    Finding,
    HomePage,
    Outcome,
    Reason,
    RunContext,
    Subject,
    SubjectKind,
    Text,
    check,
    msg,
    page_evidence,
)
from checks.columns._common import days_since

MESSAGES = {
    "fresh": Text(
        zh="首页最新信息发布于 {newest_on}，距检测日 {age} 天。",
        en="The newest entry on the home page is of {newest_on}, {age} days old.",
    ),
    "stale": Text(
        zh="首页最新信息发布于 {newest_on}，至检测日已 {age} 天无信息更新，超过 {limit} 天。",
        en="The newest entry on the home page is of {newest_on}: nothing new for {age} days "
        "(limit {limit}).",
    ),
    "navigation-stale": Text(
        zh="首页仅为导航页，各栏目最新信息发布于 {newest_on}，已 {age} 天无更新，超过 {limit} 天。",
        en="The home page only navigates; the newest entry of all columns is of {newest_on}, "
        "{age} days old (limit {limit}).",
    ),
    "undated": Text(
        zh="首页 {items} 条信息均未显示发布时间，不能判断更新情况，请人工核对"
        "（未注明发布时间的按规定视为不更新）。",
        en="None of the {items} entries on the home page shows a date; please judge by hand "
        "(entries without a date count as not updated).",
    ),
    "perhaps-stale": Text(
        zh="首页可确定的最新信息发布于 {newest_on}（{age} 天前），另有信息的发布时间未能读到，"
        "请人工核对。",
        en="The newest date that could be read for the home page is {newest_on} ({age} days ago), "
        "but there are entries whose date was not read; please look.",
    ),
    "unreadable": Text(
        zh="首页内容由脚本生成且未能渲染，未判断更新情况。",
        en="Scripts write the home page and it was not rendered; not judged.",
    ),
}


@dataclass(frozen=True, slots=True)
class Params:
    """`max_age_days`: the window of veto 3, two weeks."""

    max_age_days: int = 14


@check(
    id="columns-homepage",
    scope="site",
    title=Text(zh="首页更新", en="Home page updated"),
    why=Text(
        zh="国办秘函〔2019〕19号单项否决第3项：监测2周，首页无信息更新的即否决；"
        "首页仅为网站栏目导航入口的，看所有二级页面。未注明信息发布时间的视为不更新。",
        en="国办秘函〔2019〕19号, veto 3: a home page without news for 2 weeks is a veto; for a "
        "home "
        "page that only navigates, all second-level pages count.",
    ),
    fix=Text(
        zh="在首页展示带发布时间的动态信息并保持至少每两周更新；检查首页是否按计划重新生成。",
        en="Show dated news on the home page and update it at least every two weeks; check that "
        "the page is generated again on schedule.",
    ),
    messages=MESSAGES,
)
def columns_homepage(
    columns: Columns, home: HomePage, crawl: CrawlSummary, context: RunContext, params: Params
) -> Iterator[Finding]:
    """Looks for an entry of the last two weeks on the home page.

    Why: veto 3 of 国办秘函〔2019〕19号. How: dates beside the entries, or on the articles
    that the home page links to; dates after the day of judgement and the day's date in the header
    do not count. A home page without any entry is taken for navigation, and the newest entry of
    all columns counts. Where entries were not read that could be newer, a person must judge. Fix:
    publish.
    """
    evidence = page_evidence(home.facts, excerpt=columns.home_newest_title)
    subject = Subject(SubjectKind.PAGE, home.facts.final_url or home.facts.url)
    if home.facts.script_shell and not home.rendered:
        reason = msg("unreadable", reason=Reason.NO_BROWSER.value)
        yield Finding(Outcome.UNTESTED, reason, subject, (evidence,))
        return
    newest = columns.home_newest_on or (_newest(columns) if columns.home_is_navigation else None)
    if newest is None:
        message = msg("undated", items=columns.home_items)
        yield Finding(Outcome.CANT_TELL, message, subject, (evidence,))
        return
    age = days_since(newest, context)
    if age > params.max_age_days and _may_be_newer(columns, crawl):
        message = msg("perhaps-stale", newest_on=newest.isoformat(), age=age)
        yield Finding(Outcome.CANT_TELL, message, subject, (evidence,))
        return
    yield _judge(columns, newest, age, params, subject, evidence)


def _judge(
    columns: Columns,
    newest: date,
    age: int,
    params: Params,
    subject: Subject,
    evidence: EvidenceRef,
) -> Finding:
    if age <= params.max_age_days:
        message = msg("fresh", newest_on=newest.isoformat(), age=age)
        return Finding(Outcome.PASSED, message, subject, (evidence,))
    key = "stale" if columns.home_newest_on else "navigation-stale"
    message = msg(key, newest_on=newest.isoformat(), age=age, limit=params.max_age_days)
    return Finding(Outcome.FAILED, message, subject, (evidence,))


def _may_be_newer(columns: Columns, crawl: CrawlSummary) -> bool:
    """True when entries were not read that may be newer than all that were. One is enough: it
    may be the one of yesterday whose page timed out."""
    if columns.home_newest_on:
        return columns.home_unread > 0
    if crawl.stopped_because != "complete" or crawl.blocked_by:
        return True
    return any(column.url and column.state is ColumnState.CANT_TELL for column in columns.columns)


def _newest(columns: Columns) -> date | None:
    dates = [column.newest_on for column in columns.columns if column.newest_on]
    return max(dates, default=None)
