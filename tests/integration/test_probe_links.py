"""Link targets: nothing is called dead on one look."""

from __future__ import annotations

from collections import Counter

from auditor.gather.probes.links import verify_links
from auditor.gather.visitor import referer_of
from auditor.model.artifact import BadTarget
from auditor.model.finding import Reason
from auditor.model.page import LinkKind
from auditor.store.rows import FrontierUrl
from tests.hostile.names import rcode, records, turns
from tests.hostile.web import Script, Talk, Web
from tests.integration.probe_lab import HOST, Lab, lab, page

BODY = b"<p>here</p>"
INTERNET = {("ipv4only.arpa", "A"): records("ipv4only.arpa. 60 A 192.0.0.170")}


async def look(here: Lab, *urls: str) -> dict[str, BadTarget]:
    found = verify_links(here.tools, map(target_of, urls))
    return {target.url: target async for target in found}


def target_of(url: str) -> FrontierUrl:
    """An attachment on the site, a page elsewhere."""
    inside = HOST in url
    kind = LinkKind.ATTACHMENT if inside else LinkKind.PAGE
    return FrontierUrl(url, kind, inside)


def by_visit(*codes: int) -> Script:
    async def script(talk: Talk) -> None:
        await talk.answer(codes[min(talk.visit, len(codes)) - 1], BODY)

    return script


async def pdf(talk: Talk) -> None:
    await talk.answer(200, b"%PDF-1.7", ("Content-Type", "application/pdf"))


async def test_good_targets_need_one_head_where_the_host_is_honest() -> None:
    async with Web({"*": page(BODY, 404), "/a": pdf, "/b": pdf}) as web, lab(web.port) as here:
        found = await look(here, web.url("/a", HOST), web.url("/b", HOST))
    assert [target.verdict for target in found.values()] == ["ok", "ok"]
    assert [request.line.split()[0] for request in web.log] == ["HEAD"] * 3
    assert len(web.requests("/a")) == 1
    assert here.naps.taken == []


async def test_a_server_that_dislikes_head_is_asked_by_get() -> None:
    async def no_head(talk: Talk) -> None:
        await talk.answer(404 if talk.request.line.startswith("HEAD") else 200, BODY)

    async with Web({"*": no_head}) as web, lab(web.port) as here:
        found = await look(here, web.url("/a", HOST))
    assert [target.verdict for target in found.values()] == ["ok"]


async def test_404_and_410_are_certain_after_two_looks_apart() -> None:
    async with Web({"/a": page(BODY, 404), "/b": page(BODY, 410)}) as web, lab(web.port) as here:
        found = await look(here, web.url("/a", HOST), web.url("/b", "localhost"))
    a, b = found[web.url("/a", HOST)], found[web.url("/b", "localhost")]
    assert (a.verdict, a.status, a.in_site, a.attempts) == ("certain", 404, True, 2)
    assert (b.verdict, b.status, b.in_site) == ("certain", 410, False)
    assert here.naps.taken == [10.0]
    assert [item.line.split()[0] for item in web.requests("/a")] == ["HEAD", "GET", "GET"]


async def test_what_comes_back_is_not_dead() -> None:
    scripts = {"/": by_visit(404, 404, 200), "/b": by_visit(500, 500, 404)}
    async with Web(scripts) as web, lab(web.port) as here:
        found = await look(here, web.url("/", HOST), web.url("/b", HOST))
    assert found[web.url("/", HOST)].verdict == "ok"
    assert found[web.url("/b", HOST)].verdict == "suspected"


async def test_protection_and_trouble_are_never_certain() -> None:
    async def reset(talk: Talk) -> None:
        talk.reset()

    async def mute(talk: Talk) -> None:
        await talk.writer.wait_closed()

    codes = {403: "blocked", 405: "blocked", 412: "blocked", 429: "blocked", 401: "blocked"}
    codes |= {500: "suspected", 503: "suspected", 400: "suspected"}
    scripts: dict[str, Script] = {f"/{code}": page(BODY, code) for code in codes}
    scripts |= {"/reset": reset, "/mute": mute}
    async with Web(scripts) as web, lab(web.port, timeout_s=0.4) as here:
        found = await look(here, *(web.url(path, HOST) for path in scripts))
        verdicts = {url.rpartition("/")[2]: item.verdict for url, item in found.items()}
    expected = {str(code): verdict for code, verdict in codes.items()}
    assert verdicts == expected | {"reset": "suspected", "mute": "suspected"}


async def test_a_dead_name_needs_two_answers() -> None:
    dead, flaky = "dead.example.com", "flaky.example.com"
    back = turns(rcode("NXDOMAIN"), records(f"{flaky}. 1 A 127.0.0.1"))
    rules = {(flaky, "A"): back, (flaky, "AAAA"): rcode("NXDOMAIN"), **INTERNET}
    async with Web({"*": page(BODY)}) as web, lab(web.port, rules=rules) as here:
        found = await look(here, web.url("/", dead), web.url("/", flaky))
        assert here.names.asked(dead, "A") >= 2
    assert found[web.url("/", dead)].verdict == "certain"
    assert found[web.url("/", dead)].reason is Reason.NXDOMAIN
    assert found[web.url("/", flaky)].verdict != "certain"


async def test_a_resolver_without_the_internet_proves_no_name_dead() -> None:
    dead = "dead.example.com"
    async with Web({"*": page(BODY)}) as web, lab(web.port) as here:
        found = await look(here, web.url("/", dead))
    assert found[web.url("/", dead)].verdict == "unchecked"
    assert found[web.url("/", dead)].reason is Reason.NXDOMAIN


async def test_the_guard_leaves_targets_unchecked() -> None:
    async with lab(80) as here:
        found = await look(here, "http://10.0.0.1/", f"http://{HOST}:22/", "ftp://x.example/")
    assert {target.verdict for target in found.values()} == {"unchecked"}


async def test_every_target_is_answered_once() -> None:
    async with Web({"*": page(BODY), "/7": page(BODY, 404)}) as web, lab(web.port) as here:
        urls = [web.url(f"/{number}", HOST) for number in range(150)]
        looks = verify_links(here.tools, [target_of(url) for url in urls])
        found = [item async for item in looks]
    assert sorted(item.url for item in found) == sorted(urls)
    assert [item.url for item in found if item.verdict == "certain"] == [web.url("/7", HOST)]


async def test_a_consumer_may_stop_early() -> None:
    async with Web({"*": pdf}) as web, lab(web.port) as here:
        urls = [web.url(f"/{number}", HOST) for number in range(5)]
        looks = verify_links(here.tools, [target_of(url) for url in urls])
        first = await anext(looks)
        await looks.aclose()
    assert first.verdict == "ok"


async def test_a_head_that_finds_everything_is_not_believed() -> None:
    async def anything(talk: Talk) -> None:
        await talk.answer(200 if talk.request.line.startswith("HEAD") else 404, BODY)

    async with Web({"*": anything, "/a": pdf}) as web, lab(web.port) as here:
        found = await look(here, web.url("/a", HOST), web.url("/gone", HOST))
    assert {item.verdict for item in found.values()} == {"ok", "certain"}
    assert found[web.url("/gone", HOST)].verdict == "certain"


async def test_hot_link_protection_and_cookie_walls_are_open_to_visitors() -> None:
    async def guarded(talk: Talk) -> None:
        good = talk.request.headers.get("Referer", "").endswith(f"{HOST}:{port}/from.html")
        await talk.answer(200 if good else 404, b"x")

    async def walled(talk: Talk) -> None:
        await talk.answer(200 if "seen=1" in talk.request.headers.get("Cookie", "") else 404, b"x")

    async def entry(talk: Talk) -> None:
        await talk.answer(200, BODY, ("Set-Cookie", "seen=1"), ("Content-Type", "text/html"))

    scripts = {"/from.html": entry, "/a.jpg": guarded, "/b.doc": walled, "/c.doc": walled}
    async with Web({"*": page(BODY, 404), **scripts}) as web, lab(web.port) as here:
        port, source = web.port, web.url("/from.html", HOST)
        items = [
            FrontierUrl(web.url(path, HOST), LinkKind.ATTACHMENT, parent=source)
            for path in ("/a.jpg", "/b.doc", "/c.doc", "/d.doc")
        ]
        found = [item async for item in verify_links(here.tools, items)]
    assert {item.url[-6:]: item.verdict for item in found} == {
        "/a.jpg": "ok",
        "/b.doc": "ok",
        "/c.doc": "ok",
        "/d.doc": "certain",
    }
    assert len(web.requests("/from.html")) == 2, "once for its cookies, once for the dead one"


async def test_other_origins_learn_the_origin_only() -> None:
    there = "http://other.example.cn/a"
    assert referer_of(f"http://{HOST}/a", f"http://{HOST}/b?c=1#d") == f"http://{HOST}/b?c=1"
    assert referer_of(there, f"http://{HOST}/b") == f"http://{HOST}/"
    assert referer_of(there, f"https://{HOST}/b") == ""
    assert referer_of(there, "") == ""


async def test_pages_in_place_of_files_are_suspected_where_anything_is_found() -> None:
    """Everything is answered by the home page, but for one file that is there."""
    async with Web({"*": page(BODY), "/f/b.pdf": pdf}) as web, lab(web.port) as here:
        found = await look(here, web.url("/f/a.pdf", HOST), web.url("/f/b.pdf", HOST))
    assert [found[web.url(f"/f/{name}.pdf", HOST)].verdict for name in "ab"] == ["suspected", "ok"]
    assert found[web.url("/f/a.pdf", HOST)].status == 200


async def test_outside_pages_that_lead_home_as_anything_does_are_suspected() -> None:
    async def home(talk: Talk) -> None:
        await talk.redirect("/")

    async def login(talk: Talk) -> None:
        await talk.redirect("/sso/login?back=1")

    scripts = {"/": page(BODY), "/new": page(BODY), "/sso/login": page(BODY), "/in/a": login}
    rest: dict[str, Script] = {"*": home}
    async with Web(rest | scripts) as web, lab(web.port) as here:
        urls = [web.url(path, "localhost") for path in ("/2019/gone.html", "/new", "/in/a", "/")]
        found = await look(here, *urls)
    verdicts = [found[url].verdict for url in urls]
    assert verdicts == ["suspected", "ok", "ok", "ok"]


async def test_a_silent_host_is_not_asked_for_all_its_pages() -> None:
    async def mute(talk: Talk) -> None:
        talk.reset()

    async with Web({"*": mute}) as web, lab(web.port, retry_delay_s=0.0) as here:
        urls = [web.url(f"/{number}", "localhost") for number in range(200)]
        found = await look(here, *urls)
    counted = Counter(item.verdict for item in found.values())
    assert set(counted) == {"suspected", "unchecked"}
    assert counted["unchecked"] >= 100
    assert len(web.log) < 250
