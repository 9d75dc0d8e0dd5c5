"""The district page: all sites at once, from their lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from auditor.api import CheckInfo, Grade, RunResult, SiteResult, Verdict
from reports._issuelist import certain
from reports._texts import Texts
from reports.html._lines import SiteLine, family_of, site_line

#: Rows of the heat map and of the list of frequent problems.
HEAT_ROWS = 300
FREQUENT = 15
#: Known families in the order of the mission; others follow by name.
_FAMILIES = ("ipv6", "domain", "accessibility", "search", "columns", "site")


@dataclass(slots=True)
class _Use:
    sites: int = 0
    issues: int = 0
    places: int = 0


@dataclass(frozen=True, slots=True)
class Frequent:
    """A check and how many sites it failed on."""

    check_id: str
    title: str
    family: str
    sites: int
    issues: int
    places: int


@dataclass(slots=True)
class District:
    """Collects one line per site while the site pages are written."""

    result: RunResult
    texts: Texts
    lines: list[SiteLine] = field(default_factory=list)
    _uses: dict[str, _Use] = field(default_factory=dict)

    def add(self, site: SiteResult) -> None:
        """Take what the district page needs of a site."""
        self.lines.append(site_line(site, self.result.checks, self.texts))
        seen: set[str] = set()
        for issue in site.issues:
            if certain(issue):
                use = self._uses.setdefault(issue.check_id, _Use())
                use.sites += issue.check_id not in seen
                use.issues += 1
                use.places += issue.count
                seen.add(issue.check_id)

    def context(self) -> dict[str, Any]:
        """Values for the template."""
        ranked = sorted(self.lines, key=lambda line: line.weight)
        return {
            "run": self.result,
            "sites": ranked,
            "verdicts": self._verdicts(),
            "counts": _sum(line.counts for line in self.lines),
            "pages": sum(line.pages for line in self.lines),
            "families": self._family_names(),
            "heat": ranked[:HEAT_ROWS],
            "frequent": self._frequent(),
            "unmeasured": [line for line in ranked if line.why],
            "grades": list(Grade),
        }

    def _verdicts(self) -> list[tuple[str, int, float]]:
        counts = Counter(line.verdict for line in self.lines)
        total = len(self.lines) or 1
        order = (Verdict.QUALIFIED, Verdict.UNQUALIFIED, Verdict.PROVISIONAL, Verdict.NOT_ASSESSED)
        return [(verdict, counts[verdict], counts[verdict] / total) for verdict in order]

    def _family_names(self) -> list[str]:
        present = {family for line in self.lines for family in line.families}
        known = [family for family in _FAMILIES if family in present]
        return known + sorted(present.difference(_FAMILIES))

    def _frequent(self) -> list[Frequent]:
        checks: Mapping[str, CheckInfo] = self.result.checks
        uses = sorted(
            self._uses.items(), key=lambda pair: (-pair[1].sites, -pair[1].issues, pair[0])
        )
        return [
            Frequent(
                check_id,
                checks[check_id].title.of(self.texts.lang) if check_id in checks else check_id,
                family_of(check_id, checks),
                use.sites,
                use.issues,
                use.places,
            )
            for check_id, use in uses[:FREQUENT]
        ]


def _sum(counts: Sequence[Mapping[str, int]] | Any) -> Mapping[str, int]:
    total: Counter[str] = Counter()
    for item in counts:
        total.update(item)
    return total
