"""Budgets of query variants: tools may not eat those of pages."""

from __future__ import annotations

import pytest

from auditor.gather.crawl import traps
from auditor.gather.crawl.traps import MAX_VARIANTS, TrapWatch

BASE = "http://wiki.example.gov.cn/doku.php"


def test_tools_of_a_wiki_leave_its_pages_their_budget() -> None:
    watch = TrapWatch()
    tools = [f"{BASE}?id=page{n}&do=media&ns=wiki" for n in range(2 * MAX_VARIANTS)]
    assert sum(map(watch.defers, tools)) == MAX_VARIANTS
    assert not any(watch.defers(f"{BASE}?id=page{n}") for n in range(2 * MAX_VARIANTS))
    assert [(trap.rule, trap.deferred) for trap in watch.traps()] == [
        ("query-variants", MAX_VARIANTS)
    ]


def test_single_parameters_that_count_days_end_early() -> None:
    for name in ("date", "startTime", "y", "_", "type=1&year"):
        watch = TrapWatch()
        days = [f"http://www.example.gov.cn/rl.jsp?{name}={n}" for n in range(2 * MAX_VARIANTS)]
        assert sum(map(watch.defers, days)) == MAX_VARIANTS, name


def test_made_up_parameters_end_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traps, "MAX_ALL_VARIANTS", 50)
    watch = TrapWatch()
    assert sum(watch.defers(f"{BASE}?x{n}=1") for n in range(80)) == 30


def test_an_earlier_attempt_counts() -> None:
    one, two = TrapWatch(), TrapWatch()
    urls = [f"{BASE}?id={n}&do=edit&rev=1" for n in range(MAX_VARIANTS + 5)]
    for url in urls:
        two.recall(url, deferred=one.defers(url))
    assert two.traps() == one.traps()
    assert two.defers(f"{BASE}?do=edit&rev=2&id=new")
    assert not two.defers(f"{BASE}?id=new")
