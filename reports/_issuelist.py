"""The issue list (问题清单): one row per issue with every column that circulars ask for.

CSV and XLSX print the same rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from auditor.api import (
    CheckInfo,
    EvidenceRef,
    Issue,
    Message,
    Outcome,
    RunResult,
    Severity,
    SiteResult,
)
from reports._clean import clip
from reports._law import Clause, Law
from reports._moments import local, local_day
from reports._sentence import Value, sentence
from reports._texts import Texts

#: Keys of the columns, in order; `texts.yaml` has their headings in table `issuelist`.
COLUMNS = (
    "row",
    "site",
    "site_code",
    "organisation",
    "indicator",
    "clause",
    "kind",
    "certainty",
    "subject",
    "url",
    "parent_url",
    "link_text",
    "locator",
    "message",
    "count",
    "values",
    "captured_at",
    "sha256",
    "warc",
    "subject_warc",
    "screenshot",
    "excerpt",
    "other_places",
    "fix",
    "due",
    "status",
    "reviewer",
    "number",
    "check",
    "site_id",
    "issue_id",
)

_RECTIFIED = frozenset({Severity.VETO, Severity.DEDUCTION})


class IssueList:
    """Rows of a run in one language."""

    def __init__(self, result: RunResult, texts: Texts) -> None:
        self._texts = texts
        self._law = Law(result.schemes)
        self._checks: Mapping[str, CheckInfo] = result.checks
        self._day = local_day(result.as_of)
        self._row = 0

    @property
    def headings(self) -> tuple[str, ...]:
        """The column headings."""
        return tuple(self._texts(f"issuelist.{key}") for key in COLUMNS)

    def rows(self, site: SiteResult) -> Iterator[tuple[Value, ...]]:
        """The site's rows, worst severity first, then by number."""
        for issue in sorted(site.issues, key=lambda item: rank(site, item)):
            self._row += 1
            values = self._values(site, issue)
            yield tuple(values[key] for key in COLUMNS)

    def _values(self, site: SiteResult, issue: Issue) -> dict[str, Value]:
        t = self._texts
        info = self._checks.get(issue.check_id)
        place = issue.evidence[0] if issue.evidence else EvidenceRef("")
        clauses = self._law.clauses(site.indicators.get(issue.id, ()))
        severity = site.severity.get(issue.id, Severity.ADVICE)
        return {
            "row": self._row,
            "site": site.site.name,
            "site_code": site.site.site_code,
            "organisation": site.site.organisation,
            "indicator": "\n".join(indicator_name(item, t.lang) for item in clauses),
            "clause": "\n".join(self._clause(item) for item in clauses),
            "kind": t.word("severity", severity),
            "certainty": t("certainty.certain" if certain(issue) else "certainty.suspected"),
            "subject": issue.subject.name,
            "url": place.url,
            "parent_url": place.parent_url,
            "link_text": place.link_text,
            "locator": place.locator,
            "message": sentence(info, issue.message, t.lang),
            "count": issue.count,
            "values": measured(issue.message, t),
            "captured_at": local(place.captured_at),
            "sha256": place.sha256,
            "warc": place.warc,
            "subject_warc": issue.subject_warc,
            "screenshot": place.screenshot,
            "excerpt": place.excerpt,
            "other_places": "\n".join(dict.fromkeys(item.url for item in issue.evidence[1:])),
            "fix": info.fix.of(t.lang) if info else "",
            "due": self._due(site, issue, severity),
            "status": t("issuelist.open"),
            "reviewer": "",
            "number": issue.number,
            "check": issue.check_id,
            "site_id": site.site.id,
            "issue_id": issue.id,
        }

    def _clause(self, item: Clause) -> str:
        said = item.indicator.clause.of(self._texts.lang)
        quoted = f"{said} “{item.quote}”" if item.quote else said
        if item.indicator.grade.binding:
            return quoted
        return quoted + self._texts("law.unverified_suffix")

    def _due(self, site: SiteResult, issue: Issue, severity: Severity) -> str:
        """Only what costs points has a term; a suspicion gets one when a person confirms it."""
        if issue.outcome is not Outcome.FAILED or severity not in _RECTIFIED:
            return ""
        return (self._day + timedelta(days=site.site.due_days)).isoformat()


_RANK = {Severity.VETO: 0, Severity.DEDUCTION: 1, Severity.BONUS: 2, Severity.ADVICE: 3}


def rank(site: SiteResult, issue: Issue) -> tuple[bool, int, int, str]:
    """Order of issues: sure before suspected, worst severity first, then by number."""
    severity = site.severity.get(issue.id, Severity.ADVICE)
    return (not certain(issue), _RANK[severity], issue.number, issue.id)


def certain(issue: Issue) -> bool:
    """True unless a person must judge."""
    return issue.outcome is Outcome.FAILED


def indicator_name(clause: Clause, lang: str) -> str:
    """Group and name of an indicator (一级/二级指标)."""
    name = clause.indicator.name.of(lang)
    group = clause.group(lang)
    return f"{group} / {name}" if group else name


def measured(message: Message, texts: Texts) -> str:
    """The message's values with their labels: what was measured, against which threshold."""
    shown = (
        f"{texts.word('param', key)}={clip(str(value), 200)}"
        for key, value in message.params.items()
    )
    return "; ".join(shown)
