"""Short ways to make schemes, issues and tallies."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from auditor.model.finding import (
    EvidenceRef,
    Issue,
    Message,
    Outcome,
    Severity,
    Subject,
    SubjectKind,
    Text,
)
from auditor.model.result import CheckTally
from auditor.model.scheme import Assessment as Assessment
from auditor.model.scheme import Grade, Indicator, ItemResult, Method, Rule, Scheme
from auditor.model.site import Site, SiteType
from auditor.score import assess

TODAY = date(2026, 11, 22)
PORTAL = Site("portal", "某某区人民政府", "http://www.mou.gov.cn/", type=SiteType.PORTAL)
BUREAU = Site("bureau", "某某局", "http://ju.mou.gov.cn/")
HOME = CheckTally("site-homepage", {Outcome.PASSED: 1})


def indicator(id: str, *checks: str, **changes: object) -> Indicator:
    """A deduction of 10 points per issue, at most 30, unless `changes` says otherwise."""
    base = Indicator(
        id=id,
        name=Text(f"指标{id}", f"indicator {id}"),
        clause=Text("条款", "clause"),
        grade=Grade.V,
        severity=Severity.DEDUCTION,
        checks=checks,
        points=10.0,
        cap=30.0,
        group="part2",
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def veto(id: str, *checks: str, **changes: object) -> Indicator:
    """A veto by one failed issue."""
    base = {"severity": Severity.VETO, "points": None, "cap": None, "group": "veto"}
    return indicator(id, *checks, **(base | changes))


def advice(id: str, *checks: str, **changes: object) -> Indicator:
    """Advice of grade R."""
    base = {"severity": Severity.ADVICE, "points": None, "cap": None, "grade": Grade.R}
    return indicator(id, *checks, **(base | changes))


def scheme(*indicators: Indicator, **changes: object) -> Scheme:
    """A scheme with the lines of 国办秘函〔2019〕19号 that scores portals only."""
    base = Scheme(
        id="made-up",
        version="1",
        title=Text("虚构", "made up"),
        source=Text("虚构", "made up"),
        method=Method.POINTS,
        indicators=indicators,
        pass_line=60.0,
        bonus_line=80.0,
        bonus_total=30.0,
        services_group="services",
        services_factor=4 / 3,
        scored_types=(SiteType.PORTAL,),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def issue(check_id: str, number: int = 1, **changes: object) -> Issue:
    """A failed issue of one place."""
    base = Issue(
        id=f"{check_id}#{number}",
        number=number,
        check_id=check_id,
        outcome=Outcome.FAILED,
        message=Message("failed"),
        subject=Subject(SubjectKind.PAGE, f"http://www.mou.gov.cn/{number}"),
        count=1,
        evidence=(EvidenceRef(f"http://www.mou.gov.cn/{number}"),),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def column_issue(check_id: str, number: int, name: str = "", **changes: object) -> Issue:
    """A failed issue about one column."""
    subject = Subject(SubjectKind.COLUMN, name or f"栏目{number}")
    return issue(check_id, number, subject=subject, **changes)


def tally(check_id: str, **outcomes: int) -> CheckTally:
    """Counts by outcome: `tally("a-b", passed=3, cant_tell=1)`."""
    counts = {Outcome(name.replace("_", "-")): count for name, count in outcomes.items()}
    return CheckTally(check_id, counts)


def judge(
    made: Scheme,
    issues: tuple[Issue, ...] = (),
    tallies: tuple[CheckTally, ...] = (),
    site: Site = PORTAL,
    as_of: date = TODAY,
) -> Assessment:
    """Assess with the home page opened and every check of the scheme passed once, unless
    `tallies` says otherwise; failed and cant-tell issues are counted in their tallies."""
    given = {item.check_id: item for item in (HOME, *tallies)}
    for check_id in {check for item in made.indicators for check in item.checks} - set(given):
        counts = {Outcome.PASSED: 1}
        for found in issues:
            if found.check_id == check_id:
                counts[found.outcome] = counts.get(found.outcome, 0) + found.count
        given[check_id] = CheckTally(check_id, counts)
    return assess(made, site, issues, tuple(given.values()), (), as_of)


def item_of(assessment: Assessment, id: str) -> ItemResult:
    """The result of one indicator."""
    return next(item for item in assessment.items if item.indicator.id == id)


__all__ = [
    "BUREAU",
    "HOME",
    "PORTAL",
    "TODAY",
    "Assessment",
    "Rule",
    "advice",
    "column_issue",
    "indicator",
    "issue",
    "item_of",
    "judge",
    "scheme",
    "tally",
    "veto",
]
