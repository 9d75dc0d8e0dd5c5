"""accessibility-page-title: every page has a title of its own."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from auditor.api import Finding, Outcome, PageFacts, Text, check, msg, page_evidence
from checks.accessibility._common import PAGE_MESSAGES, because, page_subject, section, unjudged

#: Titles that editors and frameworks put into new pages.
_DEFAULTS = re.compile(
    r"^(?:无标题(?:文档|页)?\d*|新建(?:网页|页面|文档)\d*|未命名\d*"
    r"|untitled(?: document| page)?[ -]?\d*|document|new page ?\d*|vite \+ \w+|react app|标题)$",
    re.I,
)
_ADDRESS = re.compile(r"^(?:https?://|www\.)|\.(?:html?|shtml|jsp|aspx?|php|docx?|pdf)$", re.I)
MESSAGES = PAGE_MESSAGES | {
    "titled": Text(
        zh="页面有标题，自动检测未发现问题。",
        en="The page has a title; the automated test found no problem.",
    ),
    "missing": Text(
        zh="页面没有标题，浏览器标签和读屏软件只能显示网址。",
        en="The page has no title: browser tabs and screen readers can only show the address.",
    ),
    "default": Text(
        zh="页面标题是编辑工具的默认值“{title}”。",
        en="The title is an editing tool's default: “{title}”.",
    ),
    "address": Text(
        zh="页面标题“{title}”像文件名或网址，请人工核对。",
        en="The title “{title}” looks like a file name or an address; please look.",
    ),
}


@check(
    id="accessibility-page-title",
    scope="page",
    title=Text(zh="页面标题", en="Title of the page"),
    why=because(
        "网页须有说明其主题的标题（WCAG 2.4.2，A级），它是读屏软件首先读出的内容。",
        "a page must have a title that says what it is about (WCAG 2.4.2, level A): it is the "
        "first thing a screen reader says.",
    ),
    fix=Text(
        zh="在模板的 <title> 中写“信息标题_栏目_网站名称”。",
        en="Let the template write “headline_column_site” into the title element.",
    ),
    messages=MESSAGES,
)
def accessibility_page_title(page: PageFacts) -> Iterator[Finding]:
    """Reads the title element.

    Why: WCAG 2.4.2. How: missing or empty titles and the defaults of editing tools fail; titles
    that look like file names are for a person. Whether a title fits its page is not judged, and
    shared titles are `accessibility-repeated-title`. Fix: fill the title from the headline.
    """
    unfit = unjudged(page)
    if unfit is not None:
        yield unfit
        return
    title = page.title.strip()
    outcome, key = _judge(title, {heading.text for heading in page.headings})
    yield Finding(
        outcome,
        msg(key, title=title[:80]) if key in {"default", "address"} else msg(key),
        page_subject(page),
        (page_evidence(page, locator="title", excerpt=f"<title>{title}</title>"),),
        cause="" if outcome is Outcome.PASSED else section(page),
    )


def _judge(title: str, headings: Collection[str]) -> tuple[Outcome, str]:
    if not title:
        return Outcome.FAILED, "missing"
    # A page that prints the word as its heading is about it (新建文档 in a manual).
    if _DEFAULTS.match(title) and title not in headings:
        return Outcome.FAILED, "default"
    if _ADDRESS.search(title):
        return Outcome.CANT_TELL, "address"
    return Outcome.PASSED, "titled"
