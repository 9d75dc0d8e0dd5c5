"""A workshop: everything that one process needs to audit sites, opened for a round and closed
after it. The local engine opens one; with workers each process has its own."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import structlog

from auditor import __version__
from auditor.config import Settings
from auditor.engine.audit import AuditPlan, JudgePlan
from auditor.engine.evidence import EvidenceKeeper
from auditor.engine.progress import Progress
from auditor.engine.record import Bookkeeper
from auditor.engine.steps import BrowserPool
from auditor.engine.stop import Stop
from auditor.gather.browser import Browser, BrowserBinary
from auditor.gather.fetch import Fetcher
from auditor.gather.guard import Guard
from auditor.gather.probes.vantage import probe_vantage
from auditor.gather.resolver import Resolver
from auditor.gather.robots import Robots
from auditor.gather.shared_pace import SharedPace
from auditor.gather.throttle import Throttle
from auditor.gather.tools import Tools
from auditor.model.artifact import Missed
from auditor.model.check import Check
from auditor.model.column import ColumnTemplate
from auditor.model.finding import Reason
from auditor.model.site import Register, RunContext, Site, Vantage
from auditor.store import RunRow, Store

_LOG = structlog.get_logger(__name__)
_AGENT = f"govsite-auditor/{__version__}"


@dataclass(frozen=True, slots=True)
class RoundPlan:
    """What a round is to do. `evidence` is the folder for archives and screenshots; `sites` the
    register's sites that this round audits; `browser` what `find_browser` gave; `set_up_process`
    makes another process log as this one does (it is sent there)."""

    run_id: str
    as_of: datetime
    settings: Settings
    register: Register
    sites: Sequence[Site]
    templates: Mapping[str, ColumnTemplate]
    checks: Sequence[Check]
    evidence: Path
    browser: BrowserBinary | Missed
    set_up_process: Callable[[], None] | None = None


def find_browser(settings: Settings) -> BrowserBinary | Missed:
    """The browser that the settings ask for, or why there is none. Blocks for a moment."""
    if not settings.browser.enabled:
        return Missed(Reason.NOT_REQUESTED, "browser.enabled: false")
    return Browser.find(settings.browser.binary)


@asynccontextmanager
async def open_workshop(
    plan: RoundPlan,
    store: Store,
    *,
    progress: Progress,
    stop: Stop,
    shared: SharedPace | None = None,
) -> AsyncIterator[AuditPlan]:
    """What site audits of the round need in this process. The first workshop of a run proves
    what this machine can reach. `shared`: the pace of the other processes that audit. `CutOff`
    when the stop comes before that is done."""
    _calm_collector()
    async with AsyncExitStack() as stack:
        thread = stack.enter_context(ThreadPoolExecutor(1, thread_name_prefix="store"))
        judging = stack.enter_context(ThreadPoolExecutor(1, thread_name_prefix="judge"))
        book = Bookkeeper(store, thread, plan.run_id, judging)
        tools = await stack.enter_async_context(open_tools(plan.settings, shared=shared))
        pool = await stack.enter_async_context(
            open_browser(plan.settings, plan.browser, tools, evidence=plan.evidence)
        )
        async with stop.cutting():
            vantage = await _vantage(plan, tools, pool, book)
        context = RunContext(plan.run_id, plan.as_of, vantage)
        yield AuditPlan(
            judging=JudgePlan(
                context, plan.register, plan.templates, plan.checks, plan.settings.checks.params
            ),
            settings=plan.settings,
            book=book,
            tools=tools,
            robots=_robots(plan.settings, tools.fetcher),
            pool=pool,
            evidence=evidence_keeper(plan.evidence, store.run(plan.run_id), plan.settings),
            stop=stop,
            progress=progress,
        )


def _calm_collector() -> None:
    """Page facts are thousands of small objects without cycles: the default thresholds make the
    cyclic collector cost more than decoding them (measured: 1.5 against 0.7 ms a page)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@asynccontextmanager
async def open_tools(
    settings: Settings, *, shared: SharedPace | None = None
) -> AsyncIterator[Tools]:
    """The network classes of a run, closed at the end. `shared`: the pace of other processes."""
    network, polite = settings.network, settings.politeness
    guard = Guard(network.allow, network.allow_ports)
    resolver = Resolver(network.resolvers, guard=guard)
    throttle = Throttle(
        delay_s=polite.delay_s,
        per_host=polite.per_host,
        per_ip=polite.per_ip,
        adaptive=polite.adaptive,
        shared=shared,
    )
    async with Fetcher(
        guard=guard,
        resolver=resolver,
        throttle=throttle,
        user_agent=user_agent(settings),
        body_limit=settings.crawl.body_limit_mb * 2**20,
        timeout_s=settings.crawl.page_timeout_s,
        ca_file=network.ca_file,
    ) as fetcher:
        yield Tools(
            guard=guard,
            resolver=resolver,
            fetcher=fetcher,
            clock=lambda: datetime.now(UTC),
            sleep=asyncio.sleep,
            name_server_port=network.name_server_port,
        )


def user_agent(settings: Settings) -> str:
    """An honest User-Agent with the operator's contact, or the one that the operator set."""
    polite = settings.politeness
    if polite.user_agent:
        return polite.user_agent
    return (
        f"{_AGENT} (+{polite.contact})" if polite.contact.isascii() and polite.contact else _AGENT
    )


def evidence_keeper(folder: Path, run: RunRow, settings: Settings) -> EvidenceKeeper:
    """What keeps the evidence of a run in a folder."""
    return EvidenceKeeper(folder, run.run_id, run.config_sha256, settings, user_agent(settings))


def _robots(settings: Settings, fetcher: Fetcher) -> Robots:
    polite = settings.politeness
    return Robots(
        fetcher, obey=polite.obey_robots, override_reason=polite.robots_override_reason or ""
    )


@asynccontextmanager
async def open_browser(
    settings: Settings, binary: BrowserBinary | Missed, tools: Tools, *, evidence: Path | None
) -> AsyncIterator[BrowserPool]:
    """The browser, or why there is none. It starts with the first page."""
    if isinstance(binary, Missed):
        yield BrowserPool(None, binary)
        return
    wanted = settings.browser
    async with Browser(
        binary,
        guard=tools.guard,
        resolver=tools.resolver,
        throttle=tools.fetcher.throttle,
        user_agent=tools.fetcher.user_agent,
        workers=1 if wanted.workers == "auto" else wanted.workers,
        page_timeout_s=wanted.page_timeout_s,
        evidence_dir=evidence if settings.evidence.screenshots else None,
    ) as browser:
        broken = await browser.works()
        if broken is not None:
            _LOG.warning("browser_unfit", reason=broken.reason.value, detail=broken.detail)
        yield BrowserPool(browser if broken is None else None, broken)


async def _vantage(plan: RoundPlan, tools: Tools, pool: BrowserPool, book: Bookkeeper) -> Vantage:
    """What this machine can reach; a resumed run keeps what its first attempt proved."""
    earlier = await book.call(book.store.run_artifact, plan.run_id, Vantage)
    if isinstance(earlier, Vantage):
        return earlier
    vantage = await probe_vantage(tools)
    mode = plan.settings.network.ipv6
    if mode != "auto":
        vantage = replace(vantage, ipv6=mode == "on", detail=f"network.ipv6: {mode}")
    vantage = replace(vantage, browser=pool.browser is not None)
    await book.call(book.store.save_run_artifact, plan.run_id, "Vantage", vantage)
    return vantage
