"""site-crawl-traps: addresses without end that bring nothing new."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import (
    CrawlSummary,
    EvidenceRef,
    Finding,
    Outcome,
    Subject,
    SubjectKind,
    Text,
    Trap,
    check,
    msg,
)
from checks.site._common import URL_CHARS

MESSAGES = {
    "none": Text(zh="未发现无穷尽的重复地址。", en="No endless addresses were found."),
    "not-crawled": Text(zh="没有读到页面，本项不适用。", en="No page was read."),
    "nothing-new": Text(
        zh="形如 {pattern} 的地址不断产生而内容不再更新，已停止读取，余 {left} 个未读，"
        "如 {example}；请核查其中是否另有内容。",
        en="Addresses like {pattern} go on without bringing anything new. The audit stopped there; "
        "{left} are unread, such as {example}. Please look whether they hold anything else.",
    ),
    "grows": Text(
        zh="形如 {pattern} 的地址层层加长，已停止读取，余 {left} 个未读，如 {example}；"
        "多因相对路径写法有误。",
        en="Addresses like {pattern} grow longer and longer. The audit stopped there; {left} are "
        "unread, such as {example}. Mostly a mistaken relative path.",
    ),
}
_KEYS = {"nothing-new": "nothing-new", "repeated-segment": "grows", "path-depth": "grows"}


@check(
    id="site-crawl-traps",
    scope="site",
    title=Text(zh="无穷尽的重复地址", en="Endless addresses"),
    why=Text(
        zh="日历、筛选、排序等链接会无穷无尽地产生地址，搜索引擎和检测工具都会陷在里面，"
        "真正的内容反而收录不全（作提示）。",
        en="Calendars, filters and orders make addresses without end; search engines and monitors "
        "lose themselves there instead of reading the content (advice).",
    ),
    fix=Text(
        zh="给日历、筛选、排序、翻页到底之后的链接加 rel=nofollow，或在 robots.txt 中排除；"
        "层层加长的，把页面中的相对路径改为以“/”开头；其中确有内容的，请另给普通列表链接。",
        en="Mark such links rel=nofollow or exclude them in robots.txt, and end paging at the last "
        "page. Where paths grow, begin the links with a slash. Content that can only be reached "
        "there needs an ordinary list.",
    ),
    messages=MESSAGES,
)
def site_crawl_traps(crawl: CrawlSummary) -> Iterator[Finding]:
    """Names the patterns of addresses that the crawl stopped following, each with an example.

    Why: endless addresses keep content from being found. How: a pattern is stopped when its pages
    have shown nothing new for a while, and a few more of them did not either; session ids, print
    versions and links that do something are left out without a word. Never failed: a person looks.
    Fix: nofollow, robots.txt, absolute paths.
    """
    named = [trap for trap in crawl.traps if trap.rule in _KEYS]
    if named:
        yield from map(_finding, named)
    elif crawl.pages:
        yield Finding(Outcome.PASSED, msg("none"))
    else:
        yield Finding(Outcome.INAPPLICABLE, msg("not-crawled"))


def _finding(trap: Trap) -> Finding:
    example = trap.example or trap.pattern
    message = msg(
        _KEYS[trap.rule],
        pattern=trap.pattern[:URL_CHARS],
        left=trap.deferred,
        example=example[:URL_CHARS],
    )
    subject = Subject(SubjectKind.LINK, example)
    evidence = (EvidenceRef(url=example),)
    return Finding(Outcome.CANT_TELL, message, subject, evidence, cause=trap.pattern)
