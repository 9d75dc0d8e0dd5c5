"""Politeness proved from the servers' log: a whole round over names that share an address."""

from __future__ import annotations

import asyncio
import json
from contextlib import ExitStack
from dataclasses import replace

import pytest
import yaml

from tests.hostile.names import Names, records
from tests.hostile.web import Request, Talk, Web
from tests.integration.cli_lab import running, spawn
from tests.integration.site_lab import linked
from tests.politeness import Rules, Visit, violations

SHARED, OWN = "127.0.0.1", "127.0.0.2"
ROBOTS = {
    "one.gov.cn": "User-agent: *\nDisallow: /private/\nDisallow: /search\n",
    "patient.gov.cn": "User-agent: *\nCrawl-delay: 0.8\n",
}
#: Host -> address. `slow` takes its time, `busy` refuses now and then with Retry-After.
HOSTS = {
    "one.gov.cn": SHARED,
    "two.gov.cn": SHARED,
    "patient.gov.cn": SHARED,
    "busy.gov.cn": SHARED,
    "slow.gov.cn": OWN,
}
SLOW_S = 0.6
FORM = "<form action='/search'><input name=q type=search placeholder=搜索></form>"
RULES = Rules(delay_s=0.4, per_host=2, per_ip=4, robots=ROBOTS, slack_s=0.2)
#: Checks that have every kind of request made, and none that waits for long.
CHECKS = ("site-dead-links", "site-soft-404", "search-form", "accessibility-axe-operable")


def body(host: str, path: str) -> bytes:
    if path == "/":
        return linked(
            *(f"/{n}.html" for n in range(3)),
            "/private/a.html",
            title=host,
            more=f"{FORM}<img src=/private/x.png alt=图><img src=/logo.png alt=标志>",
        )
    return linked("/", f"http://two.gov.cn:{PORT[0]}/0.html", title=path)


#: The port of both servers, for links between the sites.
PORT = [0]


def page(host: str, path: str) -> tuple[int, bytes, str]:
    """Status, body and type."""
    if path == "/robots.txt":
        text = ROBOTS.get(host, "").encode()
        return 200 if text else 404, text, "text/plain"
    if path in {"/", "/private/a.html", *(f"/{n}.html" for n in range(3))}:
        return 200, body(host, path), "text/html; charset=utf-8"
    if path.endswith(".png"):
        return 200, b"\x89PNG", "image/png"
    return 404, b"<p>not here</p>", "text/html"


class District:
    """One server for all names of an address."""

    def __init__(self) -> None:
        self.refused: set[str] = set()

    async def serve(self, talk: Talk) -> None:
        """Answer slowly, refuse, or answer."""
        host, path = host_of(talk.request), talk.request.path
        if host == "slow.gov.cn" and wants_page(talk.request):
            await asyncio.sleep(SLOW_S)
        if host == "busy.gov.cn" and path in {"/0.html", "/logo.png"} - self.refused:
            self.refused.add(path)
            await talk.answer(429, b"later", ("Retry-After", "3"))
        else:
            status, content, kind = page(host, path)
            await talk.answer(status, content, ("Content-Type", kind))


def host_of(request: Request) -> str:
    return request.headers["Host"].split(":")[0]


def wants_page(request: Request) -> bool:
    """False for the images and scripts that a browser loads for a page."""
    return request.headers["Accept"].startswith("text/html")


def seen(address: str, request: Request) -> Visit:
    """The request as the judge takes it."""
    return Visit(
        host=host_of(request),
        address=address,
        path=request.path,
        started=request.started,
        ended=request.ended or float("inf"),
        method=request.line.split(" ")[0],
        agent=request.headers.get("User-Agent", ""),
        status=request.status,
        retry_after_s=float(request.retry_after) if request.retry_after else None,
        part=not wants_page(request),
    )


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> list[Visit]:
    folder = tmp_path_factory.mktemp("polite")
    with ExitStack() as stack:
        servers = {SHARED: stack.enter_context(running(Web({"*": District().serve}, host=SHARED)))}
        PORT[0] = servers[SHARED].port
        servers[OWN] = stack.enter_context(
            running(Web({"*": District().serve}, host=OWN, port=PORT[0]))
        )
        rules = {(host, "A"): records(f"{host}. 60 A {at}") for host, at in HOSTS.items()}
        names = stack.enter_context(running(Names(rules)))
        (folder / "config.yaml").write_text(yaml.safe_dump(configuration(names)))
        process = stack.enter_context(spawn(folder, "-q", "run", "-o", "out"))
        _, err = process.communicate()
        assert process.returncode in {0, 3}, err
        sites = json.loads((folder / "out" / "result.json").read_text("utf-8"))["sites"]
        crawled = {site["id"]: site["crawl"]["pages"] for site in sites}
        assert crawled == {"one": 4, "two": 5, "patient": 5, "busy": 5, "slow": 5}
        return [seen(at, request) for at, web in servers.items() for request in web.log]


def configuration(names: Names) -> dict[str, object]:
    port = PORT[0]
    return {
        "register": [
            {"id": host.split(".")[0], "name": host, "homepage": f"http://{host}:{port}/"}
            for host in HOSTS
        ],
        "network": {
            "allow": ["127.0.0.0/8"],
            "allow_ports": [80, 443, port],
            "resolvers": [names.where],
            "name_server_port": names.port,
        },
        "politeness": {
            "delay_s": RULES.delay_s,
            "per_host": RULES.per_host,
            "per_ip": RULES.per_ip,
        },
        "checks": {"include": list(CHECKS)},
        "browser": {"max_renders": 1},
        "search": {"max_queries": 3, "delay_s": 0},
        "reports": {"formats": ["json"]},
    }


pytestmark = pytest.mark.slow


def test_every_kind_of_request_was_made(log: list[Visit]) -> None:
    """Else the proof would be about less than it claims."""
    hosts = {visit.host for visit in log}
    assert hosts == set(HOSTS)
    assert {visit.method for visit in log} == {"GET", "HEAD"}
    assert any("q=" in visit.path for visit in log), "the search of a site that allows it"
    assert any(visit.part for visit in log), "the browser"
    assert sum(visit.retry_after_s is not None for visit in log) == 2
    assert any(len(visit.path) > 20 for visit in log), "pages that cannot exist"


def test_no_rule_was_broken(log: list[Visit]) -> None:
    assert [str(breach) for breach in violations(log, RULES)] == []


@pytest.mark.parametrize("rule", ["delay", "in-flight", "robots.txt", "Retry-After", "adaptive"])
def test_the_proof_would_fail(log: list[Visit], rule: str) -> None:
    """The same log judged by stricter promises: each rule bites."""
    stricter = {
        "delay": replace(RULES, delay_s=1.0),
        "in-flight": replace(RULES, per_host=0, per_ip=1),
        "robots.txt": replace(RULES, robots={"two.gov.cn": "User-agent: *\nDisallow: /"}),
        "Retry-After": None,
        "adaptive": replace(RULES, adaptive_factor=6.0),
    }[rule]
    if stricter is None:
        log = [replace(v, retry_after_s=60.0) if v.retry_after_s else v for v in log]
    found = {breach.rule.split(" ")[0] for breach in violations(log, stricter or RULES)}
    assert rule in found
