"""Dates in Chinese page text, and when a page says it was published.

Forms: 2026-11-20, 2026/1/5, 2026.11.20, 2026年11月20日 (also full-width digits, 二〇二六年...),
20261120 after a label or in a URL. A day that does not exist is no date.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Final

from auditor.derive.text import fold, half_width_digits
from auditor.model.page import PublishedOn

_YEAR: Final = r"(?:19[4-9]\d|20\d\d)"
_DASH: Final = r"\-‐‑‒–—―－/／.．。·"
# The look-behind stands after the year, so that `re` seeks a year's first digit in C.
_FULL: Final = re.compile(
    rf"({_YEAR})(?<!\d\d{{4}})(?:\s?[{_DASH}]\s?(\d{{1,2}})\s?[{_DASH}]\s?(\d{{1,2}})"
    r"|\s?年\s?(\d{1,2})\s?月\s?(\d{1,2})\s?[日号]?)(?!\d)"
)
_COMPACT: Final = re.compile(rf"(?<!\d)({_YEAR})(0[1-9]|1[0-2])([0-2]\d|3[01])(?!\d)")
#: A calendar leaf: the day large, year and month below it (or the other way round).
_LEAF: Final = re.compile(
    rf"(?<![\d{_DASH}])(\d{{1,2}})\s*日?\s+({_YEAR})\s?[{_DASH}年]\s?(\d{{1,2}})(?![\d{_DASH}])"
    rf"|(?<!\d)({_YEAR})\s?[{_DASH}年]\s?(\d{{1,2}})\s?月?\s+(\d{{1,2}})(?![\d:：{_DASH}])"
)
_MONTH_DAY: Final = re.compile(
    rf"(?<![\d{_DASH}])(\d{{1,2}})(?:\s?[-/.]\s?|\s?月\s?)(\d{{1,2}})(?![\d:{_DASH}%])"
)
_EDGE_DATE: Final = re.compile(
    rf"(?:^\s*[\[【(（]?{_FULL.pattern}(?:\s\d{{1,2}}:\d\d(?::\d\d)?)?[\]】)）]?"
    rf"|[\[【(（]?\s*{_FULL.pattern}(?:\s\d{{1,2}}:\d\d(?::\d\d)?)?\s*[\]】)）]?\s*$)"
)
_HAN: Final = re.compile(
    "([二一][〇○零ＯO0九一二三四五六七八]{3})年(十?[一二三四五六七八九十])月([一二三四五六七八九十]{1,3})日"
)
_HAN_DIGITS: Final = {char: i for i, char in enumerate("〇一二三四五六七八九")} | {
    "零": 0,
    "○": 0,
    "Ｏ": 0,
    "O": 0,
    "0": 0,
}

_URL_COMPACT: Final = re.compile(
    rf"(?:/|[/_-][tc]|_)({_YEAR})(0[1-9]|1[0-2])([0-2]\d|3[01])(?=[/_.\d-]|$)"
)
_URL_SPLIT: Final = re.compile(
    rf"/({_YEAR})[-/_]?(0?[1-9]|1[0-2])[-/_]([0-2]?\d|3[01])(?=[/_.-]|$)"
)

_STRONG_LABELS: Final = (
    "发布日期", "发布时间", "发文日期", "发文时间", "发稿时间", "发稿日期", "发表时间", "发表日期",
    "公开日期", "公开时间", "公布日期", "公布时间", "刊发时间", "刊登日期", "上传时间", "上传日期",
    "录入时间", "信息时间", "信息日期", "添加时间", "添加日期", "创建时间", "发布于",
    "更新时间", "更新日期",
)  # fmt: skip
_STRONG: Final = re.compile(
    "(?:"
    + "|".join(r"\s*".join(words) for words in _STRONG_LABELS)
    + r")\s*[:：]?\s*[\[【(（]?\s*$"
)
_WEAK: Final = re.compile(r"(?<![\u4e00-\u9fff\w])(?:时\s*间|日\s*期)\s*[:：]\s*[\[【(（]?\s*$")
#: Words of the line below a title; a bare date among them is the publication date.
_BYLINE: Final = re.compile(
    "来\\s*源|作\\s*者|浏览|点击|阅读|字体|字号|访问次数|访问量|责任编辑|编\\s*辑|打印|分享|稿源|供稿|撰稿"
)
#: The day's date, as header bars print it, is no publication date.
_TODAY: Final = re.compile("(?:今[天日](?:是|[:：])|现在是|(?:当前|北京|系统)时间[:：]?)\\s*$")
_TIME: Final = re.compile(r"[\sT日]*\d{1,2}[:：]\d{2}(?:[:：]\d{2})?")
_LABEL_SPAN: Final = 24
_BYLINE_SPAN: Final = 40
_MAX_CANDIDATES: Final = 80

#: Length of YYYY-MM-DD.
ISO_CHARS: Final = 10
_CENTURIES: Final = ("20", "19")

_META_DATES: Final = ("pubdate", "publishdate", "article:published_time", "publish_date")


def find_date(
    text: str, *, compact: bool = False, leaf: bool = False, hint: date | None = None
) -> date | None:
    """The first date in the text, None if there is none.

    `compact` also reads 20261120, `leaf` a day printed apart from its year and month. `hint`
    (the date in the entry's own URL) lends its year to a date printed as month and day.
    """
    text = half_width_digits(text)
    for match in _FULL.finditer(text):
        found = _day(match[1], match[2] or match[4], match[3] or match[5])
        if found:
            return found
    if leaf:
        match_leaf = _LEAF.search(text)
        if match_leaf:
            first = (match_leaf[2], match_leaf[3], match_leaf[1])
            found = _day(*(first if match_leaf[1] else match_leaf.group(4, 5, 6)))
            if found:
                return found
    if compact:
        for match in _COMPACT.finditer(text):
            found = _day(match[1], match[2], match[3])
            if found:
                return found
    if hint:
        for match in _MONTH_DAY.finditer(text):
            if (int(match[1]), int(match[2])) == (hint.month, hint.day):
                return hint
    return _han_date(text) if "年" in text else None


def month_day(text: str) -> str:
    """The first date that is printed without a year, as it stands there; "" if there is none."""
    for match in _MONTH_DAY.finditer(half_width_digits(text)):
        # A leap year, since 29 February is a date in some year.
        if _day("2024", match[1], match[2]):
            return match[0].strip()
    return ""


@lru_cache(maxsize=4_096)
def plain_date(text: str) -> date | None:
    """The date of a text that is nothing but YYYY-MM-DD, the most frequent form, quickly."""
    if len(text) != ISO_CHARS or text[:2] not in _CENTURIES or text[4] != "-":
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def strip_date(text: str) -> str:
    """A list entry's text without a date (in brackets or not) at its beginning or end."""
    match = _EDGE_DATE.search(half_width_digits(text))
    if match and match.end() - match.start() < len(text):
        text = text[: match.start()] + text[match.end() :]
    return text.strip(" \t[]【】()（）|｜")


def url_date(url: str) -> date | None:
    """The date in an address such as `/202611/t20261120_4821.html` or `/art/2026/11/20/`."""
    for match in _URL_COMPACT.finditer(url):
        found = _day(match[1], match[2], match[3])
        if found:
            return found
    for match in _URL_SPLIT.finditer(url):
        found = _day(match[1], match[2], match[3])
        if found:
            return found
    return None


def published_on(visible: tuple[date, str] | None, metas: dict[str, str], url: str) -> PublishedOn:
    """When the page was published: visible label first, official meta second, URL last.

    `visible` is the answer of `visible_date` for the main text, `metas` maps lower-case names to
    contents. The order is that of trust: URLs keep the date of a migration, and templates print
    their own time into meta. Sources that name another day are listed as `source=YYYY-MM-DD`.
    """
    seen: list[tuple[str, date, str]] = []
    if visible:
        seen.append(("visible", *visible))
    for name in _META_DATES:
        content = metas.get(name, "")
        found = find_date(content, compact=True) if content else None
        if found:
            seen.append(("meta", found, content[:40]))
            break
    from_url = url_date(url)
    if from_url:
        seen.append(("url", from_url, url))
    if not seen:
        return PublishedOn()
    source, value, raw = seen[0]
    others = tuple(f"{name}={day.isoformat()}" for name, day, _ in seen[1:] if day != value)
    return PublishedOn(value, source, raw, others)


def visible_date(text: str) -> tuple[date, str] | None:
    """The date that the page prints as its publication date, with the text it was read from.

    A publication label decides. Else a bare date or 时间/日期 on the line that also names source,
    author or views. Labels such as 会议时间, 截止日期 or 成文日期 say something else.
    """
    text = half_width_digits(text)
    byline: tuple[date, str] | None = None
    for day, start, end in _days(text):
        before = text[max(0, start - _LABEL_SPAN) : start]
        strong = _STRONG.search(before)
        if strong:
            return day, _raw(text, start - len(before) + strong.start(), end)
        if byline is None and _on_byline(text, before, start, end):
            weak = _WEAK.search(before)
            byline = day, _raw(text, start - len(before) + weak.start() if weak else start, end)
    return byline


def _days(text: str) -> Iterator[tuple[date, int, int]]:
    for count, match in enumerate(_FULL.finditer(text), 1):
        found = _day(match[1], match[2] or match[4], match[3] or match[5])
        if found:
            yield found, match.start(), match.end()
        if count >= _MAX_CANDIDATES:
            return


def _on_byline(text: str, before: str, start: int, end: int) -> bool:
    """A byline word stands near the date, and no other label claims the date for itself."""
    if _TODAY.search(before):
        return False
    if before.rstrip().endswith((":", "：")) and not (
        _WEAK.search(before) or _BYLINE.search(before)
    ):
        return False
    near = before[-_BYLINE_SPAN:] + " " + text[end : end + _BYLINE_SPAN]
    return _BYLINE.search(near) is not None


def _raw(text: str, start: int, end: int) -> str:
    time = _TIME.match(text, end)
    return fold(text[start : time.end() if time else end])


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _han_date(text: str) -> date | None:
    match = _HAN.search(text)
    if not match:
        return None
    year = "".join(str(_HAN_DIGITS.get(char, "")) for char in match[1])
    return _day(year, str(_han_number(match[2])), str(_han_number(match[3])))


def _han_number(text: str) -> int:
    """一 to 三十一."""
    tens, ten, units = text.rpartition("十")
    if not ten:
        return _HAN_DIGITS[text] if len(text) == 1 else 0
    return (_HAN_DIGITS.get(tens, 1) * 10) + _HAN_DIGITS.get(units, 0)
