"""accessibility-captcha: codes in pictures have an alternative."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.api import Finding, Outcome, PageFacts, Text, check, msg, page_evidence
from checks.accessibility._common import PAGE_MESSAGES, page_subject, section, unjudged

_ALTERNATIVE = re.compile(
    "语音验证码|短信验证码|手机验证码|邮箱验证码|动态码|听不清|语音播报|收听验证码|扫码|刷脸"
)
MESSAGES = PAGE_MESSAGES | {
    "alternative": Text(
        zh="页面的验证码另有替代方式（{words}），自动检测未发现问题。",
        en="The code has an alternative ({words}); the automated test found no problem.",
    ),
    "picture": Text(
        zh="页面有图形验证码，没有发现语音、短信等替代方式，请人工核对。",
        en="The page asks for a code from a picture, and no alternative by sound or message was "
        "seen; please look.",
    ),
    "no-captcha": Text(zh="页面没有验证码，本项不适用。", en="The page asks for no code."),
}


@check(
    id="accessibility-captcha",
    scope="page",
    title=Text(zh="验证码替代方式", en="Alternatives to picture codes"),
    why=Text(
        zh="工业和信息化部《互联网网站适老化通用设计规范》（2021年）要求非文本验证码有替代方式；"
        "看不清图形的人无法提交信件和申请。",
        en="The Ministry of Industry's design rules for elder-friendly websites (2021) ask for an "
        "alternative to codes that are no text; without it some people cannot write at all.",
    ),
    fix=Text(
        zh="增加语音或短信验证码，或改用不需辨认图形的验证方式。",
        en="Offer a code by sound or message, or a test that needs no eyesight.",
    ),
    messages=MESSAGES,
)
def accessibility_captcha(page: PageFacts) -> Iterator[Finding]:
    """Looks for codes in pictures.

    Why: design rules for elder-friendly websites. How: names and addresses of fields and images,
    and words for alternatives on the page. A person must try whether the alternative works, and
    whether the code is asked for at all. Fix: an alternative.
    """
    unfit = unjudged(page)
    if unfit is not None:
        yield unfit
        return
    subject = page_subject(page)
    if not page.captcha:
        yield Finding(Outcome.INAPPLICABLE, msg("no-captcha"), subject)
        return
    match = _ALTERNATIVE.search(page.text)
    if match:
        yield Finding(Outcome.PASSED, msg("alternative", words=match.group()), subject)
        return
    evidence = page_evidence(page, locator="form", excerpt="captcha")
    yield Finding(Outcome.CANT_TELL, msg("picture"), subject, (evidence,), cause=section(page))
