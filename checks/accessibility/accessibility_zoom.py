"""accessibility-zoom: readers may enlarge the page."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.api import Finding, Outcome, PageFacts, Text, check, msg, page_evidence
from checks.accessibility._common import PAGE_MESSAGES, because, page_subject, unjudged

_PAIR = re.compile(r"([a-z-]+)\s*=\s*([^,;\s]+)")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
#: WCAG 1.4.4: text can be enlarged to 200 per cent.
_LEAST_SCALE = 2.0
MESSAGES = PAGE_MESSAGES | {
    "free": Text(
        zh="页面没有限制缩放，自动检测未发现问题。",
        en="The page does not restrict zooming; the automated test found no problem.",
    ),
    "no-viewport": Text(
        zh="页面没有 viewport 设置，不限制缩放。",
        en="The page has no viewport setting and restricts nothing.",
    ),
    "disabled": Text(
        zh="viewport 设置了 {setting}，手机上不能放大页面。",
        en="The viewport says {setting}: the page cannot be enlarged on phones.",
    ),
    "limited": Text(
        zh="viewport 设置了 {setting}，页面不能放大到 200%。",
        en="The viewport says {setting}: the page cannot be enlarged to 200 %.",
    ),
}


@check(
    id="accessibility-zoom",
    scope="page",
    title=Text(zh="页面可以缩放", en="Zooming"),
    why=because(
        "文字须能放大到200%（WCAG 1.4.4，AA级），老年人和低视力者靠放大阅读。",
        "text must be enlargeable to 200 % (WCAG 1.4.4, level AA); elderly and low-vision readers "
        "depend on it.",
    ),
    fix=Text(
        zh='改为 <meta name="viewport" content="width=device-width, initial-scale=1">，'
        "删除 user-scalable 和 maximum-scale。",
        en='Use <meta name="viewport" content="width=device-width, initial-scale=1"> without '
        "user-scalable and maximum-scale.",
    ),
    messages=MESSAGES,
)
def accessibility_zoom(page: PageFacts) -> Iterator[Finding]:
    """Reads the viewport setting.

    Why: WCAG 1.4.4. How: `user-scalable=no` and a `maximum-scale` below 2 fail. Whether the
    enlarged page stays readable is not tested. Fix: do not restrict scaling.
    """
    unfit = unjudged(page)
    if unfit is not None:
        yield unfit
        return
    content = page.meta("viewport")
    if content is None:
        yield Finding(Outcome.INAPPLICABLE, msg("no-viewport"), page_subject(page))
        return
    key, setting = _judge(content.lower())
    evidence = page_evidence(
        page, locator='meta[name="viewport"]', excerpt=f'<meta name="viewport" content="{content}">'
    )
    if not key:
        yield Finding(Outcome.PASSED, msg("free"), page_subject(page), (evidence,))
        return
    finding = msg(key, setting=setting)
    yield Finding(Outcome.FAILED, finding, page_subject(page), (evidence,), cause=setting)


def _judge(content: str) -> tuple[str, str]:
    """The message key and the setting to blame; both empty when nothing is restricted."""
    settings = dict(_PAIR.findall(content))
    scalable = settings.get("user-scalable", "")
    if scalable in {"no", "false"} or _is_zero(scalable):
        return "disabled", f"user-scalable={scalable}"[:60]
    largest = settings.get("maximum-scale", "")
    match = _NUMBER.match(largest)
    # Browsers ignore negative values (CSS Device Adaptation, section 9.1).
    if match and 0 <= float(match.group()) < _LEAST_SCALE:
        return "limited", f"maximum-scale={largest}"[:60]
    return "", ""


def _is_zero(value: str) -> bool:
    match = _NUMBER.fullmatch(value)
    return match is not None and -1 < float(value) < 1
