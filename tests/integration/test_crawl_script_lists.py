"""Lists that only scripts fill: the browser where the page is empty without it, then the list's
own data, page after page."""

# ruff: noqa: E501 - examples of markup read better on one line

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

import pytest

from auditor.gather.browser import Browser, BrowserBinary
from auditor.gather.crawl import CrawlLimits
from auditor.gather.crawl.listings import ListFollower
from auditor.gather.robots import Robots
from tests.hostile.web import Script, Talk, Web
from tests.integration.probe_lab import HOST, Lab, html, lab
from tests.integration.site_lab import Content, Walk, linked, page, scripts, walk

MENU = (
    "<header><nav>"
    + "".join(f"<a href=/m{n}.html>栏目{n}</a>" for n in range(8))
    + "</nav></header>"
)
LOADED = MENU + (
    '<div class=main><ul class="news-list" id=list></ul></div><script>fetch("/api/list?page=1&size=2")'
    ".then(r => r.json()).then(d => { list.innerHTML = d.rows.map(r => `<li><a href=${r.url}>${r.title}"
    "</a><span>2026-03-01</span></li>`).join('') })</script>"
)
SENT = LOADED.replace("fetch(", "fetch('/send', {method: 'POST'}).catch(() => 0); fetch(").replace(
    "/api/list", "/api/none"
)
BLANK = MENU + '<div class=main><ul class="news-list"></ul></div><script>var x = $.get</script>'


def rows(pages: int, each: int = 2) -> Script:
    """A list interface; beyond its end it answers with an empty list."""

    async def script(talk: Talk) -> None:
        number = int(parse_qs(urlsplit(talk.request.path).query)["page"][0])
        first = (number - 1) * each + 1
        found = [
            {"title": f"关于第{n}号事项办理情况的通知", "url": f"/art/{n}.html", "img": "/i.png"}
            for n in range(first, first + each)
        ]
        body = {"total": pages * each, "rows": found if number <= pages else []}
        await talk.answer(200, json.dumps(body).encode(), ("Content-Type", "application/json"))

    return script


def site_of(column: str) -> dict[str, Content]:
    articles = {f"/art/{n}.html": linked() for n in range(1, 7)}
    menu = {f"/m{n}.html": linked() for n in range(8)}
    return {
        "/": ["/col/"],
        "/col/": html("通知公告", column),
        "/api/list": rows(3),
        **articles,
        **menu,
    }


async def crawled(pages: dict[str, Content]) -> Walk:
    binary = Browser.find(None)
    assert isinstance(binary, BrowserBinary)

    def browser(here: Lab) -> Browser:
        return Browser(
            binary,
            guard=here.tools.guard,
            resolver=here.tools.resolver,
            throttle=here.tools.fetcher.throttle,
            user_agent="test",
        )

    return await walk(pages, browser=browser, limits=CrawlLimits(workers=2))


@pytest.mark.browser
async def test_a_list_between_menus_is_read_to_its_end() -> None:
    done = await crawled(site_of(LOADED))
    column = done.sink.pages["/col/"].facts
    assert column is not None
    assert column.rendered
    assert [item.url.rpartition("/")[2] for item in column.items] == ["1.html", "2.html"]
    assert {f"/art/{n}.html" for n in range(1, 7)} <= set(done.sink.pages)
    asked = [item.path for item in done.web.log if item.path.startswith("/api/")]
    assert asked == [f"/api/list?page={n}&size=2" for n in (1, 1, 2, 3, 4)]
    assert done.summary.left == 0


@pytest.mark.browser
async def test_an_empty_list_stays_as_it_stands_and_nothing_is_sent() -> None:
    done = await crawled(site_of(BLANK) | {"/m0.html": html("意见征集", SENT)})
    for path in ("/col/", "/m0.html"):
        facts = done.sink.pages[path].facts
        assert facts is not None
        assert not facts.rendered
    assert not done.web.requests("/send")


@asynccontextmanager
async def follower(pages: dict[str, Content]) -> AsyncIterator[tuple[ListFollower, Web, str]]:
    async with Web(scripts(pages)) as web, lab(web.port) as here:
        robots = Robots(here.tools.fetcher, obey=True, override_reason="")
        base = f"http://{HOST}:{web.port}"
        yield ListFollower(frozenset({HOST}), here.tools.fetcher, robots), web, base


async def entries(lists: ListFollower, base: str, *paths: str) -> set[str]:
    found = await lists.entries(f"{base}/col/", [base + path for path in paths])
    return {link.url.removeprefix(base) for link in found}


async def test_a_list_without_an_end_is_cut_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditor.gather.crawl.listings.MAX_ANSWERS", 5)
    async with follower({"/api/list": rows(10_000, each=1)}) as (lists, web, base):
        assert len(await entries(lists, base, "/api/list?page=1")) == 5
        assert len(web.requests("/api/list?page=5")) == 1
        assert [(trap.rule, trap.deferred) for trap in lists.cut()] == [("list-budget", 1)]


async def test_a_list_that_repeats_itself_ends() -> None:
    same = page(json.dumps([{"url": "/art/1.html"}]).encode())
    async with follower({"/api/same": same}) as (lists, web, base):
        assert await entries(lists, base, "/api/same?page=1") == {"/art/1.html"}
        assert len([item for item in web.log if item.path.startswith("/api")]) == 2
        assert not await entries(lists, base, "/api/same?page=1"), "each list is read once"
        assert lists.cut() == ()


async def test_what_is_no_list_is_left_alone() -> None:
    robots = page(b"User-agent: *\nDisallow: /private/")
    async with follower({"/robots.txt": robots}) as (lists, web, base):
        other = "http://other.example.cn/api?page=1"
        found = await lists.entries(
            f"{base}/", [other, f"{base}/nav.html", f"{base}/item.do?action=delete", "data:,x"]
        )
        assert found == ()
        assert not await entries(lists, base, "/private/list?page=1", "/gone?page=1")
        assert [item.path for item in web.log] == ["/robots.txt", "/gone?page=1"]
