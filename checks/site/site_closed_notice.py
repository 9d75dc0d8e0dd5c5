"""site-closed-notice: notices that the site is closed, moved or being rebuilt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from auditor.api import (
    Finding,
    Outcome,
    PageFacts,
    PageKind,
    RunContext,
    Text,
    check,
    msg,
    page_evidence,
)

_SITE = r"(?:本网?站|网站|门户|网页|官网)"
_STATE = (
    r"(?:升级改版|改版升级|改版|升级维护|停止维护|停止更新|不再更新|不再维护|停止服务|停止运行|停止访问"
    r"|暂停服务|暂停访问|暂停更新|暂停运行|关停|关闭|停用|下线|已迁移|迁移至|迁移到|整体迁移|搬迁至)"
)
#: The site is named first, its state soon after; nothing else may be what is closed.
_ABOUT_SITE = re.compile(_SITE + r"[^，。；,;]{0,12}?" + _STATE)
_STATE_FIRST = re.compile(r"^关于(?:关停|关闭|停用|注销|停办|下线|迁移)[^，。]{0,25}?" + _SITE)
#: The matter is over, or it is about other people's sites.
_OVER = re.compile("完成|上线|开通|恢复|违法|违规|非法|诈骗|假冒|仿冒|山寨|赌博|打击|查处")
_OWN = re.compile(r"本网?站[^，。；,;]{0,20}?" + _STATE)
_SHORT_PAGE = 600
_SHOWN = 80
MESSAGES = {
    "none": Text(zh="未发现网站停止服务或改版的公告。", en="No notice of closing or rebuilding."),
    "notice": Text(
        zh="页面公告网站停止、迁移或改版：“{text}”，请核对网站是否仍在正常运行并按规定报备。",
        en="A notice says that the site is closed, moved or being rebuilt: “{text}”. Please see "
        "whether it still runs.",
    ),
    "not-a-notice": Text(
        zh="列表页等不作判断，本项不适用。", en="Lists and the like are not judged."
    ),
}


@dataclass(frozen=True, slots=True)
class Params:
    """`max_age_days`: older notices are history."""

    max_age_days: int = 366


@check(
    id="site-closed-notice",
    scope="page",
    title=Text(zh="网站升级改版、停止维护公告", en="Notice of closing or rebuilding"),
    why=Text(
        zh="《政府网站发展指引》（国办发〔2017〕47号）对临时下线和关停有报备、公告和时限要求"
        "（具体条文待核实，作提示）。",
        en="The guidelines 国办发〔2017〕47号 ask for announcement, report and limits when a site "
        "goes offline (wording to be verified; advice).",
    ),
    fix=Text(
        zh="已恢复的撤下公告；确需临时下线的按规定报备并控制时长；已关停的注销域名和标识。",
        en="Withdraw notices that are over; report downtime and keep it short; cancel names and "
        "marks of closed sites.",
    ),
    messages=MESSAGES,
)
def site_closed_notice(page: PageFacts, context: RunContext, params: Params) -> Iterator[Finding]:
    """Looks for notices that this site is closed, moved or being rebuilt.

    Why: a person must see whether the site is still run. How: titles of pages that name a web
    site and its state, and short pages that say it of themselves; roads and offices that close are
    something else, as are notices older than a year and other people's sites. Fix: as the case is.
    """
    if page.kind is PageKind.LIST:
        yield Finding(Outcome.INAPPLICABLE, msg("not-a-notice"))
        return
    text = _notice(page)
    if not text or _is_old(page, context, params):
        yield Finding(Outcome.PASSED, msg("none"))
        return
    evidence = page_evidence(page, excerpt=text)
    message = msg("notice", text=text[:_SHOWN])
    yield Finding(Outcome.CANT_TELL, message, evidence=(evidence,))


def _notice(page: PageFacts) -> str:
    """The words that announce it, or ""."""
    titles = [page.title, *(heading.text for heading in page.headings if heading.level == 1)]
    for title in titles:
        about_site = _ABOUT_SITE.search(title) or _STATE_FIRST.search(title)
        if about_site and not _OVER.search(title):
            return title
    if page.main_chars <= _SHORT_PAGE and page.kind is not PageKind.ARTICLE:
        own = _OWN.search(page.text)
        if own and not _OVER.search(page.text[own.start() : own.end() + 20]):
            return page.text[own.start() : own.end() + 40]
    return ""


def _is_old(page: PageFacts, context: RunContext, params: Params) -> bool:
    day = page.published.value
    return day is not None and (context.today - day).days > params.max_age_days
