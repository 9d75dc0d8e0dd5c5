"""The engines: who runs the site audits, and how many at once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol

from auditor.engine.audit import AuditPlan, audit_site
from auditor.engine.progress import Progress
from auditor.engine.stop import Stop
from auditor.engine.workshop import RoundPlan, open_workshop
from auditor.model.site import Site
from auditor.store import Store

#: Site audits under way at once in a round. Politeness bounds the load on the sites; this
#: bounds the memory.
SITES_AT_ONCE = 200


class Engine(Protocol):
    """Runs the site audits of a round. A site audit is idempotent: running it again goes on
    where it stopped."""

    async def run(
        self,
        plan: RoundPlan,
        sites: Sequence[Site],
        store: Store,
        *,
        progress: Progress,
        stop: Stop,
    ) -> dict[str, str]:
        """Audit these sites of the round; the state of each by site id. `CutOff` when the stop
        comes before the first audit. An error of the store ends them all and is raised."""
        ...


class LocalEngine:
    """All audits as tasks of this process's event loop."""

    async def run(
        self,
        plan: RoundPlan,
        sites: Sequence[Site],
        store: Store,
        *,
        progress: Progress,
        stop: Stop,
    ) -> dict[str, str]:
        """Audit the sites, `SITES_AT_ONCE` at a time."""
        async with open_workshop(plan, store, progress=progress, stop=stop) as audits:
            return await audit_sites(audits, sites, asyncio.Semaphore(SITES_AT_ONCE))


async def audit_sites(
    audits: AuditPlan, sites: Sequence[Site], gate: asyncio.Semaphore
) -> dict[str, str]:
    """Audit sites in this process, as many at once as the gate lets in; their states."""
    states: dict[str, str] = {}

    async def one(site: Site) -> None:
        async with gate:
            states[site.id] = await audit_site(audits, site)

    try:
        async with asyncio.TaskGroup() as group:
            for site in sites:
                group.create_task(one(site))
    except* Exception as errors:
        raise errors.exceptions[0] from None
    return states
