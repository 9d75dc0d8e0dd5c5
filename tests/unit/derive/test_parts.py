"""Texts, forms, tables, list entries, breadcrumbs and the kind of page."""

# ruff: noqa: E501 - examples of markup read better on one line

from __future__ import annotations

from datetime import date

import pytest

from auditor.derive.text import text_hash
from auditor.model.page import PageKind, Region
from tests.unit.derive.pages import facts

# --- text -----------------------------------------------------------------------------------------


def test_text_keeps_words_together_and_blocks_apart() -> None:
    page = facts(
        "<title>题</title><div>一<b>二</b>三</div><p>四</p><td>五</td><td>六</td>"
        "<script>七</script><style>八</style><!--九--><textarea>十</textarea>&nbsp;&#12288;末"
    )
    assert page.text == "一二三 四 五 六 末"
    assert page.text_chars == 11


def test_main_text_hash_ignores_what_all_pages_share() -> None:
    frame = "<div class=header>头{}</div><div class=nav>导航{}</div><p>正文{}</p><div id=footer>脚{}</div>"
    first, second = facts(frame.format(1, 1, 1, 1)), facts(frame.format(2, 2, 1, 2))
    assert first.main_text_hash == second.main_text_hash == text_hash("正文1")
    assert facts(frame.format(1, 1, 2, 1)).main_text_hash != first.main_text_hash
    assert facts("").main_text_hash == ""


def test_head() -> None:
    page = facts(
        '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0" "x.dtd"><html lang="zh-CN"><head><title> 标\n题 </title>'
        '<meta content="甲" name="SiteName"><META NAME="contentSource" CONTENT=" 乙 ">'
        '<meta property="og:title" content="丙"></META><meta charset=utf-8></head>'
        "<svg><title>图</title></svg><h1>一</h1><h3> <b>二</b> </h3>"
    )
    assert page.lang == "zh-CN"
    assert page.title == "标 题"
    assert page.doctype.startswith("html -//W3C//DTD XHTML 1.0")
    assert page.meta("sitename") == "甲"
    assert page.meta("ContentSource") == "乙"
    assert page.meta("og:title") == "丙"
    assert [(h.level, h.text) for h in page.headings] == [(1, "一"), (3, "二")]
    assert facts("<p>x").lang is None


# --- forms ----------------------------------------------------------------------------------------


def test_search_form() -> None:
    form = facts(
        '<form action="/search/s.jsp" method="POST" accept-charset="gbk"><input type=hidden name=site value=3>'
        '<input name="q" placeholder="请输入关键词"><input type=submit value=搜索></form>'
    ).forms[0]
    assert (form.kind, form.method, form.field) == ("search", "post", "q")
    assert form.action == "http://www.example.gov.cn/search/s.jsp"
    assert form.hidden_fields == (("site", "3"),)
    assert form.charset == "gbk"
    assert [field.accessible_name for field in form.fields] == ["请输入关键词", "搜索"]
    assert [field.name_source for field in form.fields] == ["placeholder", "value"]
    assert form.index == 1


@pytest.mark.parametrize(
    ("html", "kind"),
    [
        ("<form><input name=user><input type=password name=p></form>", "login"),
        (
            "<form><input name=name><input name=tel><textarea name=content></textarea></form>",
            "letter",
        ),
        ('<form action="/so.jsp"><input name=x></form>', "search"),
        ("<form><select name=dept></select></form>", "other"),
        ("<form><input name=age><input name=city></form>", "other"),
        ('<form action="/login.do"><input name=age><input name=city></form>', "login"),
    ],
)
def test_kinds_of_forms(html: str, kind: str) -> None:
    assert facts(html).forms[0].kind == kind


def test_form_without_action_goes_to_the_page_itself() -> None:
    page = facts("<form><input name=q></form>", url="http://x.gov.cn/a/s.html?p=1")
    assert page.forms[0].action == "http://x.gov.cn/a/s.html?p=1"
    assert facts('<form action="javascript:go()"><input name=q></form>').forms[0].action == ""


def test_controls_outside_forms_are_one_form_with_index_0() -> None:
    form = facts('<input id="searchKey" title="搜索"><button onclick="go()">搜</button>').forms[0]
    assert (form.index, form.action, form.kind, form.field) == (0, "", "search", "searchKey")


def test_names_of_controls() -> None:
    page = facts(
        "<form><label for=a>姓名</label><input id=a><label>电话 <input name=b></label>"
        "<input aria-label=邮箱><span id=s>地址</span><input aria-labelledby=s><input title=备注>"
        "<input name=none><button><img src=x alt=提交></button><input type=image alt=查询>"
        "<textarea placeholder=内容></textarea></form>"
    )
    assert [(f.accessible_name, f.name_source) for f in page.forms[0].fields] == [
        ("姓名", "label"),
        ("电话", "label"),
        ("邮箱", "aria"),
        ("地址", "aria"),
        ("备注", "title"),
        ("", "none"),
        ("提交", "value"),
        ("查询", "value"),
        ("内容", "placeholder"),
    ]


@pytest.mark.parametrize(
    "html",
    [
        "<input name=yzm>",
        '<form><input placeholder="请输入验证码"></form>',
        "<img src=/verifyCode.jsp>",
    ],
)
def test_captcha(html: str) -> None:
    assert facts(html).captcha
    assert not facts("<input name=q><img src=/a.jpg>").captcha


# --- tables ---------------------------------------------------------------------------------------


def rows(cell: str, count: int = 4, columns: int = 3) -> str:
    return ("<tr>" + f"<{cell}>12</{cell}>" * columns + "</tr>") * count


def test_data_tables() -> None:
    page = facts(
        f'<table border="1">{rows("td")}</table>'
        f"<table><caption>表1</caption>{rows('th', 1)}{rows('td')}</table>"
    )
    plain, good = page.tables
    assert (plain.rows, plain.columns, plain.has_headers) == (4, 3, False)
    assert (good.rows, good.has_headers, good.caption, good.index) == (5, True, "表1", 2)


@pytest.mark.parametrize(
    "html",
    [
        f"<table>{rows('td')}</table>",
        f'<table border="0">{rows("td")}</table>',
        f'<table border="1" role="presentation">{rows("td")}</table>',
        f'<table border="1">{rows("td", 2)}<tr><td><table>{rows("td", 1)}</table></td></tr></table>',
        f'<table border="1">{"<tr><td><a href=x>通知公告</a></td><td>2026-11-05</td></tr>" * 5}</table>',
        f'<table border="1">{rows("td")}<tr><td><input name=a></td></tr></table>',
        f'<div style="display:none"><table border="1">{rows("td")}</table></div>',
    ],
)
def test_layout_tables_are_not_data(html: str) -> None:
    assert facts(html).tables == ()


# --- list entries ---------------------------------------------------------------------------------

DAY = date(2026, 11, 5)


@pytest.mark.parametrize(
    "row",
    [
        "<li><a href=1.html>关于停水的通知</a><span>2026-11-05</span></li>",
        "<li><span>[2026/11/5]</span><a href=1.html>关于停水的通知</a></li>",
        "<li><a href=1.html>关于停水的通知<i>2026-11-05</i></a></li>",
        "<li><a href=1.html>关于停水的...</a>（2026年11月5日）</li>".replace(
            "href", "title=关于停水的通知 href"
        ),
        "<tr><td><a href=/c/>[通知]</a><a href=1.html>关于停水的通知</a></td><td>2026-11-05</td></tr>",
        "<div class=row><div><a href=1.html>关于停水的通知</a></div><div>2026.11.05</div></div>",
        "<dl><dt><a href=1.html>关于停水的通知</a></dt><dd>2026-11-05</dd></dl>",
        "<li><div><b>05</b><span> 2026-11</span></div><a href=1.html>关于停水的通知</a></li>",
        "<li><a href=t20261105_1.html>关于停水的通知</a>11-05</li>",
        "<p><a href=1.html>关于停水的通知</a> 2026-11-05 10:30</p>",
    ],
)
def test_dated_entries(row: str) -> None:
    html = f"<table>{row}</table>" if row.startswith("<tr") else f"<div><div>{row}</div></div>"
    (item,) = facts(html).items
    assert item.published_on == DAY
    assert item.title == "关于停水的通知"
    assert item.url.endswith(".html")


def test_entries_without_dates() -> None:
    titles = "".join(
        f"<li><a href={i}.html>关于做好第某批重点工作的通知</a></li>" for i in range(3)
    )
    page = facts(f"<ul>{titles}</ul>")
    assert [item.published_on for item in page.items] == [None] * 3
    assert facts(f"<div class=nav><ul>{titles}</ul></div>").items == ()
    menu = "".join(f"<li><a href={i}.html>栏目名称</a></li>" for i in range(9))
    assert facts(f"<ul>{menu}</ul>").items == ()


def test_date_in_a_block_around_the_rows() -> None:
    page = facts("<div><ul><li><a href=1.html>关于停水的通知</a></li></ul><p>2026-11-05</p></div>")
    assert [(item.title, item.published_on) for item in page.items] == [("关于停水的通知", DAY)]


def test_a_date_after_the_list_makes_no_entry_of_the_next_link() -> None:
    rows = "".join(
        f'<li><a href="{n}.html">关于第{n}次会议的通知</a> 2025-03-0{n}</li>' for n in (1, 2, 3)
    )
    tools = '<p>最后更改: 2026/11/23</p><p><a href="edit">编辑本页</a></p>'
    page = facts(f'<div class="wrap"><ul>{rows}</ul>{tools}</div>')
    assert [item.title for item in page.items] == [f"关于第{n}次会议的通知" for n in (1, 2, 3)]


@pytest.mark.parametrize(
    ("html", "region"),
    [
        ('<nav><div class="content"><a href="a">通知</a></div></nav>', Region.NAV),
        ('<div role="navigation"><div class="main"><a href="a">通知</a></div></div>', Region.NAV),
        ('<header><div class="container"><a href="a">通知</a></div></header>', Region.HEADER),
        ('<nav><main><a href="a">通知</a></main></nav>', Region.MAIN),
        ('<nav></nav><div class="content"><a href="a">通知</a></div>', Region.MAIN),
        ('<div class="nav-box"><div class="content"><a href="a">通知</a></div></div>', Region.MAIN),
    ],
)
def test_class_names_do_not_overrule_elements(html: str, region: Region) -> None:
    assert facts(html).links[0].region is region


def test_pairs_of_a_definition_list() -> None:
    pair = "<dt><a href={0}.html>通知第{0}号文件</a></dt><dd>2026-11-0{0}</dd>"
    page = facts(f"<dl>{''.join(pair.format(n) for n in (1, 2, 3))}</dl>")
    assert [item.published_on for item in page.items] == [date(2026, 11, n) for n in (1, 2, 3)]


def test_an_undated_entry_among_dated_ones_is_kept() -> None:
    page = facts(
        "<ul><li><a href=1.html>通知一号</a>2026-11-05</li><li><a href=2.html>通知二号</a></li></ul>"
    )
    assert [(item.title, item.published_on) for item in page.items] == [
        ("通知一号", DAY),
        ("通知二号", None),
    ]


def test_date_in_a_title_is_not_the_entrys_date() -> None:
    page = facts("<li><a href=1.html>关于2020年1月1日起施行新规的通知</a>2026-11-05</li>")
    assert page.items[0].published_on == DAY
    assert page.items[0].title == "关于2020年1月1日起施行新规的通知"


def test_running_text_with_a_link_and_a_date_is_no_entry() -> None:
    page = facts(f"<div>{'正文内容。' * 80}<a href=1.html>附件下载</a>2026-11-05</div>")
    assert page.items == ()


# --- breadcrumb -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "html",
    [
        "<div>当前位置：<a href=/>首页</a> &gt; <a href=/a/>政务公开</a> &gt; <a href=.>通知公告</a></div>",
        "<div>您现在的位置：<a href=/>首页</a>&raquo;<a href=/a/>政务公开</a>&raquo;通知公告</div>",
        '<ul class="breadcrumb"><li><a href=/>首页</a></li><li><a href=/a/>政务公开</a></li>'
        "<li><a href=.>通知公告</a></li></ul><p><a href=x>别的</a></p>",
        "<div>所在位置：首页 &gt; 政务公开 &gt; 通知公告</div><p>正文</p>",
        "<div><span>当前位置：</span><span><a href=/>首页</a>/<a href=/a/>政务公开</a>/<a href=.>通知公告</a>"
        "</span></div><div><a href=x>列表</a></div>",
    ],
)
def test_breadcrumb(html: str) -> None:
    assert facts(html).breadcrumb == ("首页", "政务公开", "通知公告")


def test_position_in_running_text_is_no_breadcrumb() -> None:
    assert facts("<p>本项目当前位置位于城东，占地三亩。</p><a href=x>其他</a>").breadcrumb == ()
    assert (
        facts('<div class="position"><a href=x>招聘</a><a href=y>求职</a></div>').breadcrumb == ()
    )


# --- kinds ----------------------------------------------------------------------------------------

ENTRIES = "".join(f"<li><a href={i}.html>通知第某号</a>2026-11-05</li>" for i in range(6))
PROSE = "<p>各镇人民政府，县政府各部门要认真落实责任，按期完成任务。</p>" * 12


@pytest.mark.parametrize(
    ("html", "kind"),
    [
        (f"<ul>{ENTRIES}</ul>", PageKind.LIST),
        ('<meta name=ColumnName content=通知><div class="main">暂无内容</div>', PageKind.LIST),
        (f"<meta name=ArticleTitle content=题>{ENTRIES}", PageKind.ARTICLE),
        (f"<div>发布日期：2026-11-05</div>{PROSE}<ul>{ENTRIES}</ul>", PageKind.ARTICLE),
        (PROSE, PageKind.OTHER),
        ("<meta name=ColumnName content=通知><p>发布日期：2026-11-05</p>", PageKind.ARTICLE),
        ("", PageKind.OTHER),
    ],
)
def test_kind_of_page(html: str, kind: PageKind) -> None:
    assert facts(html).kind is kind
    assert facts(html, home=True).kind is PageKind.HOME


def test_dates_of_entries_are_not_the_list_pages_date() -> None:
    rows_ = "".join(
        f"<li><a href={i}.html>通知第某号</a>发布日期：2026-11-05</li>" for i in range(6)
    )
    assert facts(f"<ul>{rows_}</ul>").published.value is None


@pytest.mark.parametrize(
    ("html", "shell"),
    [
        ('<div id="app"></div><script src=/app.js></script>', True),
        (
            '<noscript>请启用 JavaScript</noscript><div id="root"></div><script src=/a.js></script>',
            True,
        ),
        ("<script src=/a.js></script>", True),
        ("<p>短短一句</p>", False),
        (f'<div id="app">{PROSE}</div><script src=/a.js></script>', False),
        ("<script>location.href='/index/';</script>", False),
        (f"<script>var note = '{'x' * 60}';\nlocation.href='/index/';</script>", False),
        ("<frameset><frame src=a.html></frameset><script src=/a.js></script>", False),
        ('<a href="/index.html"><img src=in.jpg></a><script src=/tj.js></script>', False),
    ],
)
def test_script_shell(html: str, shell: bool) -> None:
    assert facts(html).script_shell is shell
