"""domain-article-meta: content pages carry ArticleTitle, PubDate and ContentSource."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.api import Finding, Outcome, PageFacts, PageKind, Text, check, msg, page_evidence
from checks.domain._pages import (
    TAG_MESSAGES,
    content_of,
    is_document,
    is_scripted,
    judge_tags,
    tag_locator,
)

_TAGS = ("ArticleTitle", "PubDate", "ContentSource")
_MARKUP = re.compile(r"<[^>]{0,200}>|&#?\w{1,8};")
_TITLE_END = re.compile(r"[_\-—–|｜·]")
_NOT_WORD = re.compile(r"[\W_]+")
MESSAGES = {
    **TAG_MESSAGES,
    "other-title": Text(
        zh="ArticleTitle 标签“{content}”与页面显示的标题不符，请核对。",
        en="ArticleTitle says “{content}”, which the page does not show; please check.",
    ),
    "not-an-article": Text(zh="不是内容页，本项不适用。", en="This is not a content page."),
}


@check(
    id="domain-article-meta",
    scope="page",
    title=Text(zh="内容页标签（ArticleTitle 等）", en="Article tags"),
    why=Text(
        zh="内容页应有 ArticleTitle、PubDate、ContentSource 标签，供检索系统和搜索引擎识别标题、"
        "时间和来源。（国办发〔2017〕47号网页标签，必选项待核实，作提示。）",
        en="Content pages carry ArticleTitle, PubDate and ContentSource, by which search knows "
        "title, time and source. (国办发〔2017〕47号, which are mandatory to be verified; advice.)",
    ),
    fix=Text(
        zh="在内容页模板的 <head> 中加入三个标签，由内容管理系统按文章填写；历史文章补齐来源。",
        en="Add the three meta elements to the article template and have the system fill them in.",
    ),
    messages=MESSAGES,
)
def domain_article_meta(page: PageFacts) -> Iterator[Finding]:
    """Looks for the article's tags in the head of a content page, and for the title in its text.

    Why: 网页标签 of 国办发〔2017〕47号. How: names without case; one issue per missing tag. Columns
    that are a single page are no articles. A title that the page does not show is left to a
    person. The form of PubDate is domain-pubdate-format's. Fix: the article template.
    """
    if page.kind is not PageKind.ARTICLE or not is_document(page) or _is_column_itself(page):
        yield Finding(Outcome.INAPPLICABLE, msg("not-an-article"))
        return
    yield from judge_tags(page, _TAGS)
    title = content_of(page, "ArticleTitle")
    if title and not _shows(page, title):
        locator = tag_locator(page, "ArticleTitle")
        evidence = (page_evidence(page, locator=locator, excerpt=title),)
        message = msg("other-title", content=title[:80])
        yield Finding(Outcome.CANT_TELL, message, evidence=evidence)


def _is_column_itself(page: PageFacts) -> bool:
    """True for a column that is a single page (机构职能, 指南): headed by the column's name, with
    the column's tags and none of an article's."""
    column = _plain(content_of(page, "ColumnName"))
    if not column or any(content_of(page, name) for name in _TAGS):
        return False
    heads = [_plain(heading.text) for heading in page.headings]
    return column in heads or _plain(_TITLE_END.split(page.title)[0]) == column


def _shows(page: PageFacts, title: str) -> bool:
    """True when the text holds the title, or was not seen whole."""
    if title in page.text or is_scripted(page) or page.text_chars > len(page.text):
        return True
    wanted = _plain(title)
    return not wanted or wanted in _plain(page.text)


def _plain(text: str) -> str:
    return _NOT_WORD.sub("", _MARKUP.sub("", text)).lower()
