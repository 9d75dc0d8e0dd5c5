"""Lists that a page's scripts load."""

from __future__ import annotations

import json
from typing import Any

import pytest

from auditor.derive.listings import read_listing

PAGE = "http://www.example.gov.cn/zwgk/index.html"
API = "http://www.example.gov.cn/api/list"


def read(data: Any, url: str = f"{API}?page=1&size=2") -> tuple[list[str], str]:
    body = data if isinstance(data, bytes) else json.dumps(data, ensure_ascii=False).encode()
    found = read_listing(body, "application/json", url=url, page_url=PAGE)
    return [link.url.removeprefix("http://www.example.gov.cn") for link in found.entries], (
        found.following.removeprefix("http://www.example.gov.cn")
    )


ROWS = [{"title": "一", "url": "a.html"}, {"title": "二", "docUrl": "/b/2.html"}]


@pytest.mark.parametrize(
    ("data", "entries"),
    [
        (ROWS, ["/zwgk/a.html", "/b/2.html"]),
        ({"code": 0, "data": {"rows": ROWS, "total": 9}}, ["/zwgk/a.html", "/b/2.html"]),
        ({"html": '<li><a class="x" href="/c/3.html">三</a></li>'}, ["/c/3.html"]),
        ({"foot": '<a href="/c/n?id=3&amp;x=1"><img></a>'}, ["/c/n?id=3&x=1"]),
        ({"rows": [{"url": "/x.html", "imgUrl": "/x.jpg", "icon_link": "/y.png"}]}, ["/x.html"]),
        ({"rows": [{"url": "javascript:void(0)"}, {"link": "#"}, {"href": ""}]}, []),
        ({"rows": [{"url": "无"}, {"path": "A/B 类"}, {"url": None}, {"url": 3}]}, []),
        ({"url": "https://other.example/1.html"}, ["https://other.example/1.html"]),
        ("text", []),
        (3, []),
        (b"<html><a href=/x.html>x</a></html>", []),
        (b"{broken", []),
        (b"", []),
        (b"[" * 100_000, []),
    ],
)
def test_entries(data: Any, entries: list[str]) -> None:
    assert read(data)[0] == entries


def test_entries_keep_their_title() -> None:
    body = json.dumps(ROWS).encode()
    found = read_listing(body, "application/json", url=API, page_url=PAGE).entries
    assert [(link.text, link.via, link.guessed) for link in found] == [
        ("一", "listing", True),
        ("二", "listing", True),
    ]


@pytest.mark.parametrize(
    ("url", "data", "following"),
    [
        ("?page=1&size=2", ROWS, "/api/list?page=2&size=2"),
        ("?cid=5&pageNo=7", ROWS, "/api/list?cid=5&pageNo=8"),
        ("?start=20&limit=10", ROWS, "/api/list?start=30&limit=10"),
        (
            "?startrecord=1&endrecord=45&perpage=15",
            ROWS,
            "/api/list?startrecord=16&endrecord=60&perpage=15",
        ),
        ("?page=3", {"pages": 3, "rows": ROWS}, ""),
        ("?page=2", {"totalPages": 3, "rows": ROWS}, "/api/list?page=3"),
        ("?page=2", {"rows": []}, ""),
        ("?id=3&size=10", ROWS, ""),
        ("", ROWS, ""),
        ("?page=first", ROWS, ""),
    ],
)
def test_the_next_page(url: str, data: Any, following: str) -> None:
    assert read(data, API + url)[1] == following


def test_an_xml_store() -> None:
    body = (
        '<datastore><nextgroup><![CDATA[<a href="/p.jsp?page=2&amp;u=5"></a>]]></nextgroup>'
        "<recordset>"
        "<record><![CDATA[<li><a href='/art/1.html'>一</a></li>]]></record></recordset></datastore>"
    )
    assert read(body.encode()) == (["/art/1.html"], "/p.jsp?page=2&u=5")
    assert read(b"<datastore><recordset></recordset></datastore>") == ([], "")
    assert read(body.replace("/art/1.html", "#").encode()) == ([], "")


def test_what_is_read_is_bounded() -> None:
    many = [{"url": f"/{n}.html"} for n in range(9_000)]
    assert len(read(many)[0]) == 2_000
    deep: Any = {"url": "/deep.html"}
    for _ in range(100):
        deep = [deep]
    assert read(deep)[0] == []
