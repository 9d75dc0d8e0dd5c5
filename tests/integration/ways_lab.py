"""A site with every way in which pages lead to pages, and the pages that lie behind each.

Each way is a page of its own: what stands in it, and the files that it must lead to. Everything
else answers 404. Addresses are relative on purpose.
"""

# ruff: noqa: E501 - examples of markup read better on one line

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from tests.hostile.web import Script, Talk
from tests.integration.probe_lab import HOST
from tests.integration.site_lab import Content, linked


@dataclass(frozen=True)
class Way:
    """A page's markup and the paths of the pages behind it."""

    markup: str
    leads_to: tuple[str, ...]
    head: str = ""


def _files(folder: str, *names: str) -> tuple[str, ...]:
    return tuple(f"/{folder}/{name}" for name in names)


def _numbered(folder: str, stem: str, numbers: range, ending: str = "html") -> tuple[str, ...]:
    return tuple(f"/{folder}/{stem}_{number}.{ending}" for number in numbers)


#: By the folder in which the way's `index.html` lies.
WAYS: Final[Mapping[str, Way]] = {
    "href": Way(
        '<a href="a.html">一</a><A HREF=./b.html>二</A>', _files("href", "a.html", "b.html")
    ),
    "spaces": Way(
        '<a href=" a%20b.html\n">一</a><a href="c d.html">二</a>',
        _files("spaces", "a%20b.html", "c%20d.html"),
    ),
    "chinese": Way('<a href="中文.html">一</a>', ("/chinese/%E4%B8%AD%E6%96%87.html",)),
    "backslash": Way("<a href='\\backslash\\a.html'>一</a>", _files("backslash", "a.html")),
    "base": Way('<a href="a.html">一</a>', ("/elsewhere/a.html",), '<base href="/elsewhere/">'),
    "frame": Way('<iframe src="a.html" title=一></iframe>', _files("frame", "a.html")),
    "lazyframe": Way('<iframe data-src="a.html" title=一></iframe>', _files("lazyframe", "a.html")),
    "object": Way('<object data="a.html" type="text/html"></object>', _files("object", "a.html")),
    "map": Way(
        '<img src="/x.png" alt=图 usemap="#m"><map name=m><area href="a.html" alt=一></map>',
        _files("map", "a.html"),
    ),
    "noscript": Way('<noscript><a href="a.html">一</a></noscript>', _files("noscript", "a.html")),
    "next": Way("", _files("next", "2.html"), '<link rel="next" href="2.html">'),
    "onclick": Way(
        "<a href='#' onclick=\"location.href='a.html'\">一</a>"
        "<div onclick=\"window.open('b.html')\">二</div>"
        "<li onclick=\"window.location='c.html';return false\">三</li>",
        _files("onclick", "a.html", "b.html", "c.html"),
    ),
    "scripted": Way(
        "<a href=\"javascript:openUrl('a.html')\">一</a><a href=\"javascript:go('/scripted/b/')\">二</a>",
        ("/scripted/a.html", "/scripted/b/"),
    ),
    "function": Way(
        "<script>function view(id) { var u = 'view-' + id + '.html'; window.open(u); }</script>"
        "<a href=\"javascript:view('7')\">一</a><li onclick='view(8)'>二</li>",
        _files("function", "view-7.html", "view-8.html"),
    ),
    "data": Way(
        '<li data-url="a.html">一</li><a href="#" data-href="b.html">二</a><p data-link="c.html">三</p>',
        _files("data", "a.html", "b.html", "c.html"),
    ),
    "option": Way(
        '<select onchange="location.href=this.value"><option value="">请选择</option>'
        '<option value="a.html">一</option><option value="/option/b.html">二</option></select>',
        _files("option", "a.html", "b.html"),
    ),
    "refresh": Way(
        "<p>新闻发布会的直播将在稍后开始。</p>" * 9,
        _files("refresh", "a.html"),
        '<meta http-equiv=refresh content="5;url=a.html">',
    ),
    "redirect": Way(
        "<script>if (old) { location.replace('a.html') } else { window.location.href = 'b.html' }</script>",
        _files("redirect", "a.html", "b.html"),
    ),
    "trs": Way(
        '<script>createPageHTML(4, 0, "index", "html");</script>',
        _numbered("trs", "index", range(1, 4)),
    ),
    "trs2": Way(
        '<script>createPageHTML2("page_div", 4, 1, "index", "html", 76);</script>',
        _numbered("trs2", "index", range(2, 5)),
    ),
    "inline": Way(
        "<script>var currentPage = 0; var countPage = 4; var nextPage = currentPage + 1;\n"
        'document.write("<a href=\\"index"+"_"+nextPage+".html\\">下一页</a>");</script>',
        _numbered("inline", "index", range(1, 4)),
    ),
    "laypage": Way(
        "<script>laypage({cont: 'p', pages: 3, curr: 1, jump: function (obj, first) {"
        " if (!first) { location.href = 'index.html?page=' + obj.curr } }})</script>",
        ("/laypage/index.html?page=2", "/laypage/index.html?page=3"),
    ),
    "jquery": Way(
        "<script>$('#page').pagination(25, {items_per_page: 10, link_to: 'list.html?p=__id__'})</script>",
        ("/jquery/list.html?p=1", "/jquery/list.html?p=2"),
    ),
    "kkpager": Way(
        "<script>kkpager.generPageHtml({pno: 1, total: 3, totalRecords: 55, hrefFormer: 'list',"
        " hrefLatter: '.html'})</script>",
        _numbered("kkpager", "list", range(2, 4)),
    ),
    "rows": Way(
        "<script>var recordCount = 41, pageSize = 20; function toPage(n) { location = '/rows/p/' + n; }</script>",
        ("/rows/p/2", "/rows/p/3"),
    ),
    "store": Way(
        '<script type="text/xml"><datastore><nextgroup><![CDATA[<a href="/store/proxy.jsp?page=1&amp;u=5"></a>'
        "]]></nextgroup><recordset><record><![CDATA[<li><a href='/store/1.html'>一</a></li>]]></record>"
        "</recordset></datastore></script>",
        _files("store", "1.html", "2.html", "3.html"),
    ),
}
#: Pages that only a sitemap names: an index, of which one part is gzipped.
MAPPED: Final = ("/mapped/a.html", "/mapped/b.html")
#: Addresses that do something or belong to telephones; none may be fetched.
FORBIDDEN: Final = (
    "/manage/logout.jsp",
    "/manage/item.do?action=delete&id=3",
    "/vote.jsp?id=5",
)
#: What a guess may ask for in vain: both ways to number files were possible.
IN_VAIN: Final = frozenset({"/trs2/index_1.html"})


def site_pages() -> dict[str, Content]:
    """All pages of the site."""
    forbidden = [path.replace("&", "&amp;") for path in FORBIDDEN]
    pages: dict[str, Content] = {
        "/": linked(*(f"/{name}/index.html" for name in WAYS), *forbidden),
        "/robots.txt": _text(lambda host: f"User-agent: *\nSitemap: http://{host}/maps.xml\n"),
        "/maps.xml": _text(_map_index),
        "/map1.xml": _text(lambda host: _url_set(host, MAPPED[0])),
        "/map2.xml.gz": _text(lambda host: _url_set(host, MAPPED[1]), zipped=True),
        "/store/proxy.jsp?page=1&u=5": _text(lambda _: _store("/store/2.html", 2)),
        "/store/proxy.jsp?page=2&u=5": _text(lambda _: _store("/store/3.html", 3)),
        "/store/proxy.jsp?page=3&u=5": _text(lambda _: _store("", 4)),
        "/x.png": _text(lambda _: "\x89PNG"),
    }
    for name, way in WAYS.items():
        pages[f"/{name}/index.html"] = _exact(linked(title=name, more=way.head + way.markup))
        pages |= dict.fromkeys(way.leads_to, ())
    return pages | dict.fromkeys(MAPPED, ())


def truth() -> set[str]:
    """The paths of every page that a visitor can reach, and of those in the sitemap."""
    behind = {path for way in WAYS.values() for path in way.leads_to}
    return {"/", *(f"/{name}/index.html" for name in WAYS), *behind, *MAPPED}


def _exact(body: bytes) -> Script:
    """A page that does not exist with a query of which nobody spoke."""

    async def script(talk: Talk) -> None:
        known = "?" not in talk.request.path
        await talk.answer(200 if known else 404, body, ("Content-Type", "text/html"))

    return script


def _text(make: Callable[[str], str], *, zipped: bool = False) -> Script:
    async def script(talk: Talk) -> None:
        body = make(talk.request.headers.get("Host", HOST)).encode()
        await talk.answer(
            200, gzip.compress(body) if zipped else body, ("Content-Type", "text/xml")
        )

    return script


def _map_index(host: str) -> str:
    parts = "".join(
        f"<sitemap><loc>http://{host}/{name}</loc></sitemap>"
        for name in ("map1.xml", "map2.xml.gz")
    )
    return f"<sitemapindex>{parts}</sitemapindex>"


def _url_set(host: str, path: str) -> str:
    return f"<urlset><url><loc>http://{host}{path}</loc></url></urlset>"


def _store(path: str, following: int) -> str:
    record = f'<record><![CDATA[<li><a href="{path}">某</a></li>]]></record>' if path else ""
    return (
        f'<datastore><nextgroup><![CDATA[<a href="/store/proxy.jsp?page={following}&u=5"></a>]]>'
        f"</nextgroup><recordset>{record}</recordset></datastore>"
    )
