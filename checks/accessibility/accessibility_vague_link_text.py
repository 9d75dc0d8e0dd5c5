"""accessibility-vague-link-text: link texts that say nothing by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from auditor.api import Finding, Link, Outcome, PageFacts, Text, check, msg, page_evidence
from checks.accessibility._common import PAGE_MESSAGES, because, page_subject, unjudged

#: Longer texts are names; most links end here.
_MAX_CHARS = 16
_DECORATION = re.compile(r"[\s>＞》»›→+＋·•|\[\]【】（）()…\.。]+")
#: Compared after arrows, brackets and white space are taken away.
_VAGUE = frozenset(
    {"更多", "查看更多", "了解更多", "更多内容", "详情", "详细", "查看详情", "详细信息", "查看",
     "点击", "点击这里", "点击此处", "点击查看", "点击进入", "点击阅读", "这里", "此处", "点此",
     "进入", "链接", "阅读全文", "全文", "more", "readmore", "clickhere", "here", "details",
     "link", "go", "enter"}
)  # fmt: skip
MESSAGES = PAGE_MESSAGES | {
    "clear": Text(
        zh="链接文字能说明去向，自动检测未发现问题。",
        en="Link texts say where they lead; the automated test found no problem.",
    ),
    "vague": Text(
        zh="链接文字“{text}”单独读出时听不出去向，建议写明（提示）。",
        en="The link text “{text}” does not say where it leads when read alone (advice).",
    ),
    "no-links": Text(zh="页面没有文字链接，本项不适用。", en="The page has no text links."),
}


@check(
    id="accessibility-vague-link-text",
    scope="page",
    title=Text(zh="链接文字含义不明", en="Vague link texts"),
    why=because(
        "链接的去向应能从文字或上下文看出（WCAG 2.4.4）；读屏用户常逐个听链接，“更多”无法区分。"
        "（上下文可说明时不算错误，故只作提示。）",
        "where a link leads should be clear from its text or context (WCAG 2.4.4). Context may "
        "make it clear, so this is advice.",
    ),
    fix=Text(
        zh='写成“更多通知公告”，或加 title、aria-label="更多通知公告"。',
        en="Write “more notices”, or add a title or aria-label that says so.",
    ),
    messages=MESSAGES,
)
def accessibility_vague_link_text(page: PageFacts) -> Iterator[Finding]:
    """Looks for link texts such as 更多 and 点击这里.

    Why: WCAG 2.4.4 lets the context explain, which a program cannot judge: advice only. How: the
    whole text is compared with a list; a longer title or aria-label makes it clear. One issue
    per text and place in the template. Fix: name the target.
    """
    unfit = unjudged(page)
    if unfit is not None:
        yield unfit
        return
    links = [link for link in page.links if link.tag == "a" and link.text and not link.hidden]
    subject = page_subject(page)
    if not links:
        yield Finding(Outcome.INAPPLICABLE, msg("no-links"), subject)
        return
    found = False
    for link in [link for link in links if len(link.text) <= _MAX_CHARS and _is_vague(link)]:
        found = True
        yield Finding(
            Outcome.CANT_TELL,
            msg("vague", text=link.text[:20]),
            subject,
            (page_evidence(page, locator=f"(//a)[{link.index}]", excerpt=link.text),),
            cause=f"{_plain(link.text)}|{link.place}",
        )
    if not found:
        yield Finding(Outcome.PASSED, msg("clear"), subject)


def _is_vague(link: Link) -> bool:
    if _plain(link.text) not in _VAGUE or _plain(link.name) not in _VAGUE:
        return False
    return _plain(link.title) in (_VAGUE | {""})


@lru_cache(maxsize=2048)  # the short texts of a template stand on every page
def _plain(text: str) -> str:
    return _DECORATION.sub("", text).lower()
