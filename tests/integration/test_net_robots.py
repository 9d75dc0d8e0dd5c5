"""robots.txt in all the forms that sites serve."""

from __future__ import annotations

import asyncio

import pytest

from auditor.gather.robots import MAX_BYTES, Robots
from auditor.gather.throttle import Throttle
from tests.hostile.http_cases import answer, drip_body, raw, reset_at_once
from tests.hostile.tools import fetcher
from tests.hostile.web import Script, Talk, Web

RULES = b"User-agent: *\nDisallow: /private/\nCrawl-delay: 3\nSitemap: http://x.cn/s.xml\n"
LATE = b"User-agent: *\n" + b"# pad\n" * (MAX_BYTES // 6) + b"Disallow: /\n"


async def forever(talk: Talk) -> None:
    await talk.redirect("/robots.txt?" + talk.request.path[-20:] + "x")


CASES: dict[str, tuple[Script, str, bool, bool]] = {
    "rules": (answer(RULES), "ok", True, False),
    "bom": (answer(b"\xef\xbb\xbf" + RULES), "ok", True, False),
    "empty": (answer(b""), "ok", True, True),
    "absent": (answer(b"no", status=404), "absent", True, True),
    "forbidden": (answer(b"no", status=403), "absent", True, True),
    "html": (answer(b"\n<!DOCTYPE html><html><body>404</body></html>"), "html", True, True),
    "html-bom": (
        answer(b"\xef\xbb\xbf<html>User-agent: *\nDisallow: /</html>"),
        "html",
        True,
        True,
    ),
    "error": (answer(b"x", status=500), "unreachable", False, False),
    "reset": (reset_at_once, "unreachable", False, False),
    "timeout": (drip_body, "unreachable", False, False),
    "not-http": (raw(b"SSH-2.0\r\n"), "unreachable", True, True),
    "redirects": (forever, "absent", True, True),
    "large": (answer(b"User-agent: *\nDisallow: /private/\n" + LATE), "too-large", True, False),
    "large-late": (answer(LATE), "too-large", True, True),
    "gbk": (
        answer("# 政务\nUser-agent: *\nDisallow: /private/\n".encode("gbk")),
        "ok",
        True,
        False,
    ),
    "binary": (answer(bytes(range(256))), "ok", True, True),
    "cr-only": (answer(b"User-agent: *\rDisallow: /private/\r"), "ok", True, False),
    "all": (answer(b"User-agent: *\nDisallow: /"), "ok", False, False),
    "only-us": (answer(b"User-agent: govsite-auditor\nDisallow: /"), "ok", False, False),
    "only-others": (answer(b"User-agent: Baiduspider\nDisallow: /"), "ok", True, True),
    "wildcards": (answer(b"User-agent: *\nDisallow: /*/x$\nDisallow: /pri*/"), "ok", True, False),
    "challenge": (
        answer(b"<script>x</script>", ("Set-Cookie", "__jsluid_s=1"), status=521),
        "unreachable",
        True,
        True,
    ),
}


@pytest.mark.parametrize("name", CASES)
async def test_state_and_rules(name: str) -> None:
    script, state, public, private = CASES[name]
    async with Web({"/robots.txt": script}) as web, fetcher(web.port, timeout_s=0.8) as client:
        robots = Robots(client)
        assert await robots.allowed(web.url("/index.html")) is public
        assert await robots.allowed(web.url("/private/x.html")) is private
        file = await robots.file(web.url("/any"))
    assert file.state == state
    assert file.disallows_all is (not public)
    assert file.url == web.url("/robots.txt")


async def test_details_and_one_request_for_many_questions() -> None:
    throttle = Throttle(delay_s=0, per_host=4, per_ip=4, adaptive=False)
    async with (
        Web({"/robots.txt": answer(RULES)}) as web,
        fetcher(web.port, throttle=throttle) as client,
    ):
        robots = Robots(client)
        answers = await asyncio.gather(
            *(robots.allowed(web.url(f"/p{number}")) for number in range(20))
        )
        file = await robots.file(web.url("/"))
    assert all(answers)
    assert len(web.log) == 1
    assert (file.crawl_delay_s, file.sitemaps) == (3.0, ("http://x.cn/s.xml",))
    assert throttle.delay_of("127.0.0.1") == 3.0
    assert robots._locks == {}


async def test_an_authorised_inspection_overrides_and_says_so() -> None:
    throttle = Throttle(delay_s=0, per_host=4, per_ip=4, adaptive=False)
    script = answer(b"User-agent: *\nDisallow: /\nCrawl-delay: 9\n")
    async with (
        Web({"/robots.txt": script}) as web,
        fetcher(web.port, throttle=throttle) as client,
    ):
        robots = Robots(client, obey=False, override_reason="区政府办公室授权检查")
        assert await robots.allowed(web.url("/x"))
        file = await robots.file(web.url("/"))
    assert (file.disallows_all, file.overridden) == (True, "区政府办公室授权检查")
    assert throttle.delay_of("127.0.0.1") == 0
