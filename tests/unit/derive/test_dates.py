"""Dates in text, and which of a page's dates is its publication date."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.derive.dates import (
    find_date,
    month_day,
    plain_date,
    published_on,
    strip_date,
    url_date,
    visible_date,
)

DAY = date(2026, 11, 5)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-05",
        "发布于2026-11-5 09:30",
        "2026/11/05",
        "2026.11.5",
        "2026．11．05",
        "2026年11月5日",
        "2026 年 11 月 05 日",
        "２０２６年１１月５日",
        "２０２６－１１－０５",
        "2026—11—05",
        "二〇二六年十一月五日",
        "二○二六年十一月五日",
        "2026-11-05T09:30:00+08:00",
        "2026-02-30，应为2026-11-05",
    ],
)
def test_forms_of_a_date(text: str) -> None:
    assert find_date(text) == DAY


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-13-01",
        "2026-02-29",
        "1826-11-05",
        "2026-11",
        "12026-11-05",
        "2026-11-051",
        "11-05",
    ],
)
def test_not_a_date(text: str) -> None:
    assert find_date(text) is None


def test_forms_that_need_permission() -> None:
    assert find_date("20261105") is None
    assert find_date("20261105", compact=True) == DAY
    assert find_date("05 2026-11") is None
    assert find_date("05 2026-11", leaf=True) == DAY
    assert find_date("2026.11 05", leaf=True) == DAY
    assert find_date("[11-05]") is None
    assert find_date("[11-05]", hint=DAY) == DAY
    assert find_date("[11-06]", hint=DAY) is None, "the address belongs to another day"


def test_plain_date() -> None:
    assert plain_date("2026-11-05") == DAY
    assert plain_date("2026-11-31") is None
    assert plain_date("2026/11/05") is None
    assert plain_date("0026-11-05") is None


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("[2026-11-05] 通知", "通知"),
        ("通知 2026-11-05", "通知"),
        ("通知（2026年11月5日）", "通知"),
        ("关于2026年11月5日停水的通知", "关于2026年11月5日停水的通知"),
        ("2026-11-05", "2026-11-05"),
    ],
)
def test_strip_date(text: str, title: str) -> None:
    assert strip_date(text) == title


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://x.gov.cn/202611/t20261105_48.html", DAY),
        ("http://x.gov.cn/art/2026/11/5/art_1_2.html", DAY),
        ("http://x.gov.cn/2026-11/05/c_1.htm", DAY),
        ("http://x.gov.cn/20261105/1.html", DAY),
        ("http://x.gov.cn/content_20261105.html", DAY),
        ("http://x.gov.cn/202613/t20261305_48.html", None),
        ("http://x.gov.cn/art/1234520261105.html", None),
        ("http://x.gov.cn/index.html", None),
    ],
)
def test_url_date(url: str, expected: date | None) -> None:
    assert url_date(url) == expected


@pytest.mark.parametrize(
    ("text", "raw"),
    [
        ("标题 发布日期：2026-11-05 09:30 来源：办公室", "发布日期：2026-11-05 09:30"),
        ("发 布 时 间 ： 2026年11月5日", "发 布 时 间 ： 2026年11月5日"),
        ("标题 2026-11-05 来源：县政府办 正文", "2026-11-05"),
        ("标题 时间：2026-11-05 09:30 浏览次数：3", "时间：2026-11-05 09:30"),
        ("会议时间：2020-01-01 发布时间：[2026-11-05]", "发布时间：[2026-11-05"),
    ],
)
def test_visible_date(text: str, raw: str) -> None:
    assert visible_date(text) == (DAY, raw)


@pytest.mark.parametrize(
    "text",
    [
        "会议时间：2026-11-05 在三楼举行",
        "截止日期：2026-11-05 来源：办公室",
        "成文日期：2026-11-05",
        "时间：2026-11-05上午九时，地点：广场",
        "我县于2026年11月5日召开会议",
        "签订时间为：2026-11-05",
    ],
)
def test_other_dates_are_no_publication_date(text: str) -> None:
    assert visible_date(text) is None


def test_publication_label_beats_an_earlier_byline_date() -> None:
    text = "2020-01-01 来源：旧站 正文 发布日期：2026-11-05"
    assert visible_date(text) == (DAY, "发布日期：2026-11-05")


def test_order_of_sources_and_disagreements() -> None:
    metas = {"pubdate": "2026-11-06 00:00"}
    url = "http://x.gov.cn/t20261107_1.html"
    found = published_on((DAY, "发布日期：2026-11-05"), metas, url)
    assert (found.value, found.source) == (DAY, "visible")
    assert found.disagreements == ("meta=2026-11-06", "url=2026-11-07")
    found = published_on(None, metas, url)
    assert (found.value, found.source) == (date(2026, 11, 6), "meta")
    assert found.disagreements == ("url=2026-11-07",)
    found = published_on(None, {}, url)
    assert (found.value, found.source, found.disagreements) == (date(2026, 11, 7), "url", ())
    assert published_on(None, {"pubdate": "not a date"}, "http://x.gov.cn/").source == "none"


@pytest.mark.parametrize("content", ["2026-11-05  10:00", "20261105", "2026-11-05 10:00:01"])
def test_meta_formats(content: str) -> None:
    assert published_on(None, {"pubdate": content}, "").value == DAY


@given(st.text(alphabet="0123456789年月日-/. 二〇十一：发布时间来源", max_size=60))
def test_never_raises(text: str) -> None:
    find_date(text, compact=True, leaf=True, hint=DAY)
    visible_date(text)
    strip_date(text)
    url_date(text)


@given(st.dates(min_value=date(1940, 1, 1), max_value=date(2099, 12, 31)))
def test_every_day_is_found(day: date) -> None:
    assert find_date(f"发布：{day.year}年{day.month}月{day.day}日") == day
    assert find_date(f"[{day.isoformat()}]") == day
    assert url_date(f"http://x.gov.cn/{day:%Y%m}/t{day:%Y%m%d}_1.html") == day


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[11-18]", "11-18"),
        ("1月5日", "1月5"),
        ("02-29", "02-29"),
        ("１１／１８", "11/18"),
        ("13-18", ""),
        ("2-30", ""),
        ("1-2-3", ""),
        ("11-18%", ""),
        ("第11期", ""),
    ],
)
def test_a_date_without_its_year(text: str, shown: str) -> None:
    assert month_day(text) == shown
