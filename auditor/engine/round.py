"""A round: every site of the register is audited by an engine, and the run is closed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

import structlog

from auditor import __version__
from auditor.config import Settings
from auditor.engine.local import Engine, LocalEngine
from auditor.engine.progress import Progress
from auditor.engine.stop import CutOff, Stop
from auditor.engine.workshop import RoundPlan
from auditor.model.site import Register, Site
from auditor.store import Store

_LOG = structlog.get_logger(__name__)
#: States of a site audit that a resumed run leaves alone.
FINISHED = frozenset({"done"})
#: State of a site audit that another process claimed; that one ends the run.
TAKEN_OVER = "taken-over"


def new_run_id(now: datetime, config_sha256: str) -> str:
    """A run id that sorts by time: `20261120-041500-3f2a`."""
    salt = hashlib.sha256(f"{now.isoformat()}{config_sha256}".encode()).hexdigest()[:4]
    return f"{now.astimezone(UTC):%Y%m%d-%H%M%S}-{salt}"


def create_run(
    store: Store,
    run_id: str,
    settings: Settings,
    register: Register,
    sites: Sequence[Site],
    *,
    as_of: datetime,
    now: datetime,
) -> None:
    """Write the run and its sites into the store, before anything is asked of any site."""
    store.create_run(
        run_id=run_id,
        started_at=now,
        as_of=as_of,
        tool_version=__version__,
        config_json=settings.model_dump_json(
            by_alias=True, exclude={"database", "register_source"}
        ),
        config_sha256=settings.sha256(),
        sites=sites,
    )
    store.save_run_artifact(run_id, "Register", register)


def engine_for(settings: Settings) -> Engine:
    """The engine that the settings ask for. Dask is loaded only when it is."""
    wanted = settings.engine
    if not wanted.spreads:
        return LocalEngine()
    from auditor.engine.dask_engine import DaskEngine

    return DaskEngine()


async def run_round(
    plan: RoundPlan, store: Store, *, progress: Progress, stop: Stop
) -> dict[str, str]:
    """Audit every unfinished site of the run; the states by site id. `stop` ends the round
    early: each site keeps what was gathered, and none is judged any more."""
    done = {row.site.id for row in store.site_rows(plan.run_id) if row.state in FINISHED}
    waiting = [site for site in plan.sites if site.id not in done]
    _LOG.info("round_started", run=plan.run_id, sites=len(waiting))
    try:
        engine = engine_for(plan.settings)
        states = await engine.run(plan, waiting, store, progress=progress, stop=stop)
    except CutOff:
        return {}
    _LOG.info("round_ended", run=plan.run_id, stopped=stop.is_set())
    ended_before = store.run(plan.run_id).finished_at if not waiting else None
    complete = not stop.is_set() and TAKEN_OVER not in states.values()
    if complete and ended_before is None:
        store.finish_run(plan.run_id, datetime.now(UTC))
    return {**dict.fromkeys(done, "done"), **states}
