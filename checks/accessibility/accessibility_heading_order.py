"""accessibility-heading-order: headings do not skip levels."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from auditor.api import Finding, Outcome, PageFacts, Text, check, msg, page_evidence
from checks.accessibility._common import PAGE_MESSAGES, because, page_subject, unjudged

MESSAGES = PAGE_MESSAGES | {
    "ordered": Text(
        zh="页面 {count} 个标题层级连续，自动检测未发现问题。",
        en="The levels of {count} headings follow each other; the automated test found no problem.",
    ),
    "skipped": Text(
        zh="标题层级由 h{before} 跳到 h{after}（“{text}”），建议逐级使用（提示）。",
        en="The headings jump from h{before} to h{after} (“{text}”); use them level by level "
        "(advice).",
    ),
    "no-headings": Text(zh="页面没有标题元素，本项不适用。", en="The page has no headings."),
}


@check(
    id="accessibility-heading-order",
    scope="page",
    title=Text(zh="标题层级", en="Order of headings"),
    why=because(
        "标题层级应反映内容结构（WCAG 1.3.1、2.4.6）；读屏用户按标题跳读。"
        "（层级跳跃不直接违反条款，故只作提示。）",
        "headings should mirror the structure (WCAG 1.3.1, 2.4.6); blind users jump by them. A "
        "skipped level breaks no clause by itself, so this is advice.",
    ),
    fix=Text(
        zh="按 h1、h2、h3 逐级使用标题元素，字号用样式调整。",
        en="Use h1, h2, h3 in turn, and set sizes by style sheets.",
    ),
    messages=MESSAGES,
)
def accessibility_heading_order(page: PageFacts) -> Iterator[Finding]:
    """Compares the level of each heading with the one before it.

    Why: WCAG 1.3.1, 2.4.6 (advice). How: going deeper by more than one level is reported, going
    back is fine. Headings hidden in the source are left out. Fix: level by level.
    """
    unfit = unjudged(page)
    if unfit is not None:
        yield unfit
        return
    subject = page_subject(page)
    if not page.headings:
        yield Finding(Outcome.INAPPLICABLE, msg("no-headings"), subject)
        return
    found = False
    for before, after in pairwise(page.headings):
        if after.level <= before.level + 1:
            continue
        found = True
        locator, jump = f"h{after.level}", f"h{before.level}>h{after.level}"
        excerpt = f"<{locator}>{after.text}</{locator}>"
        yield Finding(
            Outcome.CANT_TELL,
            msg("skipped", before=before.level, after=after.level, text=after.text[:40]),
            subject,
            (page_evidence(page, locator=locator, excerpt=excerpt),),
            cause=f"{page.kind}|{jump}",
        )
    if not found:
        yield Finding(Outcome.PASSED, msg("ordered", count=len(page.headings)), subject)
