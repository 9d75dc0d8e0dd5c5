"""`audit_site`: one site from the first question to its stored judgement. Knows no engine."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from time import monotonic

import structlog

from auditor.config import Settings
from auditor.derive.folds import FOLDS, Fold
from auditor.derive.home import HomePageFold
from auditor.derive.known_items import KnownItemChoice, KnownItems
from auditor.derive.render_choice import RenderChoice, RenderChoiceFold
from auditor.derive.urls import canonical
from auditor.engine.carry import CarriedResults, Carrier
from auditor.engine.evidence import EarlierEvidence, EvidenceKeeper
from auditor.engine.judge import judge, run_folds
from auditor.engine.needs import needs_of, supply
from auditor.engine.progress import Progress
from auditor.engine.record import Bookkeeper, SiteRecord
from auditor.engine.second_visit import carrier_of
from auditor.engine.steps import STEPS, BrowserPool, Step, demanded
from auditor.engine.stop import CutOff, Stop
from auditor.engine.timeless import timeless
from auditor.gather.robots import Robots
from auditor.gather.tools import Tools
from auditor.model.artifact import (
    AxeRun,
    CrawlSummary,
    DnsAnswers,
    HomeFetch,
    HomePage,
    Missed,
    SearchProbe,
)
from auditor.model.check import Check, Scope
from auditor.model.column import ColumnTemplate
from auditor.model.evidence import EvidenceArchive
from auditor.model.finding import Reason
from auditor.model.page import PageFacts
from auditor.model.site import Register, RunContext, Site, Vantage
from auditor.store import LeaseLost, Store, StoreError
from auditor.store.rows import CaptureRow, Judgement

_LOG = structlog.get_logger(__name__)

#: Derivations that later steps need of the crawled pages, before the judge sees them again.
SURVEY: tuple[type[Fold], ...] = (HomePageFold, KnownItemChoice, RenderChoiceFold)
#: What reports show whether or not a check asks for it.
REPORTED: tuple[type, ...] = (DnsAnswers, HomeFetch, CrawlSummary)


@dataclass(frozen=True, slots=True)
class JudgePlan:
    """What judging needs besides the stored artifacts: the moment, the register, one column
    template per site id, the checks, and thresholds by check id."""

    context: RunContext
    register: Register
    templates: Mapping[str, ColumnTemplate]
    checks: Sequence[Check]
    params: Mapping[str, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class AuditPlan:
    """What all site audits of a run have in common."""

    judging: JudgePlan
    settings: Settings
    book: Bookkeeper
    tools: Tools
    robots: Robots
    pool: BrowserPool
    evidence: EvidenceKeeper
    stop: Stop
    progress: Progress


async def audit_site(plan: AuditPlan, site: Site) -> str:
    """Audit one site and return its state: done | cancelled | failed | taken-over. What was
    gathered by an earlier attempt is not gathered again, and a site that is done is left alone.
    A site that the stop cut off is not judged. Only errors of the store are raised."""
    if plan.stop.is_set():
        return "cancelled"
    fence = await plan.book.call(
        plan.book.store.claim, plan.book.run_id, site.id, plan.tools.clock()
    )
    if fence is None:
        return "done"
    spool = plan.evidence.spool(site, fence)
    record = SiteRecord(plan.book, site.id, fence, plan.tools.clock, spool)
    plan.progress.started(site.id, site.name, plan.settings.crawl.max_pages)
    try:
        state, issues = await _audit_claimed(plan, site, record)
    finally:
        if spool is not None:
            await plan.book.call(spool.close)
    _LOG.info("site_ended", site=site.id, state=state, issues=issues)
    plan.progress.finished(site.id, state, issues)
    return state


async def _audit_claimed(plan: AuditPlan, site: Site, record: SiteRecord) -> tuple[str, int]:
    """The state in which the audit ended, and the number of issues. After somebody else's claim
    nothing more is written, not even the state."""
    try:
        try:
            return "done", await _audit(plan, site, record)
        except (CutOff, JudgingStopped):
            state, error = "cancelled", ""
        except StoreError:
            raise
        except Exception as failure:  # one site must not end the round
            _LOG.exception("site_audit_failed", site=site.id)
            state, error = "failed", f"{type(failure).__name__}: {failure}"[:500]
        await record.finish(state, error=error)
        return state, 0
    except LeaseLost as lost:
        _LOG.warning("site_taken_over", site=site.id, detail=str(lost))
        return "taken-over", 0


async def _audit(plan: AuditPlan, site: Site, record: SiteRecord) -> int:
    """Gather, then judge; the number of issues."""
    given = _first_given(plan, site, record)
    wanted = _wanted(plan.judging.checks)
    carrier: Carrier | None = None
    for step in STEPS:
        if step.produces not in wanted:
            continue
        if carrier is None and step.produces in _AFTER_SURVEY:
            carrier = await carrier_of(record, plan.judging.checks)
            await _survey(plan, site, given, wanted, carrier)
        plan.progress.phase(site.id, step.phase)
        given[step.produces] = await _gather(step, given, record, plan.stop)
        if plan.stop.is_set():
            raise CutOff
    plan.progress.phase(site.id, "judge")
    carrier = carrier or await carrier_of(record, plan.judging.checks)
    judgement = await _judged(plan, site, carrier)
    await record.judged(judgement)
    await record.keep(CarriedResults, carrier.results())
    _LOG.info("judged", site=site.id, carried=len(carrier.carried))
    crawl = given.get(CrawlSummary)
    crawl = crawl if isinstance(crawl, CrawlSummary) else None
    written = await _archive(plan, site, record, judgement, crawl)
    stopped_because = crawl.stopped_because if crawl else ""
    await record.finish("done", stopped_because=stopped_because)
    if written:
        await plan.book.call(plan.evidence.clear, site)
    return len(judgement.issues)


async def _judged(plan: AuditPlan, site: Site, carrier: Carrier) -> Judgement:
    hurry = plan.stop.is_set
    return await plan.book.judge(
        lambda: judge_stored(plan.judging, plan.book.store, site, hurry=hurry, carrier=carrier)
    )


async def _archive(
    plan: AuditPlan,
    site: Site,
    record: SiteRecord,
    judgement: Judgement,
    crawl: CrawlSummary | None,
) -> bool:
    """Put the evidence for the judgement into its archive. False when that could not be written:
    `auditor report` tries again."""
    spool = record.spool
    if spool is None:
        return True
    await plan.book.call(spool.close)
    now = plan.tools.clock()
    revisit = crawl.revisit if crawl else None

    def write() -> tuple[EvidenceArchive, list[CaptureRow]]:
        earlier = revisit and EarlierEvidence.of(plan.book.store, revisit.run, site.id)
        return plan.evidence.archive(
            site, judgement, now, problem=spool.problem, earlier=earlier or None
        )

    archive, captures = await plan.book.judge(write)
    await record.archived(archive, captures)
    return archive.problem != "not-written"


def _first_given(plan: AuditPlan, site: Site, record: SiteRecord) -> dict[type, object]:
    tools, robots, pool = plan.tools, plan.robots, plan.pool
    spool = record.spool
    if spool is not None:
        tools = replace(tools, fetcher=tools.fetcher.observed_by(spool.add))
        robots = robots.through(tools.fetcher)
        if pool.browser is not None:
            pool = replace(pool, browser=pool.browser.observed_by(spool.add_document))
    return {
        Site: site,
        RunContext: plan.judging.context,
        Vantage: plan.judging.context.vantage,
        Settings: plan.settings,
        Tools: tools,
        Robots: robots,
        SiteRecord: record,
        BrowserPool: pool,
        Stop: plan.stop,
        Progress: plan.progress,
    }


async def _gather(
    step: Step, given: Mapping[type, object], record: SiteRecord, stop: Stop
) -> object:
    """The artifact: of an earlier attempt if it is whole, else gathered and stored now. Raises
    `CutOff` when the stop came first; nothing is stored then."""
    earlier = await record.recall(step.produces)
    if earlier is not None and _is_whole(earlier):
        return earlier
    started = monotonic()
    needs = needs_of(step.gather)
    arguments = supply(needs, given)
    if isinstance(arguments, Missed):
        value: object = arguments
    else:
        try:
            async with nullcontext() if Stop in needs.values() else stop.cutting():
                value = await step.gather(**arguments)
        except (StoreError, CutOff):
            raise
        except Exception as error:  # a probe that breaks is a failed observation, no more
            _LOG.exception("step_failed", step=step.phase, artifact=step.produces.__name__)
            value = Missed(Reason.CRASHED, type(error).__name__)
    await record.keep(step.produces, value)
    missed = value if isinstance(value, Missed) else None
    _LOG.info(
        "gathered",
        site=record.site_id,
        artifact=step.produces.__name__,
        missed=missed and missed.reason.value,
        seconds=round(monotonic() - started, 3),
    )
    return value


#: Reasons that the operator may have removed since the earlier attempt.
_OPERATORS = frozenset({Reason.NO_BROWSER, Reason.NOT_REQUESTED})


def _is_whole(value: object) -> bool:
    """Whether an earlier attempt's artifact stands. A crawl that used up its time stands, as it
    would have without the interruption."""
    if isinstance(value, Missed):
        return value.permanent and value.reason not in _OPERATORS
    return not (isinstance(value, CrawlSummary) and value.stopped_because == "cancelled")


async def _survey(
    plan: AuditPlan,
    site: Site,
    given: dict[type, object],
    wanted: Container[type],
    carrier: Carrier,
) -> None:
    """Derive what the later steps need of the crawled pages. Only a search and a browser ask for
    a choice among all of them; without these the home page is read alone (0.5 ms per page less)."""
    store, run_id = plan.book.store, plan.book.run_id
    choices: list[type[Fold]] = []
    if SearchProbe in wanted and plan.settings.search.max_queries:
        choices.append(KnownItemChoice)
    if AxeRun in wanted and plan.pool.browser is not None:
        choices.append(RenderChoiceFold)

    def survey() -> dict[type, object]:
        home = store.page(run_id, site.id, canonical(site.homepage))
        if home is not None and not choices:
            return run_folds((HomePageFold,), dict(given), [home])
        pages = _unless(plan.stop.is_set, store.pages(run_id, site.id))
        folds: tuple[type[Fold], ...] = (HomePageFold, *choices)
        return run_folds(folds, timeless(given), pages, carrier=carrier)

    derived = await plan.book.judge(survey)
    no_page = derived.get(PageFacts)
    given[HomePage] = derived[HomePage]
    given[KnownItems] = derived.get(KnownItems, no_page or KnownItems())
    given[RenderChoice] = derived.get(RenderChoice, no_page or RenderChoice(()))


_AFTER_SURVEY = frozenset(
    step.produces
    for step in STEPS
    if set(needs_of(step.gather).values()) & {fold.produces for fold in SURVEY}
)


def _wanted(checks: Iterable[Check]) -> set[type]:
    """Artifact types that the checks need, through folds and steps, and those of the report."""
    folds = {fold.produces: fold for fold in (*FOLDS, *SURVEY)}
    steps = {step.produces: step for step in STEPS}

    def needs(type_: type) -> Iterable[type]:
        if type_ in steps:
            yield from needs_of(steps[type_].gather).values()
        if type_ in folds:
            yield CrawlSummary
            yield from needs_of(folds[type_]).values()

    roots: set[type] = set(REPORTED[:2])
    for check in checks:
        roots.update(check.needs.values())
        if check.scope is Scope.PAGE:
            roots.add(CrawlSummary)
    return demanded(roots, needs)


class JudgingStopped(Exception):
    """Judging was given up because the process has to end; nothing of it is kept."""


def judge_stored(
    plan: JudgePlan,
    store: Store,
    site: Site,
    *,
    hurry: Callable[[], bool] = lambda: False,
    carrier: Carrier | None = None,
) -> Judgement:
    """Judge a site audit from what the store holds. The audit itself ends with this call, and
    `auditor judge` repeats it: one path, hence the same bytes; only the audit takes over what its
    `carrier` knows. `JudgingStopped` as soon as `hurry` answers true."""
    given: dict[type, object] = {
        Site: site,
        RunContext: plan.context,
        Register: plan.register,
        ColumnTemplate: plan.templates[site.id],
    }
    for step in STEPS:
        value = store.artifact(plan.context.run_id, site.id, step.produces)
        if value is not None:
            given[step.produces] = value
    return judge(
        checks=plan.checks,
        folds=FOLDS,
        site=site,
        given=given,
        pages=_unless(hurry, store.pages(plan.context.run_id, site.id)),
        params=plan.params,
        carrier=carrier,
    )


def _unless(hurry: Callable[[], bool], pages: Iterable[PageFacts]) -> Iterator[PageFacts]:
    for page in pages:
        if hurry():
            raise JudgingStopped
        yield page
