"""Pages of a list that only a script names."""

# ruff: noqa: E501 - examples of markup read better on one line

from __future__ import annotations

import pytest

from auditor.derive.limits import MAX_PAGER_URLS
from auditor.derive.pager import script_pages
from tests.unit.derive.pages import facts


@pytest.mark.parametrize(
    "script",
    [
        'createPageHTML(4, 0, "index", "html");',
        "createPageHTML(4,0,'index','html')",
        'createPageHTML2(4, 0, "index", ".html", "页");',
        "var countPage = 4; var currentPage = 0; createPageHTML(countPage, currentPage, 'index', 'html')",
        'createPageHTML("4", "0", "index", "html");',
    ],
)
def test_pages_that_a_call_announces(script: str) -> None:
    total, pages, following = script_pages(script)
    assert total == 4
    assert pages == ("index_1.html", "index_2.html", "index_3.html")
    assert following == "index_1.html"


def test_later_pages_name_their_neighbours() -> None:
    total, pages, following = script_pages('createPageHTML(99, 50, "list", "shtml")')
    assert total == 99
    assert pages == tuple(f"list_{n}.shtml" for n in (47, 48, 49, 51, 52, 53))
    assert following == "list_51.shtml"
    assert script_pages('createPageHTML(99, 98, "list", "shtml")')[2] == ""
    assert "list.shtml" in script_pages('createPageHTML(99, 1, "list", "shtml")')[1]


def test_long_lists_are_bounded() -> None:
    total, pages, _ = script_pages('createPageHTML(90000, 0, "index", "html")')
    assert (total, len(pages)) == (90000, MAX_PAGER_URLS)


@pytest.mark.parametrize(
    ("script", "total"),
    [
        ("var totalPage = 12;", 12),
        ("laypage({cont: 'p', pages: 7, curr: 1})", 7),
        ("var totalRecord = 101, pageSize = 20;", 6),
        ("function createPageHTML(n, i, name, ext) { return 1; }", 0),
        ("createPageHTML(1, 0, 'index', 'html')", 1),
        ("createPageHTML(4, 0, 'javascript:x', 'html')", 0),
        ("var page = 3;", 0),
        ("", 0),
    ],
)
def test_totals(script: str, total: int) -> None:
    found, pages, _ = script_pages(script)
    assert found == total
    assert pages == ()


def test_pages_join_the_links() -> None:
    page = facts('<a href=a.html>一</a><script>createPageHTML(3, 0, "index", "html");</script>')
    assert [link.url for link in page.links if link.via == "pager"] == [
        "http://www.example.gov.cn/zwgk/tzgg/index_1.html",
        "http://www.example.gov.cn/zwgk/tzgg/index_2.html",
    ]
    assert page.pager_total == 3
    assert page.next_url.endswith("index_1.html")


LIST = "http://www.example.gov.cn/zwgk/tzgg/list.html"
CALL = 'createPageHTML("page_div", 5, 3, "list", "shtml", 98);'


@pytest.mark.parametrize(
    ("script", "pages"),
    [
        ('createPage(0, 3, "list.html")', "list_1.html list_2.html"),
        ('createPageHTML("page_div", 3, 0, "list", "shtml", 58)', "list_1.shtml list_2.shtml"),
        (
            'createPageHTML("page_div", 3, 1, "list", "shtml", 58)',
            "list_1.shtml list_2.shtml list_3.shtml",
        ),
        ('showPages(58, 20, 0, "list", "html")', "list_1.html list_2.html"),
        (
            "var currentPage = 0; var countPage = 3; var nextPage = currentPage + 1;\n"
            'document.write("<a href=\\"list"+"_"+nextPage+".html\\">下一页</a>");',
            "list_1.html list_2.html",
        ),
        (
            "laypage({cont: 'p', pages: 3, curr: 1, jump: function (obj, first) {"
            " if (!first) { location.href = 'list.jsp?cid=3&pageNo=' + obj.curr } }})",
            "list.jsp?cid=3&pageNo=2 list.jsp?cid=3&pageNo=3",
        ),
        (
            "laypage.render({elem: 'p', count: 41, limit: 20, jump: (obj) => {"
            " location.href = `?page=${obj.curr}` }})",
            "?page=2 ?page=3",
        ),
        (
            "$('#page').pagination(25, {items_per_page: 10, link_to: 'list.html?p=__id__'})",
            "list.html?p=1 list.html?p=2",
        ),
        (
            "$('#p').twbsPagination({totalPages: 3, href: 'list_{{page}}.html'})",
            "list_2.html list_3.html",
        ),
        (
            "kkpager.generPageHtml({pno: 1, total: 3, totalRecords: 55, hrefFormer: 'list', hrefLatter: '.html'})",
            "list_2.html list_3.html",
        ),
        (
            "var recordCount = 41, pageSize = 20; function go(n) { window.location = '/lists/p/' + n; }",
            "/lists/p/2 /lists/p/3",
        ),
    ],
)
def test_pages_of_many_systems(script: str, pages: str) -> None:
    assert script_pages(script, LIST).addresses == tuple(pages.split())


@pytest.mark.parametrize(
    ("address", "pages", "following"),
    [
        ("list_3.shtml", "list.shtml list_1.shtml list_2.shtml list_4.shtml", "list_4.shtml"),
        (
            "list_2.shtml",
            "list.shtml list_1.shtml list_3.shtml list_4.shtml list_5.shtml",
            "list_3.shtml",
        ),
    ],
)
def test_the_address_tells_how_files_are_numbered(address: str, pages: str, following: str) -> None:
    found = script_pages(CALL, LIST.replace("list.html", address))
    assert found == (5, tuple(pages.split()), following)


def test_a_page_in_the_middle_names_its_neighbours() -> None:
    script = "var totalPage = 90; function go(n) { location.href = href + '&page=' + n; }"
    found = script_pages(script, f"{LIST}?cid=7&page=40")
    assert found.addresses == tuple(f"?cid=7&page={n}" for n in (37, 38, 39, 41, 42, 43))
    assert found.following == "?cid=7&page=41"


@pytest.mark.parametrize(
    "script",
    [
        "var pageCount = 4; function view(id) { location.href = 'detail.jsp?id=' + id; }",
        "var pageCount = 4; var text = '第' + page + '页';",
        "var pageCount = 4; var img = 'images/bg_' + i;",
        "createPageHTML(4, 'list', 'html')",
        "setTabPage('tab', 3, 'html')",
        "totalPage = 200000; go('?page=' + page)",
    ],
)
def test_what_names_no_pages(script: str) -> None:
    assert script_pages(script, LIST).addresses == ()


@pytest.mark.parametrize("piece", ["a/", "'x_' + ", "page = 1;", "createPage(", "'{{page}}"])
def test_hostile_scripts_take_bounded_time(piece: str) -> None:
    script_pages("totalPage = 4;" + piece * (300_000 // len(piece)), LIST)


def test_variables_of_long_scripts() -> None:
    script = (
        "var a = 1, countPage = parseInt('12'); x.size = 5; {\"pageSize\" : 20} b == 3; c = 4.5"
    )
    found = script_pages("var noise = fn(page); " * 3_000 + script)
    assert found.total == 12
    assert script_pages("var recordCount = 41; var o = {pageSize: '20'};").total == 3
    assert script_pages("if (recordCount == 41 && x.pageSize = 20) page()").total == 0
