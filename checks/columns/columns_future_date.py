"""columns-future-date: nothing is dated ahead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.api import (
    SHANGHAI,
    Finding,
    Outcome,
    PageFacts,
    RunContext,
    Text,
    check,
    msg,
    page_evidence,
)

MESSAGES = {
    "past": Text(zh="发布时间 {day} 不晚于检测日。", en="The publication date {day} is not ahead."),
    "future": Text(
        zh="页面显示的发布时间 {day} 晚于检测日 {days} 天。",
        en="The page shows the publication date {day}, {days} day(s) ahead.",
    ),
    "no-date": Text(
        zh="页面没有显示发布时间，本项不适用。", en="The page shows no publication date."
    ),
}


@dataclass(frozen=True, slots=True)
class Params:
    """`tolerance_days`: days ahead that are passed over."""

    tolerance_days: int = 0


@check(
    id="columns-future-date",
    scope="page",
    title=Text(zh="发布时间晚于当前时间", en="Publication dates ahead of time"),
    why=Text(
        zh="发布时间晚于当前时间，可能是录入错误，也可能是伪造发稿日期；"
        "后者属国办秘函〔2019〕19号单项否决第1项“弄虚作假”，须由人工认定。",
        en="A date ahead is a slip or a forged date; the latter is falsification by veto 1 of "
        "国办秘函〔2019〕19号, which a person must establish.",
    ),
    fix=Text(
        zh="改正发布时间；不要用未来日期置顶，置顶请使用后台的置顶功能。",
        en="Correct the date; pin entries by the system's own means, not by future dates.",
    ),
    messages=MESSAGES,
)
def columns_future_date(page: PageFacts, context: RunContext, params: Params) -> Iterator[Finding]:
    """Compares the visible publication date with the day of judgement.

    Why: see veto 1 of 国办秘函〔2019〕19号; forging needs a person's judgement. How: the printed
    publication date only, against the later of the day of judgement and the day of the visit, in
    China's time; days in the text (events to come) do not count. Fix: correct the date.
    """
    published = page.published
    if published.value is None or published.source != "visible":
        yield Finding(Outcome.INAPPLICABLE, msg("no-date"))
        return
    today = context.today
    if page.captured_at is not None:
        today = max(today, page.captured_at.astimezone(SHANGHAI).date())
    days = (published.value - today).days
    day = published.value.isoformat()
    if days <= params.tolerance_days:
        yield Finding(Outcome.PASSED, msg("past", day=day))
        return
    evidence = page_evidence(page, excerpt=published.raw)
    yield Finding(Outcome.FAILED, msg("future", day=day, days=days), evidence=(evidence,))
