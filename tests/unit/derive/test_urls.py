"""Canonical addresses and the fast joiner."""

from __future__ import annotations

from urllib.parse import urljoin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.derive import urls
from auditor.derive.limits import MAX_URL_CHARS
from auditor.derive.urls import Joiner, canonical, host_of, same_site, tidy

GOLDEN = [
    ("HTTP://WWW.Example.GOV.CN:80/a/../b/./c.html#f", "http://www.example.gov.cn/b/c.html"),
    ("https://www.example.gov.cn:443", "https://www.example.gov.cn/"),
    ("https://www.example.gov.cn:80/", "https://www.example.gov.cn:80/"),
    ("http://x.gov.cn/a;jsessionid=0A1B?x=1", "http://x.gov.cn/a?x=1"),
    ("http://x.gov.cn/a?b=1&JSESSIONID=3&c=2", "http://x.gov.cn/a?b=1&c=2"),
    ("http://x.gov.cn/a?PHPSESSID=3", "http://x.gov.cn/a"),
    ("http://x.gov.cn/a?", "http://x.gov.cn/a"),
    ("http://x.gov.cn?a=1", "http://x.gov.cn/?a=1"),
    # GBK escapes in a query mean what the site's server makes of them.
    ("http://x.gov.cn/s?q=%d6%d0%B9%fa", "http://x.gov.cn/s?q=%d6%d0%B9%fa"),
    ("http://x.gov.cn/%e6%94%bf%7Ea%2f", "http://x.gov.cn/%E6%94%BF~a%2F"),
    ("http://x.gov.cn/100%", "http://x.gov.cn/100%25"),
    ("http://x.gov.cn/%2e%2e/a", "http://x.gov.cn/a"),
    (
        "http://x.gov.cn/政策 文件.doc",
        "http://x.gov.cn/%E6%94%BF%E7%AD%96%20%E6%96%87%E4%BB%B6.doc",
    ),
    ("http://示例.政务/", "http://xn--fsq092h.xn--zfr164b/"),
    ("http：//www.x.gov.cn/a", "http://www.x.gov.cn/a"),
    ("http://ｗｗｗ．x．gov．cn/", "http://www.x.gov.cn/"),
    ("http://www.x.gov.cn./", "http://www.x.gov.cn/"),
    ("  http://x.gov.cn/a\n b ", "http://x.gov.cn/a%20b"),
    ("http:\\\\x.gov.cn\\a\\b?c=\\d", "http://x.gov.cn/a/b?c=\\d"),
    ("http://user:secret@x.gov.cn/", "http://x.gov.cn/"),
    ("http://[0:0:0:0:0:0:0:1]:8080/a", "http://[::1]:8080/a"),
    ("http://%77ww.x.gov.cn/", "http://www.x.gov.cn/"),
    ("http://127.0.0.1/a//b", "http://127.0.0.1/a//b"),
    ("http://x.gov.cn/'a\"<b>", "http://x.gov.cn/'a%22%3Cb%3E"),
]


@pytest.mark.parametrize(("url", "expected"), GOLDEN)
def test_canonical_form(url: str, expected: str) -> None:
    assert canonical(url) == expected
    assert canonical(expected) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "#top",
        "javascript:void(0)",
        "mailto:a@example.gov.cn",
        "ftp://x.gov.cn/",
        "http://",
        "http://x.gov.cn:99999/",
        "http://x.gov.cn:abc/",
        "http://x.gov.cn:0/",
        "http://a..b/",
        "http://[::1/",
        "http://[zz]/",
        "http://[1::2::3]/",
        f"http://{'中' * 64}.cn/",
        f"http://{'a' * 64}.cn/",
        f"http://x.gov.cn/{'a' * MAX_URL_CHARS}",
        "/relative",
    ],
)
def test_nothing_to_fetch(url: str) -> None:
    assert canonical(url) == ""


def test_raw_text_in_a_query_takes_the_pages_encoding() -> None:
    assert canonical("http://x.gov.cn/s?q=中", "gb18030") == "http://x.gov.cn/s?q=%D6%D0"
    assert Joiner("http://x.gov.cn/a/", "gb18030").join("s?q=中") == "http://x.gov.cn/a/s?q=%D6%D0"
    assert Joiner("http://x.gov.cn/a/").join("s?q=中") == "http://x.gov.cn/a/s?q=%E4%B8%AD"


def test_host_of() -> None:
    assert host_of("HTTPS://WWW.X.gov.cn:8080/a") == "www.x.gov.cn"
    assert host_of("http://user@x.gov.cn") == "x.gov.cn"
    assert host_of("mailto:a@x.gov.cn") == ""
    assert same_site("x.gov.cn", frozenset({"x.gov.cn"}))
    assert not same_site("y.x.gov.cn", frozenset({"x.gov.cn"}))


def test_memos_are_bounded() -> None:
    urls.forget()
    join = Joiner("http://x.gov.cn/a/").join
    for number in range(5_000):
        join(f"/{number}.html")
        join(f"{number}.html")
        Joiner(f"http://h{number}.x.gov.cn/{number}/").join("../a.html")
    assert sum(map(len, urls._by_origin.values())) < 10_000
    assert sum(map(len, urls._by_directory.values())) < 10_000
    assert join("3.html") == "http://x.gov.cn/a/3.html"
    long = "/a" * 5_000
    assert join(long) == join(long + "?x") == ""
    assert join("/" + "b" * 50_000) == ""


def test_memo_does_not_leak_between_directories() -> None:
    first, second = Joiner("http://x.gov.cn/a/b/c.html"), Joiner("http://x.gov.cn/d/c.html")
    for href in ("../i.html", "httpd/x?y=1", "i.html", "./?p=2", "?p=2", "", "/i.html"):
        assert first.join(href) == canonical(urljoin("http://x.gov.cn/a/b/c.html", href))
        assert second.join(href) == canonical(urljoin("http://x.gov.cn/d/c.html", href))


_SEGMENT = st.sampled_from(
    ["a", "b.html", "..", ".", "", "%41", "中", "x y", "c;jsessionid=1", "~"]
)
_PATH = st.lists(_SEGMENT, max_size=5).map("/".join)
_TAIL = st.sampled_from(["", "?p=1", "?q=中&a=<", "#f", "?", "?sessionid=2", "index.shtml"])
_BASES = st.builds(
    lambda host, path, tail: f"http://{host}/{path}{tail}",
    st.sampled_from(["www.x.gov.cn", "X.gov.cn:80", "[::1]:81", "127.0.0.1"]),
    _PATH,
    _TAIL,
)
_HREFS = st.one_of(
    st.builds(
        lambda lead, path, tail: f"{lead}{path}{tail}",
        st.sampled_from(["", "./", "../", "../../", "/", "//h.cn/", "http://h.cn/", "https:"]),
        _PATH,
        _TAIL,
    ),
    st.text(max_size=20),
)


@settings(max_examples=600, deadline=None)
@given(_BASES, _HREFS)
def test_joiner_equals_urljoin(base: str, href: str) -> None:
    try:
        expected = canonical(urljoin(canonical(base), tidy(href)))
    except ValueError:
        expected = ""
    assert Joiner(base).join(href) == expected
    assert Joiner(base).join(href) == expected, "the memo answers as the first call did"


@settings(max_examples=400, deadline=None)
@given(st.one_of(_BASES, st.text(max_size=40).map("http://x.cn/".__add__), st.text(max_size=30)))
def test_canonical_is_stable(url: str) -> None:
    once = canonical(url)
    assert canonical(once) == once
    assert len(once) <= MAX_URL_CHARS
    assert once.isascii()
