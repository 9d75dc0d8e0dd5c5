"""columns-date-disagreement: the printed date and the official tag name the same day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from auditor.api import Finding, Outcome, PageFacts, Text, check, msg, page_evidence

_META = "meta="
MESSAGES = {
    "agrees": Text(
        zh="页面显示的发布时间与标签一致（{day}）。", en="Printed date and tag agree ({day})."
    ),
    "differs": Text(
        zh="页面显示发布于 {day}，网页标签 PubDate 为 {meta}，相差 {days} 天，"
        "请人工核对是否改动过发稿日期。",
        en="The page prints {day}, its tag PubDate says {meta}, {days} day(s) apart; please see "
        "whether the date was changed.",
    ),
    "no-pair": Text(
        zh="页面未同时提供显示时间和时间标签，本项不适用。",
        en="The page does not have both a printed date and a tag.",
    ),
}


@check(
    id="columns-date-disagreement",
    scope="page",
    title=Text(zh="显示时间与标签不一致", en="Printed date and tag disagree"),
    why=Text(
        zh="国办秘函〔2019〕19号单项否决第1项列有“伪造发稿日期”；显示时间与 PubDate 不一致可能由"
        "迁移或模板造成，须由人工认定。",
        en="Veto 1 of 国办秘函〔2019〕19号 names forged dates. A difference may come from a "
        "migration "
        "or the template; a person must judge.",
    ),
    fix=Text(
        zh="核对原始发布时间，使页面显示与 PubDate 标签一致；模板取错字段的改模板。",
        en="Find the true publication time and make page and tag agree; mend the template if it "
        "takes the wrong field.",
    ),
    messages=MESSAGES,
)
def columns_date_disagreement(page: PageFacts) -> Iterator[Finding]:
    """Compares the printed publication date with the official tag.

    Why: see veto 1 of 国办秘函〔2019〕19号. How: days only, times may differ; the date in
    the address says nothing, since migrations change it. Never failed. Fix: make both agree.
    """
    published = page.published
    visible = published.value if published.source == "visible" else None
    if visible is None or not page.meta("PubDate"):
        yield Finding(Outcome.INAPPLICABLE, msg("no-pair"))
        return
    meta = next((each for each in published.disagreements if each.startswith(_META)), "")
    if not meta:
        yield Finding(Outcome.PASSED, msg("agrees", day=visible.isoformat()))
        return
    other = meta.removeprefix(_META)
    days = abs((visible - date.fromisoformat(other)).days)
    message = msg("differs", day=visible.isoformat(), meta=other, days=days)
    excerpt = f"{published.raw} | PubDate={page.meta('PubDate')}"
    yield Finding(Outcome.CANT_TELL, message, evidence=(page_evidence(page, excerpt=excerpt),))
