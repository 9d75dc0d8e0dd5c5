"""Links that only scripts, data and lists know."""

# ruff: noqa: E501 - examples of markup read better on one line

from __future__ import annotations

from datetime import date

import pytest

from auditor.derive.limits import MAX_LINKS
from auditor.model.page import LinkKind, PageKind
from tests.unit.derive.pages import facts, link

BASE = "http://www.example.gov.cn"
VIEW = """<script>
function view(id) { window.open("detail.jsp?id=" + id, "_blank"); }
function both(year, no) { var url = '/art/' + year + '/' + no + '.html'; location.href = url; }
var page = function (n) { if (n > 0) { window.location = "?page=" + n; } };
const open2 = (name) => { location.assign('/p/' + name + '.html') }
function remove(id) { $.post('/delete?id=' + id) }
function odd(id) { location.href = root + id; }
function closed() { if (true) { x = {a: 1} } } function after() { location.href = '/after.html' }
</script>"""


@pytest.mark.parametrize(
    ("html", "path"),
    [
        ("<a href=\"javascript:view('a1')\">x</a>", "/zwgk/tzgg/detail.jsp?id=a1"),
        ('<a href="#" onclick="view(7);return false">x</a>', "/zwgk/tzgg/detail.jsp?id=7"),
        ("<a onclick='both(2024, \"b2\")'>x</a>", "/art/2024/b2.html"),
        ("<li onclick=\"open2('k')\">x</li>", "/p/k.html"),
        ('<span onclick="page(3)">x</span>', "/zwgk/tzgg/index.html?page=3"),
        ('<a href="javascript:closed();after()">x</a>', "/after.html"),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_a_click_that_calls_a_function(html: str, path: str, first: bool) -> None:
    found = link(facts(VIEW + html if first else html + VIEW), "x")
    assert (found.url, found.via, found.guessed) == (BASE + path, "script", True)


@pytest.mark.parametrize(
    "html",
    [
        "<a href=\"javascript:remove('a1')\">x</a>",
        "<a href=\"javascript:odd('a1')\">x</a>",
        "<a href=\"javascript:unknown('a1')\">x</a>",
        "<a href='javascript:view(this.id)'>x</a>",
        "<li onclick='view()'>x</li>",
        "<a href='javascript:closed()'>x</a>",
        "<a href='javascript:view(\"&#10;//evil.example/\")'></a>",
    ],
)
def test_a_click_that_leads_nowhere_known(html: str) -> None:
    found = {item.url for item in facts(VIEW + html).links}
    assert found <= {"", f"{BASE}/after.html", f"{BASE}/zwgk/tzgg/detail.jsp?id=//evil.example/"}


def test_entries_behind_functions_are_entries() -> None:
    rows = "".join(
        f"<li><a href=\"javascript:view('{n}')\">关于第{n}号事项办理情况的通知</a><span>2026-03-0{n}</span></li>"
        for n in range(1, 5)
    )
    page = facts(f"<div class=main><ul>{rows}</ul></div>{VIEW}")
    assert [item.url.rpartition("=")[2] for item in page.items] == ["1", "2", "3", "4"]
    assert page.kind is PageKind.LIST


@pytest.mark.parametrize(
    ("html", "path", "via", "kind"),
    [
        ("<link rel=next href=2.html>", "/zwgk/tzgg/2.html", "rel", LinkKind.PAGE),
        (
            '<select onchange="location.href=this.value"><option value="b.html">x</option></select>',
            "/zwgk/tzgg/b.html",
            "option",
            LinkKind.PAGE,
        ),
        ("<iframe data-src=/w.html></iframe>", "/w.html", "src", LinkKind.FRAME),
        ("<iframe src=about:blank data-src=/w.html></iframe>", "/w.html", "src", LinkKind.FRAME),
        ("<object data=/o.html></object>", "/o.html", "src", LinkKind.FRAME),
        ("<embed src=/v.swf>", "/v.swf", "src", LinkKind.ATTACHMENT),
        ("<noscript><a href=/n.html>x</a></noscript>", "/n.html", "noscript", LinkKind.PAGE),
    ],
)
def test_rare_links(html: str, path: str, via: str, kind: LinkKind) -> None:
    found = facts(html).links[0]
    assert (found.url, found.via, found.kind) == (BASE + path, via, kind)


def test_a_choice_in_a_form_goes_nowhere() -> None:
    assert facts("<select name=c><option value='a.html'>x</option></select>").links == ()


STORE = """<h1>通知公告</h1><div id="5443"><script type="text/xml"><datastore>
<nextgroup><![CDATA[<a href="/module/web/jpage/dataproxy.jsp?page=1&amp;unitid=5443"></a>]]></nextgroup>
<recordset>
<record><![CDATA[<li><a href="/art/2026/3/9/art_1_9.html" title="关于第九号事项的通知">关于第九号…</a><span>2026-03-09</span></li>]]></record>
<record><![CDATA[<li><a href='/art/2026/3/8/art_1_8.html'>关于第八号事项的通知</a><span>2026-03-08</span><style>b {}</style></li>]]></record>
<record><![CDATA[<tr><td><a href='/art/2026/3/7/art_1_7.html'>关于第七号事项的通知</a></td><td>2026-03-07</td></tr>]]></record>
</recordset></datastore></script></div><p>页脚<a href=/z.html>末</a></p>"""


def test_entries_in_a_data_store() -> None:
    page = facts(STORE)
    assert [(item.title, item.published_on) for item in page.items] == [
        ("关于第九号事项的通知", date(2026, 3, 9)),
        ("关于第八号事项的通知", date(2026, 3, 8)),
        ("关于第七号事项的通知", date(2026, 3, 7)),
    ]
    more = next(item for item in page.links if item.via == "interface")
    assert more.url == f"{BASE}/module/web/jpage/dataproxy.jsp?page=1&unitid=5443"
    assert "关于第八号事项的通知" in page.text
    assert "b {}" not in page.text
    assert page.text.endswith("页脚末")


def test_places_count_what_stands_in_the_source() -> None:
    page = facts(STORE)
    assert link(page, "末").index == 1
    assert {item.index for item in page.links if "/art/" in item.url} == {0}


@pytest.mark.parametrize(
    "script",
    [
        "<script type=text/template><datastore><record><![CDATA[<a href=/t.html>t</a>]]></record></script>",
        "<script type=text/xml><record><![CDATA[" + "<div>" * 20_000 + "]]></record></script>",
        "<script type=text/xml>" + "<record><![CDATA[" * 10_000 + "</script>",
        "<script type=text/xml><record><![CDATA[</li></ul></div></body></html>]]></record></script>",
    ],
)
def test_hostile_data_stores(script: str) -> None:
    page = facts(
        f"<div class=main><p>前<a href=/a.html>甲</a>{script}<a href=/z.html>末</a></p></div>"
    )
    assert [item.text for item in page.links] == ["甲", "末"]
    assert page.links[1].region == page.links[0].region


def test_hostile_functions_take_bounded_time() -> None:
    script = "<script>location;" + "function f(a){" * 20_000 + "</script>"
    page = facts(script + "<a onclick='f(1)'>x</a>" * (MAX_LINKS + 10))
    assert len(page.links) == MAX_LINKS
