"""From the store to the `RunResult` that every report is made from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from auditor.engine.audit import JudgePlan, judge_stored
from auditor.engine.catalogue import check_info
from auditor.engine.citing import with_records
from auditor.model.artifact import (
    AxeRun,
    CrawlSummary,
    DnsAnswers,
    HomeFetch,
    Ipv6Probe,
    SearchProbe,
    TlsProbe,
)
from auditor.model.evidence import EvidenceArchive
from auditor.model.finding import Issue
from auditor.model.result import CheckInfo, RunResult, SiteResult
from auditor.model.scheme import Assessment, Scheme, Verdict
from auditor.model.site import Site, Vantage
from auditor.score import assess, weigh
from auditor.store import LeaseLost, Store
from auditor.store.rows import Judgement, SiteRow

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ResultPlan:
    """What a result needs besides the store."""

    judging: JudgePlan
    schemes: Sequence[Scheme]
    title: str = ""

    def check_infos(self) -> dict[str, CheckInfo]:
        """What reports say about the checks, by id."""
        return {check.id: check_info(check) for check in self.judging.checks}


def judge_missing(
    plan: ResultPlan, store: Store, *, hurry: Callable[[], bool] = lambda: False
) -> None:
    """Judge the sites that were interrupted before they were judged, and those that gathered
    more since. A site that somebody claims meanwhile is left to them. `JudgingStopped` as soon
    as `hurry` answers true."""
    run_id = plan.judging.context.run_id
    for row in store.site_rows(run_id):
        if row.state != "done" or store.judgement(run_id, row.site.id) is None:
            with suppress(LeaseLost):
                judge_site(plan, store, row.site, hurry=hurry, fence=row.fence)


def judge_site(
    plan: ResultPlan,
    store: Store,
    site: Site,
    *,
    hurry: Callable[[], bool] = lambda: False,
    fence: int | None = None,
) -> Judgement:
    """Judge one site from the store and keep the judgement; `LeaseLost` when the audit has
    another fence than this."""
    judgement = judge_stored(plan.judging, store, site, hurry=hurry)
    store.save_judgement(
        plan.judging.context.run_id,
        site.id,
        judgement.issues,
        judgement.tallies,
        judgement.untested,
        judgement.columns,
        fence=fence,
    )
    return judgement


def build_result(plan: ResultPlan, store: Store) -> RunResult:
    """The run's result with every site judged so far."""
    context = plan.judging.context
    run = store.run(context.run_id)
    sites = tuple(site_results(plan, store))
    vantage = store.run_artifact(run.run_id, Vantage)
    return RunResult(
        run_id=run.run_id,
        started_at=run.started_at,
        finished_at=run.finished_at,
        as_of=run.as_of,
        tool_version=run.tool_version,
        config_sha256=run.config_sha256,
        vantage=vantage if isinstance(vantage, Vantage) else context.vantage,
        coverage=round(sum(site.coverage for site in sites) / len(sites), 4) if sites else 0.0,
        schemes=tuple(plan.schemes),
        checks=plan.check_infos(),
        sites=sites,
        title=plan.title,
    )


def site_results(plan: ResultPlan, store: Store) -> Iterator[SiteResult]:
    """The result of every site, in the register's order, one at a time."""
    for row in store.site_rows(plan.judging.context.run_id):
        judgement = store.judgement(plan.judging.context.run_id, row.site.id) or Judgement()
        yield _site_result(plan, store, row, judgement)


def _site_result(plan: ResultPlan, store: Store, row: SiteRow, judgement: Judgement) -> SiteResult:
    site, run_id = row.site, plan.judging.context.run_id

    def artifact(type_: type[T]) -> T | None:
        value = store.artifact(run_id, site.id, type_)
        return value if isinstance(value, type_) else None

    assessments = tuple(
        assess(
            scheme,
            site,
            judgement.issues,
            judgement.tallies,
            judgement.untested,
            plan.judging.context.today,
        )
        for scheme in plan.schemes
    )
    severity, indicators = weigh(assessments, judgement.issues)
    archive = artifact(EvidenceArchive)
    issues = _cited(store, run_id, site, judgement.issues) if archive else judgement.issues
    main = assessments[0] if assessments else _NOTHING
    return SiteResult(
        site=site,
        verdict=main.verdict,
        score=main.score,
        coverage=main.coverage,
        assessments=assessments,
        issues=issues,
        severity=severity,
        indicators=indicators,
        tallies=judgement.tallies,
        untested=judgement.untested,
        columns=judgement.columns,
        crawl=artifact(CrawlSummary),
        home=artifact(HomeFetch),
        dns=artifact(DnsAnswers),
        ipv6=artifact(Ipv6Probe),
        tls=artifact(TlsProbe),
        search=artifact(SearchProbe),
        axe=artifact(AxeRun),
        archive=archive,
        state=row.state,
        error=row.error,
    )


def _cited(store: Store, run_id: str, site: Site, issues: tuple[Issue, ...]) -> tuple[Issue, ...]:
    """The issues with the archived records that they rest on."""
    urls = {ref.url for issue in issues for ref in issue.evidence}
    urls.update(issue.subject.name for issue in issues)
    return with_records(issues, store.captures(run_id, site.id, urls))


_NOTHING = Assessment("", Verdict.NOT_ASSESSED, None, 0.0, (), ())
