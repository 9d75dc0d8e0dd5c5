"""What runs in a worker process: a workshop of its own, and the audits that it is sent.

Tasks return site ids and states only; everything else goes into the database, so that a worker
which dies takes no result with it. Loaded by `dask_engine` and by the workers.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from socket import gethostname
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

import structlog
from distributed import Worker, WorkerPlugin, get_worker

from auditor import __version__
from auditor.config import Settings
from auditor.engine.audit import AuditPlan
from auditor.engine.catalogue import load_checks, select_checks
from auditor.engine.errors import EngineError
from auditor.engine.local import SITES_AT_ONCE, audit_sites
from auditor.engine.stop import Stop
from auditor.engine.workshop import RoundPlan, find_browser, open_tools, open_workshop
from auditor.gather.probes.vantage import probe_vantage
from auditor.gather.shared_pace import SharedPace
from auditor.model.artifact import Missed
from auditor.model.column import ColumnTemplate
from auditor.model.site import Register, Site, Vantage
from auditor.store import Store

_LOG = structlog.get_logger(__name__)
#: Seconds between two reports of a crawl's pages.
_PAGES_EVERY_S = 0.5
#: Seconds between two questions to a scheduler that does not answer.
RETRY_S = 2.0


@dataclass(frozen=True, slots=True)
class Order:
    """What a worker must be told of the round; the rest is in the database. `set_up_process`
    makes the process log as its parent does; `sites_at_once` bounds its memory; `pace` is the
    file by which the processes of one machine keep step."""

    run_id: str
    settings: Settings
    evidence: Path
    sites_at_once: int
    set_up_process: Callable[[], None] | None
    pace: Path | None = None
    version: str = __version__

    @property
    def name(self) -> str:
        """Name of the round in the cluster: of its plug-in and of its events."""
        return f"auditor-{self.run_id}"


class WireProgress:
    """Tells the coordinator, who shows it. One message is a method of `Progress` and its
    arguments."""

    def __init__(self, send: Callable[[list[object]], None]) -> None:
        self._send = send
        self._said: dict[str, float] = {}

    def started(self, site_id: str, name: str, budget: int) -> None:
        """Pass it on."""
        self._send(["started", site_id, name, budget])

    def phase(self, site_id: str, phase: str) -> None:
        """Pass it on."""
        self._send(["phase", site_id, phase])

    def pages(self, site_id: str, done: int, waiting: int) -> None:
        """Pass it on, but not for every page."""
        now = monotonic()
        if now - self._said.get(site_id, float("-inf")) >= _PAGES_EVERY_S:
            self._said[site_id] = now
            self._send(["pages", site_id, done, waiting])

    def finished(self, site_id: str, state: str, issues: int) -> None:
        """Pass it on."""
        self._said.pop(site_id, None)
        self._send(["finished", site_id, state, issues])


class AuditPlugin(WorkerPlugin):
    """The round in one worker process. Its workshop opens with the first audit."""

    def __init__(self, order: Order) -> None:
        self.name = order.name
        self._order = order

    def setup(self, worker: Worker) -> None:
        """Called by Dask when the worker joins, and in every worker that replaces another."""
        if self._order.pace is not None:  # a process that the coordinator started
            _leave_signals_to_the_parent()
        mute_dask()
        if self._order.set_up_process is not None:
            self._order.set_up_process()
        self._worker = worker
        self._stop = Stop()
        self._stack = AsyncExitStack()
        self._opening = asyncio.Lock()
        self._gate = asyncio.Semaphore(self._order.sites_at_once)
        self._templates: dict[str, ColumnTemplate] = {}
        self._audits: AuditPlan | None = None

    async def teardown(self, worker: Worker) -> None:
        """Called by Dask when the worker or the round ends."""
        self._stop.set()
        await self._stack.aclose()

    def stop(self) -> None:
        """End the audits of this process; those that begin later end at once."""
        self._stop.set()

    async def audit(
        self, sites: Sequence[Site], templates: Mapping[str, ColumnTemplate]
    ) -> dict[str, str]:
        """Audit these sites; their states."""
        if self._stop.is_set():
            return {site.id: "cancelled" for site in sites}
        self._templates.update(templates)
        async with self._opening:
            if self._audits is None:
                self._audits = await self._open()
        return await audit_sites(self._audits, sites, self._gate)

    async def _open(self) -> AuditPlan:
        order, settings = self._order, self._order.settings
        if order.version != __version__:
            raise EngineError(
                f"a worker runs version {__version__} of the auditor, the coordinator "
                f"{order.version}: install the same version on every machine"
            )
        store = self._stack.enter_context(Store.open(settings.database, create=False))
        register = store.run_artifact(order.run_id, Register)
        checks = select_checks(
            load_checks(), include=settings.checks.include, exclude=settings.checks.exclude
        )
        plan = RoundPlan(
            run_id=order.run_id,
            as_of=store.run(order.run_id).as_of,
            settings=settings,
            register=register if isinstance(register, Register) else Register(()),
            sites=(),
            templates=self._templates,
            checks=tuple(checks.values()),
            evidence=order.evidence,
            browser=await asyncio.to_thread(find_browser, settings),
            set_up_process=order.set_up_process,
        )
        progress = WireProgress(lambda message: self._worker.log_event(order.name, message))
        if order.pace is None:
            await _refuse_unfit(plan, store)
        return await self._stack.enter_async_context(
            open_workshop(plan, store, progress=progress, stop=self._stop, shared=self._open_pace())
        )

    def _open_pace(self) -> SharedPace | None:
        path, members = self._order.pace, self._order.settings.engine.workers
        if path is None:
            return None
        # A cluster of our own names its workers by number; one that replaces another keeps it.
        pace = SharedPace(path, members=members, member=int(self._worker.name))
        self._stack.callback(pace.close)
        return pace


async def _refuse_unfit(plan: RoundPlan, store: Store) -> None:
    """On another machine: what the round takes for given must hold here as well. A worker that
    cannot reach what the coordinator can would accuse the sites of it."""
    where = f"The worker on {gethostname()}"
    if not plan.evidence.is_dir():
        raise EngineError(
            f"{where} has no folder {plan.evidence}: all machines must share the report folder"
        )
    proved = store.run_artifact(plan.run_id, Vantage)
    if not isinstance(proved, Vantage):
        return
    async with open_tools(plan.settings) as tools:
        own = await probe_vantage(tools)
    lacking = [name for name in ("dns", "ipv4") if getattr(proved, name) > getattr(own, name)]
    if plan.settings.network.ipv6 == "auto" and proved.ipv6 and not own.ipv6:
        lacking.append("ipv6")
    if proved.browser and isinstance(plan.browser, Missed):
        lacking.append("browser")
    if lacking:
        raise EngineError(f"{where} lacks what the coordinator has: {', '.join(lacking)}")


async def serve(scheduler: str, stop: asyncio.Event) -> None:
    """Work for a scheduler until `stop`. While none answers, ask again: a scheduler that was
    started anew finds its workers."""
    mute_dask()
    told = False
    with TemporaryDirectory(prefix="auditor-worker-") as scratch:
        while not stop.is_set():
            try:
                worker = await Worker(
                    scheduler,
                    nthreads=SITES_AT_ONCE,
                    memory_limit=0,
                    dashboard_address="127.0.0.1:0",
                    local_directory=scratch,
                )
            except (OSError, TimeoutError) as error:
                if not told:
                    _LOG.warning("scheduler_silent", scheduler=scheduler, detail=str(error))
                told = True
                await _either(stop.wait(), asyncio.sleep(RETRY_S))
                continue
            told = False
            _LOG.warning("worker_joined", scheduler=scheduler, address=worker.address)
            await _either(stop.wait(), worker.finished())
            await worker.close()


async def _either(*waits: Coroutine[Any, Any, object]) -> None:
    """Wait for the first of them, and drop the others."""
    tasks = [asyncio.ensure_future(each) for each in waits]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def mute_dask() -> None:
    """Dask's messages speak of its own parts; what they mean for the round is told in our words."""
    for name in ("distributed", "distributed.client", "tornado.application"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _leave_signals_to_the_parent() -> None:
    """A terminal sends Ctrl-C to every process of its group, and systemd a signal to every process
    of a service; workers end when the coordinator says so. Handlers of Python, unlike SIG_IGN and
    blocked signals, are not inherited by the browser."""
    with suppress(ValueError):  # not the main thread: somebody else's process, and signals
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _ignore)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM})


def _ignore(*_: Any) -> None:
    """Do nothing."""


def _plugin(worker: Worker, name: str) -> AuditPlugin | None:
    found = worker.plugins.get(name)
    return found if isinstance(found, AuditPlugin) else None


async def audit_group(
    name: str, sites: Sequence[Site], templates: Mapping[str, ColumnTemplate]
) -> dict[str, str]:
    """The task: audit sites that share addresses in this process. Running it again is safe:
    finished sites stay as they are, others go on where the database says."""
    plugin = _plugin(get_worker(), name)
    if plugin is None:
        raise EngineError("the worker does not know the round")
    return await plugin.audit(sites, templates)


def stop_audits(name: str, dask_worker: Worker) -> None:
    """Run on every worker when the round shall end; Dask does not interrupt coroutines."""
    plugin = _plugin(dask_worker, name)
    if plugin is not None:
        plugin.stop()
