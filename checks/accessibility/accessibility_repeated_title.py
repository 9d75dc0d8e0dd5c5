"""accessibility-repeated-title: different pages have different titles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from auditor.api import (
    EvidenceRef,
    Finding,
    Outcome,
    Site,
    Subject,
    SubjectKind,
    Text,
    TitleUse,
    check,
    msg,
)
from checks.accessibility._common import because

#: File names of a list and of its further pages: index.html, index_2.html, list-3.shtml, 4.html.
_LIST_PAGE = re.compile(
    r"(?:(?:index|list|default|main|node|page)(?:[_-]?\d{1,4})?|\d{1,3})?(?:\.\w{2,5})?$", re.I
)
_SEPARATORS = re.compile(r"[\s_\-|｜—–·>:：]+")
MESSAGES = {
    "own-titles": Text(
        zh="检查 {pages} 个页面的标题，自动检测未发现问题。",
        en="The titles of {pages} pages were compared; the automated test found no problem.",
    ),
    "site-name": Text(
        zh="{count} 个内容不同的页面标题都只是网站名称“{title}”。",
        en="{count} pages with different content are all titled with the site's name “{title}”.",
    ),
    "column-name": Text(
        zh="栏目页及其下的信息页共 {count} 个页面都使用标题“{title}”，信息页没有自己的标题。",
        en="A column and its pages, {count} in all, share the title “{title}”.",
    ),
    "shared": Text(
        zh="{count} 个内容不同的页面使用同一标题“{title}”，请人工核对。",
        en="{count} pages with different content share the title “{title}”; please look.",
    ),
    "too-few": Text(zh="页面太少，本项不适用。", en="Too few pages to compare."),
}


@dataclass(frozen=True, slots=True)
class Params:
    """`min_pages`: pages from which a shared title is reported; two may be one text published
    twice. `min_shared`: the same where nothing shows whose title it is."""

    min_pages: int = 3
    min_shared: int = 5


@check(
    id="accessibility-repeated-title",
    scope="site",
    title=Text(zh="不同页面使用相同标题", en="One title on many pages"),
    why=because(
        "标题须能区分网页（WCAG 2.4.2，A级）；标题相同的网页在标签、收藏和搜索结果中无法分辨。",
        "titles must tell pages apart (WCAG 2.4.2, level A), in tabs, bookmarks and results.",
    ),
    fix=Text(
        zh="让信息页模板在 <title> 中输出信息标题，而不是栏目名或网站名。",
        en="Let the template of articles write the headline into the title, not the column's name.",
    ),
    messages=MESSAGES,
)
def accessibility_repeated_title(site: Site, titles: TitleUse, params: Params) -> Iterator[Finding]:
    """Looks for titles shared by pages with different content.

    Why: WCAG 2.4.2. How: the pages of one list count as one. A title fails when it is the
    site's name, or a column's that the pages under it repeat; other shared titles, and those
    that the pages print as their headline, are for a person. Fix: title from the headline.
    """
    if titles.pages < 2:
        yield Finding(Outcome.INAPPLICABLE, msg("too-few"))
        return
    found = False
    for title, count, urls in titles.repeated:
        headline = title in titles.headlines
        verdict = _judge(title, count, urls, site, params, headline=headline)
        if verdict is None:
            continue
        found = True
        outcome, key = verdict
        yield Finding(
            outcome,
            msg(key, title=title[:80], count=count),
            Subject(SubjectKind.PAGE, urls[0]),
            tuple(EvidenceRef(url, locator="title", excerpt=title[:300]) for url in urls),
            cause=title,
        )
    if not found:
        yield Finding(Outcome.PASSED, msg("own-titles", pages=titles.pages))


def _judge(
    title: str, count: int, urls: tuple[str, ...], site: Site, params: Params, *, headline: bool
) -> tuple[Outcome, str] | None:
    if count < params.min_pages or len({_page_of(url) for url in urls}) < 2:
        return None
    if _SEPARATORS.sub("", title) == _SEPARATORS.sub("", site.name):
        return Outcome.FAILED, "site-name"
    if _column_and_pages(urls) and not headline:
        return Outcome.FAILED, "column-name"
    return (Outcome.CANT_TELL, "shared") if count >= params.min_shared else None


def _column_and_pages(urls: tuple[str, ...]) -> bool:
    """True when one of the addresses is a folder and another one stands in it."""
    pages = {_page_of(url) for url in urls}
    return any(
        page.endswith("/") and page.count("/") > 3 and other.startswith(page) and other != page
        for page in pages
        for other in pages
    )


def _page_of(url: str) -> str:
    """The address that all pages of one list have in common; of other pages their own."""
    path = url.split("?", 1)[0].split("#", 1)[0]
    folder, _, name = path.rpartition("/")
    return folder + "/" if _LIST_PAGE.fullmatch(name) else path
