"""accessibility-page-language: the page says in which language it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.api import Finding, Outcome, PageFacts, Text, check, msg, page_evidence
from checks.accessibility._common import (
    PAGE_MESSAGES,
    because,
    is_chinese,
    page_subject,
    unjudged,
)

#: Primary subtags of Chinese and of its varieties (IANA language subtag registry).
_CHINESE = frozenset({"zh", "cmn", "yue", "wuu", "hak", "nan", "gan", "hsn", "cdo", "cjy"})
#: Seen in the wild and no language subtags: country codes and encodings in their place.
_MISTAKEN = frozenset({"cn", "chs", "cht", "jp", "kr", "utf", "gbk", "chinese"})
_TAG = re.compile(r"[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8})*$")
MESSAGES = PAGE_MESSAGES | {
    "declared": Text(
        zh="页面声明了语言（{lang}），自动检测未发现问题。",
        en="The page declares its language ({lang}); the automated test found no problem.",
    ),
    "missing": Text(
        zh="<html> 元素没有 lang 属性，读屏软件无法选择语音。",
        en="The html element has no lang attribute, so screen readers cannot choose a voice.",
    ),
    "wrong": Text(
        zh="页面正文是中文，但声明的语言是“{lang}”，读屏软件会用错误的语音朗读。",
        en="The text is Chinese but the page declares “{lang}”: screen readers use a wrong voice.",
    ),
    "invalid": Text(
        zh="声明的语言“{lang}”不是有效的语言标记。",
        en="The declared language “{lang}” is not a language tag.",
    ),
    "doubtful": Text(
        zh="页面声明的语言是“{lang}”，但正文看来不是中文，请人工核对。",
        en="The page declares “{lang}” but its text does not look Chinese; please look.",
    ),
}


@check(
    id="accessibility-page-language",
    scope="page",
    title=Text(zh="页面语言标记", en="Language of the page"),
    why=because(
        "页面须能由程序确定默认语言（WCAG 3.1.1，A级），否则读屏软件可能用英文语音读中文。",
        "a page's default language must be machine-readable (WCAG 3.1.1, level A), or a screen "
        "reader may read Chinese with an English voice.",
    ),
    fix=Text(
        zh='在页面模板中写 <html lang="zh-CN">；外文版页面写相应语言。',
        en='Write <html lang="zh-CN"> in the template, and the right language in other versions.',
    ),
    messages=MESSAGES,
)
def accessibility_page_language(page: PageFacts) -> Iterator[Finding]:
    """Compares the html element's lang with the script of the text.

    Why: WCAG 3.1.1. How: `zh` and the tags of Chinese varieties pass; with a text mostly in Han
    characters (and no kana or hangul) any other language fails, such as the `en` of foreign
    templates. It cannot tell other languages apart. Fix: correct the template.
    """
    unfit = unjudged(page)
    if unfit is not None:
        yield unfit
        return
    lang = (page.lang or "").strip()
    chinese = is_chinese(page.text)
    outcome, key, cause = _judge(lang, chinese)
    excerpt = f'<html lang="{lang}">' if page.lang is not None else "<html>"
    yield Finding(
        outcome,
        msg(key) if key == "missing" else msg(key, lang=lang[:40]),
        page_subject(page),
        (page_evidence(page, locator="html", excerpt=excerpt),),
        cause=cause,
    )


def _judge(lang: str, chinese: bool | None) -> tuple[Outcome, str, str]:
    if not lang:
        return Outcome.FAILED, "missing", "missing"
    primary = lang.lower().replace("_", "-").split("-")[0]
    if not _TAG.match(lang) or primary in _MISTAKEN:
        return Outcome.FAILED, "invalid", lang.lower()
    if chinese and primary not in _CHINESE:
        return Outcome.FAILED, "wrong", lang.lower()
    if chinese is False and primary in _CHINESE:
        return Outcome.CANT_TELL, "doubtful", lang.lower()
    return Outcome.PASSED, "declared", ""
