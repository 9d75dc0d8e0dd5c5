"""accessibility-frame-title: frames have a title."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import Finding, Outcome, PageFacts, Text, check, msg, page_evidence
from checks.accessibility._common import (
    PAGE_MESSAGES,
    because,
    host_and_path,
    page_subject,
    unjudged,
)

MESSAGES = PAGE_MESSAGES | {
    "titled": Text(
        zh="页面 {count} 个框架都有标题，自动检测未发现问题。",
        en="All {count} frames have a title; the automated test found no problem.",
    ),
    "untitled": Text(
        zh="框架没有 title（{target}），请核对框架是否显示。",
        en="A frame has no title ({target}); please look whether it shows.",
    ),
    "no-frames": Text(zh="页面没有框架，本项不适用。", en="The page has no frames."),
}


@check(
    id="accessibility-frame-title",
    scope="page",
    title=Text(zh="框架标题", en="Titles of frames"),
    why=because(
        "框架须有名称（WCAG 4.1.2，A级），读屏用户据此决定是否进入。",
        "frames need a name (WCAG 4.1.2, level A), by which blind users decide whether to enter.",
    ),
    fix=Text(
        zh='写 <iframe title="天气预报" …>；不显示的框架加 aria-hidden="true" tabindex="-1"。',
        en='Write <iframe title="Weather" …>; hide frames that show nothing by aria-hidden.',
    ),
    messages=MESSAGES,
)
def accessibility_frame_title(page: PageFacts) -> Iterator[Finding]:
    """Looks for frames without title and aria-label.

    Why: WCAG 4.1.2. How: frames hidden in the source are left out; what style sheets hide cannot
    be seen, so a hit is for a person and axe confirms it on rendered pages. Fix: title.
    """
    unfit = unjudged(page)
    if unfit is not None:
        yield unfit
        return
    frames = [frame for frame in page.frames if not frame.hidden]
    subject = page_subject(page)
    if not frames:
        yield Finding(Outcome.INAPPLICABLE, msg("no-frames"), subject)
        return
    found = False
    for frame in frames:
        if frame.name:
            continue
        found = True
        target = host_and_path(frame.url)
        yield Finding(
            Outcome.CANT_TELL,
            msg("untitled", target=(frame.url or "about:blank")[:120]),
            subject,
            (
                page_evidence(
                    page,
                    locator=f"(//iframe|//frame)[{frame.index}]",
                    excerpt=f'<iframe src="{frame.url}">',
                ),
            ),
            cause=target or "about:blank",
        )
    if not found:
        yield Finding(Outcome.PASSED, msg("titled", count=len(frames)), subject)
