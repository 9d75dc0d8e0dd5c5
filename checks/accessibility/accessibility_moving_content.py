"""accessibility-moving-content: text does not run or blink without a way to stop it."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import Finding, Outcome, PageFacts, Text, check, msg, page_evidence
from checks.accessibility._common import PAGE_MESSAGES, because, page_subject, unjudged

_MOVING_TAGS = ("marquee", "blink")
MESSAGES = PAGE_MESSAGES | {
    "still": Text(
        zh="页面没有滚动或闪烁的文字，自动检测未发现问题。",
        en="No running or blinking text; the automated test found no problem.",
    ),
    "moving": Text(
        zh="页面用 <{tag}> 元素显示滚动或闪烁的内容，用户无法暂停。",
        en="The page shows running or blinking content in a {tag} element, which cannot be paused.",
    ),
    "autoplay": Text(
        zh="页面有自动播放的 <{tag}>，请人工核对能否暂停。",
        en="The page plays a {tag} by itself; please look whether it can be paused.",
    ),
}


@check(
    id="accessibility-moving-content",
    scope="page",
    title=Text(zh="滚动与闪烁内容", en="Running and blinking content"),
    why=because(
        "自动开始、持续5秒以上的移动和闪烁内容须能暂停或隐藏（WCAG 2.2.2，A级）。",
        "moving and blinking content that starts by itself and lasts five seconds must be "
        "stoppable (WCAG 2.2.2, level A).",
    ),
    fix=Text(
        zh="删除 <marquee>、<blink>，改为静态列表，或改用带暂停按钮的轮播组件。",
        en="Replace marquee and blink by a list, or by a carousel with a pause button.",
    ),
    messages=MESSAGES,
)
def accessibility_moving_content(page: PageFacts) -> Iterator[Finding]:
    """Looks for marquee and blink elements and for media that play by themselves.

    Why: WCAG 2.2.2. How: the elements have no pause control of their own, so they fail;
    autoplay is for a person. Movement made by scripts or style sheets is not seen. Fix: remove.
    """
    unfit = unjudged(page)
    if unfit is not None:
        yield unfit
        return
    subject = page_subject(page)
    for place in page.moving:
        tag = place.rsplit(" ", 1)[-1].split("[", 1)[0].split(".", 1)[0].split("#", 1)[0]
        failed = tag in _MOVING_TAGS
        locator = place.rsplit(" ", 1)[-1]
        yield Finding(
            Outcome.FAILED if failed else Outcome.CANT_TELL,
            msg("moving" if failed else "autoplay", tag=tag),
            subject,
            (page_evidence(page, locator=locator, excerpt=place),),
            cause=place,
        )
    if not page.moving:
        yield Finding(Outcome.PASSED, msg("still"), subject)
