"""The judge of server logs, by logs written by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.politeness import Rules, Visit, violations

RULES = Rules(
    delay_s=1.0,
    per_host=2,
    per_ip=4,
    robots={"a": "User-agent: *\nDisallow: /x\nCrawl-delay: 5\n"},
    slack_s=0.1,
)
AGENT = "govsite-auditor/1"


def visit(host: str, started: float, took: float = 0.1, **more: object) -> Visit:
    made = Visit(host, "1", "/p", started, started + took, agent=AGENT)
    return replace(made, **more)  # type: ignore[arg-type]


def broken(*log: Visit) -> set[str]:
    return {breach.rule for breach in violations(log, RULES)}


def test_a_polite_log_is_clean() -> None:
    log = [visit("b", n * 1.0) for n in range(10)] + [visit("c", n * 1.0 + 0.5) for n in range(10)]
    assert broken(*log) == set()
    assert broken() == set()


@pytest.mark.parametrize(
    ("log", "rule"),
    [
        ([visit("b", 0), visit("b", 0.8)], "delay per host"),
        # A little early each time adds up.
        ([visit("b", n * 0.95) for n in range(5)], "delay per host"),
        ([visit("b", 0), visit("c", 0.3)], "delay per address"),
        ([visit("b", n, 9.0) for n in range(3)], "in-flight per host"),
        ([visit(f"h{n}", n, 9.0) for n in range(5)], "in-flight per address"),
        ([visit("b", 0, part=True, took=9), visit("b", 1, 9), visit("b", 2)], "in-flight per host"),
        ([visit("b", 0, retry_after_s=30.0), visit("b", 20)], "Retry-After"),
        ([visit("b", 0, retry_after_s=900.0), visit("b", 100)], "Retry-After"),
        ([visit("b", 0, 3), visit("b", 3.1, 3), visit("b", 6.2, 3)], "adaptive delay"),
        ([visit("b", n, status=0) for n in range(9)], "breaker"),
        ([visit("a", 0, path="/robots.txt"), visit("a", 9, path="/x/1")], "robots.txt"),
        ([visit("a", 0, path="/robots.txt"), visit("a", 1), visit("a", 5)], "Crawl-delay per host"),
        ([visit("b", 0, method="POST")], "method"),
        ([visit("b", 0, agent="Mozilla/5.0")], "user-agent"),
    ],
)
def test_every_rule_bites(log: list[Visit], rule: str) -> None:
    assert broken(*log) == {rule}


@pytest.mark.parametrize(
    "log",
    [
        [visit("b", 0), visit("b", 0.95), visit("b", 1.95), visit("b", 2.95)],  # jitter, once
        [visit("b", 0), *(visit("b", 0.1 + n / 100, 0.005, part=True) for n in range(9))],
        [visit("b", 0, retry_after_s=900.0), visit("b", 121)],
        [visit("b", 0, retry_after_s=30.0), visit("b", 0.15, part=True)],  # on its way by then
        [visit("b", n, status=0) for n in range(8)] + [visit("b", 70, status=0)],
        [visit("b", n, status=0) for n in range(8)] + [visit("b", 20, path="/")],
        [visit("a", 0, path="/x/1"), visit("a", 1, path="/robots.txt")],  # not known yet
        [visit("b", 0, 1.0), visit("b", 1.5, 1.0), visit("b", 3.0, 1.0)],
    ],
)
def test_what_is_allowed_is_no_breach(log: list[Visit]) -> None:
    assert broken(*log) == set()
