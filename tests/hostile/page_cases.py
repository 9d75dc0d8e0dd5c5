"""Pages made to break whoever reads them, and what must become of each. One case, one behaviour.

Every page is linked from the home page of a site and holds a link to `/fine` unless its case says
otherwise. `{port}` in a body is the port of the site itself: nothing there may be asked for under
another name than the site's.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass, field

from auditor.model.finding import Reason

HTML = "text/html; charset=utf-8"
LINK = "<a href='/fine'>政务公开</a>"
GOOD = f"<html lang=zh-CN><head><title>标题</title></head><body><h1>标题</h1>{LINK}".encode()


@dataclass(frozen=True)
class PageCase:
    """A page. `outcome` is what its row says ("" when it is no page of the site's); `link`: its
    link is found in spite of everything; `title`: what it is called."""

    name: str
    body: bytes = field(repr=False)
    kind: str = HTML
    outcome: str = "ok"
    link: bool = True
    title: str | None = None

    @property
    def path(self) -> str:
        """Where it lies."""
        return f"/{self.name}.html"


def around(inside: str | bytes, kind: str = HTML) -> bytes:
    """A good page with something in its body, before the link."""
    raw = inside.encode() if isinstance(inside, str) else inside
    head = b"<html lang=zh-CN><head><title>\xe6\xa0\x87\xe9\xa2\x98</title></head><body>"
    return head + raw + LINK.encode() + b"</body></html>"


def refresh(url: str) -> bytes:
    """A good page that sends everybody on."""
    return around(f"<meta http-equiv=refresh content='0;url={url}'>")


def spread(unit: str, times: int) -> bytes:
    """A good page with a unit repeated in its body."""
    return around(unit * times)


_BOM16 = codecs.BOM_UTF16_LE
_TITLED = f"<html><head><title>县政府</title></head><body>{LINK}<p>政务公开信息</p></body></html>"

STRUCTURE = (
    PageCase("deep-nesting", GOOD + b"<div>" * 100_000),
    PageCase("deep-spans", GOOD + b"<b><i>" * 50_000),
    PageCase("deep-tables", GOOD + b"<table><tr><td>" * 20_000),
    PageCase("deep-lists", GOOD + b"<ul><li>" * 40_000),
    PageCase("deep-frames", GOOD + b"<iframe src=/fine>" * 20_000),
    PageCase("many-attributes", around("<p " + " ".join(f"a{n}=1" for n in range(50_000)) + ">")),
    PageCase("long-attribute", around(f"<p title='{'x' * 700_000}'>")),
    PageCase("many-links", around("".join(f"<a href=/fine?{n % 7}>x</a>" for n in range(15_000)))),
    PageCase("many-fields", around("<form>" + "<input name=a>" * 30_000 + "</form>")),
    PageCase("many-options", around("<select>" + "<option>x" * 60_000 + "</select>")),
    PageCase("many-headings", spread("<h2>通知</h2>", 30_000)),
    PageCase("many-metas", around("<meta name=PubDate content='2026-01-01'>" * 15_000)),
    PageCase("many-scripts", spread("<script>var a = 1</script>", 20_000)),
    PageCase("unclosed-comment", GOOD + b"<!-- " + b"x" * 100_000),
    PageCase("unclosed-script", GOOD + b"<script>" + b"createPageHTML(" * 30_000),
    PageCase("unclosed-tag", GOOD + b"<a href='" + b"x" * 100_000),
    PageCase("plaintext", GOOD + b"<plaintext>" + b"<a href=/x>" * 1000),
    PageCase("html-in-html", GOOD + GOOD * 500),
    PageCase("entity-bomb", b"<!DOCTYPE html [<!ENTITY a 'xxxxxxxxxx'><!ENTITY b '"
             + b"&a;" * 100 + b"'>]>" + GOOD + b"&b;" * 10_000),
    PageCase("entities", spread("&nbsp;&#x10FFFF;&#0;&#xD800;&bogus;", 10_000)),
)  # fmt: skip
CHARSETS = (
    PageCase("gbk-as-utf-8", _TITLED.encode("gb18030"), HTML, title="县政府"),
    PageCase("utf-8-as-gbk", _TITLED.encode(), "text/html; charset=gbk"),
    PageCase("gb2312-label", _TITLED.replace("县", "镕").encode("gbk"),
             "text/html; charset=gb2312", title="镕政府"),
    PageCase("utf-16", _BOM16 + _TITLED.encode("utf-16-le"), "text/html", title="县政府"),
    PageCase("bom-wins", codecs.BOM_UTF8 + _TITLED.encode(), "text/html; charset=gbk",
             title="县政府"),
    PageCase("unknown-label", _TITLED.encode(), "text/html; charset=x-own", title="县政府"),
    PageCase("utf-7-label", _TITLED.encode(), "text/html; charset=utf-7", title="县政府"),
    PageCase("no-label", _TITLED.encode("gb18030"), "text/html", title="县政府"),
    PageCase("half-characters", _TITLED.encode() + b"\xe6\x94 " * 3, HTML, title="县政府"),
    PageCase("nul-bytes", _TITLED.encode().replace(b"<p>", b"<p>\0\0"), HTML),
    PageCase("control-bytes", GOOD + bytes(range(256)) * 40, HTML),
    PageCase("label-bomb", _TITLED.encode(), "text/html; charset=" + "u" * 5000),
)  # fmt: skip
WHAT_IT_IS = (
    PageCase("empty", b"", HTML, link=False),
    PageCase("blank", b" \n" * 50_000, HTML, link=False),
    PageCase("png-as-html", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 300, HTML, link=False),
    PageCase("zip-as-html", b"PK\x03\x04" + bytes(range(256)) * 300, HTML, link=False),
    PageCase("html-as-png", GOOD, "image/png", outcome="", link=False),
    PageCase("html-without-type", GOOD, "", title="标题"),
    PageCase("html-as-octets", b"<!DOCTYPE html>" + GOOD, "application/octet-stream", title="标题"),
    PageCase("json-as-html", b'{"a": ' * 30_000, HTML, link=False),
    PageCase("xml-bomb", b"<?xml version='1.0'?><!DOCTYPE r [<!ENTITY a 'x'><!ENTITY b '"
             + b"&a;" * 500 + b"'>]><html>&b;</html>", "application/xhtml+xml", link=False),
    PageCase("one-byte", b"<", HTML, link=False),
    PageCase("too-large", GOOD + b"x" * 2_000_000, HTML, outcome=Reason.TOO_LARGE, link=False),
)  # fmt: skip
#: Text on which careless regular expressions never end.
SLOW_TEXT = tuple(
    PageCase(f"slow-{name}", spread(unit, 300_000 // len(unit.encode())))
    for name, unit in {
        "spaces": " ",
        "newlines": "\n",
        "digits": "1",
        "dates": "2026-",
        "colons": "发布时间：",
        "brackets": "(((",
        "angle": "< ",
        "ampersands": "&",
        "quotes": "'\"",
        "icp": "鲁ICP备",
        "code": "370302",
        "address": "http://",
        "at": "a@",
        "han": "政",
        "emoji": "\U0001f600",
        "marks": "a\u0301\u0302",
        "directions": "\u202e",
        "pager": "createPageHTML(1,",
    }.items()
)
LINKS = (
    PageCase("base-intranet", b"<base href='http://10.0.0.1/'>" + GOOD, link=False),
    PageCase("base-script", b"<base href='javascript:alert(1)'>" + GOOD),
    PageCase("base-file", b"<base href='file:///etc/'>" + GOOD),
    PageCase("base-broken", b"<base href='http://[::1'>" + GOOD),
    PageCase("schemes", around("".join(
        f"<a href='{url}'>x</a><img src='{url}'><iframe src='{url}'></iframe>" for url in (
            "javascript:alert(1)", "data:text/html,<a href=/x>", "vbscript:x", "file:///etc/passwd",
            "ftp://127.0.0.1/", "mailto:a@b.cn", "tel:12345", "about:blank", "blob:x", "//",
            "http://", "http:///x", "https:", "http://[", "http://:80/", "http://a..b/", "??", "#",
            " ", "\t\n", "http://\ud83d".encode("utf-8", "replace").decode(), "ws://127.0.0.1/",
        )))),
    PageCase("intranet", around("".join(
        f"<a href='http://{host}:{{port}}/secret'>x</a><img src='http://{host}:{{port}}/s.png'>"
        for host in (
            "127.0.0.1", "2130706433", "017700000001", "0x7f000001", "0x7f.1", "127.1", "127.0.1",
            "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]",
            "[2002:7f00:1::]", "１２７.0.0.1", "127。0。0。1", "①②⑦.0.0.1", "user@127.0.0.1",
            "a:b@127.0.0.1", "www.example.gov.cn@127.0.0.1", "127.0.0.1.", "localhost",
            "0.0.0.0", "0", "[::]", "127.0.0.1%00.gov.cn", "127.0.0.1\\@www.example.gov.cn",
        )))),
    PageCase("long-link", around(f"<a href='/{'x' * 5000}'>x</a><a href='/?{'q' * 9000}'>x</a>")),
    PageCase("split-link", around("<a href='/a\r\nX-Injected: 1'>x</a><a href='/b%0d%0aX: 1'>")),
    PageCase("odd-characters", around("<a href='/政务\x01\x7f\u202e'>x</a><a href='/%zz%'>x</a>")),
    PageCase("refresh-self", refresh("/refresh-self.html")),
    PageCase("refresh-pair", refresh("/refresh-back.html")),
    PageCase("refresh-back", refresh("/refresh-pair.html")),
    PageCase("refresh-inside", refresh("http://10.0.0.1/")),
    PageCase("frames-within", b"<frameset><frame src='/frames-within.html'></frameset>",
             link=False),
)  # fmt: skip
ARTICLES = (
    PageCase("article-about-protection", around(
        "<a href=/>首页</a><a href=/zwgk/>公开</a><h1>关于加速乐防护的说明</h1><p>"
        + "本站采用加速乐，Cookie 名为 __jsl_clearance_s，状态码 521，事件ID: 4f3a9b2c11。" * 20)),
    PageCase("article-about-404", around(
        "<h1>如何处理404错误页面</h1><p>" + "页面不存在、您访问的页面找不到了，请返回首页。" * 30)),
)  # fmt: skip
CASES = (*STRUCTURE, *CHARSETS, *WHAT_IT_IS, *SLOW_TEXT, *LINKS, *ARTICLES)
