"""Site audits in several processes, spread by Dask: on this machine, or on those of a cluster.

The coordinator groups the sites by address, submits one task for each group, shows what the
workers tell, and passes a stop on. Whatever Dask loses, the database knows: tasks that come back
without a result are submitted again, and a site audit goes on where it stopped.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import dask
import structlog
from distributed import Client, Future, LocalCluster, Security, as_completed
from distributed.client import FutureCancelledError
from distributed.scheduler import KilledWorker

from auditor.engine.dask_worker import AuditPlugin, Order, audit_group, mute_dask, stop_audits
from auditor.engine.errors import EngineError
from auditor.engine.local import SITES_AT_ONCE
from auditor.engine.neighbours import neighbourhoods
from auditor.engine.progress import Progress
from auditor.engine.stop import Stop
from auditor.engine.workshop import RoundPlan, open_workshop
from auditor.model.site import Site
from auditor.store import Store

_LOG = structlog.get_logger(__name__)
#: Seconds between two words to the workers that the round ends.
_REPEAT_STOP_S = 0.5
#: Seconds for the workers to close their workshops at the end of the round.
_FAREWELL_S = 5.0
#: Seconds that a scheduler which went away is waited for.
RECONNECT_S = 30.0
_SIGNALS = {signal.SIGINT, signal.SIGTERM}
#: Dask's own statistics and web pages are of no use here.
_DASK = {
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    "distributed.worker.profile.enabled": False,
    "distributed.admin.system-monitor.gil.enabled": False,
    "distributed.scheduler.worker-ttl": "60s",
    # Its nanny restarts a worker that died. A cluster that waits for less than that takes on a
    # busy machine (15 s by default) gives the worker up, and in the end has none.
    "distributed.deploy.lost-worker-timeout": "1000h",
    "distributed.comm.timeouts.connect": f"{RECONNECT_S}s",
}


class DaskEngine:
    """Audits in `engine.workers` processes of this machine, or on the workers of
    `engine.scheduler`."""

    async def run(
        self,
        plan: RoundPlan,
        sites: Sequence[Site],
        store: Store,
        *,
        progress: Progress,
        stop: Stop,
    ) -> dict[str, str]:
        """Audit the sites. `EngineError` when there is no cluster, or none any more."""
        mute_dask()
        workshop = open_workshop(plan, store, progress=progress, stop=stop)
        async with workshop as audits, stop.cutting():
            groups = await neighbourhoods(sites, audits.tools.resolver)
        states: dict[str, str] = {}
        with _signals_kept_from_children(), _pace(plan) as pace:
            while groups and not stop.is_set():
                async with _cluster(plan) as client:
                    wave = _Wave(client, plan, pace, store, progress, stop)
                    states |= await wave.audit(groups)
                groups = _unfinished(groups, states)
        return states


def _unfinished(
    groups: Sequence[tuple[Site, ...]], states: dict[str, str]
) -> list[tuple[Site, ...]]:
    left = (tuple(site for site in group if site.id not in states) for group in groups)
    return [group for group in left if group]


class _Wave:
    """Groups submitted to one cluster, and what comes back while it lives."""

    def __init__(
        self,
        client: Client,
        plan: RoundPlan,
        pace: Path | None,
        store: Store,
        progress: Progress,
        stop: Stop,
    ) -> None:
        self._client, self._plan, self._store = client, plan, store
        self._progress, self._stop = progress, stop
        self._order = Order(
            plan.run_id,
            plan.settings.model_copy(update={"database": _absolute(plan.settings.database)}),
            plan.evidence,
            _sites_at_once(plan),
            plan.set_up_process,
            pace,
        )

    async def audit(self, groups: Sequence[tuple[Site, ...]]) -> dict[str, str]:
        """Audit the groups; the states of the sites that came back. Sites of a group whose
        worker died again and again are then audited one by one, so that the one that kills its
        process is found and the others are not lost."""
        client, name = self._client, self._order.name
        client.subscribe_topic(name, self._hear)
        await client.register_plugin(AuditPlugin(self._order))
        states: dict[str, str] = {}
        async with self._passing_on_the_stop():
            futures = {self._submit(group): group for group in groups}
            deadly = []
            async for future in as_completed(futures):
                try:
                    states |= self._ended(await future)
                except KilledWorker:
                    deadly += [(site,) for site in futures[future]]
                except FutureCancelledError:
                    _LOG.warning("scheduler_lost", sites=[site.id for site in futures[future]])
            for group in deadly:
                states |= await self._alone(group)
        with suppress(OSError, ValueError, TimeoutError):
            async with asyncio.timeout(_FAREWELL_S):
                await client.unregister_worker_plugin(name)
        return states

    def _ended(self, states: dict[str, str]) -> dict[str, str]:
        """Without what only a worker that was stopped has cut off: others go on with that."""
        if self._stop.is_set():
            return states
        return {site_id: state for site_id, state in states.items() if state != "cancelled"}

    def _submit(self, group: Sequence[Site]) -> Future[dict[str, str]]:
        templates = {site.id: self._plan.templates[site.id] for site in group}
        name = self._order.name
        future: Future[dict[str, str]] = self._client.submit(
            audit_group,  # type: ignore[arg-type]  # Dask awaits coroutines
            name,
            group,
            templates,
            pure=False,
        )
        return future

    async def _alone(self, group: tuple[Site]) -> dict[str, str]:
        """Audit a site with no other beside it."""
        try:
            states: dict[str, str] = await self._submit(group)
            return states
        except KilledWorker:
            await asyncio.to_thread(self._give_up, group[0])
            return {group[0].id: "failed"}

    def _give_up(self, site: Site) -> None:
        store, run_id, now = self._store, self._plan.run_id, datetime.now(UTC)
        fence = store.claim(run_id, site.id, now)
        if fence is None:
            return
        error = "The process that audited this site died, several times."
        _LOG.error("site_kills_its_process", site=site.id)
        store.finish_site(
            run_id, site.id, fence, "failed", stopped_because="", error=error, now=now
        )
        self._progress.finished(site.id, "failed", 0)

    def _hear(self, event: tuple[float, Sequence[object]]) -> None:
        method, *arguments = event[1]
        getattr(self._progress, str(method))(*arguments)

    @asynccontextmanager
    async def _passing_on_the_stop(self) -> AsyncIterator[None]:
        async def pass_on() -> None:
            await self._stop.event.wait()
            while True:  # a worker may have started since
                with suppress(OSError, TimeoutError):
                    async with asyncio.timeout(_REPEAT_STOP_S * 4):
                        await self._client.run(stop_audits, self._order.name, on_error="ignore")
                await asyncio.sleep(_REPEAT_STOP_S)

        task = asyncio.create_task(pass_on())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


def _absolute(database: str) -> str:
    """The URL of an SQLite file for processes that work in another folder."""
    kind, _, path = database.partition(":///")
    return f"{kind}:///{Path(path).absolute()}" if kind == "sqlite" else database


def _sites_at_once(plan: RoundPlan) -> int:
    """Site audits at once in each process, so that the round has as many as in one process."""
    return max(1, SITES_AT_ONCE // plan.settings.engine.workers)


@contextmanager
def _pace(plan: RoundPlan) -> Iterator[Path | None]:
    """A file in memory for the common pace of the processes on this machine; it vanishes with
    this process, however that ends. Workers of a scheduler may be on several machines: none."""
    if plan.settings.engine.scheduler is not None:
        yield None
        return
    file = os.memfd_create("auditor-pace")
    try:
        yield Path(f"/proc/{os.getpid()}/fd/{file}")
    finally:
        os.close(file)


@asynccontextmanager
async def _cluster(plan: RoundPlan) -> AsyncIterator[Client]:
    """A client of the scheduler that the settings name, or of a cluster of our own."""
    engine = plan.settings.engine
    if engine.scheduler is not None:
        with dask.config.set(_DASK):
            async with _joined(engine.scheduler) as client:
                yield client
        return
    scratch = Path(tempfile.mkdtemp(prefix="auditor-workers-"))
    try:
        with dask.config.set({**_DASK, "temporary-directory": str(scratch)}):
            async with (
                LocalCluster(
                    n_workers=engine.workers,
                    threads_per_worker=_sites_at_once(plan),
                    asynchronous=True,
                    # Whoever may talk to the scheduler may run code as this user.
                    security=Security.temporary(),
                    dashboard_address="127.0.0.1:0",
                    memory_limit=0,
                ) as cluster,
                Client(cluster, asynchronous=True) as client,
            ):
                # Made for spilling to disk, which is off; gone now, a kill cannot leave it.
                shutil.rmtree(scratch, ignore_errors=True)
                yield client
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


@asynccontextmanager
async def _joined(scheduler: str) -> AsyncIterator[Client]:
    try:
        client = await Client(scheduler, asynchronous=True, timeout=RECONNECT_S)
    except (OSError, ValueError) as error:
        raise EngineError(
            f"No Dask scheduler answers at {scheduler} (engine.scheduler). Start it with "
            "`dask scheduler`, then go on with `--resume last`."
        ) from error
    try:
        if not client.scheduler_info()["workers"]:
            _LOG.warning("no_workers_yet", scheduler=scheduler)
        yield client
    finally:
        await client.close()


@contextmanager
def _signals_kept_from_children() -> Iterator[None]:
    """Processes that start inside are born with SIGINT and SIGTERM blocked, so that a Ctrl-C at
    the terminal, which goes to every process, cannot end a worker before it is set up. This
    process goes on receiving them, in a thread that does nothing else."""
    over = threading.Event()
    receiver = threading.Thread(target=over.wait, name="signals", daemon=True)
    receiver.start()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        over.set()
        receiver.join()
