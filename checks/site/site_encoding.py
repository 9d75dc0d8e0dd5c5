"""site-encoding: the declared character encoding is that of the bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.api import (
    Finding,
    Outcome,
    PageFacts,
    Text,
    check,
    msg,
    page_evidence,
)

#: Labels by the encoding that browsers use for them (WHATWG Encoding Standard). gb2312, gbk and
#: gb18030 are one family there, so a gb2312 label over GBK bytes is fine.
_FAMILIES = (
    ("utf-8", re.compile(r"utf-?8", re.I)),
    (
        "gb18030",
        re.compile(r"gb-?2312(?:-80)?|(?:x-)?gbk|gb-?18030|euc-?cn|cp936|windows-936", re.I),
    ),
    ("cp1252", re.compile(r"iso-?8859-1|latin-?1|us-ascii|ascii|windows-1252", re.I)),
)
_IN_HEADER = re.compile(r"charset\s*=", re.I)
MESSAGES = {
    "agrees": Text(
        zh="页面声明的编码与实际一致（{used}）。", en="Declared and real encoding agree ({used})."
    ),
    "differs": Text(
        zh="页面在 {place} 中声明编码为 {declared}，实际是 {used}，浏览器会显示乱码。",
        en="The page declares {declared} ({place}) but its bytes are {used}; browsers show "
        "garbage.",
    ),
    "undeclared": Text(
        zh="页面没有声明可识别的编码，本项不适用。", en="The page declares no known encoding."
    ),
}


@check(
    id="site-encoding",
    scope="page",
    title=Text(zh="编码声明与内容不符", en="Declared and real encoding differ"),
    why=Text(
        zh="编码声明与实际字节不符时，浏览器按声明解码，整页显示为乱码。（工程建议；无明文条款，"
        "作提示。）",
        en="Browsers decode by the declaration; where it is wrong the whole page is garbage. "
        "(Engineering advice; no clause.)",
    ),
    fix=Text(
        zh="统一使用 UTF-8，并让 HTTP 头 Content-Type、meta charset 与文件实际编码一致。",
        en="Use UTF-8 everywhere, and let the header, the meta element and the file agree.",
    ),
    messages=MESSAGES,
)
def site_encoding(page: PageFacts) -> Iterator[Finding]:
    """Compares the encoding that browsers would use with the bytes.

    Why: a wrong label makes the page unreadable. How: the label of the HTTP header wins over that
    of the meta element, as in browsers; a byte order mark wins over both. gb2312 over GBK bytes is
    fine. Unknown labels are left out. Fix: one encoding, declared once.
    """
    declared = page.encoding.declared
    family = _family(declared)
    if page.rendered or not family:
        yield Finding(Outcome.INAPPLICABLE, msg("undeclared"))
        return
    used = page.encoding.used
    place = "header" if _IN_HEADER.search(page.content_type) else "meta"
    label = f"{place}={declared}"
    wrong = label in page.encoding.disagreement.split(", ") and family != used
    if wrong and page.encoding.source != "bom":
        seen = "Content-Type" if place == "header" else "meta charset"
        message = msg("differs", place=seen, declared=declared, used=used)
        evidence = page_evidence(page, excerpt=f"{page.content_type}; {label}")
        cause = f"{label}->{used}"
        yield Finding(Outcome.FAILED, message, evidence=(evidence,), cause=cause)
    else:
        yield Finding(Outcome.PASSED, msg("agrees", used=used))


def _family(label: str) -> str:
    return next((name for name, known in _FAMILIES if known.fullmatch(label)), "")
