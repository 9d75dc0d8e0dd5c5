"""Verdicts, states and points on a made-up scheme whose points are known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from auditor.model.finding import EvidenceRef, Outcome, Severity
from auditor.model.scheme import ItemState, Method, Rule, Verdict
from auditor.model.site import SiteType
from auditor.score import assess, weigh
from tests.unit.score.builders import (
    BUREAU,
    HOME,
    PORTAL,
    TODAY,
    advice,
    column_issue,
    indicator,
    issue,
    item_of,
    judge,
    scheme,
    tally,
    veto,
)

A = indicator("A", "a-x")
B = indicator("B", "b-x", points=15.0, cap=None)
V = veto("V", "v-x")


def issues(check_id: str, count: int) -> tuple:  # type: ignore[type-arg]
    return tuple(issue(check_id, number) for number in range(count))


# --- points ---------------------------------------------------------------------------------------


def test_nothing_wrong_is_qualified_with_all_points() -> None:
    result = judge(scheme(A, B, V))
    assert (result.verdict, result.score, result.coverage) == (Verdict.QUALIFIED, 100.0, 1.0)
    assert [item.state for item in result.items] == [ItemState.MET] * 3
    assert [item.deducted for item in result.items] == [0.0, 0.0, None]


def test_each_issue_costs_its_points() -> None:
    result = judge(scheme(A, B), (*issues("a-x", 2), *issues("b-x", 1)))
    assert (item_of(result, "A").deducted, item_of(result, "B").deducted) == (20.0, 15.0)
    assert result.score == 65.0
    assert item_of(result, "A").issues == ("a-x#0", "a-x#1")


def test_an_indicator_never_costs_more_than_its_cap() -> None:
    assert item_of(judge(scheme(A), issues("a-x", 9)), "A").deducted == 30.0
    assert judge(scheme(A), issues("a-x", 9)).score == 70.0


def test_places_count_where_the_scheme_says_so() -> None:
    found = (issue("a-x", count=7),)
    by_issue = scheme(replace(A, cap=None))
    by_place = scheme(replace(A, cap=None, count_places=True))
    assert (judge(by_issue, found).score, judge(by_place, found).score) == (90.0, 30.0)


def test_an_issue_is_deducted_once_under_the_first_indicator() -> None:
    also = indicator("C", "a-x", points=40.0, cap=None)
    result = judge(scheme(A, also), issues("a-x", 1))
    assert (item_of(result, "A").deducted, item_of(result, "C").deducted) == (10.0, 0.0)
    assert item_of(result, "C").state is ItemState.BREACHED
    assert "不重复扣分" in (item_of(result, "C").note or item_of(result, "C").indicator.name).zh
    assert judge(scheme(also, A), issues("a-x", 1)).score == 60.0


def test_a_score_never_falls_below_zero() -> None:
    assert judge(scheme(B), issues("b-x", 9)).score == 0.0


@pytest.mark.parametrize(
    ("deducted", "verdict"),
    [(39.0, Verdict.QUALIFIED), (40.0, Verdict.QUALIFIED), (40.5, Verdict.UNQUALIFIED)],
)
def test_the_pass_line_is_60(deducted: float, verdict: Verdict) -> None:
    result = judge(scheme(indicator("A", "a-x", points=deducted, cap=None)), issues("a-x", 1))
    assert (result.score, result.verdict) == (100 - deducted, verdict)


BONUS = indicator("P", "p-x", severity=Severity.BONUS, points=5.0, cap=None)


@pytest.mark.parametrize(("deducted", "score"), [(19.0, 86.0), (20.0, 80.0), (21.0, 79.0)])
def test_bonus_is_added_above_80_only(deducted: float, score: float) -> None:
    lost = indicator("A", "a-x", points=deducted, cap=None)
    assert judge(scheme(lost, BONUS), issues("a-x", 1)).score == score


def test_bonus_must_be_earned_and_has_a_limit() -> None:
    assert judge(scheme(A, BONUS), issues("p-x", 1)).score == 100.0
    many = [replace(BONUS, id=f"P{n}", points=20.0) for n in range(4)]
    assert judge(scheme(A, *many)).score == 130.0


SERVICE = indicator("S", "s-x", group="services", points=25.0, cap=25.0)


@pytest.mark.parametrize(("count", "score"), [(0, 100.0), (1, 86.666667), (3, 60.0)])
def test_without_services_75_points_count_as_100(count: int, score: float) -> None:
    site = replace(PORTAL, has_services=False)
    result = judge(scheme(A, SERVICE, bonus_line=None), issues("a-x", count), site=site)
    assert result.score == pytest.approx(score, abs=1e-6)
    assert item_of(result, "S").state is ItemState.INAPPLICABLE


def test_services_count_where_there_are_some() -> None:
    assert judge(scheme(A, SERVICE), issues("s-x", 1)).score == 75.0


def test_points_without_verification_give_no_score() -> None:
    made = scheme(V, replace(A, points=None, cap=None))
    result = judge(made, issues("a-x", 3))
    assert (result.verdict, result.score) == (Verdict.PROVISIONAL, None)
    assert any("分值未经核实" in reason.zh for reason in result.reasons)
    assert item_of(result, "A").deducted is None


def test_a_partly_priced_scheme_never_fails_a_site_by_score() -> None:
    made = scheme(replace(B, points=50.0), replace(A, points=None, cap=None))
    result = judge(made, issues("b-x", 1))
    assert (result.score, result.verdict) == (50.0, Verdict.PROVISIONAL)


def test_departments_are_judged_by_vetoes_alone() -> None:
    result = judge(scheme(V, B), issues("b-x", 9), site=BUREAU)
    assert (result.verdict, result.score) == (Verdict.QUALIFIED, None)
    assert item_of(result, "B").state is ItemState.BREACHED
    assert item_of(result, "B").deducted is None
    assert judge(scheme(V, B), issues("v-x", 1), site=BUREAU).verdict is Verdict.UNQUALIFIED


# --- vetoes ---------------------------------------------------------------------------------------


def test_one_veto_fails_the_site_and_ends_scoring() -> None:
    result = judge(scheme(V, A), (*issues("v-x", 1), *issues("a-x", 1)))
    assert (result.verdict, result.score, result.vetoes) == (Verdict.UNQUALIFIED, None, ("V",))
    assert result.reasons[0].zh == "单项否决：指标V"
    assert item_of(result, "A").deducted is None
    assert item_of(result, "A").state is ItemState.BREACHED


COUNT = veto("N", "columns-blank", "columns-other", rule=Rule.COUNT, threshold=5)


@pytest.mark.parametrize(("count", "verdict"), [(4, "qualified"), (5, "unqualified")])
def test_counting_vetoes_count_columns(count: int, verdict: str) -> None:
    found = tuple(column_issue("columns-blank", number) for number in range(count))
    result = judge(scheme(COUNT), found, site=BUREAU)
    assert result.verdict == verdict
    assert item_of(result, "N").count == count
    assert all(item_of(result, "N").issues)


def test_counting_vetoes_add_up_over_their_checks() -> None:
    found = (
        *(column_issue("columns-blank", number) for number in range(3)),
        *(column_issue("columns-other", number) for number in range(3, 5)),
    )
    assert judge(scheme(COUNT), found).vetoes == ("N",)


def test_one_column_that_two_checks_name_counts_once() -> None:
    found = (
        *(column_issue("columns-blank", number) for number in range(4)),
        column_issue("columns-other", 3),
    )
    assert item_of(judge(scheme(COUNT), found), "N").count == 4


def test_columns_of_one_name_in_two_places_are_two() -> None:
    found = tuple(column_issue("columns-blank", number, "通知公告") for number in range(5))
    assert judge(scheme(COUNT), found).vetoes == ("N",)
    same = tuple(replace(one, evidence=(EvidenceRef("http://x/"),)) for one in found)
    assert judge(scheme(COUNT), same).vetoes == ()


def test_issues_about_other_things_than_columns_do_not_count() -> None:
    result = judge(scheme(COUNT), tuple(issue("columns-blank", number) for number in range(9)))
    assert (result.vetoes, item_of(result, "N").count) == ((), 0)


def test_many_places_of_one_column_are_one_column() -> None:
    result = judge(scheme(COUNT), (column_issue("columns-blank", 1, count=40),))
    assert item_of(result, "N").count == 1


def test_history_never_decides() -> None:
    made = scheme(veto("H", "site-reachability", rule=Rule.HISTORY))
    for found in ((), issues("site-reachability", 3)):
        result = judge(made, found, site=BUREAU)
        assert item_of(result, "H").state is ItemState.UNDECIDED
        assert result.vetoes == ()
        assert result.verdict is not Verdict.UNQUALIFIED
        assert not result.reasons[0].zh.startswith("未发现")


def test_history_says_why() -> None:
    made = scheme(veto("H", "site-reachability", rule=Rule.HISTORY), V)
    result = judge(made, site=BUREAU)
    assert result.verdict is Verdict.PROVISIONAL
    assert result.reasons[0].zh == "监测样本不足，不作判定：指标H"


@pytest.mark.parametrize(
    ("outcome", "state"),
    [(Outcome.FAILED, ItemState.CANDIDATE), (Outcome.CANT_TELL, ItemState.CANDIDATE)],
)
def test_manual_vetoes_only_name_candidates(outcome: Outcome, state: ItemState) -> None:
    made = scheme(veto("M", "columns-future-date", rule=Rule.MANUAL), V)
    result = judge(made, (issue("columns-future-date", outcome=outcome),), site=BUREAU)
    assert item_of(result, "M").state is state
    assert (result.verdict, result.vetoes) == (Verdict.PROVISIONAL, ())
    assert item_of(judge(made, site=BUREAU), "M").state is ItemState.UNDECIDED


def test_manual_indicators_without_checks_stay_open() -> None:
    result = judge(scheme(veto("M", rule=Rule.MANUAL), V), site=BUREAU)
    assert (result.verdict, result.coverage) == (Verdict.PROVISIONAL, 1.0)


# --- what was not observed ------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["untested", "cant_tell"])
def test_unobserved_or_unclear_vetoes_are_undecided(kind: str) -> None:
    found = (issue("v-x", outcome=Outcome.CANT_TELL),) if kind == "cant_tell" else ()
    result = judge(scheme(V, A, B), found, (tally("v-x", passed=5, **{kind: 1}),))
    assert item_of(result, "V").state is ItemState.UNDECIDED
    assert result.verdict is Verdict.PROVISIONAL
    assert result.coverage == pytest.approx(2 / 3)


def test_a_check_that_did_not_run_leaves_its_indicators_open() -> None:
    made = scheme(A, B)
    result = assess(made, PORTAL, (), (HOME, tally("a-x", passed=1)), (), TODAY)
    assert item_of(result, "B").state is ItemState.UNDECIDED
    assert (result.score, result.verdict) == (100.0, Verdict.PROVISIONAL)
    assert any("1项扣分指标" in reason.zh for reason in result.reasons)


def test_a_failure_is_a_failure_even_when_other_pages_were_lost() -> None:
    result = judge(scheme(A), issues("a-x", 1), (tally("a-x", failed=1, untested=99),))
    assert item_of(result, "A").state is ItemState.BREACHED


@pytest.mark.parametrize(("lost", "state"), [(100, ItemState.MET), (101, ItemState.UNDECIDED)])
def test_a_few_lost_pages_do_not_undo_the_others(lost: int, state: ItemState) -> None:
    result = judge(scheme(A), (), (tally("a-x", passed=1000 - 100, untested=lost),))
    assert item_of(result, "A").state is state


@pytest.mark.parametrize(
    ("lost", "unclear", "state"),
    [(2, 0, "met"), (3, 0, "undecided"), (0, 2, "met"), (1, 2, "undecided"), (0, 3, "undecided")],
)
def test_a_counting_veto_is_met_when_the_rest_cannot_tip_it(
    lost: int, unclear: int, state: str
) -> None:
    failed = [column_issue("columns-blank", number) for number in range(2)]
    maybe = [
        column_issue("columns-blank", 10 + number, outcome=Outcome.CANT_TELL)
        for number in range(unclear)
    ]
    counts = tally("columns-blank", passed=20, failed=2, untested=lost, cant_tell=unclear)
    result = judge(scheme(COUNT), (*failed, *maybe), (counts,))
    assert item_of(result, "N").state == state


def test_checks_without_a_subject_make_the_indicator_inapplicable() -> None:
    result = judge(scheme(A, B), (), (tally("a-x", inapplicable=9, untested=1),))
    assert item_of(result, "A").state is ItemState.INAPPLICABLE
    assert (result.score, result.verdict, result.coverage) == (100.0, Verdict.QUALIFIED, 1.0)
    lost = judge(scheme(A, B), (), (tally("a-x", inapplicable=8, untested=2),))
    assert item_of(lost, "A").state is ItemState.UNDECIDED


def test_low_coverage_is_provisional() -> None:
    made = scheme(V, *(advice(f"R{n}", f"r-{n}") for n in range(9)))
    lost = (tally("r-0", untested=1), tally("r-1", untested=1))
    result = judge(made, (), lost, site=BUREAU)
    assert (result.verdict, result.coverage) == (Verdict.PROVISIONAL, 0.8)
    assert result.reasons[0].zh == "检测覆盖率80%，低于90%"
    assert judge(made, (), lost[:1], site=BUREAU).verdict is Verdict.QUALIFIED


def test_a_partial_crawl_is_no_qualification() -> None:
    result = judge(scheme(V), (), (tally("site-crawl-coverage", cant_tell=1),), site=BUREAU)
    assert result.verdict is Verdict.PROVISIONAL
    assert judge(scheme(V), (), (tally("site-crawl-coverage", passed=1),), site=BUREAU).verdict == (
        "qualified"
    )


@pytest.mark.parametrize("home", [{"untested": 1}, {"failed": 1}])
def test_without_a_home_page_nothing_is_assessed(home: dict[str, int]) -> None:
    lost = (tally("site-homepage", **home), tally("v-x", untested=1), tally("a-x", untested=1))
    result = judge(scheme(V, A, B), issues("b-x", 9), lost)
    assert (result.verdict, result.score) == (Verdict.NOT_ASSESSED, None)
    assert "首页" in result.reasons[0].zh


def test_a_slow_home_page_does_not_undo_what_was_measured() -> None:
    result = judge(scheme(V, A), (), (tally("site-homepage", failed=1),))
    assert result.verdict is Verdict.QUALIFIED


def test_nothing_decided_is_not_assessed() -> None:
    result = judge(scheme(V, A), (), (tally("v-x", untested=1), tally("a-x", untested=3)))
    assert (result.verdict, result.coverage) == (Verdict.NOT_ASSESSED, 0.0)


def test_runs_without_the_home_page_check_are_assessed() -> None:
    tallies = (tally("v-x", passed=1), tally("a-x", passed=1))
    assert assess(scheme(V, A), PORTAL, (), tallies, (), TODAY).verdict is Verdict.QUALIFIED


# --- applicability and advice ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "applies"),
    [
        ({"applies_to": (SiteType.DEPARTMENT,)}, False),
        ({"applies_to": (SiteType.PORTAL,)}, True),
        ({"effective_from": date(2026, 11, 23)}, False),
        ({"effective_from": TODAY, "effective_to": TODAY}, True),
        ({"effective_to": date(2026, 11, 21)}, False),
        ({"needs_services": True}, True),
    ],
)
def test_applicability(changes: dict[str, object], applies: bool) -> None:
    result = judge(scheme(replace(A, **changes), B), issues("a-x", 1))  # type: ignore[arg-type]
    expected = ItemState.BREACHED if applies else ItemState.INAPPLICABLE
    assert item_of(result, "A").state is expected


def test_units_without_services_are_not_asked_for_them() -> None:
    site = replace(PORTAL, has_services=False)
    result = judge(scheme(veto("S", "s-x", needs_services=True), A), issues("s-x", 1), site=site)
    assert item_of(result, "S").state is ItemState.INAPPLICABLE
    assert result.verdict is Verdict.QUALIFIED


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.CANT_TELL])
def test_advice_never_costs_anything(outcome: Outcome) -> None:
    made = scheme(advice("R", "r-x"), A)
    result = judge(made, tuple(issue("r-x", n, outcome=outcome) for n in range(99)))
    assert item_of(result, "R").state is ItemState.ADVICE
    assert (result.score, result.verdict) == (100.0, Verdict.QUALIFIED)


# --- share ----------------------------------------------------------------------------------------


def share_scheme(**changes: object):  # type: ignore[no-untyped-def]
    asked = [indicator(f"Q{n}", f"q-{n}", points=None, cap=None) for n in range(4)]
    return scheme(*asked, **({"method": Method.SHARE, "pass_line": None} | changes))


def test_share_is_the_part_of_measured_requirements_that_is_met() -> None:
    result = judge(share_scheme(), issues("q-1", 5), (tally("q-0", untested=1),))
    assert result.score == pytest.approx(200 / 3, abs=1e-5)
    assert (result.verdict, result.coverage) == (Verdict.PROVISIONAL, 0.75)
    assert any("未规定分值" in reason.zh for reason in result.reasons)


def test_share_with_a_line_decides_when_all_was_measured() -> None:
    made = share_scheme(pass_line=60.0)
    assert judge(made, issues("q-1", 1)).verdict is Verdict.QUALIFIED
    two = (*issues("q-1", 1), *issues("q-2", 1))
    assert (judge(made, two).score, judge(made, two).verdict) == (50.0, Verdict.UNQUALIFIED)
    open_one = judge(made, two, (tally("q-0", untested=1),))
    assert open_one.verdict is Verdict.PROVISIONAL


# --- what issues mean -----------------------------------------------------------------------------


def test_severity_is_veto_only_where_the_veto_was_reached() -> None:
    few = tuple(column_issue("columns-blank", number) for number in range(2))
    many = tuple(column_issue("columns-blank", number) for number in range(5))
    for found, severity in ((few, Severity.ADVICE), (many, Severity.VETO)):
        severities, indicators = weigh([judge(scheme(COUNT), found)], found)
        assert set(severities.values()) == {severity}
        assert set(indicators.values()) == {("N",)}


def test_the_gravest_severity_of_all_schemes_wins() -> None:
    found = (
        *issues("a-x", 1),
        issue("r-x"),
        issue("z-x"),
        issue("a-x", 9, outcome=Outcome.CANT_TELL),
    )
    first = judge(scheme(advice("R", "r-x", "a-x")), found)
    second = judge(scheme(A), found)
    severities, indicators = weigh([first, second], found)
    assert severities == {
        "a-x#0": Severity.DEDUCTION,
        "r-x#1": Severity.ADVICE,
        "z-x#1": Severity.ADVICE,
        "a-x#9": Severity.ADVICE,
    }
    assert indicators == {"a-x#0": ("R", "A"), "r-x#1": ("R",), "z-x#1": (), "a-x#9": ("R", "A")}
