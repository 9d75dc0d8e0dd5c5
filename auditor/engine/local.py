"""The engines: who runs the site audits, and how many at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from auditor.model.site import Site

#: Site audits under way at once in one process. Politeness bounds the load on the sites; this
#: bounds the memory of this process.
SITES_AT_ONCE = 200


class Engine(Protocol):
    """Runs site audits. The audit function is idempotent: running it again for a site goes on
    where it stopped."""

    async def run(
        self, sites: Sequence[Site], audit: Callable[[Site], Awaitable[str]]
    ) -> dict[str, str]:
        """Audit every site; the state of each by site id."""
        ...


class LocalEngine:
    """All audits as tasks of this process's event loop."""

    def __init__(self, at_once: int = SITES_AT_ONCE) -> None:
        self._gate = asyncio.Semaphore(at_once)

    async def run(
        self, sites: Sequence[Site], audit: Callable[[Site], Awaitable[str]]
    ) -> dict[str, str]:
        """Audit every site. An error of the store ends them all and is raised."""
        states: dict[str, str] = {}

        async def one(site: Site) -> None:
            async with self._gate:
                states[site.id] = await audit(site)

        try:
            async with asyncio.TaskGroup() as group:
                for site in sites:
                    group.create_task(one(site))
        except* Exception as errors:
            raise errors.exceptions[0] from None
        return states
