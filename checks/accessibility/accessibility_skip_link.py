"""accessibility-skip-link: repeated blocks can be skipped."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import Finding, Outcome, PageFacts, Text, check, msg, page_evidence
from checks.accessibility._common import PAGE_MESSAGES, because, page_subject, unjudged

#: A page with fewer links has no repeated block worth skipping.
_FEW_LINKS = 10
MESSAGES = PAGE_MESSAGES | {
    "skip-link": Text(
        zh="页面有“跳到主要内容”链接，自动检测未发现问题。",
        en="The page has a skip link; the automated test found no problem.",
    ),
    "landmark": Text(
        zh="页面标出了主要内容区（main），自动检测未发现问题。",
        en="The page marks its main content; the automated test found no problem.",
    ),
    "neither": Text(
        zh="页面既没有“跳到主要内容”链接，也没有标出主要内容区（main），建议补充（提示）。",
        en="The page has neither a skip link nor a main landmark; please add one (advice).",
    ),
    "short": Text(
        zh="页面链接很少，没有需要跳过的内容。", en="The page has few links and nothing to skip."
    ),
}


@check(
    id="accessibility-skip-link",
    scope="page",
    title=Text(zh="跳过重复内容", en="Skipping repeated blocks"),
    why=because(
        "须有办法跳过每页重复的导航（WCAG 2.4.1，A级）；键盘用户否则每页要按几十次Tab键。"
        "（标题也可满足条款，故静态检测只作提示。）",
        "there must be a way to skip what every page repeats (WCAG 2.4.1, level A). Headings can "
        "do too, so this is advice.",
    ),
    fix=Text(
        zh="在页面开头加“跳到主要内容”链接，并用 <header> <nav> <main> <footer> 标出各区。",
        en="Begin the page with a skip link and mark header, nav, main and footer.",
    ),
    messages=MESSAGES,
)
def accessibility_skip_link(page: PageFacts) -> Iterator[Finding]:
    """Looks for a skip link or a main landmark.

    Why: WCAG 2.4.1 (advice). How: link texts such as 跳到主要内容, the main element or its role.
    Whether the link works by keyboard is not tested. Fix: add both to the template.
    """
    unfit = unjudged(page)
    if unfit is not None:
        yield unfit
        return
    subject = page_subject(page)
    if page.skip_link:
        yield Finding(Outcome.PASSED, msg("skip-link"), subject)
    elif "main" in page.landmarks:
        yield Finding(Outcome.PASSED, msg("landmark"), subject)
    elif sum([link.tag == "a" for link in page.links]) < _FEW_LINKS:
        yield Finding(Outcome.INAPPLICABLE, msg("short"), subject)
    else:
        evidence = page_evidence(page, locator="body", excerpt=", ".join(page.landmarks))
        # One template, one repair: all pages are one issue.
        yield Finding(Outcome.CANT_TELL, msg("neither"), subject, (evidence,), cause="template")
