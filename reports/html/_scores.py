"""How a verdict came about: the indicators of each scheme, one line each."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.api import Assessment, ItemResult, ItemState, Method, RunResult, Scheme, SiteResult
from reports._law import Clause

_ORDER = {
    ItemState.BREACHED: 0,
    ItemState.CANDIDATE: 1,
    ItemState.UNDECIDED: 2,
    ItemState.MET: 3,
    ItemState.ADVICE: 4,
    ItemState.INAPPLICABLE: 5,
}


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator. `share` is the part of the cap that was deducted, None without a cap."""

    item: ItemResult
    scored: bool
    share: float | None


@dataclass(frozen=True, slots=True)
class Score:
    """One scheme's view of a site. `met` and `decided` count indicators that may bind."""

    assessment: Assessment
    scheme: Scheme | None
    groups: tuple[tuple[str, tuple[Line, ...]], ...]
    other: tuple[Line, ...]
    deducted: float
    met: int
    decided: int

    @property
    def by_points(self) -> bool:
        """True when the scheme deducts points."""
        return self.scheme is not None and self.scheme.method is Method.POINTS


def scores(site: SiteResult, result: RunResult, lang: str) -> tuple[Score, ...]:
    """One entry per assessment, in the run's order of schemes."""
    schemes = {scheme.id: scheme for scheme in result.schemes}
    return tuple(_score(item, schemes.get(item.scheme_id), lang) for item in site.assessments)


def _score(assessment: Assessment, scheme: Scheme | None, lang: str) -> Score:
    shown = [item for item in assessment.items if item.state is not ItemState.INAPPLICABLE]
    groups: dict[str, list[Line]] = {}
    for item in shown:
        group = Clause(scheme, item.indicator).group(lang) if scheme else item.indicator.group
        groups.setdefault(group, []).append(_line(item))
    binding = [item for item in shown if item.indicator.grade.binding]
    decided = [item for item in binding if item.state in {ItemState.MET, ItemState.BREACHED}]
    return Score(
        assessment=assessment,
        scheme=scheme,
        groups=tuple((name, tuple(sorted(lines, key=_rank))) for name, lines in groups.items()),
        other=tuple(_line(i) for i in assessment.items if i.state is ItemState.INAPPLICABLE),
        deducted=sum(item.deducted or 0.0 for item in binding),
        met=sum(1 for item in decided if item.state is ItemState.MET),
        decided=len(decided),
    )


def _line(item: ItemResult) -> Line:
    scored = item.deducted is not None and item.indicator.grade.binding
    cap = item.indicator.cap
    share = min((item.deducted or 0.0) / cap, 1.0) if scored and cap else None
    return Line(item, scored, share)


def _rank(line: Line) -> tuple[int, float]:
    return (_ORDER[line.item.state], -(line.item.deducted or 0.0))
