"""What issues mean: their severity and the indicators that they fall under."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from auditor.model.finding import Issue, Outcome, Severity
from auditor.model.scheme import Assessment, ItemResult, ItemState

_ORDER = (Severity.VETO, Severity.DEDUCTION, Severity.BONUS, Severity.ADVICE)


def weigh(
    assessments: Sequence[Assessment], issues: Sequence[Issue]
) -> tuple[Mapping[str, Severity], Mapping[str, tuple[str, ...]]]:
    """Severity and indicator ids by issue id, over all schemes; the gravest severity wins.

    `veto` is said only of issues of a veto that was reached: two blank columns of five are none.
    What a person must judge first (cant-tell) is advice, whatever it may turn out to be.
    """
    by_check: dict[str, list[ItemResult]] = {}
    for assessment in assessments:
        for item in assessment.items:
            if item.state is not ItemState.INAPPLICABLE:
                for check_id in item.indicator.checks:
                    by_check.setdefault(check_id, []).append(item)
    severity: dict[str, Severity] = {}
    indicators: dict[str, tuple[str, ...]] = {}
    for issue in issues:
        items = by_check.get(issue.check_id, [])
        meanings = {_meaning(item, issue) for item in items}
        severity[issue.id] = min(meanings, key=_ORDER.index, default=Severity.ADVICE)
        indicators[issue.id] = tuple(dict.fromkeys(item.indicator.id for item in items))
    return severity, indicators


def _meaning(item: ItemResult, issue: Issue) -> Severity:
    if issue.outcome is not Outcome.FAILED:
        return Severity.ADVICE
    severity = item.indicator.severity
    if severity is not Severity.VETO:
        return severity
    reached = item.state is ItemState.BREACHED and issue.id in item.issues
    return Severity.VETO if reached else Severity.ADVICE
