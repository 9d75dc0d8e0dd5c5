"""site-placeholder-text: nothing left over from tests and templates was published."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.api import Finding, Outcome, PageFacts, PageKind, Text, check, msg, page_evidence

#: What every pattern below needs. Most texts have none of it, which one scan shows; trying the
#: patterns on each block of every page would cost 0.5 ms per page.
_TELLTALE = re.compile(
    r"[测tT此xX×描关这示lL](?:试|[eE][sS][tT]|处|[xX×]|述|键[词字]|里是|例[文标]|(?i:orem ))"
)
_LOREM = re.compile(r"lorem ipsum dolor", re.I)
#: A whole text that holds nothing but test words: 测试, test123, 测试标题测试标题.
_TEST = re.compile(
    r"(?=.*(?:测试|test))(?:(?:测试|test)(?:标题|内容|数据|信息|文字|文章|文件|栏目|新闻|页面|专用|稿件|稿)?"
    r"[\d一二三四五，。！,.!_\- ]*)+",
    re.I,
)
#: Whole texts that content management systems put into new pages and columns.
_TEMPLATE = re.compile(
    r"(?:请?在?此处(?:填写|输入)(?:您的|你的)?(?:正文|内容|标题|文字|简介|描述|文本)(?:内容)?"
    r"|[xX×]{2,}(?:栏目|网站|单位|频道)?(?:的)?(?:描述|名称|关键词|关键字|简介)"
    r"|(?:栏目|网站|文章|频道)(?:描述|关键词|关键字)"
    r"|(?:这里|此处)是(?:正文|内容|标题|栏目描述|文章内容|示例文字)|示例(?:文字|文本|标题))[。！!]?"
)
_TITLE_SEPARATOR = re.compile(r"[_|｜丨>»]|\s[-–—]+\s|--+")
_METAS = ("columnname", "columndescription", "columnkeywords", "articletitle", "description")
_MAX_BLOCK = 40
_BLOCKS = 2_000
MESSAGES = {
    "clean": Text(zh="未发现测试或占位文字。", en="No test or placeholder text was found."),
    "placeholder": Text(
        zh="页面发布了测试或占位文字：“{text}”（位于{place}）。",
        en="Test or placeholder text was published: “{text}” ({place}).",
    ),
    "no-text": Text(zh="页面没有文字，本项不适用。", en="The page has no text."),
}


@check(
    id="site-placeholder-text",
    scope="page",
    title=Text(zh="测试、占位文字", en="Test and placeholder text"),
    why=Text(
        zh="正式网站上的测试信息、模板占位文字说明发布审核缺位，易被通报。（工程建议；"
        "无明文条款，作提示。）",
        en="Test articles and template texts on a live site show that nobody reviewed them. "
        "(Engineering advice; no clause.)",
    ),
    fix=Text(
        zh="撤下测试信息；替换模板自带的占位文字和标签；发布前审核。",
        en="Withdraw test articles, replace placeholder texts and tags, review before publishing.",
    ),
    messages=MESSAGES,
)
def site_placeholder_text(page: PageFacts) -> Iterator[Finding]:
    """Looks for whole texts that are test words or template placeholders.

    Why: they were published by mistake. How: the page's own title, headings, official tags and
    short blocks of text, each as a whole; links to other pages and sentences that mention tests
    (警报试鸣测试) do not count. Fix: withdraw or replace them.
    """
    if not page.text and not page.title:
        yield Finding(Outcome.INAPPLICABLE, msg("no-text"))
        return
    place, text = next(_placeholders(page), ("", ""))
    if not text:
        yield Finding(Outcome.PASSED, msg("clean"))
        return
    evidence = page_evidence(page, excerpt=text)
    message = msg("placeholder", text=text[:_MAX_BLOCK], place=place)
    yield Finding(Outcome.FAILED, message, evidence=(evidence,))


def _placeholders(page: PageFacts) -> Iterator[tuple[str, str]]:
    """(place, text) of what stands for nothing, the most telling first."""
    for part in _TITLE_SEPARATOR.split(page.title):
        if _is_placeholder(part.strip()):
            yield "<title>", part.strip()
    for heading in page.headings:
        if heading.level == 1 and _is_placeholder(heading.text):
            yield "<h1>", heading.text
    for meta in page.metas:
        if meta.name.lower() in _METAS and _is_placeholder(meta.content.strip()):
            yield f"meta {meta.name}", meta.content.strip()
    if not _TELLTALE.search(page.text):
        return
    lorem = _LOREM.search(page.text)
    if lorem:
        yield "<body>", page.text[lorem.start() : lorem.start() + _MAX_BLOCK]
    if page.kind is PageKind.ARTICLE:
        yield from _blocks(page)


def _blocks(page: PageFacts) -> Iterator[tuple[str, str]]:
    linked = {link.text for link in page.links} | {heading.text for heading in page.headings}
    for block in page.text.split(" ", _BLOCKS)[:_BLOCKS]:
        if len(block) <= _MAX_BLOCK and block not in linked and _is_placeholder(block):
            yield "<body>", block


def _is_placeholder(text: str) -> bool:
    if not 0 < len(text) <= _MAX_BLOCK or not _TELLTALE.search(text):
        return False
    return bool(_TEST.fullmatch(text) or _TEMPLATE.fullmatch(text))
