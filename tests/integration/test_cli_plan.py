"""`auditor plan`: before the first round, and from what the last one left."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.names import Names
from tests.hostile.tools import NO_DNS
from tests.hostile.web import Web
from tests.integration.cli_lab import Shell, running, served

PAGES = {
    "/": [f"/{n}.html" for n in range(30)] + ["/file.pdf"],
    **{f"/{n}.html": ["/", "/file.pdf"] for n in range(30)},
    "/file.pdf": b"%PDF-1.4",
    "/robots.txt": b"User-agent: *\nCrawl-delay: 0.1\n",
}


@pytest.fixture
def shell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Shell:
    return Shell(tmp_path, capsys, monkeypatch)


@pytest.fixture
def web() -> Iterator[Web]:
    with served(PAGES) as web:
        yield web


@pytest.fixture
def resolver() -> Iterator[str]:
    """A name server that knows no name, so that nobody waits for one."""
    with running(Names({})) as names:
        yield names.where


def configure(shell: Shell, web: Web, resolver: str = NO_DNS, **groups: object) -> None:
    shell.config(
        register=[
            {"id": name, "name": name, "homepage": f"http://{name}.localhost:{web.port}/"}
            for name in ("one", "two")
        ],
        network={
            "allow": ["127.0.0.0/8"],
            "allow_ports": [80, 443, web.port],
            "resolvers": [resolver],
        },
        checks={"include": ["site-dead-links", "accessibility-page-language"]},
        politeness={"delay_s": 0, "adaptive": False},
        browser={"enabled": False},
        reports={"formats": ["json"]},
        **groups,
    )


def planned(shell: Shell, *options: str, code: int = 0) -> dict[str, Any]:
    ended = shell("plan", "--json", *options)
    assert ended.code == code, ended.err
    return json.loads(ended.out)  # type: ignore[no-any-return]


def test_without_a_crawl(shell: Shell, web: Web) -> None:
    configure(shell, web)
    plan = planned(shell)
    assert [item["basis"] for item in plan["sites"]] == ["max-pages"] * 2
    assert [item["pages"] for item in plan["sites"]] == [5000, 5000]
    assert {item["address"] for item in plan["sites"]} == {"127.0.0.1"}
    assert plan["shared_addresses"][0]["sites"] == 2
    assert planned(shell, "--offline")["total"]["unresolved"] == 2
    assert web.log == [], "a plan visits nobody"
    assert not list(shell.folder.glob("*.db")), "and makes no database"


def test_from_the_last_crawl(shell: Shell, web: Web, resolver: str) -> None:
    configure(shell, web, resolver)
    assert shell("-q", "run", "--site", "one", "-o", "out", "--no-progress").code in {0, 3}
    asked = len(web.log)
    one, two = planned(shell)["sites"]
    assert (one["basis"], two["basis"]) == ("last-crawl", "max-pages")
    assert (one["pages"], one["interval_s"]) == (31, 0.1)
    assert asked <= one["requests"] <= 2 * asked + 30, "the fixed part allows for every probe"
    assert one["disk_bytes"] < 2 * two["disk_bytes"]


def test_what_does_not_fit_ends_with_3_and_says_what_to_do(shell: Shell, web: Web) -> None:
    configure(shell, web, crawl={"max_seconds": 60})
    plan = planned(shell, code=3)
    assert [item["kind"] for item in plan["problems"]] == ["site-time", "site-time"]
    assert not plan["fits"]
    plan = planned(shell, "--within", "2m", "--max-pages", "100000", code=3)
    assert plan["within_seconds"] == 120
    assert plan["problems"][-1]["kind"] == "round-time"
    said = shell("plan", "--max-pages", "100000")
    assert (said.code, "办法：" in said.out, "crawl.max_seconds" in said.out) == (3, True, True)
    said = shell("plan", "--max-pages", "100000", "--lang", "en")
    assert "remedy: crawl.max_seconds" in said.out
    said = shell("plan", "--max-pages", "10")
    assert (said.code, "能够完成。" in said.out) == (0, True)


@pytest.mark.parametrize("text", ["", "soon", "8", "-1h", "1h 30m x"])
def test_odd_windows_are_refused(shell: Shell, web: Web, text: str) -> None:
    configure(shell, web)
    ended = shell("plan", "--within", text)
    assert (ended.code, "--within" in ended.err) == (2, True)
