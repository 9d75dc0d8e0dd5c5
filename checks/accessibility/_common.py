"""What the accessibility checks share.

The source of a page shows that something is missing, but not whether anybody can see the element:
style sheets and scripts hide much. So a check of the source says `failed` only where the source
alone proves it (language, title, zoom, refresh, moving text, a file name as text); where the
element's visibility matters it says `cant-tell`, and axe, which sees the rendered page, confirms.
"""

from __future__ import annotations

import re

from auditor.api import Finding, Outcome, PageFacts, Reason, Subject, SubjectKind, Text, msg

#: Messages of every check that reads a page's source.
PAGE_MESSAGES = {
    "not-a-page": Text(zh="不是网页，本项不适用。", en="Not a web page."),
}
#: The law that every accessibility check serves. Graded L; the standard's clauses are not quoted.
LAW = Text(
    zh="《无障碍环境建设法》第三十二条要求利用财政资金建立的网站逐步符合无障碍网站设计标准；",
    en="Article 32 of the Barrier-free Environment Law asks websites built with public money to "
    "meet the accessibility standards step by step; ",
)
_TYPES = ("text/html", "application/xhtml")
_URL = re.compile(r"[A-Za-z][\w+.-]*://([^/?#]*)([^?#]*)")
_NUMBERS = re.compile(r"\d+")
#: High bytes of U+3400 to U+9FFF: Han, and 64 hexagrams.
_HAN_HIGH = bytes(range(0x34, 0xA0))
_KANA_HANGUL = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
_NO_LETTERS = re.compile(r"[\W\d_]+")
#: Enough to tell a language; counting the whole text of every page cost more than parsing it.
_SAMPLE_CHARS = 1_500


def because(zh: str, en: str) -> Text:
    """The reason for a check: the law, and what it means for people."""
    return Text(zh=LAW.zh + zh, en=LAW.en + en)


def unjudged(page: PageFacts) -> Finding | None:
    """Why a page's source cannot be judged: it is no page, or scripts have yet to write it."""
    subject = Subject(SubjectKind.PAGE, page.url)
    kind = page.content_type.lower()
    if kind and not kind.startswith(_TYPES):
        return Finding(Outcome.INAPPLICABLE, msg("not-a-page"), subject)
    if page.script_shell and not page.rendered:
        detail = "the page is written by scripts and was not rendered"
        reason = Reason.NOT_GATHERED.value
        return Finding(Outcome.UNTESTED, msg("untested", reason=reason, detail=detail), subject)
    return None


def page_subject(page: PageFacts) -> Subject:
    """The page as the subject of a finding."""
    return Subject(SubjectKind.PAGE, page.final_url or page.url)


def section(page: PageFacts) -> str:
    """The part of the site that a page belongs to, for grouping: its first path segment (numbers
    made equal), with the page's kind."""
    segments = _split(page.final_url or page.url)[1].split("/")[1:-1]
    return f"{page.kind}|/{_NUMBERS.sub('0', segments[0])}" if segments else f"{page.kind}|/"


def is_chinese(text: str) -> bool | None:
    """Whether a text is in Chinese, by its beginning; None when there is too little to tell, or
    when it is mixed with another language (a Chinese manual with program code)."""
    text = text[:_SAMPLE_CHARS]
    han = _count_han(text)
    if han >= 50 and han > len(text) * 0.3 and not _KANA_HANGUL.search(text):
        return True  # nearly every page; it saves counting the letters
    letters = len(_NO_LETTERS.sub("", text))
    if letters < 50:
        return True if han >= 20 else None
    if len(_KANA_HANGUL.findall(text)) > letters / 20:
        return False
    if letters * 0.1 < han <= letters * 0.3:
        return None
    return han > letters * 0.3


def _count_han(text: str) -> int:
    """Number of Han characters, told by the high bytes of UTF-16: ten times faster than `re`."""
    high = text.encode("utf-16-le", "surrogatepass")[1::2]
    return len(high) - len(high.translate(None, _HAN_HIGH))


def host_and_path(url: str) -> str:
    """A URL without query and with equal numbers, for grouping."""
    host, path = _split(url)
    return host + _NUMBERS.sub("0", path)


def _split(url: str) -> tuple[str, str]:
    match = _URL.match(url)
    return (match.group(1).lower(), match.group(2)) if match else ("", "")
