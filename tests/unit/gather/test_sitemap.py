"""Sitemaps, well and ill formed."""

from __future__ import annotations

import gzip
from time import process_time

import pytest

from auditor.gather.sitemap import MAX_URLS, SitemapEntries, parse_sitemap

NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


def urlset(*urls: str, ns: str = NS) -> bytes:
    inner = "".join(f"<url><loc>{url}</loc><lastmod>2026-01-01</lastmod></url>" for url in urls)
    return f"{HEAD}<urlset {ns}>{inner}</urlset>".encode()


A, B = "http://www.example.gov.cn/a.html", "http://www.example.gov.cn/b.html?x=1&amp;y=2"


@pytest.mark.parametrize(
    "body",
    [
        urlset(A, B, A),
        urlset(A, B, ns=""),
        b"\xef\xbb\xbf" + urlset(A, B),
        b"\n \n" + urlset(A, B)[len(HEAD) :],
        gzip.compress(urlset(A, B)),
        urlset(A, B).replace(b"<loc>", b"<loc>\n  ").replace(b"</loc>", b"\n</loc>"),
        urlset(A, B).replace(b"UTF-8", b"GB18030"),
    ],
)
def test_url_sets(body: bytes) -> None:
    assert parse_sitemap(body) == SitemapEntries((A, B.replace("&amp;", "&")))


def test_index_and_foreign_elements() -> None:
    body = f"{HEAD}<sitemapindex {NS}><sitemap><loc>{A}</loc></sitemap></sitemapindex>".encode()
    assert parse_sitemap(body) == SitemapEntries((), (A,))
    image = "<i:image xmlns:i='x'><i:loc>http://x/i.png</i:loc></i:image>"
    body = urlset(A).replace(b"</url>", image.encode() + b"</url>")
    assert parse_sitemap(body).urls == (A,)


def test_text_form() -> None:
    body = f"\ufeff{A}\r\n\r\nnot a url\nhttp://a b/\n{B}\n".encode()
    assert parse_sitemap(body).urls == (A, B)


def test_damaged_and_foreign() -> None:
    cut = parse_sitemap(urlset(A, B)[:-60])
    assert (cut.urls[0], cut.problem) == (A, "damaged")
    assert parse_sitemap(gzip.compress(urlset(*[A] * 500))[:-12]).problem == "damaged"
    for body in (b"", b"<html><body>404</body></html>", b"<rss><item/></rss>", b"\0" * 100, b"<"):
        assert parse_sitemap(body).problem == "not-a-sitemap"


def test_bounds() -> None:
    many = parse_sitemap(urlset(*(f"http://x.cn/{n}" for n in range(MAX_URLS + 10))))
    assert (len(many.urls), many.problem) == (MAX_URLS, "too-large")
    text = parse_sitemap("\n".join(f"http://x.cn/{n}" for n in range(MAX_URLS + 10)).encode())
    assert (len(text.urls), text.problem) == (MAX_URLS, "too-large")
    assert parse_sitemap(urlset("http://x.cn/" + "a" * 3000, A)).urls == (A,)


def test_bombs() -> None:
    started = process_time()
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    for entities, name in (
        (f'<!ENTITY l0 "lol">{lol}', "l11"),
        ('<!ENTITY f SYSTEM "file:///etc/passwd">', "f"),
    ):
        body = f"<!DOCTYPE u [{entities}]><urlset {NS}><url><loc>&{name};</loc></url></urlset>"
        assert parse_sitemap((HEAD + body).encode()).urls == ()
    assert parse_sitemap(gzip.compress(b"\0" * 200_000_000)).problem
    assert parse_sitemap(b"<urlset>" * 100_000).problem
    assert parse_sitemap(b"\n" * 5_000_000).problem == "not-a-sitemap"
    assert parse_sitemap(b"<urlset>" + b"<url>" * 300_000).problem
    assert process_time() - started < 8
