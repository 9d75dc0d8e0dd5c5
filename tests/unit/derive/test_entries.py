"""Lines of lists that are read before the parse: the facts must be those of the parse alone."""

# ruff: noqa: E501 - examples of markup read better on one line

from __future__ import annotations

import gc
from functools import _lru_cache_wrapper

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.derive import _entries, page, places
from auditor.derive._blocks import ENDS, STARTS
from auditor.derive._entries import FLAT, MARK, cut
from auditor.derive.places import INLINE
from auditor.derive.urls import forget
from auditor.model.page import PageFacts
from benchmarks import page_walk
from tests.unit.derive.pages import facts

LINE = '<li><a href="./t20261105_1.html" title="关于防汛的通知">关于防汛的通知</a><span class="date">2026-11-05</span></li>'
MENU = '<li class="on"><a href="/zwgk/" target="_blank">政务公开</a></li>'
LINES = [
    LINE,
    MENU,
    f"{LINE}\n{MENU}{LINE}",
    '<li>\n  <span>11-05</span>\n  <a class="t" href="/a/t20261105_7.html">一二三四五六</a>\n</li>',
    '<li><em>[要闻]</em><a title="全称的标题很长" href="b.html">全称的标题...</a><i></i></li>',
    '<li><a href="/next.html">下一页</a></li>',
    '<li><a href="c.html" title="名"></a></li>',
    '<li class="position"><a href="/">首页</a></li>',
    '<li><a href="a.html" href="b.html">二</a></li>',
    '<li><a href="#top">顶</a><span>2026年1月2日</span></li>',
    '<li><a href="x.html" onclick="go()">点</a></li>',
    '<li><a href="x.html" style="display:none">藏</a></li>',
    '<li><a href="x.html" rel="nofollow">不跟</a></li>',
    '<li><a href="x.html">甲&amp;乙</a></li>',
    "<li><a href=\"'+url+'\">'+title+'</a></li>",
    '<li><a href="x.html">甲</a> 2026-11-06</li>',
    '<li><a href="x"= title="y">乱</a></li>',
    '<li><a title= href="x">乱</a></li>',
    '<li><a href"x"= title="y">乱</a></li>',
    '<li><a title="a<b" href="x>y">甲"乙</a></li>',
    '<li><a href="x.html">甲--></a></li>',
    '<li><i>--></i><a href="x.html">甲</a><i>!--></i></li>',
    "<LI><A HREF=\"x\">大</A></LI>",
]  # fmt: skip
AROUND = [
    "<ul>", "</ul>", "<li>", "</li>", "\n", "\r\n", "<div id=footer>", "<div class=nav>", "</div>", "<p>", "</p>",
    "<!--", "-->", "<script>", "</script>", "<a href=out.html>", "</a>", "<a name=x>", "<p title=\"", "\">", "'",
    "<p hidden>", "<table><tr><td>", "</table>", "<textarea>", "</textarea>", "<title>", "</title>", "<select>",
    "<option value=/x>", "<label for=q>", "<base href='//x/y/'>", "<dl><dt>", "<dd>2026-01-03", "</dl>", "文字",
    "2026-11-05", "当前位置：", "<svg>", "<noscript>", "</noscript>", "<form>", "<button>", "<![CDATA[", "&#12;", "<",
]  # fmt: skip


def forget_all() -> None:
    """Empty what is remembered between pages."""
    forget()
    _entries._known.clear()
    places.STYLES.clear()
    caches = [item for item in gc.get_objects() if isinstance(item, _lru_cache_wrapper)]
    for cache in caches:
        if cache.__module__.startswith("auditor.derive"):
            cache.cache_clear()


def by_the_parse_alone(html: str) -> PageFacts:
    """The facts of a page of which nothing is cut out."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(page, "cut", lambda source: (source, []))
        return facts(html)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(LINES), st.sampled_from(AROUND)), max_size=30))
def test_facts_are_those_of_the_parse_alone(pieces: list[str]) -> None:
    html = "".join(pieces)
    assert facts(html) == by_the_parse_alone(html)


@pytest.mark.parametrize(
    "html",
    [
        f'<ul><!-- <li><a href="x.html">甲--></a></li>{MENU}</ul>',
        f"<ul><!-- <li><i>--></i><a href=x>甲</a></li>{MENU} -->{LINE}</ul>",
        "<script type=text/xml><datastore><record><![CDATA[通知"
        '<li><a href="http://x.cn/jiucuo/">找</a></li>]]></record></datastore></script>',
        f'<p title="<p title="{LINE}',
        f"<![CDATA[{LINE}",
        f"<{LINE}<p {MENU}<li {LINE}",
        f"<a href=out.html>外<ul>{MENU}{LINE}</ul></a>",
    ],
)
def test_lines_that_are_no_elements(html: str) -> None:
    assert facts(html) == by_the_parse_alone(html)


SCRIPTS = [
    "<script>var totalPage = 3; createPageHTML(3, 0, 'index', 'html')</script>",
    "<script>function go(id) { location.href = 'detail.jsp?id=' + id; }</script><p onclick=\"go('7')\">七</p>",
    "<script>location.href = '/start.html'</script>",
    "<script>document.write(unescape('%3Cscript src=//dcs.conac.cn/js/1.js%3E'))</script>",
    "<div id=footer>主办单位：示例县人民政府 电话：0532-1234567 鲁ICP备12345678号</div>",
    "<p style='display: none'>藏</p>", "<img src=blank.gif data-src=a.png>", "<a onclick=\"open('/x.html')\">开</a>",
]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(LINES + SCRIPTS), max_size=20),
    st.lists(st.sampled_from(LINES + SCRIPTS), max_size=9),
)
def test_what_is_remembered_changes_nothing(pieces: list[str], others: list[str]) -> None:
    html = f"<ul>{''.join(pieces)}</ul>"
    forget_all()
    cold = facts(html)
    facts(f"<base href=/other/><div id=footer>{''.join(others)}</div>")
    assert facts(html) == cold


def test_the_sample_page_is_read_this_way() -> None:
    source = page_walk.page()
    shorter, runs = cut(source)
    assert [len(run) for run in runs] == [4, 110]
    assert len(shorter) < 0.6 * len(source)


def test_what_stands_in_a_comment_is_not_on_the_page() -> None:
    page = facts(f"<ul><!-- {LINE} --><li>一</li>{MENU}<!--{MENU}{LINE}-->{LINE}</ul>")
    assert [link.text for link in page.links] == ["政务公开", "关于防汛的通知"]


def test_scripts_stay_as_they_are() -> None:
    script = (
        f"<script>var code = '3300000020'; var line = `{LINE}`; location.href = '/a.html';</script>"
    )
    page = facts(f"<ul>{MENU}</ul>{script}<ul>{LINE}</ul>")
    assert [link.text for link in page.links if link.tag == "a"] == ["政务公开", "关于防汛的通知"]


def test_entries_of_a_data_store_are_read_with_it() -> None:
    records = f"<record><![CDATA[{LINE}]]></record><record><![CDATA[ {MENU}{LINE} ]]></record>"
    html = f"<script type=text/xml><datastore>{records}</datastore></script>"
    page = facts(f"<ul>{MENU}</ul><div>{html}</div>")
    names = [link.text for link in page.links]
    assert names == ["政务公开", "关于防汛的通知", "政务公开", "关于防汛的通知"]


def test_the_mark_in_a_page_means_nothing() -> None:
    assert MARK.upper() == MARK.lower(), "attribute names are compared without case"
    page = facts(f"<ul><li {MARK}>一</li>{LINE}<!-- {MARK} --></ul>")
    assert [link.text for link in page.links] == ["关于防汛的通知"]
    assert page.text.startswith("一 关于")


def test_line_ends_do_not_matter() -> None:
    html = f"<ul>\n{LINE}\n{MENU}\n</ul>\n<p>文\n字</p>\n当前位置：\n<a href=/>首页</a> >\n<a href=b>乙</a>\n"
    unix, windows = facts(html), facts(html.replace("\n", "\r\n"))
    assert (windows.text, windows.links, windows.items) == (unix.text, unix.links, unix.items)
    assert windows.breadcrumb == unix.breadcrumb == ("首页", "乙")


def test_lines_are_remembered_within_bounds() -> None:
    lines = "".join(f'<li><a href="{n}.html">第{n}件</a></li>' for n in range(9_000))
    assert len(facts(f"<ul>{lines}</ul>").links) == 9_000
    assert len(_entries._known) <= 4_096


def test_elements_beside_the_link_are_nothing_but_text() -> None:
    assert INLINE.issuperset(FLAT)
    assert not set(FLAT) & (STARTS.keys() | ENDS.keys())
