"""domain-pubdate-format: PubDate is a time that programs can read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from auditor.api import Finding, Outcome, PageFacts, PageKind, Text, check, msg, page_evidence
from checks.domain._pages import content_of, is_document, tag_locator

_OFFICIAL = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")
#: Seen on honest pages and read by every program: more spaces, T, seconds, a zone, no time.
_TOLERATED = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:(?:\s+|T)(\d\d:\d\d)(?::(\d\d)(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?"
)
_SHAPE_CHARS = 30
MESSAGES = {
    "official": Text(
        zh="PubDate 格式为 YYYY-MM-DD HH:MM。", en="PubDate has the form YYYY-MM-DD HH:MM."
    ),
    "tolerated": Text(
        zh="PubDate“{content}”与规定格式略有出入，可以识别。",
        en="PubDate “{content}” differs slightly from the official form, but can be read.",
    ),
    "other-form": Text(
        zh="PubDate“{content}”不是 YYYY-MM-DD HH:MM 格式。",
        en="PubDate “{content}” has not the form YYYY-MM-DD HH:MM.",
    ),
    "no-such-time": Text(
        zh="PubDate“{content}”不是真实存在的时间。", en="PubDate “{content}” is no real time."
    ),
    "no-pubdate": Text(
        zh="页面没有 PubDate，本项不适用（见“内容页标签”）。",
        en="The page has no PubDate (see the check on article tags).",
    ),
}


@check(
    id="domain-pubdate-format",
    scope="page",
    title=Text(zh="PubDate 格式", en="Form of PubDate"),
    why=Text(
        zh="发布时间的格式为 YYYY-MM-DD HH:MM，格式不一检索系统无法按时间排序。"
        "（国办发〔2017〕47号网页标签，条文待核实，作提示。）",
        en="The time of publication has the form YYYY-MM-DD HH:MM; in other forms search cannot "
        "sort by it. (国办发〔2017〕47号, wording to be verified; advice.)",
    ),
    fix=Text(
        zh="在内容页模板中把 PubDate 的输出格式设为“yyyy-MM-dd HH:mm”。",
        en="Set the template's output of PubDate to yyyy-MM-dd HH:mm.",
    ),
    messages=MESSAGES,
)
def domain_pubdate_format(page: PageFacts) -> Iterator[Finding]:
    """Compares PubDate with the official form.

    Why: 网页标签 of 国办发〔2017〕47号. How: on content pages with a PubDate. Several spaces, a T,
    seconds, a zone, or a day without a time are tolerated, since every program reads them; one
    issue per other form. Whether the day is right is another check's business. Fix: the template.
    """
    content = content_of(page, "PubDate")
    if not content or page.kind is not PageKind.ARTICLE or not is_document(page):
        yield Finding(Outcome.INAPPLICABLE, msg("no-pubdate"))
        return
    evidence = (page_evidence(page, locator=tag_locator(page, "PubDate"), excerpt=content),)
    shown = content[:_SHAPE_CHARS]
    match = _TOLERATED.fullmatch(content)
    if match is None:
        cause = re.sub(r"\d", "9", shown)
        message = msg("other-form", content=shown)
        yield Finding(Outcome.FAILED, message, evidence=evidence, cause=cause)
    elif not _exists(match):
        yield Finding(Outcome.FAILED, msg("no-such-time", content=shown), evidence=evidence)
    elif _OFFICIAL.fullmatch(content):
        yield Finding(Outcome.PASSED, msg("official"))
    else:
        yield Finding(Outcome.PASSED, msg("tolerated", content=shown))


def _exists(match: re.Match[str]) -> bool:
    day, minute, second = match[1], match[2] or "00:00", match[3] or "00"
    try:
        datetime.fromisoformat(f"{day} {minute}:{second}")
    except ValueError:
        return False
    return True
