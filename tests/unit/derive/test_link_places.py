"""Links in places that are easily overlooked, and in places that nobody sees."""

from __future__ import annotations

import pytest

from auditor.derive.page import page_facts
from auditor.model.page import Link, LinkKind

BASE = "http://www.example.gov.cn/zwgk/index.html"
HERE = "http://www.example.gov.cn"


def links(body: str) -> list[Link]:
    facts = page_facts(f"<html><body>{body}</body></html>".encode(), url=BASE)
    return [link for link in facts.links if link.url]


def images(body: str) -> list[str]:
    return [link.url.removeprefix(HERE) for link in links(body) if link.kind is LinkKind.IMAGE]


def test_images_by_size() -> None:
    assert images('<img src="a.png" srcset="a.png 1x, /b.png 2x,c.png?x=1,2 3x" alt="">') == [
        "/zwgk/a.png", "/b.png", "/zwgk/c.png?x=1,2",
    ]  # fmt: skip
    picture = '<picture><source srcset="/w.webp 800w, /n.webp 400w"><img src="/p.png"></picture>'
    assert images(picture) == ["/w.webp", "/n.webp", "/p.png"]
    assert images('<img srcset="data:image/png;base64,AA== 1x, /r.png 2x">') == ["/r.png"]
    assert images('<img srcset=" , ,, ">') == []


def test_backgrounds_of_style_attributes() -> None:
    body = """<div style="background:url('/b1.jpg') no-repeat, URL( b2.png )"></div>
        <p style='background-image:url("data:image/png;base64,AA==")'></p>"""
    assert images(body) == ["/b1.jpg", "/zwgk/b2.png"]


@pytest.mark.parametrize("tag", ["noscript", "template"])
def test_what_nobody_sees_accuses_nobody(tag: str) -> None:
    body = f"""<a href="/1">一</a><{tag}><a href="/2">二</a><img src="/i.png">
        <{tag}><a href="/3">三</a></{tag}></{tag}><a href="/4">四</a><img src="/j.png">"""
    found = {link.url.removeprefix(HERE): link.guessed for link in links(body)}
    assert found == {
        "/1": False, "/2": True, "/3": True, "/i.png": True, "/4": False, "/j.png": False,
    }  # fmt: skip


def test_comments_hold_no_links() -> None:
    assert (
        links('<!-- <a href="/old.html">旧</a> --><!--[if IE]><img src="/ie.png"><![endif]-->')
        == []
    )


@pytest.mark.parametrize(
    ("href", "url"),
    [
        (" /a.html\n", "/a.html"),
        ("/a\n.html", "/a.html"),
        ("\\zwgk\\a.html", "/zwgk/a.html"),
        ("/a b.html", "/a%20b.html"),
        ("/公开/目录.html", "/%E5%85%AC%E5%BC%80/%E7%9B%AE%E5%BD%95.html"),
        ("/%B9%AB%BF%AA.html", "/%B9%AB%BF%AA.html"),
        ("?a=1&amp;amp;b=2", "/zwgk/index.html?a=1&amp;b=2"),
        ("http:/one.html", "/one.html"),
        ("http:a.html", "/zwgk/a.html"),
        ("//www.example.gov.cn/x", "/x"),
        ("http:///www.example.gov.cn/x", "/x"),
        ("http:\\\\www.example.gov.cn/x", "/x"),
        ("HTTP://WWW.Example.GOV.cn:80/x#y", "/x"),
    ],
)
def test_odd_spellings_lead_where_browsers_go(href: str, url: str) -> None:
    assert [link.url.removeprefix(HERE) for link in links(f'<a href="{href}">甲</a>')] == [url]


@pytest.mark.parametrize("href", ["#top", "javascript:void(0)", "mailto:a@b.cn", "tel:12345", ""])
def test_what_leads_nowhere_is_not_asked_for(href: str) -> None:
    assert links(f'<a href="{href}">甲</a>') == []


def test_international_names() -> None:
    (link,) = links('<a href="http://政务.example.cn/a">甲</a>')
    assert link.url == "http://xn--zfr164b.example.cn/a"
