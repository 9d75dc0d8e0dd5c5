"""Sites that go wrong in one round with a good one: each says what happened, none costs another."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.hostile.certificates import make, server_context
from tests.hostile.names import Names, rcode, records
from tests.hostile.page_cases import CASES as PAGES
from tests.hostile.web import Script, Talk, Web
from tests.integration.cli_lab import run_measured
from tests.integration.probe_lab import page
from tests.integration.site_lab import linked, status

MB = 2**20
GOOD = {
    "/": page(linked("/a", "/b", "/c")),
    **dict.fromkeys(("/a", "/b", "/c"), page(linked("/"))),
    "*": status(404),
}


async def endless(talk: Talk) -> None:
    await talk.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html><body>")
    while True:
        await talk.send(b"<p>" + b"x" * 60_000)


@cache
def bodies() -> tuple[bytes, bytes]:
    """A bomb and a page that is too large, made once: the server serves all the others, too."""
    return gzip.compress(b"<p>" + b"0" * (64 * MB)), b"<html>" + b"<p>x</p>" * (50 * MB // 8)


async def bomb(talk: Talk) -> None:
    await talk.answer(200, bodies()[0], ("Content-Type", "text/html"), ("Content-Encoding", "gzip"))


async def huge(talk: Talk) -> None:
    await talk.answer(200, bodies()[1], ("Content-Type", "text/html"))


async def challenge(talk: Talk) -> None:
    await talk.answer(
        412, b"<script>$_ts={}</script>", ("Set-Cookie", "FSSBBIl1UgzbN7N80S=a"),
        ("Content-Type", "text/html"),
    )  # fmt: skip


async def late_bomb(talk: Talk) -> None:
    """A good home page over bad ones."""
    if talk.request.path == "/":
        await talk.answer(200, linked("/bomb", "/huge", "/fine"), ("Content-Type", "text/html"))
    else:
        await {"/bomb": bomb, "/huge": huge}.get(talk.request.path, page(linked("/")))(talk)


async def menagerie(talk: Talk) -> None:
    """Every hostile page there is, behind one home page."""
    host = talk.request.headers["Host"]
    case = next((item for item in PAGES if item.path == talk.request.path), None)
    if case is not None:
        body = case.body.replace(b"{port}", host.rpartition(":")[2].encode())
        await talk.answer(200, body, *((("Content-Type", case.kind),) if case.kind else ()))
    elif talk.request.path == "/":
        await talk.answer(
            200, linked(*(item.path for item in PAGES), "/fine"), ("Content-Type", "text/html")
        )
    else:
        await (page(linked("/")) if talk.request.path == "/fine" else status(404))(talk)


SITES: dict[str, dict[str, Script]] = {
    "good": GOOD,
    "endless": {"*": endless},
    "bomb": {"*": bomb},
    "huge": {"*": huge},
    "waf": {"*": challenge},
    "error": {"*": status(503)},
    "menagerie": {"*": menagerie},
    "mixed": {"*": late_bomb, "/robots.txt": status(404), "/sitemap.xml": status(404)},
}


@contextmanager
def district(folder: Path) -> Iterator[Path]:
    """All sites with a name server; the configuration of their audit."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    def wait(work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result(10)

    webs = {name: Web(scripts) for name, scripts in SITES.items()}
    expired = make("expired", names=("expired.gov.cn",), end_days=-1)
    webs["expired"] = Web(GOOD, tls=server_context(folder, expired))
    known = [f"{name}.gov.cn" for name in (*webs, "closed")]
    names = Names({(name, "A"): records(f"{name}. 60 A 127.0.0.1") for name in known})
    names.rules["ipv4only.arpa", "A"] = records("ipv4only.arpa. 60 A 192.0.0.170")
    names.rules["dead.gov.cn", "*"] = rcode("NXDOMAIN", zone="gov.cn")
    for each in (*webs.values(), names):
        wait(each.__aenter__())
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        closed = taken.getsockname()[1]
        ports = [closed, *(web.port for web in webs.values())]
        register = [
            {"id": name, "name": name, "homepage": web.url("/", f"{name}.gov.cn")}
            for name, web in webs.items()
        ]
        register.append(
            {"id": "closed", "name": "c", "homepage": f"http://closed.gov.cn:{closed}/"}
        )
        register.append({"id": "dead", "name": "d", "homepage": f"http://dead.gov.cn:{closed}/"})
        config = folder / "config.yaml"
        config.write_text(
            yaml.safe_dump(
                {
                    "register": register,
                    "network": {
                        "allow": ["127.0.0.0/8"],
                        "allow_ports": ports,
                        "resolvers": [names.where],
                        "name_server_port": names.port,
                    },
                    "politeness": {"delay_s": 0, "adaptive": False},
                    "checks": {"include": ["site", "accessibility", "columns"]},
                    "crawl": {"body_limit_mb": 2, "page_timeout_s": 5},
                    "reports": {"formats": ["json", "html"]},
                }
            )
        )
        yield config
    for each in (*webs.values(), names):
        wait(each.__aexit__(None, None, None))
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("hostile")
    with district(folder):
        code, err, peak = run_measured(folder, "-q", "run", "--no-browser", "-o", "o")
    assert code in {0, 3}, err
    assert err == ""
    assert peak < 256 * 1024, "KiB"
    result = json.loads((folder / "o" / "result.json").read_text("utf-8"))
    return {site["id"]: site for site in result["sites"]}


def untested(site: dict[str, Any]) -> set[str]:
    """Reasons for which checks were not made."""
    return {row["reason"] for row in site["untested"]}


def about(site: dict[str, Any], check_id: str) -> list[tuple[str, str]]:
    return [
        (item["outcome"], item["message"]["key"])
        for item in site["findings"]
        if item["check_id"] == check_id
    ]


pytestmark = pytest.mark.slow


def test_the_good_site_is_not_touched_by_the_others(sites: dict[str, Any]) -> None:
    good = sites["good"]
    wanted = {"pages": 4, "stopped_because": "complete", "left": 0, "failed": 0, "blocked": 0}
    assert good["crawl"].items() >= wanted.items()
    assert good["state"] == "done"
    assert {row["check_id"] for row in good["tallies"]} >= {"accessibility-page-language"}


@pytest.mark.parametrize(
    ("name", "reason", "stopped"),
    [
        ("dead", "nxdomain", "unreachable"),
        ("closed", "connection-refused", "unreachable"),
        ("endless", "too-large", "unreachable"),
        ("bomb", "too-large", "unreachable"),
        ("huge", "too-large", "unreachable"),
        ("waf", "blocked", "blocked"),
        ("error", "http-error", "unreachable"),
    ],
)
def test_a_site_that_cannot_be_crawled_says_why(
    sites: dict[str, Any], name: str, reason: str, stopped: str
) -> None:
    site = sites[name]
    assert site["state"] == "done"
    assert site["error"] == ""
    assert (site["crawl"]["pages"], site["crawl"]["stopped_because"]) == (0, stopped)
    (language,) = [r for r in site["untested"] if r["check_id"] == "accessibility-page-language"]
    assert language["reason"] == reason
    assert site["verdict"] in {"not-assessed", "provisional"}
    failed = {item["check_id"] for item in site["findings"] if item["outcome"] == "failed"}
    assert failed <= {"site-homepage", "site-reachability"}, "nothing else is accused"


def test_what_was_seen_of_the_home_page_is_said(sites: dict[str, Any]) -> None:
    said = {name: about(site, "site-homepage") for name, site in sites.items()}
    assert said["good"] == said["mixed"] == []
    assert said["closed"] == [("failed", "not-reached")]
    assert said["error"] == [("failed", "error-status")]
    assert all(outcome != "failed" for name in ("bomb", "huge", "waf") for outcome, _ in said[name])


def test_an_expired_certificate_hides_nothing_behind_it(sites: dict[str, Any]) -> None:
    expired = sites["expired"]
    assert (expired["crawl"]["pages"], expired["crawl"]["stopped_because"]) == (4, "complete")
    assert about(expired, "site-homepage") == [("cant-tell", "no-answer")]


def test_hostile_pages_break_no_check(sites: dict[str, Any]) -> None:
    """Within the memory that the round may take; what they say is of no importance."""
    zoo = sites["menagerie"]
    assert (zoo["state"], zoo["error"]) == ("done", "")
    assert zoo["crawl"]["pages"] > len(PAGES) // 2
    assert "check-crashed" not in untested(zoo)


def test_bad_pages_of_a_good_site_cost_themselves_alone(sites: dict[str, Any]) -> None:
    mixed = sites["mixed"]
    assert (mixed["crawl"]["pages"], mixed["crawl"]["failed"]) == (2, 2)
    assert not about(mixed, "site-dead-links"), "a page that is too large is no dead link"
