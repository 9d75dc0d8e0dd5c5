"""The search probe against made-up search engines."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import pytest

from auditor.derive.known_items import KnownItem
from auditor.derive.page import page_facts
from auditor.gather.probes._search_results import is_item
from auditor.gather.probes.search import NONSENSE, SearchLimits, probe_search
from auditor.model.artifact import HomePage, Missed, SearchProbe
from auditor.model.finding import Reason
from checks.search._common import judged_known_items
from tests.hostile.web import Talk, Web
from tests.integration.probe_lab import HOST, html, lab, site

TITLES = (
    "示例县2026年政府信息公开工作要点",
    "关于调整城乡居民医疗保险缴费标准的通知",
    "示例县防汛抗旱应急预案解读",
    "示例县人才公寓申请办法",
    "2025年财政决算公开情况说明",
    "县政府常务会议研究安全生产工作",
)
FORM = '<form action="/search" method="get"><input name="q" placeholder="请输入关键词"></form>'
MENU = '<div id="nav"><a href="/zwgk/">政务公开</a><a href="/jg/">机构职能</a></div>'


def path_of(number: int) -> str:
    return f"/art/2026/{number}.html"


@dataclass
class Engine:
    """A site with a search. `form` stands on the home page; the rest is how it misbehaves."""

    form: str = FORM
    encoding: str = "utf-8"
    controls: str = '<a href="/search?t=1">近一年</a><a href="/search?s=1">按时间排序</a>'
    forgets: frozenset[int] = frozenset()
    dead: frozenset[int] = frozenset()
    everything: bool = False
    echoes: bool = False
    by_script: bool = False
    status: int = 200
    #: What is shown from the so-many-th query on, and what is shown for no results.
    limit: tuple[int, str] = (1000, "")
    nothing: str = "<p>没有找到与您输入的词相关的信息，请换一个词再试。</p>"
    queries: list[str] = field(default_factory=list)

    def home(self) -> bytes:
        body = f"{MENU}{self.form}<p>欢迎访问示例县人民政府网站，这里是首页的文字内容。</p>"
        return html("示例县人民政府", body, encoding=self.encoding)

    async def __call__(self, talk: Talk) -> None:
        parts = urlsplit(talk.request.path)
        if parts.path == "/search":
            await self.search(talk, parts.query)
        elif parts.path == "/":
            await talk.answer(200, self.home(), ("Content-Type", "text/html"))
        else:
            number = int(parts.path.rpartition("/")[2].removesuffix(".html"))
            status = 404 if number in self.dead else 200
            await talk.answer(status, html(TITLES[number], f"<h1>{TITLES[number]}</h1>"))

    async def search(self, talk: Talk, query: str) -> None:
        pairs = dict(parse_qsl(query, keep_blank_values=True, encoding=self.encoding))
        text = pairs.get("q", "")
        self.queries.append(text)
        if self.status != 200:
            await talk.answer(self.status, b"error")
            return
        if len(self.queries) >= self.limit[0]:
            await talk.answer(200, html("提示", self.limit[1]), ("Content-Type", "text/html"))
            return
        shown = text if self.echoes else escape(text)
        body = f"{MENU}{self.form}<p>您搜索的是：{shown}</p>{self.results(text)}"
        page = html("搜索结果", body, encoding=self.encoding)
        await talk.answer(200, page, ("Content-Type", "text/html"))

    def results(self, text: str) -> str:
        if self.by_script:
            return '<div id="app"><div v-for="item in list">{{ item.title }}</div></div>'
        found = [
            number
            for number, title in enumerate(TITLES)
            if number not in self.forgets and (self.everything or (text and text in title))
        ]
        rows = "".join(
            f'<li class="result"><h3><a href="{path_of(number)}">{TITLES[number]}</a></h3>'
            f"<p>摘要 <span>2026-01-0{number + 1}</span></p></li>"
            for number in found
        )
        if not rows:
            return self.nothing
        return f"{self.controls}<ul class='results'>{rows}</ul>"


async def run(
    engine: Engine | Callable[[Talk], Awaitable[None]],
    items: int = len(TITLES),
    limits: SearchLimits | None = None,
    home: bytes | None = None,
    **settings: Any,
) -> tuple[SearchProbe | Missed, list[float]]:
    async with Web({"*": engine}) as web, lab(web.port, **settings) as here:
        base = f"http://{HOST}:{web.port}"
        body = home if home is not None else engine.home()  # type: ignore[union-attr]
        facts = page_facts(body, url=f"{base}/", content_type="text/html")
        known = [KnownItem(base + path_of(n), TITLES[n]) for n in range(items)]
        found = await probe_search(here.tools, site(web.port), HomePage(facts), known, limits)
        naps = here.naps.taken
    return found, naps


async def searched(engine: Engine, **more: Any) -> SearchProbe:
    found, _ = await run(engine, **more)
    assert isinstance(found, SearchProbe)
    return found


async def test_a_page_that_asks_for_patience_is_no_miss() -> None:
    busy = "<p>您的访问过于频繁，请稍后再试。</p>"
    found = await searched(Engine(limit=(4, busy)))
    reasons = [query.reason for query in found.queries]
    assert reasons[:3] == [None] * 3
    assert set(reasons[3:]) == {Reason.RATE_LIMITED}
    judged = judged_known_items(found)
    assert judged
    assert all(rank == 1 for _, rank in judged)


async def test_an_answer_like_no_other_is_not_judged() -> None:
    odd = f"{MENU}<p>系统升级维护，检索服务暂停，给您带来不便敬请谅解。</p>"
    found = await searched(Engine(limit=(4, odd)))
    assert found.template_found
    assert [query.unrecognised for query in found.queries][:4] == [False] * 3 + [True]
    assert all(rank == 1 for _, rank in judged_known_items(found))


async def test_a_search_that_says_nothing_when_it_finds_nothing_can_miss() -> None:
    found = await searched(Engine(nothing="", forgets=frozenset({1})))
    ranks = [rank for _, rank in judged_known_items(found)]
    assert ranks[:2] == [1, None]
    assert len(ranks) == len(TITLES)


async def test_a_good_search() -> None:
    engine = Engine()
    found, naps = await run(engine)
    assert isinstance(found, SearchProbe)
    assert found.template_found
    known = found.of_kind("known-item")
    assert [query.text for query in known] == list(TITLES)
    assert all(query.results[0].url == query.expected_url for query in known)
    assert [len(query.results) for query in known] == [1] * len(TITLES)
    (nonsense,) = found.of_kind("nonsense")
    assert nonsense.results == ()
    assert "没有找到" in nonsense.no_result_text
    assert {query.kind for query in found.queries} == {
        *("nonsense", "known-item", "blank", "long", "typo", "markup")
    }
    assert not found.of_kind("markup")[0].echo_unescaped
    assert len(found.of_kind("long")[0].text) == 200
    assert found.facets == ("时间：近一年",)
    assert found.sorts == ("按时间排序",)
    assert [record.status for record in found.result_statuses] == [200] * len(TITLES)
    assert found.off_site == ""
    # A pause before every query but the first.
    assert naps == [1.0] * (len(found.queries) - 1)


async def test_titles_that_the_index_lacks() -> None:
    found = await searched(Engine(forgets=frozenset({1, 3})))
    empty = [query for query in found.of_kind("known-item") if not query.results]
    assert [query.text for query in empty] == [TITLES[1], TITLES[3]]
    assert all(query.no_result_text for query in empty)


async def test_a_search_that_ignores_the_query() -> None:
    found = await searched(Engine(everything=True))
    assert found.template_found
    assert len(found.of_kind("nonsense")[0].results) == len(TITLES)
    ranks = [
        next(item.rank for item in query.results if item.url == query.expected_url)
        for query in found.of_kind("known-item")
    ]
    assert ranks == [1, 2, 3, 4, 5, 6]


async def test_a_search_that_finds_nothing() -> None:
    found = await searched(Engine(forgets=frozenset(range(6)), echoes=True))
    assert not found.template_found
    assert not found.rendered_by_script
    assert all(query.no_result_text for query in found.of_kind("known-item"))
    assert found.of_kind("markup")[0].echo_unescaped


async def test_results_that_a_script_writes_are_not_called_missing() -> None:
    found = await searched(Engine(by_script=True))
    assert found.rendered_by_script
    assert not found.template_found
    assert all(not query.no_result_text for query in found.queries)


async def test_an_empty_message_in_a_script_s_template_is_no_message() -> None:
    class Templated(Engine):
        def results(self, text: str) -> str:
            return f"{super().results(text)}<p>没有找到相关的结果</p>"

    found = await searched(Templated(by_script=True))
    assert found.rendered_by_script
    assert all(not query.no_result_text for query in found.queries)


@pytest.mark.parametrize(
    ("url", "title", "same"),
    [
        ("https://www.example.gov.cn/art/1.html", "别的标题", True),
        ("http://www.example.gov.cn/art/1.html?from=search", "", True),
        ("http://s.example.gov.cn/go?to=http%3A%2F%2Fwww.example.gov.cn%2Fart%2F1.html", "", True),
        ("http://www.example.gov.cn/art/1.html.bak/2.html", "", False),
        ("http://www.example.gov.cn/art/2.html", "关于印发《工作要点》的通知", True),
        ("http://www.example.gov.cn/art/2.html", "关于印发《工作要点…", True),
        ("http://www.example.gov.cn/art/2.html", "通知…", False),
        ("http://www.example.gov.cn/art/2.html", "", False),
    ],
)
def test_what_counts_as_the_known_item(url: str, title: str, same: bool) -> None:
    item = KnownItem("http://www.example.gov.cn/art/1.html", "关于印发《工作要点》的通知")
    assert is_item(url, title, item) is same


async def test_a_broken_search_is_left_alone_after_three_errors() -> None:
    engine = Engine(status=500)
    found, _ = await run(engine)
    assert isinstance(found, SearchProbe)
    assert [query.status for query in found.queries] == [500, 500, 500]


async def test_dead_results_are_opened_twice() -> None:
    found, naps = await run(Engine(dead=frozenset({2})))
    assert isinstance(found, SearchProbe)
    statuses = {record.url.rpartition("/")[2]: record.status for record in found.result_statuses}
    assert statuses["2.html"] == 404
    assert set(statuses.values()) == {200, 404}
    assert naps[-1] == 10.0


async def test_a_gbk_page_is_asked_in_gbk() -> None:
    engine = Engine(encoding="gbk")
    found = await searched(engine)
    assert engine.queries[1] == TITLES[0]
    assert found.of_kind("known-item")[0].url.count("%CA%BE%C0%FD") == 1
    assert found.template_found


async def test_controls_are_seen_whatever_encoding_their_links_repeat_the_query_in() -> None:
    query = quote(TITLES[0])
    controls = f'<a href="/search?q={query}&c=1">政务公开</a><p>时间范围：近一年</p>'
    found = await searched(Engine(encoding="gbk", controls=controls))
    assert found.facets == ("时间：时间范围", "时间：近一年", "栏目：政务公开")
    # They are links that lead back to the search, not results.
    assert [len(query.results) for query in found.of_kind("known-item")] == [1] * len(TITLES)


async def test_results_served_by_the_program_of_the_search() -> None:
    """DokuWiki and WordPress answer searches and pages from one address."""

    async def wiki(talk: Talk) -> None:
        pairs = dict(parse_qsl(urlsplit(talk.request.path).query))
        if pairs.get("do") != "search":
            await talk.answer(200, html(f"页面{pairs.get('id')}", "<p>正文</p>"))
            return
        rows = "".join(
            f'<dt><a href="/doku.php?id={n}&amp;s=x">{title}</a></dt>'
            for n, title in enumerate(TITLES)
            if pairs.get("q", "-") in title
        )
        body = f"<div id='content'><dl>{rows or 'Nothing was found.'}</dl></div>"
        await talk.answer(200, html("搜索", body), ("Content-Type", "text/html"))

    form = (
        '<form action="/doku.php"><input type="hidden" name="do" value="search">'
        '<input name="q" title="[F]"></form>'
    )
    async with Web({"*": wiki}) as web, lab(web.port) as here:
        base = f"http://{HOST}:{web.port}"
        facts = page_facts(html("维基", form + "<p>首页文字</p>"), url=f"{base}/")
        known = [KnownItem(f"{base}/doku.php?id={n}", TITLES[n]) for n in range(6)]
        found = await probe_search(here.tools, site(web.port), HomePage(facts), known)
    assert isinstance(found, SearchProbe)
    assert found.template_found
    assert [query.results[0].title for query in found.of_kind("known-item")] == list(TITLES)
    assert found.of_kind("nonsense")[0].no_result_text


@pytest.mark.parametrize("works", [True, False])
async def test_an_offer_to_create_the_page_is_no_result(works: bool) -> None:
    """DokuWiki repeats the query as a link to a page of that name, whatever it found."""

    async def wiki(talk: Talk) -> None:
        text = dict(parse_qsl(urlsplit(talk.request.path).query)).get("q", "")
        again = f"/doku.php?do=search&amp;q={quote(text)}"
        rows = "".join(
            f'<dt><a href="/doku.php?id={n}&amp;s[]=x">page{n}</a> '
            f'<a href="{again}%20%40news">@news</a></dt><dd>发布时间：2026-01-01 {title}</dd>'
            for n, title in enumerate(TITLES)
            if works and text and text in title
        )
        filters = "".join(
            f'<li><a href="{again}&amp;{more}">{label}</a></li>'
            for label, more in (("上周", "min=1"), ("按照最新更新时间排序", "srt=mtime"))
        )
        offer = f'<a href="/doku.php?id={quote(text)}&amp;do=edit">:{escape(text)}</a>'
        narrow = f'<li><a href="{again}%20%40news">news (1)</a></li>' if rows else ""
        body = f"<div><p>可以创建 {offer}</p><ul>{filters}{narrow}</ul><dl>{rows}</dl></div>"
        await talk.answer(200, html("搜索", body), ("Content-Type", "text/html"))

    form = '<form action="/doku.php?do=search"><input name="q" placeholder="搜索"></form>'
    async with Web({"*": wiki}) as web, lab(web.port) as here:
        base = f"http://{HOST}:{web.port}"
        facts = page_facts(html("维基", form + "<p>首页文字</p>"), url=f"{base}/")
        known = [KnownItem(f"{base}/doku.php?id={n}", TITLES[n]) for n in range(6)]
        found = await probe_search(here.tools, site(web.port), HomePage(facts), known)
    assert isinstance(found, SearchProbe)
    assert found.template_found == works
    assert found.of_kind("nonsense")[0].results == ()
    shown = [[result.title for result in query.results] for query in found.of_kind("known-item")]
    assert shown == [[f"page{n}"] if works else [] for n in range(6)]
    assert found.facets == ("时间：上周", *(("其他：@news", "其他：news (1)") if works else ()))
    assert found.sorts == ("按照最新更新时间排序",)


async def test_items_that_the_home_page_lists_too_do_not_hide_the_list() -> None:
    rows = "".join(f'<li><a href="{path_of(n)}">{title}</a></li>' for n, title in enumerate(TITLES))
    found = await searched(Engine(form=f"{FORM}<ul class='latest'>{rows}</ul>"))
    assert found.template_found
    assert [len(query.results) for query in found.of_kind("known-item")] == [1] * len(TITLES)


async def test_a_home_page_with_the_very_list_of_the_results() -> None:
    """Small WordPress sites show all their posts on the home page, in the results' template."""
    rows = "".join(
        f'<li class="result"><h3><a href="{path_of(n)}">{title}</a></h3></li>'
        for n, title in enumerate(TITLES)
    )
    engine = Engine()
    home = html("示例", f"{FORM}<ul class='results'>{rows}</ul><p>首页文字</p>")

    async def serve(talk: Talk) -> None:
        if talk.request.path == "/":
            await talk.answer(200, home, ("Content-Type", "text/html"))
        else:
            await engine(talk)

    found, _ = await run(serve, home=home)
    assert isinstance(found, SearchProbe)
    assert found.template_found


async def test_the_budget_is_kept() -> None:
    found = await searched(Engine(), limits=SearchLimits(max_queries=7, delay_s=2.0))
    assert len(found.queries) == 7
    assert found.of_kind("markup")


async def test_a_search_page_that_the_home_page_links_to() -> None:
    engine = Engine(form="")

    async def serve(talk: Talk) -> None:
        if talk.request.path == "/so.html":
            await talk.answer(200, html("搜索", FORM), ("Content-Type", "text/html"))
        else:
            await engine(talk)

    home = html("示例县人民政府", f'{MENU}<a href="/so.html">站内搜索</a><p>正文文字内容。</p>')
    found, _ = await run(serve, home=home)
    assert isinstance(found, SearchProbe)
    assert found.entry.endswith("/so.html")
    assert found.looked_at[1:] == (found.entry,)
    assert found.template_found


async def test_no_search_and_a_box_without_a_form() -> None:
    none = Engine(form="")
    found = await searched(none)
    assert (found.form, found.rendered_by_script, found.queries) == (None, False, ())
    box = Engine(form='<input id="searchword"><span onclick="go()">搜索</span>')
    found = await searched(box)
    assert (found.form, found.rendered_by_script) == (None, True)


async def test_a_home_page_that_was_not_rendered_proves_no_absence() -> None:
    shell = html("示例县人民政府", '<div id="app"></div>', '<script src="/app.js"></script>')
    found, _ = await run(Engine(), home=shell)
    assert isinstance(found, Missed)
    assert found.reason is Reason.NO_BROWSER


async def test_a_form_that_only_brings_the_page_back_is_driven_by_script() -> None:
    form = '<form action="/" onsubmit="return go()"><input name="q" placeholder="搜索"></form>'
    found = await searched(Engine(form=form))
    assert (found.form, found.rendered_by_script) == (None, True)


@pytest.mark.parametrize(
    "form",
    [
        '<form action="/login"><input name="username"><input type="password" name="p"></form>',
        '<form action="/letter"><input name="title" placeholder="标题">'
        '<input type="tel" name="tel"><textarea name="content"></textarea></form>',
    ],
)
async def test_other_forms_are_never_sent(form: str) -> None:
    engine = Engine(form=form)
    found = await searched(engine)
    assert found.form is None
    assert engine.queries == []


async def test_a_form_that_takes_post_only_is_left_to_a_person() -> None:
    engine = Engine(form=FORM.replace("get", "post"), status=405)
    found, _ = await run(engine)
    assert isinstance(found, Missed)
    assert found.reason is Reason.NOT_REQUESTED
    # Where the same form answers GET as well, nothing is wrong with asking so.
    assert (await searched(Engine(form=FORM.replace("get", "post")))).template_found


async def test_protection_makes_the_search_missed() -> None:
    challenge = (
        b"<html><head><script>var arg1='ABCDEF0123456789';var acw_sc__v2;</script></head></html>"
    )

    async def guarded(talk: Talk) -> None:
        await talk.answer(200, challenge, ("Content-Type", "text/html"))

    found, _ = await run(guarded, home=Engine().home())
    assert isinstance(found, Missed)
    assert found.reason is Reason.BLOCKED


async def test_an_off_site_search_is_named() -> None:
    engine = Engine()
    async with Web({"*": engine}) as web, lab(web.port) as here:
        form = FORM.replace("/search", f"http://localhost:{web.port}/search")
        facts = page_facts(html("示例", MENU + form), url=f"http://{HOST}:{web.port}/")
        found = await probe_search(here.tools, site(web.port), HomePage(facts))
    assert isinstance(found, SearchProbe)
    assert found.off_site == "localhost"
    assert engine.queries[0] == NONSENSE


async def test_entries_of_the_home_page_stand_in_for_known_items() -> None:
    rows = "".join(
        f'<li><a href="{path_of(n)}">{title}</a><span>2026-0{n + 1}-15</span></li>'
        for n, title in enumerate(TITLES)
    )
    fresh = (
        '<li><a href="/art/2026/9.html">昨天才发布的最新通知公告</a><span>2026-11-19</span></li>'
    )
    engine = Engine(form=f"{FORM}<ul class='list'>{fresh}{rows}</ul>")
    found = await searched(engine, items=0)
    texts = {query.text for query in found.of_kind("known-item")}
    assert texts == set(TITLES)
