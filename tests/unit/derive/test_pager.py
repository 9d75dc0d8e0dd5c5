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
    assert pages == ["index_1.html", "index_2.html", "index_3.html"]
    assert following == "index_1.html"


def test_later_pages_name_their_neighbours() -> None:
    total, pages, following = script_pages('createPageHTML(99, 50, "list", "shtml")')
    assert total == 99
    assert pages == [f"list_{n}.shtml" for n in (47, 48, 49, 51, 52, 53)]
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
    assert pages == []


def test_pages_join_the_links() -> None:
    page = facts('<a href=a.html>一</a><script>createPageHTML(3, 0, "index", "html");</script>')
    assert [link.url for link in page.links if link.via == "pager"] == [
        "http://www.example.gov.cn/zwgk/tzgg/index_1.html",
        "http://www.example.gov.cn/zwgk/tzgg/index_2.html",
    ]
    assert page.pager_total == 3
    assert page.next_url.endswith("index_1.html")
