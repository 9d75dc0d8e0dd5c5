"""Results taken over from an earlier audit are those that judging afresh gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from auditor.derive.folds import FOLDS
from auditor.derive.page import page_facts
from auditor.engine.carry import CarriedResults, Carrier, code_digest
from auditor.engine.catalogue import load_checks
from auditor.engine.judge import judge
from auditor.engine.source_digest import source_digest
from auditor.model.artifact import (
    BadTarget,
    BadTargets,
    BrokenLinks,
    CrawlSummary,
    FetchRecord,
    HomeFetch,
    Soft404Probe,
)
from auditor.model.check import Check, check
from auditor.model.column import ColumnTemplate
from auditor.model.finding import Finding, Outcome, Text, msg
from auditor.model.page import PageFacts
from auditor.model.site import Register, RunContext, Site
from auditor.store.codec import decode, encode
from auditor.store.rows import Judgement

SITE = Site("a", "甲县人民政府", "http://a.gov.cn/")
NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)
WORDS = {"title": Text("题", "t"), "why": Text("因", "w"), "fix": Text("改", "f")}


def dead_when(links: BrokenLinks) -> Iterator[Finding]:
    """When dead targets were tested."""
    for link in links.links:
        yield Finding(Outcome.FAILED, msg("dead", at=str(link.target.captured_at)))


WHEN: Check = check(id="site-when", scope="site", messages={"dead": Text("{at}", "{at}")}, **WORDS)(
    dead_when
)  # type: ignore[assignment]
CHECKS = load_checks() | {WHEN.id: WHEN}


def pages() -> list[PageFacts]:
    """A home page, a list and articles with faults of every kind that pages can show."""
    found = []
    for number in range(30):
        day = NOW.date() - timedelta(days=number * 20 - 30)
        links = "".join(
            f'<li><a href="/{step}.html">第{step}号文件的通知正文</a><span>{day}</span></li>'
            for step in range(30)
        )
        body = (
            f"<html><head><meta charset=gbk><title>{'首页' if number == 0 else number % 5}</title>"
            f"</head><body><h3>标题</h3><img src='/x.jpg'><a href='/dead'></a>"
            f"<p>发布时间：{day}</p>"
            f"<p>{'这里是正文，说明办事的条件。' * 9}</p><ul>{links if number < 4 else ''}</ul>"
        )
        url = SITE.homepage if number == 0 else f"http://a.gov.cn/{number:02}.html"
        found.append(
            page_facts(body.encode(), url=url, depth=number % 3, captured_at=NOW, home=not number)
        )
    return sorted(found, key=lambda page: page.url)


def given(day: int = 0) -> dict[type, object]:
    """What a run on a later day gathers: the same, at other moments."""
    moment = NOW + timedelta(days=day, minutes=day and 90)
    dead = BadTarget("http://a.gov.cn/dead", 404, "certain", None, True, 2, moment)
    return {
        Site: SITE,
        RunContext: RunContext(f"run-{day}", moment),
        Register: Register((SITE,)),
        ColumnTemplate: ColumnTemplate("t", ()),
        HomeFetch: HomeFetch((FetchRecord(SITE.homepage, status=200, captured_at=moment),)),
        CrawlSummary: CrawlSummary(30, "complete", started_at=moment, finished_at=moment),
        BadTargets: BadTargets({dead.url: dead}, 50, 0),
        Soft404Probe: Soft404Probe("a.gov.cn", (), 404, captured_at=moment),
    }


def judged(
    carrier: Carrier | None = None,
    *,
    day: int = 0,
    seen: list[PageFacts] | None = None,
    checks: dict[str, Check] = CHECKS,
    params: Any = None,
) -> Judgement:
    def stream() -> Iterator[PageFacts]:
        for page in pages():
            if seen is not None:
                seen.append(page)
            yield page

    return judge(
        checks=list(checks.values()),
        folds=FOLDS,
        site=SITE,
        given=given(day),
        pages=stream(),
        params=params,
        carrier=carrier,
    )


def stored(carrier: Carrier) -> CarriedResults:
    """The results after they were in the store."""
    return decode(encode(carrier.results()), CarriedResults)


@pytest.fixture(scope="module")
def first() -> CarriedResults:
    carrier = Carrier("pages", "code")
    judged(carrier)
    assert not carrier.carried
    return stored(carrier)


def test_the_same_day_nothing_is_read_and_the_judgement_is_the_same(first: CarriedResults) -> None:
    carrier, seen = Carrier("pages", "code", first), list[PageFacts]()
    assert encode(judged(carrier, seen=seen)) == encode(judged())
    assert seen == []
    assert len(carrier.carried) == len(first.entries) > 30
    assert stored(carrier) == first, "what was taken over is there for the next audit"


def test_another_moment_of_the_day_carries_as_well(first: CarriedResults) -> None:
    moment = NOW + timedelta(hours=3)
    carrier = Carrier("pages", "code", first)
    dead = BadTarget("http://a.gov.cn/dead", 404, "certain", None, True, 2, moment)
    later = given() | {
        RunContext: RunContext("another", moment),
        BadTargets: BadTargets({dead.url: dead}, 50, 0),
    }
    judgement = judge(
        checks=list(CHECKS.values()),
        folds=FOLDS,
        site=SITE,
        given=later,
        pages=iter(()),
        carrier=carrier,
    )
    fresh = judge(checks=list(CHECKS.values()), folds=FOLDS, site=SITE, given=later, pages=pages())
    assert encode(judgement) == encode(fresh)
    assert carrier.carried
    times = {
        str(issue.message.params) for issue in judgement.issues if issue.check_id == "site-when"
    }
    assert times == {"{'at': '2026-11-20 07:00:00+00:00'}"}, "the target was tested then"


def test_on_another_day_only_what_asks_for_the_day_is_judged_again(first: CarriedResults) -> None:
    carrier, seen = Carrier("pages", "code", first), list[PageFacts]()
    assert encode(judged(carrier, day=40, seen=seen)) == encode(judged(day=40))
    assert len(seen) == 30
    missing = {*first.entries} - {*carrier.carried}
    assert missing == {"Columns", "columns-future-date", "site-closed-notice"}


def test_a_changed_version_or_threshold_is_judged_again(first: CarriedResults) -> None:
    name = "accessibility-image-text"
    newer = CHECKS | {name: replace(CHECKS[name], version=CHECKS[name].version + 1)}
    carrier, seen = Carrier("pages", "code", first), list[PageFacts]()
    assert encode(judged(carrier, checks=newer, seen=seen)) == encode(judged())
    assert {*first.entries} - {*carrier.carried} == {name}
    assert len(seen) == 30
    carrier = Carrier("pages", "code", first)
    params = {"columns-future-date": {"tolerance_days": 400}}
    assert encode(judged(carrier, params=params)) == encode(judged(params=params))
    assert {*first.entries} - {*carrier.carried} == {"columns-future-date"}


@pytest.mark.parametrize("basis", [("other pages", "code"), ("pages", "new code"), ("pages", "")])
def test_other_pages_or_other_code_carry_nothing(
    first: CarriedResults, basis: tuple[str, str]
) -> None:
    carrier = Carrier(*basis, first)
    judged(carrier)
    assert not carrier.carried


def test_unreadable_results_are_made_again(first: CarriedResults) -> None:
    broken = {name: (key, body[:-3]) for name, (key, body) in first.entries.items()}
    carrier = Carrier("pages", "code", CarriedResults(broken))
    assert encode(judged(carrier)) == encode(judged())
    assert not carrier.carried


def test_a_crash_is_not_taken_for_a_result() -> None:
    def crashing(facts: PageFacts) -> Iterator[Finding]:
        yield Finding(Outcome.PASSED, msg("fine"))
        raise RuntimeError(facts.url)

    bad: Check = check(id="site-crash", scope="page", messages={}, **WORDS)(crashing)  # type: ignore[assignment]
    carrier = Carrier("pages", "code")
    judged(carrier, checks={bad.id: bad})
    assert "site-crash" not in carrier.results().entries


def test_the_code_is_known_by_its_sources() -> None:
    checks = list(CHECKS.values())
    assert code_digest(checks) == code_digest(checks[::-1]) != ""
    assert code_digest(checks) != code_digest([])
    assert source_digest(["nosuchmodule"]) == ""
