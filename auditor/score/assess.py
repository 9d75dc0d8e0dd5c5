"""The verdict of one scheme on one site. Pure: the same values give the same assessment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from auditor.model.finding import Finding, Issue, Severity, Text
from auditor.model.result import CheckTally
from auditor.model.scheme import (
    Assessment,
    Indicator,
    ItemResult,
    ItemState,
    Method,
    Rule,
    Scheme,
    Verdict,
)
from auditor.model.site import Site
from auditor.score import texts
from auditor.score.decide import decide
from auditor.score.observed import Observed
from auditor.score.points import Sum, add_up

#: A home page that answers with an error leaves little to judge; below this nothing is.
_LEAST_WITHOUT_HOME = 0.5
_OPEN = frozenset({ItemState.UNDECIDED, ItemState.CANDIDATE})


def assess(
    scheme: Scheme,
    site: Site,
    issues: Sequence[Issue],
    tallies: Sequence[CheckTally],
    untested: Iterable[tuple[str, Finding]],
    as_of: date,
) -> Assessment:
    """What the scheme makes of what the checks saw.

    `unqualified` needs a decided veto, or a fully decided score below the pass line. `qualified`
    needs every applicable veto decided and enough coverage. Everything else is `provisional`
    or, without a home page or a single decided indicator, `not-assessed`; `reasons` say why.
    """
    observed = Observed(issues, tallies, untested)
    items = tuple(decide(item, scheme, site, observed, as_of) for item in scheme.indicators)
    coverage = _coverage(items)
    vetoes = tuple(item for item in items if _is_veto(item, ItemState.BREACHED))
    if _unseen(observed, coverage):
        return _assessment(scheme, Verdict.NOT_ASSESSED, None, items, [texts.HOME_NOT_OBSERVED])
    if vetoes:
        reasons = [texts.veto_found(item.indicator) for item in vetoes]
        unscored = tuple(_noted_vetoed(item) for item in items)
        return _assessment(scheme, Verdict.UNQUALIFIED, None, unscored, reasons)
    if not coverage:
        return _assessment(scheme, Verdict.NOT_ASSESSED, None, items, [texts.NOTHING_DECIDED])
    total = add_up(scheme, site, items, {issue.id: issue for issue in issues})
    below = _below_line(scheme, total)
    if below is not None:
        return _assessment(scheme, Verdict.UNQUALIFIED, total.score, total.items, [below])
    doubts = list(_doubts(scheme, site, total, observed, coverage))
    verdict = Verdict.PROVISIONAL if doubts else Verdict.QUALIFIED
    return _assessment(scheme, verdict, total.score, total.items, doubts or [texts.ALL_MET])


def _assessment(
    scheme: Scheme,
    verdict: Verdict,
    score: float | None,
    items: tuple[ItemResult, ...],
    reasons: Sequence[Text],
) -> Assessment:
    return Assessment(
        scheme_id=scheme.id,
        verdict=verdict,
        score=score,
        coverage=_coverage(items),
        items=items,
        reasons=tuple(reasons),
        vetoes=tuple(item.indicator.id for item in items if _is_veto(item, ItemState.BREACHED)),
    )


def _is_veto(item: ItemResult, state: ItemState) -> bool:
    return item.indicator.severity is Severity.VETO and item.state is state


def _coverage(items: Sequence[ItemResult]) -> float:
    """Share decided of the indicators that apply and that one run can decide at all."""
    asked = [item for item in items if _decidable(item)]
    decided = sum(1 for item in asked if item.state not in _OPEN)
    return decided / len(asked) if asked else 0.0


def _decidable(item: ItemResult) -> bool:
    in_one_run = item.indicator.rule in {Rule.ANY, Rule.COUNT}
    return in_one_run and item.state is not ItemState.INAPPLICABLE


def _unseen(observed: Observed, coverage: float) -> bool:
    if not observed.home_asked or observed.home_passed:
        return False
    return not observed.home_failed or coverage < _LEAST_WITHOUT_HOME


def _noted_vetoed(item: ItemResult) -> ItemResult:
    scored = item.indicator.severity in {Severity.DEDUCTION, Severity.BONUS}
    if scored and item.state is ItemState.BREACHED:
        return replace(item, note=texts.NOT_SCORED)
    return item


def _below_line(scheme: Scheme, total: Sum) -> Text | None:
    line = scheme.pass_line
    if line is None or total.score is None or not total.full or total.score >= line:
        return None
    below = texts.share_below if scheme.method is Method.SHARE else texts.score_below
    return below(total.score, line)


def _doubts(
    scheme: Scheme, site: Site, total: Sum, observed: Observed, coverage: float
) -> Iterator[Text]:
    """Why the site cannot be called qualified."""
    yield from _open_vetoes(total.items)
    if coverage < scheme.min_coverage:
        yield texts.low_coverage(coverage, scheme.min_coverage)
    if observed.crawl_partial:
        yield texts.CRAWL_PARTIAL
    if scheme.method is Method.SHARE and scheme.pass_line is None:
        yield texts.NO_OFFICIAL_POINTS
    elif scheme.method is Method.SHARE or site.type in scheme.scored_types:
        yield from _score_doubts(scheme, total)


def _score_doubts(scheme: Scheme, total: Sum) -> Iterator[Text]:
    if total.score is None or scheme.pass_line is None:
        yield texts.NO_POINTS
    elif not total.full:
        still_open = [
            item
            for item in total.items
            if item.indicator.severity is Severity.DEDUCTION
            and (item.state in _OPEN or _unpriced(item))
        ]
        yield texts.undecided_deductions(len(still_open))


def _unpriced(item: ItemResult) -> bool:
    return item.indicator.points is None and item.state is not ItemState.INAPPLICABLE


def _open_vetoes(items: Sequence[ItemResult]) -> Iterator[Text]:
    """Undecided vetoes, those with the same cause in one sentence."""
    by_cause: dict[Text, list[Indicator]] = {}
    for item in items:
        if item.indicator.severity is Severity.VETO and item.state in _OPEN:
            by_cause.setdefault(item.note or texts.NOT_MEASURED, []).append(item.indicator)
    for cause, indicators in by_cause.items():
        yield texts.undecided_vetoes(indicators, cause)
