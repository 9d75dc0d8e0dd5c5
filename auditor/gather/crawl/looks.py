"""What a crawl makes of pages that do not open, or that open somewhere else."""

from __future__ import annotations

import asyncio

import structlog

from auditor.derive.urls import host_of
from auditor.gather.fetch import Fetched
from auditor.gather.soft_errors import SoftErrors
from auditor.gather.throttle import BREAKER_S
from auditor.gather.tools import Tools
from auditor.gather.verdicts import verdict_of, verdict_of_dead_name
from auditor.gather.visitor import Visitor
from auditor.model.finding import Reason
from auditor.store.rows import FrontierUrl

_LOG = structlog.get_logger(__name__)
#: Times that a host which answers nothing any more is waited for before the crawl ends.
MAX_OUTAGES = 3


class Looks:
    """Second looks and verdicts for the crawl of the site with this home page."""

    def __init__(self, tools: Tools, home: str) -> None:
        self._resolver = tools.resolver
        self._home = home
        self._visitor = Visitor(tools.fetcher)
        self._soft = SoftErrors(tools.fetcher)

    async def again(self, item: FrontierUrl) -> Fetched:
        """The second look: as a visitor of the page that links there."""
        return await self._visitor.look(item.url, item.parent)

    async def verdict_of_redirect(self, url: str, final: str) -> str:
        """ok, or suspected where an address that cannot exist ends on the same page."""
        return "suspected" if await self._soft.led_astray(url, final) else "ok"

    async def verdict_of_failure(self, url: str, fetched: Fetched, *, second: bool) -> str:
        """certain | suspected | blocked | unchecked."""
        record = fetched.record
        if record.reason is Reason.NXDOMAIN:
            # The name may be that of an alias, or of a redirect's target.
            host = host_of(record.final_url or url)
            return await verdict_of_dead_name(self._resolver, host)
        verdict = verdict_of(record)
        banned = second and verdict == "certain" and not await self._visitor.is_let_in(self._home)
        return "blocked" if banned else verdict


class Outages:
    """Waits while the site's host answers nothing any more."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._lock = asyncio.Lock()
        self._count = 0

    def over(self) -> None:
        """The host has answered."""
        self._count = 0

    async def wait(self, site_id: str, host: str) -> bool:
        """Wait until the host may be asked again; false when it has been silent too often."""
        async with self._lock:
            if not self._tools.fetcher.throttle.broken(host):
                return True
            self._count += 1
            if self._count > MAX_OUTAGES:
                return False
            _LOG.warning("host_silent", site=site_id, host=host, outage=self._count)
            await self._tools.sleep(BREAKER_S)
            return True
