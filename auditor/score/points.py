"""The arithmetic: deductions with caps, the factor for sites without services, the bonus.

国办秘函〔2019〕19号: deductions of an indicator never exceed its points; what was deducted under
another indicator is not deducted again; part three (bonus) is entered above 80 points.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from auditor.model.finding import Issue, Severity
from auditor.model.scheme import Indicator, ItemResult, ItemState, Method, Rule, Scheme
from auditor.model.site import Site
from auditor.score import texts
from auditor.score.observed import counted

_DECIDED = frozenset({ItemState.MET, ItemState.BREACHED})
#: Fractions such as 4/3 leave noise in the last digits, which must not decide a verdict.
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Sum:
    """The score (None without verified points), whether every part of it was decided, and the
    items with what each took or gave."""

    score: float | None
    full: bool
    items: tuple[ItemResult, ...]


def add_up(
    scheme: Scheme, site: Site, items: Sequence[ItemResult], issues: Mapping[str, Issue]
) -> Sum:
    """The score of a site without vetoes."""
    if scheme.method is Method.SHARE:
        return _share(scheme, items)
    if site.type not in scheme.scored_types:
        noted = (_noted_unscored(item) for item in items)
        return Sum(None, False, tuple(noted))
    asked = [item for item in items if _asks(item, Severity.DEDUCTION)]
    scored = [item for item in asked if item.indicator.points is not None]
    if not scored:
        return Sum(None, False, tuple(items))
    owners = _owners(scored, issues)
    deducted = tuple(_deduct(item, owners, issues) for item in items)
    lost = sum(item.deducted or 0.0 for item in deducted)
    score = _scaled(scheme, site, lost)
    full = len(scored) == len(asked) and all(item.state in _DECIDED for item in scored)
    if scheme.bonus_line is None or score <= scheme.bonus_line:
        return Sum(score, full, deducted)
    with_bonus = tuple(_add_bonus(item) for item in deducted)
    bonus = sum(
        item.deducted or 0.0 for item in with_bonus if item.indicator.severity is Severity.BONUS
    )
    return Sum(round(score + min(bonus, scheme.bonus_total), _DIGITS), full, with_bonus)


def _share(scheme: Scheme, items: Sequence[ItemResult]) -> Sum:
    asked = [
        item for item in items if _asks(item, Severity.DEDUCTION) or _asks(item, Severity.VETO)
    ]
    decided = [item for item in asked if item.state in _DECIDED]
    if not decided:
        return Sum(None, False, tuple(items))
    met = sum(1 for item in decided if item.state is ItemState.MET)
    score = round(scheme.total * met / len(decided), _DIGITS)
    return Sum(score, len(decided) == len(asked), tuple(items))


def _asks(item: ItemResult, severity: Severity) -> bool:
    return item.indicator.severity is severity and item.state is not ItemState.INAPPLICABLE


def _noted_unscored(item: ItemResult) -> ItemResult:
    if item.indicator.severity is Severity.DEDUCTION and item.state is ItemState.BREACHED:
        return replace(item, note=texts.TYPE_NOT_SCORED)
    return item


def _owners(scored: Sequence[ItemResult], issues: Mapping[str, Issue]) -> dict[str, str]:
    """The indicator under which each issue counts: the first scored one that names its check,
    whatever that indicator's state, so that one more issue never raises a score."""
    first: dict[str, str] = {}
    for item in scored:
        if item.indicator.rule in {Rule.ANY, Rule.COUNT}:
            for check_id in item.indicator.checks:
                first.setdefault(check_id, item.indicator.id)
    return {key: first[issue.check_id] for key, issue in issues.items() if issue.check_id in first}


def _deduct(item: ItemResult, owners: Mapping[str, str], issues: Mapping[str, Issue]) -> ItemResult:
    points = item.indicator.points
    if item.indicator.severity is not Severity.DEDUCTION or points is None:
        return item
    if item.state is ItemState.MET:
        return replace(item, deducted=0.0)
    if item.state is not ItemState.BREACHED:
        return item
    own = [issues[key] for key in item.issues if owners.get(key) == item.indicator.id]
    lost = points * counted(item.indicator, own)
    note = item.note if len(own) == len(item.issues) else texts.ONCE
    return replace(item, deducted=_capped(item.indicator, lost), note=note)


def _capped(item: Indicator, points: float) -> float:
    return points if item.cap is None else min(points, item.cap)


def _scaled(scheme: Scheme, site: Site, lost: float) -> float:
    """What is left of the total. Without services that group is not examined: 75 points remain
    of 100 and the result is multiplied by 4/3."""
    if site.has_services or not scheme.services_group:
        return round(max(scheme.total - lost, 0.0), _DIGITS)
    examined = scheme.total / scheme.services_factor
    return round(max(examined - lost, 0.0) * scheme.services_factor, _DIGITS)


def _add_bonus(item: ItemResult) -> ItemResult:
    points = item.indicator.points
    if item.indicator.severity is not Severity.BONUS or points is None:
        return item
    earned = item.state is ItemState.MET
    return replace(item, deducted=_capped(item.indicator, points) if earned else 0.0)
