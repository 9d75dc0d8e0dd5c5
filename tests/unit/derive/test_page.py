"""The whole record: hostile bodies, equality, determinism, storage, real pages."""

# ruff: noqa: E501 - examples of markup read better on one line

from __future__ import annotations

import os
import time
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.derive.fast import twin
from auditor.derive.inspect import inspect_json
from auditor.derive.limits import MAX_LINKS, MAX_TEXT_CHARS
from auditor.derive.page import page_facts
from auditor.model.page import Image, Link, ListItem, PageFacts, PageKind
from benchmarks import page_walk
from tests.unit.derive.pages import URL, facts, link

SAMPLE = page_walk.page()


def test_the_given_facts_are_kept() -> None:
    at = datetime(2026, 11, 22, tzinfo=UTC)
    page = page_facts(
        b"<p>x</p>",
        url="http://x.gov.cn/a",
        final_url="http://x.gov.cn/b/",
        status=404,
        content_type="text/html",
        captured_at=at,
        parent_url="http://x.gov.cn/",
        parent_text="栏目",
        depth=3,
        sha256="ab",
    )
    assert (page.url, page.final_url, page.status) == (
        "http://x.gov.cn/a",
        "http://x.gov.cn/b/",
        404,
    )
    assert (page.captured_at, page.depth, page.sha256, page.size_bytes) == (at, 3, "ab", 8)
    assert (page.parent_url, page.parent_text) == ("http://x.gov.cn/", "栏目")
    assert facts("<p>x").final_url == URL


def test_hrefs_are_resolved_from_the_address_that_answered() -> None:
    page = page_facts(b"<a href=c>x</a>", url="http://x.gov.cn/a", final_url="http://y.gov.cn/b/")
    assert page.links[0].url == "http://y.gov.cn/b/c"


def test_gbk_page_with_a_wrong_label() -> None:
    html = "<meta charset=utf-8><title>县人民政府</title><a href='s?q=政府'>查</a><p>正文内容</p>"
    page = facts(html.encode("gb18030"))
    assert (page.title, page.text) == ("县人民政府", "查 正文内容")
    assert page.encoding.used == "gb18030"
    assert page.encoding.disagreement == "meta=utf-8"
    # A browser sends query text in the page's own encoding.
    assert page.links[0].url.endswith("s?q=%D5%FE%B8%AE")


# --- hostile bodies -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"<html><body>" + b"<div>" * 100_000 + "深<a href=x>链</a>".encode(),
        b"<span>" * 100_000 + "深<a href=x>链</a>".encode(),
        b"<table><tr><td>" * 20_000 + "深<a href=x>链</a>".encode(),
        b"<label>" * 20_000 + b"<input>" * 20_000 + "深<a href=x>链</a>".encode(),
        b"<div style='display:block'>" * 20_000 + "深<a href=x>链</a>".encode(),
        "深<a href=x>链</a>".encode() + b"<p title='" + b"x " * 500_000 + b"'>",
        "深<a href=x>链</a>".encode() + b"<a href='" + b"y" * 1_000_000 + b"'>" + b"z" * 1_000_000,
        "深<a href=x>链</a>".encode() + b"<li>" + b"2026-" * 100_000,
        "深<a href=x>链</a>".encode() + b"<script>" + b"createPage(" * 50_000,
        "深<a href=x>链</a>".encode() + b"<!--" + b"-" * 1_000_000,
        "深<a href=x>链</a>".encode() + b" " * 3_000_000,
        f"深<a href=x>链</a><div id=footer>{'主办单位主办鲁ICP备 1电话' * 20_000}".encode(),
    ],
    ids=lambda body: f"{len(body)}-bytes",
)
def test_hostile_pages_take_bounded_time(body: bytes) -> None:
    started = time.process_time()
    page = facts(body)
    assert time.process_time() - started < 20, "quadratic work would take minutes"
    assert page.links[0].url.endswith("/tzgg/x")
    assert page.links[0].text == "链"
    assert page.text.startswith("深")


def test_two_hundred_thousand_links() -> None:
    page = facts(b"".join(b"<a href=%d.html>x</a>" % n for n in range(200_000)))
    assert len(page.links) == MAX_LINKS
    assert page.links_total == 200_000
    assert len(page.text) == MAX_TEXT_CHARS
    assert page.text_chars == 200_000


def test_nul_bytes() -> None:
    page = facts(
        "<title>标\0题</title><p>正\0文</p><a href='a\0b.html'>链\0接</a><p>后</p>".encode()
    )
    assert page.title == "标 题"
    assert page.text == "正 文 链 接 后"


def test_broken_nesting() -> None:
    page = facts(
        "<p>一<p>二<table><tr><td><a href=1>甲</td></table></p></b></a></div></div>"
        "<ul><li><a href=2>乙<li><a href=3>丙</ul><form><div></form></div><a href=4>丁</a>"
    )
    assert [item.text for item in page.links] == ["甲", "乙", "丙", "丁"]
    assert page.text == "一 二 甲 乙 丙 丁"


def test_a_whole_document_inside_the_article() -> None:
    page = facts(
        "<html lang=zh><head><title>外</title></head><body><div class=main><html lang=en><head>"
        "<title>内</title><meta name=PubDate content=2026-11-05></head><body>正文</body></html></div>"
        "<div id=footer>主办单位：示例县人民政府</div></body></html>"
    )
    assert (page.title, page.lang) == ("外", "zh")
    assert page.identity.organiser == "示例县人民政府"
    assert page.published.value == date(2026, 11, 5)


def test_frameset() -> None:
    page = facts("<frameset><frame src=top.html title=头><frame src=main.html></frameset>")
    assert [frame.url.rpartition("/")[2] for frame in page.frames] == ["top.html", "main.html"]
    assert [item.kind.value for item in page.links] == ["frame", "frame"]


@pytest.mark.parametrize(
    "body", [b"", b" \r\n", b"\x89PNG\r\n\x1a\n" + bytes(99), b"%PDF-1.7 <a href=x>", b"PK\x03\x04"]
)
def test_bodies_without_a_page(body: bytes) -> None:
    page = facts(body)
    assert (page.links, page.text, page.kind) == ((), "", PageKind.OTHER)
    assert page.size_bytes == len(body)


_FRAGMENTS = [
    "<div id=footer>", "</div>", "<a href='./a.html'>", "</a>", "<li>", "</li>", "<table border=1>",
    "<tr><td>", "</table>", "<form>", "<input name=q>", "</form>", "<label for=a>", "<img src=x alt=图>",
    "<script>", "createPageHTML(3,0,'a','b')", "</script>", "2026-11-05", "当前位置：", " &gt; ", "首页",
    "<p hidden>", "</p>", "<h2>", "<title>", "<meta name=PubDate content='2026'>", "<base href='//x'>",
    "<svg>", "<select><option value=/x>", "<iframe src=f>", "\0", "主办单位：甲", "\ud7ff", "<marquee>",
    "<div aria-labelledby='a b' id=a>", "<html>", "<body>", "<!--", "-->", "<![CDATA[", "<?php", "unescape('%",
]  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(
    st.one_of(
        st.lists(st.sampled_from(_FRAGMENTS), max_size=40).map(
            lambda parts: "".join(parts).encode()
        ),
        st.binary(max_size=200),
        st.text(max_size=100).map(lambda text: text.encode("utf-8", "replace")),
    ),
    st.sampled_from(["", "text/html; charset=gbk", "text/html;charset=utf-16"]),
    st.sampled_from([URL, "", "http://[", "ftp://x/"]),
)
def test_any_body_gives_the_same_facts_twice(body: bytes, content_type: str, url: str) -> None:
    first = page_facts(body, url=url, content_type=content_type)
    assert first == page_facts(body, url=url, content_type=content_type)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(first), type=PageFacts) == first
    inspect_json(first, date(2026, 11, 22))


# --- the record as a value ------------------------------------------------------------------------


def test_stored_facts_equal_the_original() -> None:
    page = page_facts(SAMPLE, url=page_walk.URL, captured_at=datetime(2026, 11, 22, tzinfo=UTC))
    stored = msgspec.msgpack.encode(page)
    assert msgspec.msgpack.decode(stored, type=PageFacts) == page


@pytest.mark.parametrize("frozen", [Link, Image, ListItem])
def test_twins_become_the_frozen_class(frozen: type[msgspec.Struct]) -> None:
    values = {name: name for name in frozen.__struct_fields__}
    draft = twin(frozen)(**values)
    draft.__class__ = frozen
    assert draft == frozen(**values)
    assert hash(draft) == hash(frozen(**values))
    assert repr(draft) == repr(frozen(**values))
    with pytest.raises(AttributeError):
        draft.url = "changed"


def test_the_sample_page() -> None:
    page = page_facts(SAMPLE, url=page_walk.URL)
    assert page.kind is PageKind.ARTICLE
    assert len(page.items) == 110
    assert page.breadcrumb == ("首页", "政务公开", "通知公告")
    assert page.published.value == date(2026, 11, 20)
    assert link(page, "附件：任务分解表.pdf").kind.value == "attachment"
    assert inspect_json(page, None)["links"] == {"internal": 136, "external": 14, "attachments": 1}


# --- real pages -----------------------------------------------------------------------------------

REAL = {
    "cmse": ("http://www.cmse.gov.cn/ztbd/xwfbh/201206/t20120624_43188.html", date(2012, 6, 24)),
    "gzggw": ("http://fgw.zj.gov.cn/art/2016/11/22/art_1621004_30332664.html", date(2016, 11, 22)),
    "shanxi": ("http://www.shanxi.gov.cn/yw/sxyw/201909/t20190918_693227.shtml", date(2019, 9, 18)),
}


@pytest.fixture
def real_pages() -> dict[str, PageFacts]:
    folder = os.environ.get("AUDITOR_REALPAGES", "")
    if not folder or not Path(folder).is_dir():
        pytest.skip("no folder of real pages: set AUDITOR_REALPAGES")
    return {
        name: page_facts((Path(folder) / f"{name}.html").read_bytes(), url=url)
        for name, (url, _) in REAL.items()
    }


def test_real_pages(real_pages: dict[str, PageFacts]) -> None:
    for name, (_, published) in REAL.items():
        page = real_pages[name]
        assert page.kind is PageKind.ARTICLE, name
        assert (page.published.value, page.published.source) == (published, "visible"), name
        assert page.published.disagreements == (), name
        assert page.forms[0].kind == "search", name
        assert not page.identity.rendered_by_script, name
    crumbs = {name: page.breadcrumb[-1] for name, page in real_pages.items()}
    assert crumbs == {"cmse": "新闻发布会", "gzggw": "投资运行", "shanxi": "山西要闻"}


def test_identity_of_real_pages(real_pages: dict[str, PageFacts]) -> None:
    cmse, gzggw, shanxi = (real_pages[name].identity for name in ("cmse", "gzggw", "shanxi"))
    assert (cmse.site_code, cmse.icp) == (None, "京ICP备20027467号-1")
    assert cmse.organiser == "中国载人航天工程办公室"
    assert (gzggw.site_code, gzggw.police) == ("3300000020", "浙公网安备33010602009328号")
    assert gzggw.error_report_entry
    assert "exposure/jiucuo.html" in gzggw.error_report_entry
    assert (shanxi.site_code, shanxi.gov_mark) == ("1400000045", "red")
    assert shanxi.organiser == "山西省人民政府办公厅"
    assert shanxi.site_codes == (
        ("meta", "1400000045"),
        ("error-report", "1400000045"),
        ("visible", "1400000045"),
    )


def test_the_benchmark_runs() -> None:
    best = page_walk.measure(0.001)
    assert "page_facts gbk" in best
    assert all(0 <= seconds < 60 for seconds in best.values())
