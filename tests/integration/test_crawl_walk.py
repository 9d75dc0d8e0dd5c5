"""The crawler over small sites: what it follows, and what it leaves."""

from __future__ import annotations

import asyncio

import pytest

from auditor.gather.browser import Browser, BrowserBinary
from auditor.gather.crawl import Crawler, CrawlLimits
from auditor.gather.robots import Robots
from auditor.model.finding import Reason
from auditor.model.page import LinkKind
from auditor.store import LeaseLost
from tests.hostile.names import Rule, rcode, records, turns
from tests.hostile.web import Talk, Web
from tests.integration.probe_lab import HOST, html, lab, site
from tests.integration.site_lab import Sink, linked, moved, scripts, status, walk

PDF = b"%PDF-1.7 ..."


async def pdf(talk: Talk) -> None:
    await talk.answer(200, PDF, ("Content-Type", "application/pdf"))


async def test_every_linked_page_is_stored_once() -> None:
    done = await walk(
        {"/": ["/a", "/b", "a#top"], "/a": ["/b", "/"], "/b": ["/a?", "/c"], "/c": []}
    )
    assert set(done.sink.pages) == {"/", "/a", "/b", "/c"}
    assert done.summary.stopped_because == "complete"
    assert (done.summary.pages, done.summary.left) == (4, 0)
    assert [done.asked(path) for path in ("/", "/a", "/b", "/c")] == [1, 1, 1, 1]


async def test_pages_know_where_they_were_found() -> None:
    done = await walk({"/": ["/a"], "/a": ["/b"], "/b": []})
    facts = done.sink.pages["/b"].facts
    assert facts is not None
    assert (facts.depth, facts.parent_text) == (2, "去 /b")
    assert facts.parent_url.endswith("/a")
    assert done.sink.pages["/b"].row.parent == facts.parent_url


@pytest.mark.parametrize("encoding", ["gb2312", "gb18030", "utf-8", "big5"])
async def test_pages_in_every_encoding_are_read(encoding: str) -> None:
    done = await walk(
        {"/": html("政務公開", '<a href="/a">目錄</a>', encoding=encoding), "/a": []}
        if encoding == "big5"
        else {"/": html("政务公开", '<a href="/a">目录</a>', encoding=encoding), "/a": []}
    )
    assert done.sink.rows["/"].row.title in {"政务公开", "政務公開"}
    assert "/a" in done.sink.pages


async def test_gbk_queries_are_asked_as_they_stand() -> None:
    query = "/s?word=%B9%AB%BF%AA"
    done = await walk({"/": [query], "/s": []})
    assert done.asked(query) == 1


async def test_redirects_inside_the_site_are_followed_and_stored_once() -> None:
    done = await walk({"/": ["/old", "/new"], "/old": moved("/new"), "/new": ["/x"], "/x": []})
    assert set(done.sink.rows) in ({"/", "/old", "/x"}, {"/", "/new", "/x"}), "by either name"
    assert done.sink.done["/new"].verdict == "ok"
    assert done.summary.pages == 3


async def test_the_home_page_behind_a_redirect_is_the_home_page() -> None:
    done = await walk({"/": moved("/index.html"), "/index.html": ["/", "/a"], "/a": []})
    facts = done.sink.pages["/"].facts
    assert facts is not None
    assert facts.kind.value == "home"
    assert facts.final_url.endswith("/index.html")
    assert done.summary.pages == 2


async def test_redirects_out_of_the_site_and_loops_are_no_pages() -> None:
    done = await walk(
        {
            "/": ["/away", "/loop"],
            "/away": moved("http://other.example.cn/"),
            "/loop": moved("/loop"),
        },
        lab_options={
            "rules": {("other.example.cn", "*"): records("other.example.cn. 60 A 127.0.0.1")}
        },
    )
    assert set(done.sink.pages) == {"/"}
    assert done.sink.done["/loop"].reason is Reason.PROTOCOL
    assert done.sink.done["/loop"].verdict == "suspected"


async def test_a_budget_of_pages_is_kept_exactly() -> None:
    links = [f"/p{number}" for number in range(20)]
    pages = {"/": links, **{link: [] for link in links}}
    done = await walk(pages, limits=CrawlLimits(max_pages=7, workers=5))
    assert done.summary.stopped_because == "max-pages"
    assert (done.summary.pages, done.summary.left) == (7, 14)
    assert len(done.sink.pages) == 7


async def test_pages_beyond_the_depth_are_left_and_counted() -> None:
    chain = {"/": ["/1"], "/1": ["/2"], "/2": ["/3"], "/3": ["/4"]}
    done = await walk(chain, limits=CrawlLimits(max_depth=2, workers=2))
    assert done.summary.stopped_because == "max-depth"
    assert (done.summary.pages, done.summary.left) == (3, 1)
    assert done.sink.found["/3"].state == "deferred"


async def test_the_budget_of_time_cuts_off_pages_that_hang() -> None:
    async def hang(talk: Talk) -> None:
        await asyncio.sleep(60)

    done = await walk(
        {"/": ["/slow", "/slow2"], "/slow": hang, "/slow2": hang},
        limits=CrawlLimits(max_seconds=0.3, workers=2),
        lab_options={"timeout_s": 60.0, "read_gap_s": 60.0},
    )
    assert done.summary.stopped_because == "max-seconds"
    assert (done.summary.pages, done.summary.left) == (1, 2)
    assert done.summary.seconds < 6
    assert not {"/slow", "/slow2"} & set(done.sink.done), "nobody said anything about them"


async def test_gone_twice_is_certain_and_the_looks_lie_apart() -> None:
    done = await walk({"/": ["/gone"]})
    target = done.sink.done["/gone"]
    assert (target.verdict, target.status, target.attempts) == ("certain", 404, 2)
    assert done.asked("/gone") == 2
    assert any(9 < nap <= 10 for nap in done.here.naps.taken)
    row = done.sink.rows["/gone"].row
    assert (row.outcome, row.status) == ("http-error", 404)
    assert done.summary.failed == 1


async def test_a_page_that_comes_back_is_a_page() -> None:
    async def once(talk: Talk) -> None:
        await talk.answer(
            404 if talk.visit == 1 else 200, linked("/deep"), ("Content-Type", "text/html")
        )

    done = await walk({"/": ["/a"], "/a": once, "/deep": []})
    assert set(done.sink.pages) == {"/", "/a", "/deep"}
    assert done.summary.failed == 0


async def test_server_errors_are_suspected_only() -> None:
    done = await walk({"/": ["/a"], "/a": status(500)})
    assert done.sink.done["/a"].verdict == "suspected"


async def test_log_in_pages_are_blocked_not_dead() -> None:
    done = await walk({"/": ["/a"], "/a": status(403)})
    assert done.sink.done["/a"].verdict == "blocked"
    assert done.asked("/a") == 1


async def test_protection_that_sets_in_ends_the_crawl() -> None:
    async def challenge(talk: Talk) -> None:
        await talk.answer(
            412,
            b"<html><script>$_ts={}</script></html>",
            ("Content-Type", "text/html"),
            ("Set-Cookie", "FSSBBIl1UgzbN7N80S=abc; path=/"),
        )

    links = [f"/p{number}" for number in range(40)]
    done = await walk(
        {"/": links, **dict.fromkeys(links[3:], challenge), **dict.fromkeys(links[:3], ())}
    )
    assert done.summary.stopped_because == "blocked"
    assert done.summary.blocked_by
    assert done.summary.pages == 4
    assert done.summary.left >= 25
    assert not [
        item for item in done.sink.done.values() if item.verdict in {"certain", "suspected"}
    ]


async def test_a_host_that_falls_silent_is_waited_for_then_left() -> None:
    async def dead(talk: Talk) -> None:
        talk.reset()

    links = [f"/p{number}" for number in range(40)]
    done = await walk({"/": links, **dict.fromkeys(links, dead)})
    assert done.summary.stopped_because == "unreachable"
    assert done.summary.left > 20, "pages that were never asked for are left, not failed"
    assert done.here.naps.taken.count(60.0) >= 2


async def test_robots_are_obeyed() -> None:
    async def robots(talk: Talk) -> None:
        await talk.answer(
            200, b"User-agent: *\nDisallow: /inner/\n", ("Content-Type", "text/plain")
        )

    done = await walk({"/robots.txt": robots, "/": ["/inner/a", "/b"], "/inner/a": [], "/b": []})
    assert set(done.sink.pages) == {"/", "/b"}
    assert done.asked("/inner/a") == 0
    assert done.sink.done["/inner/a"].reason is Reason.ROBOTS
    assert done.sink.done["/inner/a"].verdict == "unchecked"
    assert done.summary.failed == 0


async def test_a_site_that_robots_close_is_not_complete() -> None:
    async def robots(talk: Talk) -> None:
        await talk.answer(200, b"User-agent: *\nDisallow: /\n", ("Content-Type", "text/plain"))

    done = await walk({"/robots.txt": robots, "/": []})
    assert (done.summary.stopped_because, done.summary.blocked_by) == ("blocked", "robots.txt")


async def test_sitemaps_bring_pages_that_nothing_links_to() -> None:
    async def sitemap(talk: Talk) -> None:
        host = talk.request.headers["Host"]
        body = f"<urlset><url><loc>http://{host}/lost</loc></url><url><loc>http://{host}/a</loc></url></urlset>"
        await talk.answer(200, body.encode(), ("Content-Type", "application/xml"))

    done = await walk(
        {"/": ["/a"], "/a": [], "/sitemap.xml": sitemap, "/lost": ["/lost2"], "/lost2": []}
    )
    assert set(done.sink.pages) == {"/", "/a", "/lost", "/lost2"}
    facts = done.sink.pages["/a"].facts
    assert facts is not None
    assert facts.parent_text == "去 /a", "a link says more of a page than the sitemap"


async def test_pages_of_script_pagers_are_followed() -> None:
    pager = linked("/list/a.html", more="<script>createPageHTML(3, 0, 'index', 'html');</script>")
    done = await walk(
        {
            "/": ["/list/index.html"],
            "/list/index.html": pager,
            "/list/index_1.html": ["/list/b.html"],
            "/list/index_2.html": ["/list/c.html"],
            **dict.fromkeys(("/list/a.html", "/list/b.html", "/list/c.html"), ()),
        }
    )
    assert {"/list/b.html", "/list/c.html"} <= set(done.sink.pages)


async def test_aliases_belong_to_the_site_and_other_hosts_do_not() -> None:
    async def home(talk: Talk) -> None:
        port = talk.request.headers["Host"].rpartition(":")[2]
        body = linked(f"http://m.example.gov.cn:{port}/m", f"http://x.example.gov.cn:{port}/x")
        await talk.answer(200, body, ("Content-Type", "text/html"))

    done = await walk(
        {"/": home, "/m": [], "/x": []},
        lab_options={
            "rules": {("m.example.gov.cn", "A"): records("m.example.gov.cn. 60 A 127.0.0.1")}
        },
        site_options={"aliases": ("m.example.gov.cn",)},
    )
    assert {item.row.url.split("/")[-1] for item in done.sink.pages.values()} == {"", "m"}
    (other,) = [item for item in done.sink.found.values() if "//x." in item.url]
    assert not other.in_site
    assert done.asked("/x") == 0


@pytest.mark.parametrize(
    ("internet", "second", "verdict"),
    [
        (True, rcode("NXDOMAIN"), "certain"),
        (True, rcode("SERVFAIL"), "suspected"),
        (False, rcode("NXDOMAIN"), "unchecked"),
    ],
)
async def test_dead_names_are_certain_if_a_second_question_agrees(
    internet: bool, second: Rule, verdict: str
) -> None:
    async def home(talk: Talk) -> None:
        port = talk.request.headers["Host"].rpartition(":")[2]
        links = linked("/away", f"http://m.example.gov.cn:{port}/")
        await talk.answer(200, links, ("Content-Type", "text/html"))

    async def away(talk: Talk) -> None:
        port = talk.request.headers["Host"].rpartition(":")[2]
        await talk.redirect(f"http://{names[1]}:{port}/")

    names = ("m.example.gov.cn", "gone.example.gov.cn")
    rules = {
        (name, kind): turns(rcode("NXDOMAIN"), second) for name in names for kind in ("A", "AAAA")
    }
    if internet:
        rules["ipv4only.arpa", "A"] = records("ipv4only.arpa. 60 A 192.0.0.170")
    done = await walk(
        {"/": home, "/away": away},
        lab_options={"rules": rules},
        site_options={"aliases": names[:1]},
    )
    (alias,) = [item for item in done.sink.done.values() if "//m." in item.url]
    for item in (alias, done.sink.done["/away"]):
        assert (item.reason, item.verdict) == (Reason.NXDOMAIN, verdict)


async def test_what_is_no_html_is_tested_and_not_read() -> None:
    done = await walk({"/": ["/show?id=1"], "/show": pdf})
    assert set(done.sink.pages) == {"/"}
    assert done.sink.done["/show?id=1"].verdict == "ok"


async def test_resources_are_noted_for_the_link_test() -> None:
    more = '<img src="/p.png" alt="图"><a href="/f.docx">附件</a><iframe src="/inner"></iframe>'
    done = await walk({"/": linked(more=more), "/inner": []})
    assert done.sink.found["/p.png"].kind is LinkKind.IMAGE
    assert done.sink.found["/f.docx"].kind is LinkKind.ATTACHMENT
    assert done.asked("/p.png") == done.asked("/f.docx") == 0
    assert "/inner" in done.sink.pages


async def test_links_that_do_something_are_never_fetched() -> None:
    doing = ["/user/logout", "/doc/delete?id=3", "/vote.do?item=2", "/m?action=deleteMsg&id=1"]
    harmless = ["/toupiao/index.html", "/vote/result.html", "/s?q=delete"]
    served = {link.partition("?")[0]: () for link in harmless}
    done = await walk({"/": [*doing, *harmless], **served})
    assert [done.asked(path) for path in doing] == [0] * len(doing)
    assert [done.asked(path) for path in harmless] == [1] * len(harmless)
    assert {trap.rule for trap in done.summary.traps} == {"action"}
    assert done.summary.left == len(doing)


async def test_session_ids_make_no_new_pages() -> None:
    async def home(talk: Talk) -> None:
        body = linked(f"/a;jsessionid={talk.visit:032x}", f"/a?jsessionid={talk.visit:08x}", "/")
        await talk.answer(200, body, ("Content-Type", "text/html"))

    done = await walk({"/": home, "/a": home})
    assert set(done.sink.pages) == {"/", "/a"}


async def test_a_large_page_is_parsed_beside_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[str] = []
    real = asyncio.to_thread

    async def noted(function: object, *args: object) -> object:
        threads.append(getattr(function, "__name__", ""))
        return await real(function, *args)  # type: ignore[arg-type]

    monkeypatch.setattr("auditor.gather.crawl.reading.asyncio.to_thread", noted)
    large = linked("/small", more="<p>" + "办事指南" * 60_000 + "</p>")
    assert 512 * 1024 < len(large) < 2**20
    done = await walk({"/": large, "/small": []})
    assert set(done.sink.pages) == {"/", "/small"}
    assert threads == ["parse"]


async def test_a_page_that_breaks_the_parser_costs_itself_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from auditor.gather.crawl import reading

    real = reading.page_facts

    def picky(body: bytes, **more: object) -> object:
        if b"poison" in body:
            raise RecursionError
        return real(body, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(reading, "page_facts", picky)
    done = await walk({"/": ["/a", "/b"], "/a": linked(title="poison"), "/b": []})
    assert set(done.sink.pages) == {"/", "/b"}
    assert done.sink.rows["/a"].row.outcome == "check-crashed"
    assert done.summary.stopped_because == "complete"


async def test_a_lost_lease_ends_the_crawl() -> None:
    class Lost(Sink):
        async def save(self, *_: object) -> None:  # type: ignore[override]
            raise LeaseLost("taken over")

    with pytest.raises(LeaseLost):
        await walk({"/": ["/a"], "/a": []}, sink=Lost())


async def test_a_stop_keeps_what_was_fetched() -> None:
    stop = asyncio.Event()

    async def home(talk: Talk) -> None:
        stop.set()
        await talk.answer(200, linked("/a", "/b"), ("Content-Type", "text/html"))

    done = await walk({"/": home, "/a": [], "/b": []}, stop=stop)
    assert done.summary.stopped_because == "cancelled"
    assert (done.summary.pages, done.summary.left) == (1, 2)
    assert set(done.sink.pages) == {"/"}


async def test_a_stop_does_not_wait_for_a_page_that_hangs() -> None:
    stop = asyncio.Event()

    async def hang(talk: Talk) -> None:
        stop.set()
        await asyncio.sleep(60)

    done = await walk(
        {"/": ["/a"], "/a": hang},
        stop=stop,
        lab_options={"timeout_s": 60.0, "read_gap_s": 60.0},
    )
    assert (done.summary.stopped_because, done.summary.left) == ("cancelled", 1)
    assert done.summary.seconds < 6
    assert "/a" not in done.sink.done, "it is fetched again when the run goes on"


async def test_lists_come_first_when_asked_to() -> None:
    links = [*(f"/t{number}.html" for number in range(10)), "/zwgk/", "/list/index.html"]
    pages = {"/": links, **{link: [] for link in links}}
    done = await walk(pages, limits=CrawlLimits(max_pages=3, workers=1, lists_first=True))
    assert set(done.sink.pages) == {"/", "/zwgk/", "/list/index.html"}


async def test_nothing_else_is_asked_when_links_off_the_site_are_not_wanted() -> None:
    done = await walk(
        {"/": [f"http://{HOST}.evil.cn/"]}, limits=CrawlLimits(offsite=False, workers=1)
    )
    assert set(done.sink.found) == {"/"}


@pytest.mark.browser
async def test_a_page_made_by_scripts_is_rendered_once() -> None:
    binary = Browser.find(None)
    assert isinstance(binary, BrowserBinary)
    shell = html(
        "栏目",
        "<div id=app></div><script>app.innerHTML = '<main><h1>通知公告</h1><ul>' + "
        "['a', 'b'].map(n => `<li><a href=/${n}>关于开展检查的通知 ${n}</a></li>`).join('') + "
        "'</ul></main>'</script>",
    )
    async with Web(scripts({"/": shell, "/a": [], "/b": []})) as web, lab(web.port) as here:
        tools = here.tools
        async with Browser(
            binary,
            guard=tools.guard,
            resolver=tools.resolver,
            throttle=tools.fetcher.throttle,
            user_agent="test",
        ) as browser:
            sink = Sink()
            summary = await Crawler(
                site(web.port),
                tools=tools,
                robots=Robots(tools.fetcher, obey=True, override_reason=""),
                limits=CrawlLimits(workers=2),
                sink=sink,
                stop=asyncio.Event(),
                renderer=browser,
            ).run()
    assert set(sink.pages) == {"/", "/a", "/b"}
    home = sink.pages["/"].facts
    assert home is not None
    assert home.rendered
    assert "通知公告" in home.text
    assert summary.pages == 3
    assert len(web.requests("/")) == 2, "once for us and once by the browser"
