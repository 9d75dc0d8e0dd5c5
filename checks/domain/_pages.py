"""What the checks of official tags (网页标签) share."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.api import Finding, Outcome, PageFacts, Reason, Text, msg, page_evidence

#: Titles of error pages that answer 200. Articles about errors are longer, or carry their tags.
_ERROR = re.compile(
    r"(?<!\d)(?:40[034]|50[0234])(?!\d)|(?:页面?|网页|信息|文章|内容)(?:不存在|未找到|没有找到)"
    r"|找不到(?:页面|网页|了)|出错了|错误页|系统错误|not found|无法(?:找到|访问)",
    re.I,
)
_ERROR_CHARS = 400
_NAMED_HEADINGS = 2
_BARE_CHARS = 160
_BARE_LINKS = 3

#: Messages of the three checks that look for tags.
TAG_MESSAGES = {
    "present": Text(zh="页面具备 {names} 标签。", en="The page carries {names}."),
    "none": Text(zh="页面没有 {names} 中的任何一个标签。", en="The page carries none of {names}."),
    "missing": Text(zh="页面缺少 {name} 标签。", en="The page lacks the tag {name}."),
    "empty": Text(zh="页面的 {name} 标签内容为空。", en="The page's tag {name} has no content."),
    "unrendered": Text(
        zh="页面由脚本生成，未经浏览器渲染无法判断。",
        en="Scripts make the page; it cannot be judged without rendering.",
    ),
}


def is_error_page(page: PageFacts) -> bool:
    """True for a page that only says that there is nothing: no page for any rule on content."""
    if page.status >= 400:
        return True
    if page.main_chars >= _ERROR_CHARS or page.meta("ArticleTitle") or page.meta("PubDate"):
        return False
    titles = (page.title, *(heading.text for heading in page.headings[:_NAMED_HEADINGS]))
    return any(_ERROR.search(title) for title in titles)


def is_bare(page: PageFacts) -> bool:
    """True for a page with hardly a link and hardly any text: a challenge that was not
    recognised, an error or a welcome page. In place of a home page it shows no footer to judge."""
    leading = {link.url for link in page.links if link.tag == "a" and link.url} - {page.url}
    return page.text_chars < _BARE_CHARS and len(leading) < _BARE_LINKS


def is_document(page: PageFacts) -> bool:
    """True for a page with content of its own."""
    return not is_error_page(page) and bool(page.text_chars or page.links or page.metas)


def is_scripted(page: PageFacts) -> bool:
    """True when scripts that nobody ran make the page, its header or its footer."""
    return page.script_shell or (page.identity.rendered_by_script and not page.rendered)


def contents(page: PageFacts, name: str) -> tuple[str, ...]:
    """Contents of every meta with this name, compared without case, stripped."""
    wanted, size = name.lower(), len(name)
    return tuple(
        [
            item.content.strip()
            for item in page.metas
            if len(item.name) == size and item.name.lower() == wanted
        ]
    )


def content_of(page: PageFacts, name: str) -> str:
    """The first content that is not empty; templates repeat tags, some of them unfilled."""
    return next((content for content in contents(page, name) if content), "")


def judge_tags(page: PageFacts, names: tuple[str, ...]) -> Iterator[Finding]:
    """One finding per missing or empty tag, a single one when the page has none of them. The
    cause is the tag, since a template makes all pages."""
    shown = "、".join(names)
    absent = [name for name in names if not contents(page, name)]
    if absent and page.script_shell and not page.rendered:
        yield Finding(Outcome.UNTESTED, msg("unrendered", reason=Reason.NO_BROWSER.value))
        return
    evidence = (page_evidence(page, locator="//head", excerpt=_official(page)),)
    if len(absent) == len(names):
        message = msg("none", names=shown)
        yield Finding(Outcome.FAILED, message, evidence=evidence, cause=f"none of {shown}")
        return
    for name in absent:
        message = msg("missing", name=name)
        yield Finding(Outcome.FAILED, message, evidence=evidence, cause=f"{name} missing")
    empty = [name for name in names if name not in absent and not content_of(page, name)]
    for name in empty:
        cited = (page_evidence(page, locator=tag_locator(page, name), excerpt=f'{name}=""'),)
        yield Finding(
            Outcome.FAILED, msg("empty", name=name), evidence=cited, cause=f"{name} empty"
        )
    if not absent and not empty:
        yield Finding(Outcome.PASSED, msg("present", names=shown))


def tag_locator(page: PageFacts, name: str) -> str:
    """XPath of the tag, with its name as the page writes it."""
    wanted = name.lower()
    written = next((item.name for item in page.metas if item.name.lower() == wanted), name)
    return f"//meta[@name='{written}']"


def _official(page: PageFacts) -> str:
    """The tags that the page does carry, for the reader to compare."""
    return " ".join(item.name for item in page.metas)[:300]
