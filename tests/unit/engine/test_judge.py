"""The judge: checks fail alone, causes make issues, and nothing depends on the order of pages."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from typing import Any, ClassVar

import pytest
from structlog.testing import capture_logs

from auditor.engine.issues import MAX_PLACES
from auditor.engine.judge import MAX_FINDINGS_PER_CALL, judge, run_folds
from auditor.model.artifact import FetchRecord, HomeFetch, Missed, TitleUse
from auditor.model.check import Check, check
from auditor.model.evidence import page_evidence
from auditor.model.finding import (
    Finding,
    Outcome,
    Reason,
    Subject,
    SubjectKind,
    Text,
    msg,
)
from auditor.model.page import PageFacts
from auditor.model.site import RunContext, Site
from auditor.store.codec import encode
from auditor.store.rows import Judgement

SITE = Site("a", "甲局", "http://a.gov.cn/")
NOW = datetime(2026, 11, 20, tzinfo=UTC)
GIVEN: dict[type, object] = {Site: SITE, RunContext: RunContext("r", NOW)}
WORDS = {"title": Text("题", "t"), "why": Text("因", "w"), "fix": Text("改", "f")}
MESSAGES = {"bad": Text("坏", "bad"), "odd": Text("怪", "odd")}


def page(number: int, depth: int = 1) -> PageFacts:
    url = f"http://a.gov.cn/{number:03}.html"
    return PageFacts(url, url, depth=depth, title=f"t{number}")


def page_check(id: str = "site-page") -> Any:
    return check(id=id, scope="page", messages=MESSAGES, **WORDS)


def site_check(id: str = "site-whole") -> Any:
    return check(id=id, scope="site", messages=MESSAGES, **WORDS)


def run(*checks: Check, pages: list[PageFacts] | None = None, **more: Any) -> Judgement:
    given = {**GIVEN, **more.pop("given", {})}
    return judge(
        checks=checks,
        folds=(),
        site=SITE,
        given=given,
        pages=pages or [],
        **more,
    )


def by_template(facts: PageFacts) -> Iterator[Finding]:
    """The same fault on every page."""
    yield Finding(
        Outcome.FAILED,
        msg("bad", title=facts.title),
        evidence=(page_evidence(facts, locator="header"),),
        cause="header",
    )


def by_page(facts: PageFacts) -> Iterator[Finding]:
    """A fault of each page's own."""
    for locator in ("a", "b"):
        yield Finding(Outcome.FAILED, msg("bad"), evidence=(page_evidence(facts, locator=locator),))


TEMPLATE: Check = page_check()(by_template)
OWN: Check = page_check("site-own")(by_page)


def test_one_cause_is_one_issue_shown_on_the_nearest_pages() -> None:
    pages = [page(number, depth=number % 5 + 1) for number in range(100)]
    (issue,) = run(TEMPLATE, pages=pages).issues
    assert issue.count == 100
    assert issue.subject == Subject(SubjectKind.SITE, "a")
    assert len(issue.evidence) == MAX_PLACES
    nearest = sorted(pages, key=lambda item: (item.depth, item.url))[:MAX_PLACES]
    assert [ref.url for ref in issue.evidence] == [item.url for item in nearest]
    assert issue.message.params["title"] == "t0", "the nearest page speaks for all"


def test_without_a_cause_every_place_is_an_issue() -> None:
    issues = run(OWN, pages=[page(1), page(2)]).issues
    assert [issue.number for issue in issues] == [1, 2, 3, 4]
    assert len({issue.id for issue in issues}) == 4
    assert {issue.subject.kind for issue in issues} == {SubjectKind.PAGE}


def test_the_order_of_pages_makes_no_difference() -> None:
    pages = [page(number, depth=number % 7) for number in range(90)]
    expected = encode(run(TEMPLATE, OWN, pages=pages))
    for seed in range(5):
        shuffled = random.Random(seed).sample(pages, len(pages))
        assert encode(run(TEMPLATE, OWN, pages=shuffled)) == expected


def test_ids_are_the_same_in_every_run_and_differ_between_sites() -> None:
    first, second = (run(OWN, pages=[page(1), *more]).issues for more in ([], [page(2)]))
    assert {issue.id for issue in first} < {issue.id for issue in second}
    other = judge(
        checks=[OWN], folds=(), site=replace(SITE, id="b"), given=GIVEN, pages=[page(1)]
    ).issues
    assert not {issue.id for issue in first} & {issue.id for issue in other}
    assert all(len(issue.id) * 4 >= 80 for issue in first), "at least 80 bits"


def test_ids_tell_outcomes_apart() -> None:
    @site_check()
    def both(site: Site) -> Iterator[Finding]:
        """Fails and wonders about one thing."""
        yield Finding(Outcome.FAILED, msg("bad"))
        yield Finding(Outcome.CANT_TELL, msg("bad"))

    issues = run(both).issues
    assert len({issue.id for issue in issues}) == 2


def test_a_check_that_crashes_costs_itself_alone() -> None:
    @page_check("site-crash")
    def crash(facts: PageFacts) -> Iterator[Finding]:
        """Breaks on one page, after a finding."""
        yield Finding(Outcome.FAILED, msg("bad"))
        if facts.title == "t1":
            raise RecursionError

    with capture_logs() as logs:
        judgement = run(crash, TEMPLATE, pages=[page(0), page(1), page(2), page(1)])
    tallies = {tally.check_id: tally for tally in judgement.tallies}
    assert tallies["site-crash"].counts == {Outcome.FAILED: 2, Outcome.UNTESTED: 2}
    assert tallies["site-crash"].untested == {"check-crashed": 2}
    assert tallies["site-page"].counts == {Outcome.FAILED: 4}
    assert [entry["event"] for entry in logs] == ["check_crashed"], "said once"


def test_a_check_that_never_ends_is_cut_off() -> None:
    @page_check("site-endless")
    def endless(facts: PageFacts) -> Iterator[Finding]:
        """Never ends."""
        for number in count():
            yield Finding(Outcome.FAILED, msg("bad"), Subject(SubjectKind.LINK, str(number)))

    judgement = run(endless, pages=[page(0), page(1)])
    assert judgement.tallies[0].counts == {Outcome.FAILED: 2 * MAX_FINDINGS_PER_CALL}
    assert len(judgement.issues) == MAX_FINDINGS_PER_CALL


def test_issues_of_a_check_are_bounded_and_the_tally_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("auditor.engine.issues.MAX_ISSUES", 10)
    judgement = run(OWN, pages=[page(number) for number in range(50)])
    assert len(judgement.issues) == 10
    assert judgement.tallies[0].counts == {Outcome.FAILED: 100}


def test_findings_that_stand_for_several_places_count_them_all() -> None:
    @page_check("site-many")
    def many(facts: PageFacts) -> Iterator[Finding]:
        """Seven places in one finding."""
        yield Finding(Outcome.FAILED, msg("bad"), cause="x", places=7)

    (issue,) = run(many, pages=[page(0), page(1)]).issues
    assert issue.count == 14


def test_what_was_missed_is_untested_with_the_same_reason() -> None:
    @site_check()
    def needs_titles(titles: TitleUse) -> Iterator[Finding]:
        """Needs something."""
        yield Finding(Outcome.PASSED, msg("bad"))

    for given, reason in (
        ({TitleUse: Missed(Reason.TIMEOUT, "15 s")}, "timeout"),
        ({}, "not-gathered"),
    ):
        ((check_id, finding),) = run(needs_titles, given=given).untested
        assert check_id == "site-whole"
        assert finding.message.params["reason"] == reason


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (FetchRecord("u", reason=Reason.BLOCKED, detail="x"), "blocked"),
        (FetchRecord("u", reason=Reason.NXDOMAIN), "nxdomain"),
        (FetchRecord("u", status=503), "http-error"),
        (FetchRecord("u", status=200), "not-gathered"),
    ],
)
def test_without_pages_page_checks_say_why(record: FetchRecord, reason: str) -> None:
    judgement = run(TEMPLATE, given={HomeFetch: HomeFetch((record,))})
    assert judgement.issues == ()
    assert judgement.tallies[0].untested == {reason: 1}


@dataclass
class Brittle:
    """A fold that breaks where it is told to."""

    produces: ClassVar[type] = TitleUse
    where: ClassVar[str] = ""

    def __init__(self, site: Site) -> None:
        self._break("init")

    def add(self, page: PageFacts) -> None:
        self._break("add")

    def result(self) -> object:
        self._break("result")
        return TitleUse()

    def _break(self, where: str) -> None:
        if where == Brittle.where:
            raise RecursionError


@pytest.mark.parametrize("where", ["init", "add", "result"])
def test_a_derivation_that_crashes_costs_its_product_alone(
    where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Brittle, "where", where)
    seen: list[str] = []
    with capture_logs():
        derived = run_folds(
            [Brittle], dict(GIVEN), [page(0), page(1)], lambda facts, _: seen.append(facts.url)
        )
    assert derived[TitleUse] == Missed(Reason.CRASHED, "RecursionError")
    assert len(seen) == 2


@dataclass(frozen=True, slots=True)
class Params:
    """`limit`: the number of things."""

    limit: int = 3
    share: float = 0.5


@site_check("site-limit")
def limited(site: Site, params: Params) -> Iterator[Finding]:
    """Says its thresholds."""
    yield Finding(Outcome.FAILED, msg("bad", limit=params.limit, share=params.share))


def test_thresholds_can_be_changed() -> None:
    (issue,) = run(limited, params={"site-limit": {"limit": 5, "share": 1}}).issues
    assert issue.message.params == {"limit": 5, "share": 1.0}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"limits": 5}, 'site-limit has no parameter "limits"; did you mean "limit"?'),
        ({"zzz": 5}, 'site-limit has no parameter "zzz"; it has limit, share'),
        ({"limit": "5"}, "site-limit: limit: Expected `int`, got `str`"),
        ({"limit": True}, "site-limit: limit: Expected `int`, got `bool`"),
        ({"share": None}, "site-limit: share: Expected `float`, got `null`"),
    ],
)
def test_thresholds_that_do_not_fit_are_named(values: dict[str, object], said: str) -> None:
    from auditor.engine.params import ParamsError, thresholds

    with pytest.raises(ParamsError) as refused:
        thresholds(limited, values)
    assert refused.value.problems == (said,)
    with pytest.raises(ParamsError):
        thresholds(TEMPLATE, {"x": 1})


def test_the_order_of_checks_makes_no_difference() -> None:
    pages = [page(number) for number in range(30)]
    assert encode(run(TEMPLATE, OWN, limited, pages=pages)) == encode(
        run(limited, OWN, TEMPLATE, pages=pages)
    )
