"""Columns of a wiki: menus in side bars, tools, and the site's name above every page."""

from __future__ import annotations

from datetime import datetime

import pytest

from auditor.derive.columns import ColumnsFold
from auditor.derive.page import page_facts
from auditor.model.artifact import Columns, CrawlSummary
from auditor.model.column import Column, ColumnTemplate
from auditor.model.page import PageFacts
from auditor.model.site import RunContext, Site

BASE = "http://wiki.example.gov.cn/doku.php"
NAMES = {"news": "工作动态", "notice": "通知公告", "policy": "政策文件", "stat": "统计公报"}
MENU = "".join(
    f'<li><div class="li"><a href="/doku.php?id={key}">{name}</a></div></li>'
    for key, name in NAMES.items()
)
TOOLS = (
    '<nav><ul><li><a href="/doku.php?do=edit" rel="nofollow">编辑本页</a></li>'
    '<li><a href="/doku.php?do=index">网站地图</a></li></ul></nav>'
)
PAGE = """<html lang="zh"><head><meta charset="utf-8"><title>{id} [示例维基]</title>
<meta name="robots" content="{robots}"></head><body>
<header><h1><a href="/">示例维基</a></h1></header>
<nav class="side"><ul>{menu}</ul></nav>
<main><h2>{heading}</h2><ul>{rows}</ul><p>{text}</p></main>{tools}</body></html>"""


def facts(
    page_id: str, heading: str = "", rows: str = "", text: str = "", **more: str
) -> PageFacts:
    source = PAGE.format(
        id=page_id,
        heading=heading,
        rows=rows,
        text=text,
        menu=more.get("menu", MENU),
        tools=more.get("tools", ""),
        robots=more.get("robots", "index,follow"),
    )
    url = more.get("url", f"{BASE}?id={page_id}")
    return page_facts(source.encode(), url=url, final_url=url, content_type="text/html")


def entries(key: str, count: int = 4) -> str:
    return "".join(
        f'<li><div class="li"><a href="/doku.php?id={key}:{n}">示例县第{n}次工作会议</a>'
        f" 2026-11-{n + 10}</div></li>"
        for n in range(count)
    )


@pytest.fixture
def columns() -> dict[str, Column]:
    home = facts(
        "start", "欢迎访问", entries("news"), tools=TOOLS, url="http://wiki.example.gov.cn/"
    )
    article = "会议要求各单位按照职责分工，抓好各项任务的落实，按时报送进展情况。" * 3
    pages = [
        home,
        facts("start", "欢迎访问", entries("news")),
        *(facts(key, name, entries(key), robots="noindex") for key, name in NAMES.items()),
        *(facts(f"{key}&do=backlink", "", entries(key, 3)) for key in NAMES),
        *(facts(f"media{n}", f"图片{n}", entries(f"m{n}"), menu="") for n in range(12)),
        facts("old", "往年会议", entries("old")),
        facts("old&do=revisions", "修订记录", entries("rev"), robots="noindex,nofollow"),
        facts("about", "机构概况", "", article),
        facts("edit", "编辑本页", "", article, url=f"{BASE}?do=edit"),
        facts("index", "网站地图", "", article, url=f"{BASE}?do=index"),
    ]
    fold = ColumnsFold(
        Site("wiki", "example", "http://wiki.example.gov.cn/"),
        RunContext("run", datetime.fromisoformat("2026-11-23T12:00:00+08:00")),
        ColumnTemplate("none", ()),
        CrawlSummary(len(pages), "complete"),
    )
    for page in pages:
        fold.add(page)
    result: Columns = fold.result()
    return {column.url: column for column in result.columns}


def test_undated_rows_of_side_bars_are_no_entries(columns: dict[str, Column]) -> None:
    for key, name in NAMES.items():
        column = columns[f"{BASE}?id={key}"]
        assert (column.name, column.items, column.undated) == (name, 4, 0)


def test_the_home_page_under_another_address_is_no_column(columns: dict[str, Column]) -> None:
    assert f"{BASE}?id=start" not in columns


def test_lists_that_bear_the_site_s_name_alone_are_no_columns(columns: dict[str, Column]) -> None:
    assert not [url for url in columns if "backlink" in url]


def test_tools_of_the_menu_are_no_columns(columns: dict[str, Column]) -> None:
    shown = {url for url in columns if "media" not in url}
    assert shown == {f"{BASE}?id={key}" for key in (*NAMES, "old")}


def test_a_list_outside_the_menu_is_named_by_its_own_heading(columns: dict[str, Column]) -> None:
    assert columns[f"{BASE}?id=old"].name == "往年会议"


def test_an_index_of_all_pages_is_no_menu() -> None:
    """A manual links every page from its navigation; that makes none of them a column."""
    links = "".join(f'<li><a href="/p/{n}.html">第{n}节</a></li>' for n in range(500))
    text = "本节说明如何使用这一功能，包括打开菜单、选择命令和保存结果。" * 8
    home = facts("start", "手册", text=text, menu=links, url="http://wiki.example.gov.cn/")
    fold = ColumnsFold(
        Site("wiki", "example", "http://wiki.example.gov.cn/"),
        RunContext("run", datetime.fromisoformat("2026-11-23T12:00:00+08:00")),
        ColumnTemplate("none", ()),
        CrawlSummary(2, "complete"),
    )
    fold.add(home)
    fold.add(
        facts("1", "第1节", text=f"{text}1", menu="", url="http://wiki.example.gov.cn/p/1.html")
    )
    assert fold.result().columns == ()
