"""Sitemaps and robots files made to trap a crawler: bounded requests, nothing forbidden asked."""

from __future__ import annotations

import gzip

import pytest

from tests.hostile.web import Script, Talk
from tests.integration.site_lab import linked, walk

XML = (("Content-Type", "application/xml"),)
HEAD = "<?xml version='1.0' encoding='UTF-8'?>"
#: Sitemap files that a crawl reads at most, its home page, robots.txt and a few pages beside them.
MOST = 70


def index(*names: str) -> str:
    entries = "".join(f"<sitemap><loc>{name}</loc></sitemap>" for name in names)
    return f"{HEAD}<sitemapindex>{entries}</sitemapindex>"


def urlset(*names: str, before: str = "") -> str:
    entries = "".join(f"<url><loc>{name}</loc></url>" for name in names)
    return f"{HEAD}{before}<urlset>{entries}</urlset>"


def root(talk: Talk) -> str:
    return f"http://{talk.request.headers['Host']}"


async def loop(talk: Talk) -> None:
    here = root(talk)
    text = index(f"{here}/sitemap.xml", f"{here}/other.xml", f"{here}/sitemap.xml#again")
    await talk.answer(200, text.encode(), *XML)


async def endless_chain(talk: Talk) -> None:
    number = int(talk.request.path.partition("?")[2] or 0) + 1
    await talk.answer(200, index(f"{root(talk)}/sitemap.xml?{number}").encode(), *XML)


async def index_bomb(talk: Talk) -> None:
    here = root(talk)
    text = index(*(f"{here}/sitemap.xml?{number}" for number in range(5_000)))
    await talk.answer(200, text.encode(), *XML)


async def gzip_bomb(talk: Talk) -> None:
    await talk.answer(200, gzip.compress(b"<urlset>" + b" " * 100_000_000), *XML)


async def entity_bomb(talk: Talk) -> None:
    levels = "".join(f"<!ENTITY e{level} '{f'&e{level - 1};' * 10}'>" for level in range(1, 12))
    before = f"<!DOCTYPE urlset [<!ENTITY e0 'x'>{levels}]>"
    await talk.answer(200, urlset(f"{root(talk)}/&e11;", before=before).encode(), *XML)


async def file_entity(talk: Talk) -> None:
    before = "<!DOCTYPE urlset [<!ENTITY f SYSTEM 'file:///etc/hostname'>]>"
    await talk.answer(200, urlset(f"{root(talk)}/leak/&f;", before=before).encode(), *XML)


async def elsewhere(talk: Talk) -> None:
    port = talk.request.headers["Host"].rpartition(":")[2]
    hosts = ("127.0.0.1", "2130706433", "[::1]", "10.0.0.1", "other.gov.cn")
    names = [f"http://{host}:{port}/secret" for host in hosts]
    await talk.answer(200, urlset(*names, "file:///etc/passwd", "javascript:x").encode(), *XML)


async def to_the_intranet(talk: Talk) -> None:
    port = talk.request.headers["Host"].rpartition(":")[2]
    await talk.redirect(f"http://2130706433:{port}/secret")


async def a_page(talk: Talk) -> None:
    await talk.answer(200, linked("/x"), ("Content-Type", "text/html"))


CASES: dict[str, Script] = {
    item.__name__.replace("_", "-"): item
    for item in (
        loop, endless_chain, index_bomb, gzip_bomb, entity_bomb, file_entity, elsewhere,
        to_the_intranet, a_page,
    )
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
async def test_a_hostile_sitemap(name: str) -> None:
    done = await walk({"/": ["/fine"], "/fine": ["/"], "/sitemap.xml": CASES[name]})
    assert {"/", "/fine"} <= set(done.sink.pages)
    assert done.summary.stopped_because == "complete"
    assert len(done.web.log) <= MOST
    paths = [request.path for request in done.web.log]
    assert not any("secret" in path or "xxx" in path for path in paths)
    # What stands before an entity is all that is read of an address.
    assert {path for path in paths if path.startswith("/leak")} <= {"/leak/"}
    assert {request.headers["Host"].rpartition(":")[0] for request in done.web.log} == {
        "www.example.gov.cn"
    }


RULES = b"User-agent: *\nDisallow: /closed/\n"
ROBOTS: dict[str, tuple[bytes, bool]] = {
    "bom": (b"\xef\xbb\xbf" + RULES, True),
    "old-mac-lines": (RULES.replace(b"\n", b"\r"), True),
    "binary-behind": (RULES + bytes(range(256)) * 100, True),
    "too-large": (RULES + b"# x\n" * 350_000, True),
    "too-large-and-bom": (b"\xef\xbb\xbf" + RULES + b"Disallow: /x\n" * 120_000, True),
    "html": (linked("/closed/a", title="404"), False),
    "wildcards": (b"User-agent: *\nDisallow: /" + b"*a" * 500 + b"$\n", False),
    "empty": (b"", False),
    "utf-16": (RULES.decode().encode("utf-16"), False),
}


@pytest.mark.parametrize("name", ROBOTS)
async def test_an_odd_robots_file(name: str) -> None:
    body, obeyed = ROBOTS[name]

    async def script(talk: Talk) -> None:
        await talk.answer(200, body, ("Content-Type", "text/plain"))

    pages = {"/": ["/closed/a", "/open"], "/closed/a": ["/"], "/open": ["/"], "/robots.txt": script}
    done = await walk(pages)
    assert done.asked("/open") == 1
    assert bool(done.asked("/closed/a")) == (not obeyed)
