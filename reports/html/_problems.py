"""A site's issues in the order in which they should be mended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from auditor.api import CheckInfo, Issue, RunResult, Severity, SiteResult
from reports._issuelist import certain
from reports._law import Clause, Law

#: Sections from the gravest to the mildest; suspicions come last, whatever they would cost.
SECTIONS = ("veto", "deduction", "bonus", "advice", "cant-tell")
#: Issues of one check that the site page shows in full.
SHOWN_ISSUES = 10
#: Lines of the to-do list.
TASKS = 12


@dataclass(frozen=True, slots=True)
class Group:
    """The issues of one check in one section. `lost` is what its indicators deducted in all, None
    where no verified clause gives points."""

    section: str
    check_id: str
    info: CheckInfo | None
    clauses: tuple[Clause, ...]
    issues: tuple[Issue, ...]
    lost: float | None

    @property
    def anchor(self) -> str:
        """Fragment id of the group."""
        return f"{self.section}-{self.check_id}"

    @property
    def shown(self) -> tuple[Issue, ...]:
        """The issues printed in full."""
        return self.issues[:SHOWN_ISSUES]

    @property
    def places(self) -> int:
        """Places over all issues."""
        return sum(issue.count for issue in self.issues)

    @property
    def verified(self) -> bool:
        """True when at least one clause may carry points or a veto."""
        return any(clause.indicator.grade.binding for clause in self.clauses)


@dataclass(frozen=True, slots=True)
class Section:
    """All groups of one severity."""

    key: str
    groups: tuple[Group, ...]

    @property
    def count(self) -> int:
        """Number of issues."""
        return sum(len(group.issues) for group in self.groups)

    @property
    def places(self) -> int:
        """Number of places."""
        return sum(group.places for group in self.groups)


@dataclass(frozen=True, slots=True)
class Problems:
    """Everything found on a site, worst first."""

    sections: tuple[Section, ...]

    @property
    def groups(self) -> tuple[Group, ...]:
        """All groups in order."""
        return tuple(group for section in self.sections for group in section.groups)

    @property
    def tasks(self) -> tuple[Group, ...]:
        """The first lines of the to-do list."""
        return self.groups[:TASKS]

    @property
    def issues(self) -> tuple[Issue, ...]:
        """All issues in order."""
        return tuple(issue for group in self.groups for issue in group.issues)

    @property
    def overflows(self) -> bool:
        """True when some issues are only in the full list."""
        return any(len(group.issues) > SHOWN_ISSUES for group in self.groups)

    @property
    def shown_ids(self) -> frozenset[str]:
        """Ids of the issues printed in full."""
        return frozenset(issue.id for group in self.groups for issue in group.shown)


def problems(site: SiteResult, result: RunResult, law: Law) -> Problems:
    """Group a site's issues by section and check."""
    found: dict[tuple[str, str], list[Issue]] = {}
    for issue in site.issues:
        found.setdefault((_section(site, issue), issue.check_id), []).append(issue)
    lost = _lost_points(site)
    sections = []
    for key in SECTIONS:
        groups = [
            _group(key, check, issues, site, result, law, lost)
            for (section, check), issues in found.items()
            if section == key
        ]
        if groups:
            sections.append(Section(key, tuple(sorted(groups, key=_weight))))
    return Problems(tuple(sections))


def _group(
    key: str,
    check_id: str,
    issues: list[Issue],
    site: SiteResult,
    result: RunResult,
    law: Law,
    lost: dict[str, float],
) -> Group:
    ids = (one for issue in issues for one in site.indicators.get(issue.id, ()))
    clauses = law.clauses(dict.fromkeys(ids))
    points = [lost[item.indicator.id] for item in clauses if item.indicator.id in lost]
    ordered = sorted(issues, key=lambda issue: (-issue.count, issue.number, issue.id))
    info = result.checks.get(check_id)
    total = sum(points) if points and key == "deduction" else None
    return Group(key, check_id, info, clauses, tuple(ordered), total)


def _section(site: SiteResult, issue: Issue) -> str:
    if not certain(issue):
        return "cant-tell"
    return site.severity.get(issue.id, Severity.ADVICE)


def _lost_points(site: SiteResult) -> dict[str, float]:
    """Points that each indicator deducted."""
    items: Iterable[tuple[str, float | None]] = (
        (item.indicator.id, item.deducted) for one in site.assessments for item in one.items
    )
    return {key: lost for key, lost in items if lost}


def _weight(group: Group) -> tuple[float, bool, int, str]:
    return (-(group.lost or 0.0), not group.verified, -group.places, group.check_id)
