"""The columns fold: which pages are columns, their newest entry, and what is not said of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest

from auditor.derive.column_names import clean_name, column_key, is_pager_text, matching
from auditor.derive.column_pages import blank_phrase
from auditor.derive.columns import MAX_COLUMNS, ColumnsFold
from auditor.model.artifact import Columns, CrawlSummary
from auditor.model.column import (
    Column,
    ColumnClass,
    ColumnState,
    ColumnTemplate,
    TemplateColumn,
)
from auditor.model.page import PageFacts
from auditor.model.site import RunContext, Site
from tests.unit.derive.pages import facts

ROOT = "http://www.example.gov.cn"
SITE = Site("example", "示例县人民政府", f"{ROOT}/", aliases=("example.gov.cn",))
CONTEXT = RunContext("run", datetime(2026, 11, 20, 4, tzinfo=UTC))
TEMPLATE = ColumnTemplate(
    id="example",
    columns=(
        TemplateColumn("news", ("工作动态",), ColumnClass.NEWS),
        TemplateColumn("policy", ("政策文件",), ColumnClass.POLICY, required=False),
        TemplateColumn("reading", ("文件解读",), ColumnClass.INTERPRETATION, required=False),
        TemplateColumn("organs", ("机构职能",), ColumnClass.STATIC, required=False),
    ),
    class_words=((ColumnClass.STATIC, ("概况",)), (ColumnClass.NEWS, ("动态", "要闻", "新闻"))),
    max_age_days=((ColumnClass.NEWS, 14), (ColumnClass.POLICY, 183)),
    blank_phrases=("暂无信息", "建设中"),
)
Entries = Sequence[tuple[str, str]]


def page(path: str, body: str, title: str = "", *, home: bool = False, **known: str) -> PageFacts:
    html = f'<html lang="zh"><head><title>{title}</title></head><body>{body}</body></html>'
    return facts(html, f"{ROOT}{path}", home=home, **known)


def rows(entries: Entries, cls: str = "list") -> str:
    items = "".join(
        f'<li><a href="{url}">关于{url}的一条信息标题</a><span>{day}</span></li>'
        for url, day in entries
    )
    return f'<div class="{cls}"><ul>{items}</ul></div>'


def column_page(path: str, name: str, body: str, *above: str) -> PageFacts:
    crumbs = "".join(f' &gt; <a href="/{n}/">{n}</a>' for n in above)
    crumb = f'<p class="crumb">当前位置：<a href="/">首页</a>{crumbs} &gt; <span>{name}</span></p>'
    return page(path, f"{crumb}<h1>{name}</h1>{body}", f"{name}_示例县人民政府")


def menu(*entries: tuple[str, str]) -> PageFacts:
    links = "".join(f'<a href="{url}">{name}</a>' for name, url in entries)
    return page("/", f'<div class="nav">{links}</div>', home=True)


def columns_of(*pages: PageFacts, complete: bool = True) -> Columns:
    crawl = CrawlSummary(len(pages), "complete" if complete else "max-pages", 0 if complete else 9)
    fold = ColumnsFold(SITE, CONTEXT, TEMPLATE, crawl)
    for each in sorted(pages, key=lambda item: item.url):
        fold.add(each)
    return fold.result()


def named(columns: Columns, name: str) -> Column:
    found = [column for column in columns.columns if column.name == name and column.url]
    assert len(found) == 1, [column.name for column in columns.columns]
    return found[0]


@pytest.mark.parametrize(
    ("url", "key", "later"),
    [
        (f"{ROOT}/dt/index.html", "/dt/", False),
        (f"{ROOT}/dt/index_3.html", "/dt/", True),
        ("https://example.gov.cn/dt/", "/dt/", False),
        ("http://other.gov.cn/dt/", "http://other.gov.cn/dt/", False),
        (f"{ROOT}/list.php?cid=3&page=2", "/list.php?cid=3", True),
        (f"{ROOT}/list.php?cid=3", "/list.php?cid=3", False),
        (f"{ROOT}/dt/list2.html", "/dt/list2.html", False),
        (f"{ROOT}/list_2.html", "/list.html", True),
        (f"{ROOT}/index.html", "/", False),
    ],
)
def test_column_key(url: str, key: str, later: bool) -> None:
    assert column_key(url, SITE.hosts) == (key, later)


@pytest.mark.parametrize("text", ["2", "第2页", "下一页", "[3]", "尾页", ">", "Next", "上页 »"])
def test_pager_text(text: str) -> None:
    assert is_pager_text(text) == (text != ">")


@pytest.mark.parametrize("text", ["2026", "第一季度", "首页", "更多", "3月"])
def test_no_pager_text(text: str) -> None:
    assert not is_pager_text(text)


def test_the_longest_known_name_counts_and_of_two_the_later() -> None:
    found = matching(TEMPLATE, "政策文件解读")
    assert found is not None
    assert found.id == "reading"
    assert matching(TEMPLATE, "动态") is None


def test_clean_name() -> None:
    assert clean_name(" 工作动态 >> ") == "工作动态"
    assert clean_name("字" * 31) == ""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("规划计划 暂无信息 站点地图", "暂无信息"),
        ("对不起，该栏目正在建设中！", "对不起，该栏目正在建设中！"),
        ("云桥大桥正在建设中，预计明年完工", ""),
        ("截至目前暂无信息显示受到影响", ""),
    ],
)
def test_blank_phrase(text: str, found: str) -> None:
    assert blank_phrase(text, TEMPLATE.blank_phrases) == found


def test_a_fresh_entry_in_side_bar_and_list_still_counts_for_its_own_list() -> None:
    """The side bar is the same on every list; the newest news stands in it and in the list."""
    side = rows([("/xw/new.html", "2026-11-19"), ("/xw/old.html", "2026-11-01")], "side")
    pages = [
        column_page(f"/c{n}/", f"第{n}栏目动态", rows([(f"/c{n}/1.html", "2026-01-01")]) + side)
        for n in range(5)
    ]
    news = column_page(
        "/xw/",
        "工作动态",
        rows([("/xw/new.html", "2026-11-19"), ("/xw/o.html", "2026-10-01")]) + side,
    )
    columns = columns_of(menu(("工作动态", "/xw/")), news, *pages)
    assert named(columns, "工作动态").newest_on == date(2026, 11, 19)
    assert named(columns, "第1栏目动态").newest_on == date(2026, 1, 1)
    assert named(columns, "第1栏目动态").state is ColumnState.STALE


def test_pages_joined_by_their_pager_are_one_column() -> None:
    pager = '<p><a href="/dt/">1</a> <a href="/dt/list2.html">2</a></p>'
    first = column_page(
        "/dt/", "工作动态", rows([(f"/dt/{n}.html", "2026-11-10") for n in range(3)]) + pager
    )
    second = column_page(
        "/dt/list2.html",
        "工作动态",
        rows([(f"/dt/o{n}.html", "2026-09-10") for n in range(4)]) + pager,
    )
    column = named(columns_of(first, second), "工作动态")
    assert (column.items, column.newest_on, column.url) == (7, date(2026, 11, 10), f"{ROOT}/dt/")


def test_a_list_of_which_only_later_pages_were_read_is_left_out() -> None:
    later = column_page("/dt/index_2.html", "工作动态", rows([("/dt/1.html", "2025-01-01")] * 3))
    columns = columns_of(later)
    assert [column.state for column in columns.columns] == [ColumnState.CANT_TELL]
    assert columns.columns[0].newest_on is None


def test_a_list_that_grows_at_its_end_and_was_not_read_whole_is_open() -> None:
    rising = rows([(f"/dt/{n}.html", f"2026-0{n}-01") for n in (1, 2, 3)])
    pages = [column_page("/dt/", "工作动态", rising)]
    assert named(columns_of(*pages), "工作动态").state is ColumnState.STALE
    assert named(columns_of(*pages, complete=False), "工作动态").state is ColumnState.CANT_TELL


PINNED = ("/n/top.html", "2026-03-01")
YEARLESS = [(f"/n/{i}.html", f"11-{18 - i}") for i in range(5)]


def test_dates_without_a_year_leave_a_column_open() -> None:
    columns = columns_of(
        menu(("/n/", "工作动态")),
        column_page("/n/", "工作动态", rows([PINNED, *YEARLESS])),
        *(page(url, f"<h1>一则信息</h1><p>{'正文' * 60}</p>") for url, _ in YEARLESS),
    )
    column = named(columns, "工作动态")
    assert (column.state, column.newest_on, column.undated) == ("cant-tell", date(2026, 3, 1), 0)


def test_without_them_the_same_column_is_stale() -> None:
    old = [(url, f"2026-02-{day[3:]}") for url, day in YEARLESS]
    columns = columns_of(
        menu(("/n/", "工作动态")), column_page("/n/", "工作动态", rows([PINNED, *old]))
    )
    assert named(columns, "工作动态").state == "stale"


def test_an_entry_whose_page_was_read_under_another_name_is_read() -> None:
    entries = [("/n/a.html", ""), ("/n/b.html", ""), ("/n/c.html", "2026-03-01")]
    text = f"<h1>一则信息</h1><p>发布日期：2026-02-01</p><p>{'正文' * 60}</p>"
    columns = columns_of(
        menu(("/n/", "工作动态")),
        column_page("/n/", "工作动态", rows(entries)),
        *(page(f"/old?id={x}", text, final_url=f"{ROOT}/n/{x}.html") for x in "ab"),
    )
    assert named(columns, "工作动态").state == "stale"


def test_entries_dated_ahead_do_not_refresh_a_column() -> None:
    column = named(
        columns_of(
            column_page(
                "/dt/",
                "工作动态",
                rows(
                    [
                        ("/a.html", "2027-01-01"),
                        ("/b.html", "2026-01-01"),
                        ("/c.html", "2025-01-01"),
                    ]
                ),
            )
        ),
        "工作动态",
    )
    assert (column.newest_on, column.state) == (date(2026, 1, 1), ColumnState.STALE)


def test_parts_of_topics_keep_no_rhythm() -> None:
    old = rows([(f"/zt/{n}.html", "2021-01-01") for n in range(3)])
    column = named(columns_of(column_page("/zt/dj/", "学习动态", old, "专题专栏")), "学习动态")
    assert (column.max_age_days, column.state) == (None, ColumnState.FRESH)


def test_one_column_under_two_addresses_counts_once() -> None:
    entries = rows([(f"/dt/{n}.html", "2026-01-01") for n in range(3)])
    twins = [column_page("/dt/", "工作动态", entries), column_page("/dt2/", "工作动态", entries)]
    assert named(columns_of(menu(("工作动态", "/dt2/")), *twins), "工作动态").url == f"{ROOT}/dt2/"


def test_the_same_name_with_other_entries_is_another_column() -> None:
    one = column_page("/a/", "工作动态", rows([(f"/a/{n}.html", "2026-01-01") for n in range(3)]))
    two = column_page("/b/", "工作动态", rows([(f"/b/{n}.html", "2026-01-01") for n in range(3)]))
    assert [c.name for c in columns_of(one, two).columns if c.url] == ["工作动态", "工作动态"]


def test_a_static_column_with_a_date_is_a_column() -> None:
    text = "<p>发布时间：2020-01-01 09:00</p><p>" + "负责全县有关工作的组织实施。" * 20 + "</p>"
    columns = columns_of(menu(("机构职能", "/jg/")), column_page("/jg/", "机构职能", text))
    assert named(columns, "机构职能").state is ColumnState.FRESH


def test_articles_do_not_become_columns_of_their_breadcrumb() -> None:
    text = "<p>发布时间：2020-01-01 09:00</p><p>" + "会议强调要抓好落实。" * 30 + "</p>"
    crumb = '当前位置：<a href="/">首页</a> &gt; <a href="/dt/">工作动态</a>'
    columns = columns_of(page("/dt/1.html", f"<p>{crumb}</p><h1>召开会议</h1>{text}", "召开会议"))
    assert [(c.name, c.state) for c in columns.columns] == [("工作动态", ColumnState.CANT_TELL)]


def test_nothing_is_missing_when_the_crawl_stopped_early() -> None:
    home = menu(("通知", "/tz/"))
    assert columns_of(home).columns[0].state is ColumnState.MISSING
    assert columns_of(home, complete=False).columns[0].state is ColumnState.CANT_TELL


def test_a_shared_official_name_is_not_believed() -> None:
    def tagged(number: int) -> PageFacts:
        body = f"<h1>第{number}类要闻</h1>" + rows(
            [(f"/{number}/{n}.html", "2026-11-11") for n in range(3)]
        )
        head = '<meta name="ColumnName" content="政务公开">'
        return facts(f"<html><head>{head}</head><body>{body}</body></html>", f"{ROOT}/c{number}/")

    names = {
        column.name for column in columns_of(*(tagged(n) for n in range(5))).columns if column.url
    }
    assert names == {f"第{n}类要闻" for n in range(5)}


def test_the_home_page_counts_news_not_tools() -> None:
    header = '<header><p>今天是2026年11月20日 <a href="/wza">无障碍浏览</a></p></header>'
    tools = '<div class="x">今天是2026年11月20日 <a href="/index.html">设为本机构的首页</a></div>'
    home = page(
        "/",
        header + tools + rows([("/a.html", "2026-09-01"), ("/b.html", "2026-08-01")]),
        home=True,
    )
    columns = columns_of(home)
    assert (columns.home_newest_on, columns.home_items) == (date(2026, 9, 1), 2)


def test_the_number_of_columns_is_bounded() -> None:
    body = rows([(f"/x/{n}.html", "2026-11-11") for n in range(3)])
    pages = (column_page(f"/c{n:05}/", f"栏目{n}", body) for n in range(30))
    fold = ColumnsFold(SITE, CONTEXT, TEMPLATE, CrawlSummary(30, "complete"))
    for each in pages:
        fold.add(each)
    assert len(fold.result().columns) <= MAX_COLUMNS + 1
