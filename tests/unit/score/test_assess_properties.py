"""What holds for every scheme and every observation."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.model.finding import Issue, Outcome, Severity
from auditor.model.result import CheckTally
from auditor.model.scheme import Assessment, Grade, Indicator, ItemState, Method, Rule, Scheme
from auditor.model.scheme import Verdict as V
from auditor.model.site import Site, SiteType
from auditor.score import assess
from tests.unit.score.builders import HOME, PORTAL, TODAY, column_issue, indicator, issue, scheme

CHECKS = ("columns-blank", "columns-other", "a-x", "b-x", "c-x", "site-crawl-coverage")
NONE = (0, 0, 0)
Seen = dict[str, tuple[int, int, int]]


@st.composite
def indicators(draw: st.DrawFn, number: int) -> Indicator:
    severity = draw(st.sampled_from(Severity))
    scored = severity in {Severity.DEDUCTION, Severity.BONUS} and draw(st.booleans())
    rule = draw(st.sampled_from(Rule))
    return indicator(
        f"I{number}",
        *draw(st.lists(st.sampled_from(CHECKS), unique=True, min_size=1, max_size=3)),
        severity=severity,
        grade=Grade.R if severity is Severity.ADVICE else Grade.V,
        rule=rule,
        threshold=draw(st.integers(1, 4)) if rule is Rule.COUNT else 1,
        count_places=draw(st.booleans()),
        points=draw(st.floats(0, 40)) if scored else None,
        cap=draw(st.none() | st.floats(0, 40)) if scored else None,
        group=draw(st.sampled_from(["part2", "services"])),
        applies_to=draw(st.sampled_from([tuple(SiteType), (SiteType.PORTAL,)])),
    )


@st.composite
def schemes(draw: st.DrawFn) -> Scheme:
    count = draw(st.integers(1, 6))
    return scheme(
        *(draw(indicators(number)) for number in range(count)),
        method=draw(st.sampled_from(Method)),
        pass_line=draw(st.none() | st.just(60.0)),
        bonus_line=draw(st.none() | st.just(80.0)),
        scored_types=draw(st.sampled_from([tuple(SiteType), (SiteType.PORTAL,)])),
    )


sites = st.builds(
    lambda type_, services: replace(PORTAL, type=type_, has_services=services),
    st.sampled_from([SiteType.PORTAL, SiteType.DEPARTMENT]),
    st.booleans(),
)
#: (failed, cant-tell, untested) observations per check; every check passed somewhere else too.
seen = st.dictionaries(
    st.sampled_from(CHECKS), st.tuples(st.integers(0, 5), st.integers(0, 2), st.integers(0, 3))
)


def found(counts: Seen) -> tuple[Issue, ...]:
    issues = []
    for check_id, (failed, unclear, _) in counts.items():
        make = column_issue if check_id.startswith("columns-") else issue
        for number in range(failed + unclear):
            outcome = Outcome.FAILED if number < failed else Outcome.CANT_TELL
            issues.append(make(check_id, number, outcome=outcome))
    return tuple(issues)


def tallies(counts: Seen) -> tuple[CheckTally, ...]:
    outcomes = (Outcome.FAILED, Outcome.CANT_TELL, Outcome.UNTESTED)
    made = [
        CheckTally(
            name, {Outcome.PASSED: 1, **dict(zip(outcomes, counts.get(name, NONE), strict=True))}
        )
        for name in CHECKS
    ]
    return (HOME, *made)


def run(made: Scheme, site: Site, counts: Seen) -> Assessment:
    return assess(made, site, found(counts), tallies(counts), (), TODAY)


@settings(deadline=None)
@given(schemes(), sites, seen, st.sampled_from(CHECKS))
def test_one_more_failure_never_raises_a_score(
    made: Scheme, site: Site, counts: Seen, check_id: str
) -> None:
    failed, unclear, lost = counts.get(check_id, NONE)
    before = run(made, site, counts)
    after = run(made, site, counts | {check_id: (failed + 1, unclear, lost)})
    assert set(before.vetoes) <= set(after.vetoes)
    if before.score is not None and after.score is not None:
        assert after.score <= before.score
    if before.verdict is V.UNQUALIFIED:
        assert after.verdict is V.UNQUALIFIED
    if after.verdict is V.QUALIFIED:
        assert before.verdict is V.QUALIFIED


@settings(deadline=None)
@given(schemes(), sites, seen, st.sampled_from(CHECKS), st.integers(1, 50))
def test_what_was_not_tested_never_accuses_nor_clears(
    made: Scheme, site: Site, counts: Seen, check_id: str, more: int
) -> None:
    failed, unclear, lost = counts.get(check_id, NONE)
    before = run(made, site, counts)
    after = run(made, site, counts | {check_id: (failed, unclear, lost + more)})
    assert after.vetoes == before.vetoes
    assert after.coverage <= before.coverage
    if after.verdict is V.UNQUALIFIED:
        assert before.verdict is V.UNQUALIFIED
    if after.verdict is V.QUALIFIED:
        assert before.verdict is V.QUALIFIED


@settings(deadline=None)
@given(schemes(), sites, seen)
def test_a_site_that_could_not_be_seen_is_never_unqualified(
    made: Scheme, site: Site, counts: Seen
) -> None:
    unseen = [CheckTally(name, {Outcome.UNTESTED: 1}) for name in ("site-homepage", *CHECKS)]
    result = assess(made, site, (), unseen, (), TODAY)
    assert (result.verdict, result.score) == (V.NOT_ASSESSED, None)


@settings(deadline=None)
@given(schemes(), sites, seen)
def test_caps_totals_and_shares_hold(made: Scheme, site: Site, counts: Seen) -> None:
    result = run(made, site, counts)
    assert 0.0 <= result.coverage <= 1.0
    assert result.score is None or 0.0 <= result.score <= made.total + made.bonus_total
    assert result.reasons
    for item in result.items:
        if item.deducted is not None:
            assert item.indicator.points is not None
            assert item.deducted >= 0.0
            assert item.indicator.cap is None or item.deducted <= item.indicator.cap
        if item.indicator.rule in {Rule.MANUAL, Rule.HISTORY}:
            assert item.state in {
                ItemState.UNDECIDED,
                ItemState.CANDIDATE,
                ItemState.INAPPLICABLE,
            }


@settings(deadline=None)
@given(schemes(), sites, seen)
def test_verdicts_have_their_grounds(made: Scheme, site: Site, counts: Seen) -> None:
    result = run(made, site, counts)
    states = {item.indicator.id: item.state for item in result.items}
    asked = [item.indicator for item in result.items if item.state is not ItemState.INAPPLICABLE]
    open_vetoes = [
        item.id
        for item in asked
        if item.severity is Severity.VETO
        and states[item.id] in {ItemState.UNDECIDED, ItemState.CANDIDATE}
    ]
    if result.verdict is V.QUALIFIED:
        assert not open_vetoes
        assert not result.vetoes
        assert result.coverage >= made.min_coverage
    if result.verdict is V.UNQUALIFIED and not result.vetoes:
        assert result.score is not None
        assert made.pass_line is not None
        assert result.score < made.pass_line
        deductions = [item for item in asked if item.severity is Severity.DEDUCTION]
        assert all(states[item.id] is not ItemState.UNDECIDED for item in deductions)


@settings(deadline=None)
@given(schemes(), sites, seen)
def test_the_order_of_issues_and_tallies_changes_no_verdict(
    made: Scheme, site: Site, counts: Seen
) -> None:
    first = run(made, site, counts)
    again = assess(made, site, found(counts)[::-1], tallies(counts)[::-1], (), TODAY)
    assert (again.verdict, again.score, again.coverage) == (
        first.verdict,
        first.score,
        first.coverage,
    )
    assert [item.deducted for item in again.items] == [item.deducted for item in first.items]
