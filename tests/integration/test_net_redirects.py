"""Redirects: followed by hand, judged at every hop, read from raw bytes."""

from __future__ import annotations

import pytest

from tests.hostile.http_cases import HELLO, answer, redirect_with_endless_body
from tests.hostile.names import Names, records, turns
from tests.hostile.tools import fetcher
from tests.hostile.web import Script, Talk, Web


def to(location: str | bytes, status: int = 302) -> Script:
    async def script(talk: Talk) -> None:
        await talk.redirect(location, status)

    return script


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("hello", "/x/hello"),
        ("./hello?a=1", "/x/hello?a=1"),
        ("/hello#part", "/hello"),
        ("/h e l", "/h%20e%20l"),
        ("\\hello", "/hello"),
        ("/a/../hello", "/hello"),
        ("  /hello  ", "/hello"),
        ("/政务".encode(), "/%E6%94%BF%E5%8A%A1"),
        ("/政务?q=搜索".encode("gbk"), "/%D5%FE%CE%F1?q=%CB%D1%CB%F7"),
        ("/%D5%FE", "/%D5%FE"),
        ("/back?to=\\x", "/back?to=\\x"),
    ],
)
async def test_location_means_what_browsers_take_it_for(location: str | bytes, path: str) -> None:
    async with (
        Web({"/x/": to(location), "*": answer(HELLO)}) as web,
        fetcher(web.port) as client,
    ):
        fetched = await client.fetch(web.url("/x/"))
    assert (fetched.record.reason, fetched.body) == (None, HELLO)
    assert web.log[1].path == path
    assert fetched.record.url == web.url("/x/")
    assert fetched.hops[0].location == web.url(path)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_every_status_and_an_absolute_target(status: int) -> None:
    async with Web({"/b": answer(HELLO)}) as other, Web({}) as web:
        web.scripts["/a"] = to(other.url("/b", host="localhost"), status)
        async with fetcher(web.port, other.port) as client:
            fetched = await client.fetch(web.url("/a"))
    assert fetched.record.final_url == f"http://localhost:{other.port}/b"
    assert [(hop.status, hop.final_url) for hop in fetched.hops] == [(status, web.url("/a"))]


@pytest.mark.parametrize(
    ("location", "detail"),
    [
        ("http://10.1.2.3/", "address 10.1.2.3 is private"),
        ("http://169.254.169.254/latest/meta-data/", "link-local"),
        ("http://[::ffff:127.0.0.1]:{port}/", "mapped"),
        ("http://[64:ff9b::7f00:1]:{port}/", "nat64"),
        ("http://2130706433:{port}/", "host-spelling"),
        ("http://0x7f.1:{port}/", "host-spelling"),
        ("http://127.1:{port}/", "host-spelling"),
        ("http://127.0.0.１:{port}/", "host-spelling"),
        ("http://127。0。0。1:{port}/", "host-spelling"),
        ("http://user@127.0.0.1:{port}/", "userinfo"),
        ("http://127.0.0.1:1/", "port 1"),
        ("file:///etc/passwd", "scheme file"),
        ("ftp://127.0.0.1/", "scheme ftp"),
        ("javascript:alert(1)", "scheme javascript"),
    ],
)
async def test_forbidden_targets_are_never_contacted(location: str, detail: str) -> None:
    async with Web({"*": answer(HELLO)}) as web, fetcher(web.port, 80) as client:
        web.scripts["/a"] = to(location.format(port=web.port))
        fetched = await client.fetch(web.url("/a"))
    assert fetched.record.reason == "address-not-allowed"
    assert detail in fetched.record.detail
    assert len(web.log) == 1
    assert fetched.record.status == 302


async def test_a_target_that_is_no_url() -> None:
    async with Web({"/a": to("http://[::1")}) as web, fetcher(web.port) as client:
        record = (await client.fetch(web.url("/a"))).record
    assert (record.reason, record.detail) == ("protocol-error", "malformed redirect")


async def test_loops_and_endless_chains_end() -> None:
    async def onward(talk: Talk) -> None:
        await talk.redirect(f"/n?{len(web.log)}")

    scripts = {"/a": to("/b"), "/b": to("/a"), "/self": to("/self"), "/n": onward}
    async with Web(scripts) as web, fetcher(web.port) as client:
        loop = (await client.fetch(web.url("/a"))).record
        assert (loop.reason, loop.detail, loop.status) == ("protocol-error", "redirect-loop", 302)
        assert len(web.log) == 2
        assert (await client.fetch(web.url("/self"))).record.detail == "redirect-loop"
        web.log.clear()
        endless = await client.fetch(web.url("/n"))
        assert endless.record.detail == "more than 10 redirects"
        assert len(endless.hops) == 10
        assert len(web.log) == 11


async def test_cookies_live_for_one_fetch_only() -> None:
    async def gate(talk: Talk) -> None:
        if "pass=1" in talk.request.headers.get("Cookie", ""):
            await talk.answer(200, HELLO)
        else:
            await talk.answer(
                302, b"", ("Set-Cookie", "pass=1; Path=/; HttpOnly"), ("Location", "/")
            )

    async with Web({"/": gate}) as web, fetcher(web.port) as client:
        for _ in range(2):
            fetched = await client.fetch(web.url("/"))
            assert (fetched.record.reason, fetched.body) == (None, HELLO)
        assert [("Cookie" in item.headers) for item in web.log] == [False, True] * 2


async def test_cookies_stay_with_their_host() -> None:
    names = {
        ("www.a.gov.cn", "A"): records("www.a.gov.cn. 60 A 127.0.0.1"),
        ("www.b.gov.cn", "A"): records("www.b.gov.cn. 60 A 127.0.0.1"),
        ("zw.a.gov.cn", "A"): records("zw.a.gov.cn. 60 A 127.0.0.1"),
    }
    async with Names(names) as dns, Web({"*": answer(HELLO)}) as web:

        async def spread(talk: Talk) -> None:
            await talk.answer(
                302,
                b"",
                ("Set-Cookie", "own=1"),
                ("Set-Cookie", "wide=2; Domain=.gov.cn"),
                ("Set-Cookie", "zone=3; Domain=a.gov.cn"),
                ("Set-Cookie", "safe=4; Domain=a.gov.cn; Secure"),
                ("Set-Cookie", "alien=5; Domain=www.b.gov.cn"),
                ("Location", f"http://{talk.request.headers['Next']}:{web.port}/end"),
            )

        web.scripts["/start"] = spread
        async with fetcher(web.port, dns=dns.where) as client:
            for following, cookie in (("www.b.gov.cn", None), ("zw.a.gov.cn", "zone=3")):
                url = web.url("/start", host="www.a.gov.cn")
                await client.fetch(url, headers={"Next": following})
                assert web.log[-1].path == "/end"
                assert web.log[-1].headers.get("Cookie") == cookie


async def test_not_followed_and_without_target() -> None:
    async with (
        Web({"/a": to("/b"), "/none": answer(b"x", status=302)}) as web,
        fetcher(web.port) as client,
    ):
        fetched = await client.fetch(web.url("/a"), follow=False)
        assert (fetched.record.status, fetched.record.location) == (302, web.url("/b"))
        assert fetched.record.reason is None
        assert (await client.fetch(web.url("/none"))).record.status == 302
        limited = await client.fetch(web.url("/a"), max_redirects=0)
        assert limited.record.detail == "more than 0 redirects"


async def test_the_body_of_a_redirect_does_not_matter() -> None:
    scripts = {"/a": redirect_with_endless_body, "/hello": answer(HELLO)}
    async with Web(scripts) as web, fetcher(web.port) as client:
        fetched = await client.fetch(web.url("/a"))
    assert (fetched.record.reason, fetched.body) == (None, HELLO)


async def test_international_host_in_location() -> None:
    names = {("xn--fiq06lqvfzo0a.xn--zfr164b", "A"): records("x. 60 A 127.0.0.1")}
    seen = []
    for code in ("utf-8", "gb18030"):
        async with Names(names) as dns, Web({"/b": answer(HELLO)}) as web:
            location = f"http://中国政府.政务:{web.port}/b".encode(code)
            web.scripts["/a"] = to(location)
            async with fetcher(web.port, dns=dns.where) as client:
                fetched = await client.fetch(web.url("/a"))
            seen.append(fetched.record.final_url.rsplit(":", 1)[0])
            assert ("A" in {item[1] for item in dns.log}) is True
    assert seen[0] == seen[1]
    assert seen[0].startswith("http://xn--")


async def test_rebinding_between_hops_and_between_fetches() -> None:
    """A name that first points at the site and then into the intranet gets one request."""
    rebinding = turns(records("evil.example. 0 A 127.0.0.1"), records("evil.example. 0 A 10.0.0.1"))
    async with Names({("evil.example", "A"): rebinding}) as dns, Web({}) as web:
        web.scripts["*"] = answer(HELLO)
        async with fetcher(web.port, dns=dns.where) as client:
            assert (await client.fetch(web.url("/", host="evil.example"))).record.status == 200
            client.resolver._cache.clear()
            client.resolver._hosts.clear()
            second = (await client.fetch(web.url("/", host="evil.example"))).record
    assert (second.reason, second.detail) == ("address-not-allowed", "10.0.0.1 is private")
    assert len(web.log) == 1
