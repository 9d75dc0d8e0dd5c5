"""accessibility-refresh: the page does not reload or leave by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.api import Finding, Outcome, PageFacts, Text, check, msg, page_evidence
from checks.accessibility._common import PAGE_MESSAGES, because, page_subject, section, unjudged

_DELAY = re.compile(r"\s*(\d{1,9})")
#: WCAG 2.2.1 allows time limits above twenty hours.
_LONGEST_S = 20 * 3600
MESSAGES = PAGE_MESSAGES | {
    "none": Text(
        zh="页面不会自动刷新或跳转，自动检测未发现问题。",
        en="The page has no timed refresh; the automated test found no problem.",
    ),
    "harmless": Text(
        zh="页面的自动刷新时间为 {seconds} 秒，不影响阅读。",
        en="The page refreshes after {seconds} s, which disturbs nobody.",
    ),
    "timed": Text(
        zh="页面 {seconds} 秒后自动刷新或跳转，用户无法停止。",
        en="The page reloads or leaves after {seconds} s, and readers cannot stop it.",
    ),
}


@check(
    id="accessibility-refresh",
    scope="page",
    title=Text(zh="页面自动刷新", en="Timed refresh"),
    why=because(
        "有时限的内容须可关闭或延长（WCAG 2.2.1，A级），定时刷新会打断读屏和慢速阅读。",
        "time limits must be adjustable (WCAG 2.2.1, level A); a timed refresh interrupts screen "
        "readers and slow readers.",
    ),
    fix=Text(
        zh='删除 <meta http-equiv="refresh">；确需跳转时用服务器端 301/302。',
        en="Remove the meta refresh; where a page has moved, redirect on the server (301, 302).",
    ),
    messages=MESSAGES,
)
def accessibility_refresh(page: PageFacts) -> Iterator[Finding]:
    """Reads the meta refresh.

    Why: WCAG 2.2.1 (F40, F41). How: a delay between one second and twenty hours fails; 0 is
    a redirect and passes. Scripts that reload are not seen. Fix: redirect on the server.
    """
    unfit = unjudged(page)
    if unfit is not None:
        yield unfit
        return
    content = page.meta("refresh")
    match = _DELAY.match(content) if content is not None else None
    subject = page_subject(page)
    if content is None or match is None:
        yield Finding(Outcome.PASSED, msg("none"), subject)
        return
    seconds = int(match.group(1))
    evidence = page_evidence(
        page,
        locator='meta[http-equiv="refresh"]',
        excerpt=f'<meta http-equiv="refresh" content="{content}">',
    )
    if 0 < seconds <= _LONGEST_S:
        found = msg("timed", seconds=seconds)
        yield Finding(Outcome.FAILED, found, subject, (evidence,), cause=section(page))
    else:
        yield Finding(Outcome.PASSED, msg("harmless", seconds=seconds), subject, (evidence,))
