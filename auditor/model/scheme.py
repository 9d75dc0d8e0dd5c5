"""Schemes (指标体系): which law asks for what, and what a breach costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from auditor.model.finding import Severity, Text
from auditor.model.site import SiteType


class Grade(StrEnum):
    """How sure we are of a clause's wording.

    V read verbatim · L statute read in full · P read in a paraphrase · C seen in products or live
    pages · R recalled, not verified · E engineering proposal. Only V, L and P may carry points, a
    veto or a quotation.
    """

    V = "V"
    L = "L"
    P = "P"
    C = "C"
    R = "R"
    E = "E"

    @property
    def binding(self) -> bool:
        """True when an indicator of this grade may carry points or a veto."""
        return self in {Grade.V, Grade.L, Grade.P}


class Rule(StrEnum):
    """How findings of an indicator's checks become a breach.

    ANY: at least one failed issue. COUNT: at least `threshold` failed issues over all its checks
    (an issue counts once per place for `count_places`). MANUAL: a person decides; the checks only
    name candidates. HISTORY: needs repeated measurement; one run never decides.
    """

    ANY = "any"
    COUNT = "count"
    MANUAL = "manual"
    HISTORY = "history"


class Method(StrEnum):
    """POINTS: 100 less deductions, with caps and bonus. SHARE: share of the measured requirements
    that are met, for plans that list requirements without points."""

    POINTS = "points"
    SHARE = "share"


@dataclass(frozen=True, slots=True)
class Indicator:
    """One line of a scheme. `points` per issue and `cap` per indicator; None where the document's
    values are not verified. `quote` is verbatim and only for grades V and L."""

    id: str
    name: Text
    clause: Text
    grade: Grade
    severity: Severity
    checks: tuple[str, ...]
    rule: Rule = Rule.ANY
    threshold: int = 1
    count_places: bool = False
    points: float | None = None
    cap: float | None = None
    quote: str = ""
    group: str = ""
    applies_to: tuple[SiteType, ...] = tuple(SiteType)
    needs_services: bool = False
    effective_from: date | None = None
    effective_to: date | None = None


@dataclass(frozen=True, slots=True)
class Scheme:
    """A scheme. `pass_line` below which a scored site is unqualified, `bonus_line` above which
    bonus is added; both None when the document gives none. `scored_types`: the site types whose
    deductions count (others are judged by vetoes alone). `groups` names the indicators' groups by
    their keys, in the order of printing."""

    id: str
    version: str
    title: Text
    source: Text
    method: Method
    indicators: tuple[Indicator, ...]
    total: float = 100.0
    pass_line: float | None = None
    bonus_line: float | None = None
    bonus_total: float = 0.0
    services_group: str = ""
    services_factor: float = 1.0
    scored_types: tuple[SiteType, ...] = tuple(SiteType)
    min_coverage: float = 0.9
    sha256: str = ""
    groups: Mapping[str, Text] = field(default_factory=dict)


class ItemState(StrEnum):
    """What a run can say about an indicator for one site."""

    MET = "met"
    BREACHED = "breached"
    UNDECIDED = "undecided"
    CANDIDATE = "candidate"
    INAPPLICABLE = "inapplicable"
    ADVICE = "advice"


class Verdict(StrEnum):
    """Vocabulary of `verdict` in result.json."""

    QUALIFIED = "qualified"
    UNQUALIFIED = "unqualified"
    PROVISIONAL = "provisional"
    NOT_ASSESSED = "not-assessed"


@dataclass(frozen=True, slots=True)
class ItemResult:
    """One indicator's result on one site. `issues` are ids of the issues that decided it;
    `deducted` (or added, for a bonus) is None where the scheme gives no verified points."""

    indicator: Indicator
    state: ItemState
    issues: tuple[str, ...] = ()
    count: int = 0
    deducted: float | None = None
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """One scheme's verdict on one site. `coverage` is the share decided of those applicable
    indicators that one run can decide; `reasons` say why the verdict is what it is."""

    scheme_id: str
    verdict: Verdict
    score: float | None
    coverage: float
    items: tuple[ItemResult, ...]
    reasons: tuple[Text, ...]
    vetoes: tuple[str, ...] = ()
