"""How a verdict came about: the indicators of each scheme, one line each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from auditor.api import (
    Assessment,
    ItemResult,
    ItemState,
    Method,
    RunResult,
    Scheme,
    Severity,
    SiteResult,
)
from reports._law import Clause

_ORDER = {
    ItemState.BREACHED: 0,
    ItemState.CANDIDATE: 1,
    ItemState.UNDECIDED: 2,
    ItemState.MET: 3,
    ItemState.ADVICE: 4,
    ItemState.INAPPLICABLE: 5,
}
_FOUND = frozenset({ItemState.BREACHED, ItemState.CANDIDATE})
_DECIDED = frozenset({ItemState.MET, ItemState.BREACHED})


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator. `share` is the part of the cap that was deducted, None without a cap."""

    item: ItemResult
    scored: bool
    share: float | None


Groups = tuple[tuple[str, tuple[Line, ...]], ...]


@dataclass(frozen=True, slots=True)
class Score:
    """One scheme's view of a site. `found` are the indicators with issues, `rest` the others that
    apply, `other` those that do not; `met` and `decided` count indicators that may bind."""

    assessment: Assessment
    scheme: Scheme | None
    states: tuple[tuple[ItemState, int], ...]
    found: Groups
    rest: Groups
    other: tuple[Line, ...]
    deducted: float
    added: float
    met: int
    decided: int

    @property
    def by_points(self) -> bool:
        """True when the scheme deducts points."""
        return self.scheme is not None and self.scheme.method is Method.POINTS

    @property
    def adds_up(self) -> bool:
        """True when total, deductions and bonus give the score without any other factor."""
        if self.scheme is None or self.assessment.score is None:
            return False
        plain = self.scheme.total - self.deducted + self.added
        return abs(plain - self.assessment.score) < 0.005

    @property
    def rest_count(self) -> int:
        """Number of indicators in `rest`."""
        return sum(len(lines) for _, lines in self.rest)


def scores(site: SiteResult, result: RunResult, lang: str) -> tuple[Score, ...]:
    """One entry per assessment, in the run's order of schemes."""
    schemes = {scheme.id: scheme for scheme in result.schemes}
    return tuple(_score(item, schemes.get(item.scheme_id), lang) for item in site.assessments)


def _score(assessment: Assessment, scheme: Scheme | None, lang: str) -> Score:
    items = assessment.items
    applying = [item for item in items if item.state is not ItemState.INAPPLICABLE]
    binding = [item for item in applying if item.indicator.grade.binding]
    states = Counter(item.state for item in items)
    return Score(
        assessment=assessment,
        scheme=scheme,
        states=tuple((state, states[state]) for state in _ORDER if states[state]),
        found=_groups((item for item in applying if _has_found(item)), scheme, lang),
        rest=_groups((item for item in applying if not _has_found(item)), scheme, lang),
        other=tuple(_line(item) for item in items if item.state is ItemState.INAPPLICABLE),
        deducted=_sum(item for item in binding if item.indicator.severity is not Severity.BONUS),
        added=_sum(item for item in binding if item.indicator.severity is Severity.BONUS),
        met=sum(1 for item in binding if item.state is ItemState.MET),
        decided=sum(1 for item in binding if item.state in _DECIDED),
    )


def _sum(items: Iterable[ItemResult]) -> float:
    return sum(item.deducted or 0.0 for item in items)


def _has_found(item: ItemResult) -> bool:
    return bool(item.count or item.issues) or item.state in _FOUND


def _groups(items: Iterable[ItemResult], scheme: Scheme | None, lang: str) -> Groups:
    groups: dict[str, list[Line]] = {}
    for item in items:
        name = Clause(scheme, item.indicator).group(lang) if scheme else item.indicator.group
        groups.setdefault(name, []).append(_line(item))
    return tuple((name, tuple(sorted(lines, key=_rank))) for name, lines in groups.items())


def _line(item: ItemResult) -> Line:
    scored = item.deducted is not None and item.indicator.grade.binding
    cap = item.indicator.cap
    share = min((item.deducted or 0.0) / cap, 1.0) if scored and cap else None
    return Line(item, scored, share)


def _rank(line: Line) -> tuple[int, float]:
    return (_ORDER[line.item.state], -(line.item.deducted or 0.0))
