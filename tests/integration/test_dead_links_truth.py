"""Dead links: one site with every kind of them and everything that only looks dead, and exactly
what the checks must say of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from auditor.derive.broken_links import BrokenLinksFold
from auditor.derive.error_pages import ErrorPagesFold
from auditor.engine.catalogue import load_checks
from auditor.engine.judge import judge
from auditor.engine.steps import gather_bad_targets, gather_soft404
from auditor.gather.robots import Robots
from auditor.model.artifact import BadTargets, CrawlSummary, Soft404Probe
from auditor.model.finding import Issue
from auditor.model.site import Site
from tests.hostile.names import Rule, rcode, records
from tests.hostile.web import Script, Talk, Web
from tests.integration.probe_lab import HOST, lab, site
from tests.integration.site_lab import moved, status
from tests.integration.test_crawl_resume import RUN, attempt, recording

CHECKS = (
    "site-dead-links", "site-dead-resources", "site-dead-attachments", "site-suspected-links",
    "site-outside-links", "site-soft-404",
)  # fmt: skip
LIVE, GONE_HOST, DEAD_NAME, ODD_NAME = (
    "live.example.cn", "silent.example.cn", "dead.example.com", "xn--zfr164b.example.cn",
)  # fmt: skip
INTERNET = {("ipv4only.arpa", "A"): records("ipv4only.arpa. 60 A 192.0.0.170")}
OUTSIDE: dict[tuple[str, str], Rule] = {
    (name, "A"): records(f"{name}. 60 A 127.0.0.1") for name in (LIVE, GONE_HOST, ODD_NAME)
}
NO_NAME: dict[tuple[str, str], Rule] = {
    (DEAD_NAME, kind): rcode("NXDOMAIN") for kind in ("A", "AAAA")
}


@dataclass(frozen=True)
class Case:
    """HTML of the home page, what serves its targets, and the (check, key, target) expected."""

    html: str
    serves: dict[str, Script]
    expected: tuple[tuple[str, str, str], ...] = ()


def ok(
    kind: str = "text/html", body: bytes = b"<html><p>text</p></html>", code: int = 200
) -> Script:
    async def script(talk: Talk) -> None:
        await talk.answer(code, body, ("Content-Type", kind))

    return script


def head(code: int, then: Script) -> Script:
    """A server that dislikes HEAD."""

    async def script(talk: Talk) -> None:
        await (status(code) if talk.request.line.startswith("HEAD") else then)(talk)

    return script


def wants(header: str, value: str, then: Script, code: int = 404) -> Script:
    """A server that hides what requests without a header value ask for."""

    async def script(talk: Talk) -> None:
        good = value in talk.request.headers.get(header, "")
        await (then if good else status(code))(talk)

    return script


def later(*first: int, then: Script) -> Script:
    """A server that fails at first."""

    async def script(talk: Talk) -> None:
        await (status(first[talk.visit - 1]) if talk.visit <= len(first) else then)(talk)

    return script


async def slow(talk: Talk) -> None:
    await asyncio.sleep(0.3)
    await ok()(talk)


async def hang(talk: Talk) -> None:
    await asyncio.sleep(60)


async def reset(talk: Talk) -> None:
    talk.reset()


PDF, PNG, BINARY = (
    ok("application/pdf", b"%PDF-1.7"),
    ok("image/png", b"\x89PNG"),
    ok("application/octet-stream", b"data"),
)
#: What is alive, however it looks.
ALIVE = {
    "HEAD is refused": Case('<a href="/h1.pdf">甲</a>', {"/h1.pdf": head(405, PDF)}),
    "HEAD lies": Case('<a href="/h2.pdf">甲</a>', {"/h2.pdf": head(404, PDF)}),
    "hot-link protection": Case(
        '<img src="/hot.png"><img src="/hot2.png">',
        {"/hot.png": wants("Referer", HOST, PNG, 403), "/hot2.png": wants("Referer", HOST, PNG)},
    ),
    "a cookie": Case(
        '<a href="/c.doc">甲</a><a href="/c.html">乙</a>',
        {"/c.doc": wants("Cookie", "seen=1", BINARY), "/c.html": wants("Cookie", "seen=1", ok())},
    ),
    "case matters": Case('<a href="/Case/Path.HTML">甲</a>', {"/Case/Path.HTML": ok()}),
    "404 at first": Case(
        '<a href="/f.html">甲</a><img src="/f.png"><a href="/f.pdf">丙</a>',
        {
            "/f.html": later(404, then=ok()),
            "/f.png": later(404, 404, then=PNG),
            "/f.pdf": later(500, 502, then=PDF),
        },
    ),
    "slow": Case('<a href="/slow.html">甲</a>', {"/slow.html": slow}),
    "empty": Case(
        '<a href="/204">甲</a><a href="/200.html">乙</a><img src="/0.png">',
        {"/204": ok(code=204, body=b""), "/200.html": ok(body=b""), "/0.png": ok("image/png", b"")},
    ),
    "parts": Case(
        '<a href="/206.mp4">甲</a><a href="/416.mp4">乙</a>',
        {"/206.mp4": ok("video/mp4", b"x", 206), "/416.mp4": ok("video/mp4", b"", 416)},
    ),
    "log in": Case(
        '<a href="/my/a">甲</a><a href="/my/b.doc">乙</a>',
        {
            "/my/a": moved("/my/gate"),
            "/my/b.doc": moved("/my/gate"),
            "/my/gate": moved("/sso/login?back=1"),
            "/sso/login": ok(),
        },
    ),
    "refused by a limit": Case(
        '<img src="/429.png"><a href="/412">甲</a>', {"/429.png": status(429), "/412": status(412)}
    ),
    "no address": Case(
        '<a href="#top">甲</a><a href="javascript:void(0)">乙</a><a href="mailto:a@b.cn">丙</a>'
        '<a href="tel:12345">丁</a><a href="">戊</a><a>己</a><a href="javascript:go(1)">庚</a>',
        {},
    ),
    "odd spelling": Case(
        '<a href=" /sp ace.html\n">甲</a><a href="\\back\\slash.html">乙</a>'
        '<a href="http:/one.html">丙</a><a href="/目录/公开.html">戊</a>'
        '<a href="/%B9%AB.html">己</a>'
        '<a href="/amp?a=1&amp;amp;b=2">庚</a><a href="./x/../dots.html">辛</a>',
        {
            "/sp%20ace.html": ok(),
            "/back/slash.html": ok(),
            "/one.html": ok(),
            "/%E7%9B%AE%E5%BD%95/%E5%85%AC%E5%BC%80.html": ok(),
            "/%B9%AB.html": ok(),
            "/amp": ok(),
            "/dots.html": ok(),
        },
    ),
    "a download script": Case(
        '<a href="/down.jsp?file=计划.doc">甲</a>', {"/down.jsp": head(500, BINARY)}
    ),
    "unseen": Case(
        '<!-- <a href="/old/1.html">甲</a> --><template><a href="/t/{id}.html">乙</a></template>'
        '<noscript><img src="/ns.gif"><a href="/ns.html">丙</a></noscript>',
        {},
    ),
    "guessed": Case("<script>createPageHTML(3, 0, 'missing', 'html');</script>", {}),
    "moved": Case(
        '<a href="/old">甲</a><a href="/away">乙</a>',
        {"/old": moved("/new.html"), "/new.html": ok(), "/away": ok(), "/x": ok()},
    ),
    "outside": Case(
        f'<a href="http://{LIVE}:PORT/x">甲</a><a href="//{LIVE}:PORT/h">乙</a>'
        f'<a href="http://政务.example.cn:PORT/x">丙</a><a href="http://{LIVE}:PORT/403">丁</a>',
        {"/x": ok(), "/h": head(404, ok()), "/403": status(403)},
    ),
}
DEAD = "site-dead-links", "dead"
RESOURCE = "site-dead-resources", "dead"
ATTACHMENT = "site-dead-attachments", "dead"
SUSPECTED = "site-suspected-links", "suspected"
#: What is dead, or may be.
BAD = {
    "pages": Case(
        '<a href="/404.html">甲</a><a href="/410.html">乙</a><a href="/via">丙</a>'
        '<a href="/case/path.html">丁</a><div onclick="location.href=\'/click.html\'">戊</div>'
        '<map><area href="/area.html"></map><a href="/q.jsp?w=%B9%AB">己</a>',
        {"/410.html": status(410), "/via": moved("/404.html"), "/case/Path.html": ok()},
        tuple(
            (*DEAD, path)
            for path in (
                "/404.html",
                "/410.html",
                "/via",
                "/case/path.html",
                "/click.html",
                "/area.html",
                "/q.jsp?w=%B9%AB",
            )
        ),
    ),
    "resources": Case(
        '<img src="/1.png"><img src="/ok.png" srcset="/2.png 2x"><picture><source srcset="/3.webp">'
        '</picture><p style="background:url(/4.jpg)"></p><table background="/5.gif"></table>'
        '<link rel=stylesheet href="/6.css"><script src="/7.js"></script><iframe src="/8"></iframe>'
        '<video poster="/9.jpg"></video>',
        {"/ok.png": PNG},
        tuple(
            (*RESOURCE, path)
            for path in (
                "/1.png",
                "/2.png",
                "/3.webp",
                "/4.jpg",
                "/5.gif",
                "/6.css",
                "/7.js",
                "/8",
                "/9.jpg",
            )
        ),
    ),
    "files": Case(
        '<a href="/1.docx">甲</a><video src="/2.mp4"></video><a href="/d.jsp?f=3.xls">乙</a>',
        {},
        tuple((*ATTACHMENT, path) for path in ("/1.docx", "/2.mp4", "/d.jsp?f=3.xls")),
    ),
    "trouble": Case(
        '<a href="/500">甲</a><a href="/503">乙</a><a href="/loop">丙</a><a href="/reset">丁</a>'
        '<img src="/hang.png"><a href="/then.pdf">戊</a>',
        {
            "/500": status(500),
            "/503": status(503),
            "/loop": moved("/loop"),
            "/reset": reset,
            "/hang.png": hang,
            "/then.pdf": later(500, 500, then=status(404)),
        },
        tuple(
            (*SUSPECTED, path)
            for path in ("/500", "/503", "/loop", "/reset", "/hang.png", "/then.pdf")
        ),
    ),
    "refused": Case(
        '<a href="/401">甲</a><a href="/403">乙</a>',
        {"/401": status(401), "/403": status(403)},
        tuple(("site-suspected-links", "refused", path) for path in ("/401", "/403")),
    ),
    "led astray": Case(
        '<a href="/soft/1.html">甲</a><a href="/soft/new.html">乙</a><img src="/any/1.png">'
        '<img src="/any/2.png">',
        {"/soft/*": moved("/"), "/soft/new.html": ok(), "/any/*": ok(), "/any/2.png": PNG},
        tuple(("site-suspected-links", "soft", path) for path in ("/soft/1.html", "/any/1.png")),
    ),
    "outside": Case(
        f'<a href="http://{LIVE}:PORT/404.html">甲</a>'
        + "".join(f'<a href="http://{DEAD_NAME}:PORT/{n}">乙{n}</a>' for n in range(3))
        + "".join(f'<a href="http://{GONE_HOST}:PORT/{n}">丙{n}</a>' for n in range(40)),
        {"/404.html": status(404)},
        (
            ("site-outside-links", "dead", f"http://{LIVE}:PORT/404.html"),
            ("site-outside-links", "name-gone", DEAD_NAME),
            ("site-outside-links", "host-suspected", GONE_HOST),
        ),
    ),
}


def served(case: Case) -> dict[str, Script]:
    """The scripts of a case; folders may answer for whatever is in them."""
    folders = {path[:-1]: script for path, script in case.serves.items() if path.endswith("/*")}

    async def anything(talk: Talk) -> None:
        if talk.request.headers.get("Host", "").startswith(GONE_HOST):
            talk.reset()
            return
        path = talk.request.path
        found = next((folders[name] for name in folders if path.startswith(name)), status(404))
        await found(talk)

    return {"*": anything, **case.serves}


async def judged(
    folder: Path, case: Case, guard: Callable[[Script], Script] = lambda script: script
) -> list[Issue]:
    """What the link checks say of a site whose home page is the case's HTML, served through the
    guard."""
    scripts = served(case)
    async with (
        Web(scripts) as web,
        lab(web.port, rules=INTERNET | OUTSIDE | NO_NAME, timeout_s=3.0, read_gap_s=3.0) as here,
    ):
        body = (
            f"<html><head><title>首页</title></head><body>{case.html}<p>欢迎访问</p></body></html>"
        )

        async def home(talk: Talk) -> None:
            page = body.replace("PORT", str(web.port)).encode()
            headers = ("Content-Type", "text/html; charset=utf-8"), ("Set-Cookie", "seen=1")
            await talk.answer(200, page, *headers)

        scripts["/"] = guard(home)
        if "/away" in scripts:  # now that the port is known
            scripts["/away"] = moved(f"http://{LIVE}:{web.port}/x")
        known = site(web.port)
        with recording(folder, known) as record:
            robots = Robots(here.tools.fetcher, obey=True, override_reason="")
            crawl = await attempt(here, record, web.port)
            bad = await gather_bad_targets(here.tools, known, crawl, record, robots)
            soft = await gather_soft404(here.tools, known, record, robots)
            checks = load_checks()
            return list(
                judge(
                    checks=[checks[name] for name in CHECKS],
                    folds=(BrokenLinksFold, ErrorPagesFold),
                    site=known,
                    given={Site: known, CrawlSummary: crawl, BadTargets: bad, Soft404Probe: soft},
                    pages=record.book.store.pages(RUN, known.id),
                ).issues
            )


def said(issue: Issue) -> tuple[str, str, str]:
    """Check, message and target, the site's own host left out and its port made neutral."""
    parts = urlsplit(issue.subject.name)
    if parts.hostname == HOST:
        name = parts.path + (f"?{parts.query}" if parts.query else "")
    else:
        name = issue.subject.name
        if parts.port:
            name = name.replace(f":{parts.port}", ":PORT")
    return issue.check_id, issue.message.key, name


@pytest.mark.parametrize("name", ALIVE)
async def test_what_is_alive_is_not_accused(tmp_path: Path, name: str) -> None:
    assert [said(issue) for issue in await judged(tmp_path, ALIVE[name])] == []


@pytest.mark.parametrize("name", BAD)
async def test_what_is_dead_is_found(tmp_path: Path, name: str) -> None:
    issues = await judged(tmp_path, BAD[name])
    assert sorted(map(said, issues)) == sorted(BAD[name].expected)
    for issue in issues:
        place = issue.evidence[0]
        assert place.url.startswith(f"http://{HOST}:")
        assert place.url.endswith("/")
        assert place.locator.startswith("(//")
        assert place.excerpt


def said_to_be_missing(talk: Talk) -> bytes:
    """An error page that tells the address, the time and a number of its own."""
    return (
        f"<html><head><title>提示信息</title></head><body><h1>页面不存在</h1><p>您访问的"
        f" {talk.request.path} 不存在。2026-11-23 08:{talk.visit:02}:00 编号 {talk.visit * 977}</p>"
        "</body></html>"
    ).encode()


async def error_page(talk: Talk) -> None:
    await talk.answer(200, said_to_be_missing(talk), ("Content-Type", "text/html; charset=utf-8"))


async def by_number(talk: Talk) -> None:
    number = talk.request.path.rpartition("=")[2]
    text = f"第{number}号公告全文" if len(number) == 1 else "没有这条记录"
    body = f"<html><head><title>公告</title></head><body><p>{text}</p></body></html>".encode()
    await talk.answer(200, body, ("Content-Type", "text/html; charset=utf-8"))


def article(text: str) -> Script:
    body = f"<html><head><title>{text}</title></head><body><p>{text}的正文。</p></body></html>"
    return ok("text/html; charset=utf-8", body.encode())


SOFT = {
    "an application with error pages of its own": Case(
        '<a href="/app/gone.html">甲</a><a href="/app/a.html">乙</a><a href="/app/b.html">丙</a>',
        {"/app/*": error_page, "/app/a.html": article("甲文"), "/app/b.html": article("页面说明")},
        (("site-soft-404", "error-page", "/app/gone.html"),),
    ),
    "records of a script": Case(
        '<a href="/i.jsp?id=1">甲</a><a href="/i.jsp?id=2">乙</a><a href="/i.jsp?id=77">丙</a>',
        {"/i.jsp": by_number},
        (("site-soft-404", "same-page", "/i.jsp?id=77"),),
    ),
    "everything is the home page": Case(
        '<a href="/old/1.html">甲</a><a href="/index.html">乙</a><a href="/new.html">丙</a>',
        {"/*": article("欢迎"), "/index.html": article("欢迎"), "/new.html": article("新闻")},
        (
            ("site-soft-404", "answers-200", HOST),
            ("site-soft-404", "same-page", "/old/1.html"),
        ),
    ),
}


@pytest.mark.parametrize("name", SOFT)
async def test_errors_that_are_answered_as_found(tmp_path: Path, name: str) -> None:
    issues = await judged(tmp_path, SOFT[name])
    assert sorted(map(said, issues)) == sorted(SOFT[name].expected)


async def test_a_ban_that_answers_404_kills_no_links(tmp_path: Path) -> None:
    """After some requests a protection answers 404 for everything, the home page too."""
    served_yet = 0

    def limited(script: Script) -> Script:
        async def counted(talk: Talk) -> None:
            nonlocal served_yet
            served_yet += 1
            await (script if served_yet <= 12 else status(404))(talk)

        return counted

    paths = [f"/{number}.html" for number in range(20)]
    links = "".join(f'<a href="{path}">{path}</a>' for path in paths)
    case = Case(
        f'{links}<a href="/1.pdf">附件</a>',
        {path: limited(ok()) for path in paths} | {"/1.pdf": limited(PDF)},
    )
    issues = await judged(tmp_path, case, guard=limited)
    assert [said(issue) for issue in issues] == []


async def test_all_of_it_on_one_page(tmp_path: Path) -> None:
    """The dead among the living, on one host."""
    cases = [*ALIVE.values(), *BAD.values()]
    whole = Case(
        "".join(case.html for case in cases),
        {path: script for case in cases for path, script in case.serves.items()},
        tuple(item for case in cases for item in case.expected),
    )
    assert sorted(map(said, await judged(tmp_path, whole))) == sorted(whole.expected)
