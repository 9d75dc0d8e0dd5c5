"""columns-fake-entry: every entry of the home page's navigation leads somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest

from auditor.api import (
    Finding,
    Link,
    Outcome,
    PageFacts,
    PageKind,
    Region,
    Subject,
    SubjectKind,
    Text,
    check,
    msg,
    page_evidence,
)

_NO_TARGET = re.compile(
    r"\s*(?:#[\w-]{0,40}|javascript\s*:\s*(?:void\s*\(?\s*0?\s*\)?|;)*\s*;*)?\s*", re.I
)
_SCRIPT = re.compile(r"\s*javascript", re.I)
#: Buttons and tools of menus; they act on the page and lead nowhere by design.
_TOOL = re.compile(
    r"首\s*页|主页|更多|菜单|导航|搜索|登录|注册|收藏|设为|无障碍|适老|长者|关怀|返回|顶部|关闭|展开|收起|切换"
    r"|上一|下一|繁|简体|English|EN|微信|微博|客户端|手机|退出|网站支持|语言|分享|打印|字号|more|menu|top",
    re.I,
)
#: Tabs and carousels change what the page shows.
_TABS = re.compile(
    r"tab|slide|swiper|carousel|banner|focus|toggle|switch|page|crumb|share|btn", re.I
)
_MAX_TEXT = 14
_MIN_TEXT = 2
MESSAGES = {
    "all-lead": Text(
        zh="首页导航的 {entries} 个入口均有链接。", en="All {entries} menu entries lead somewhere."
    ),
    "empty": Text(
        zh="首页导航入口“{text}”没有链接地址，是虚设栏目。",
        en="The menu entry “{text}” has no address at all.",
    ),
    "nowhere": Text(
        zh="首页导航入口“{text}”链接为“{raw}”，未见下级菜单或跳转，疑似虚设栏目，请点击核对。",
        en="The menu entry “{text}” has the address “{raw}” and no submenu; please click it.",
    ),
    "not-home": Text(
        zh="只检查首页导航，本项不适用。", en="Only the home page's navigation is looked at."
    ),
}


@check(
    id="columns-fake-entry",
    scope="page",
    title=Text(zh="虚设栏目入口", en="Menu entries that lead nowhere"),
    why=Text(
        zh="导航中点不开的栏目属于虚设栏目；"
        "2017年第三季度江苏省政府网站抽查通报曾指出“首页存在虚假栏目”。",
        en="A menu entry that does not open is a fake column; an inspection notice of Jiangsu "
        "(third quarter of 2017) names such cases.",
    ),
    fix=Text(
        zh="为入口配置栏目链接；暂无内容的栏目从导航中撤下。",
        en="Give the entry its address, or take it out of the menu until there is content.",
    ),
    messages=MESSAGES,
)
def columns_fake_entry(page: PageFacts) -> Iterator[Finding]:
    """Looks for entries of the home page's navigation without a target.

    Why: fake columns were cited in inspection notices. How: anchors in navigation regions whose
    address is missing or empty are failed; `#` and `javascript:;` are for a person, since scripts
    may act on them. Entries that open a submenu, tabs, tools, and names that another link of the
    page leads to are no fakes. Fix: give the entry its address.
    """
    if page.kind is not PageKind.HOME or (page.script_shell and not page.rendered):
        yield Finding(Outcome.INAPPLICABLE, msg("not-home"))
        return
    anchors = [link for link in page.links if link.tag == "a"]
    entries = [link for link in anchors if link.region is Region.NAV and not link.hidden]
    led = {link.text for link in anchors if link.url}
    followed = zip_longest(anchors, anchors[1:])
    fakes = [
        link
        for link, following in followed
        if link.region is Region.NAV
        and not link.hidden
        and _is_entry(link)
        and link.text not in led
        and not _opens_menu(link, following)
    ]
    for link in fakes:
        yield _finding(link, page)
    if not fakes:
        key = "all-lead" if entries else "not-home"
        outcome = Outcome.PASSED if entries else Outcome.INAPPLICABLE
        yield Finding(outcome, msg(key, entries=len(entries)))


def _is_entry(link: Link) -> bool:
    """True for a column's name without anything to follow."""
    named = _MIN_TEXT <= len(link.text) <= _MAX_TEXT and not _TOOL.search(link.text)
    nowhere = not link.url and link.via == "href" and _NO_TARGET.fullmatch(link.raw) is not None
    return named and nowhere and not _TABS.search(link.place)


def _opens_menu(link: Link, following: Link | None) -> bool:
    """True when the next link stands deeper, as the first entry of a submenu does."""
    if following is None or following.region is not Region.NAV:
        return False
    return following.place != link.place


def _finding(link: Link, page: PageFacts) -> Finding:
    empty = not link.raw.strip()
    key, outcome = ("empty", Outcome.FAILED) if empty else ("nowhere", Outcome.CANT_TELL)
    evidence = page_evidence(page, locator=f"(//a)[{link.index}]", excerpt=link.raw)
    message = msg(key, text=link.text, raw=link.raw[:40])
    subject = Subject(SubjectKind.COLUMN, link.text)
    return Finding(outcome, message, subject, (evidence,), cause=link.text)
