"""The whole of a run's result: what every report is made from, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from auditor.model.artifact import (
    AxeRun,
    CrawlSummary,
    DnsAnswers,
    HomeFetch,
    Ipv6Probe,
    SearchProbe,
    TlsProbe,
)
from auditor.model.column import Column
from auditor.model.evidence import EvidenceArchive
from auditor.model.finding import Finding, Issue, Outcome, Severity, Text
from auditor.model.scheme import Assessment, Scheme
from auditor.model.site import Site, Vantage


@dataclass(frozen=True, slots=True)
class CheckInfo:
    """What reports say about a check."""

    id: str
    family: str
    title: Text
    why: Text
    fix: Text
    messages: Mapping[str, Text]
    version: int = 1


@dataclass(frozen=True, slots=True)
class CheckTally:
    """How often a check said what on one site (observations, before grouping). `untested` maps
    reasons to counts."""

    check_id: str
    counts: Mapping[Outcome, int] = field(default_factory=dict)
    untested: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SiteResult:
    """Everything about one site. `issues` holds failed and cant-tell issues; `others` one
    finding per check that was untested, with its reason. `severity` and `indicators` map an issue
    id to what the schemes make of it. The artifacts at the end are None where not gathered."""

    site: Site
    verdict: str
    score: float | None
    coverage: float
    assessments: tuple[Assessment, ...]
    issues: tuple[Issue, ...]
    severity: Mapping[str, Severity]
    indicators: Mapping[str, tuple[str, ...]]
    tallies: tuple[CheckTally, ...]
    untested: tuple[tuple[str, Finding], ...]
    columns: tuple[Column, ...] = ()
    crawl: CrawlSummary | None = None
    home: HomeFetch | None = None
    dns: DnsAnswers | None = None
    ipv6: Ipv6Probe | None = None
    tls: TlsProbe | None = None
    search: SearchProbe | None = None
    axe: AxeRun | None = None
    archive: EvidenceArchive | None = None
    state: str = "done"
    error: str = ""


@dataclass(frozen=True, slots=True)
class RunResult:
    """A run over a register. Times are UTC; reports show Asia/Shanghai."""

    run_id: str
    started_at: datetime
    finished_at: datetime | None
    as_of: datetime
    tool_version: str
    config_sha256: str
    vantage: Vantage
    coverage: float
    schemes: tuple[Scheme, ...]
    checks: Mapping[str, CheckInfo]
    sites: tuple[SiteResult, ...]
    title: str = ""
