"""The site's other names: aliases that should lead to it, closed hosts that should be gone."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from urllib.parse import urlsplit

from auditor.gather.probes._page import facts_of
from auditor.gather.probes._ports import sibling_url
from auditor.gather.tools import Tools
from auditor.model.artifact import DnsAnswer, HostProbe, HostProbes
from auditor.model.finding import Reason
from auditor.model.site import Site

#: Hosts probed per site; a register line names a handful.
MAX_HOSTS = 50
_AT_ONCE = 4


async def probe_hosts(tools: Tools, site: Site, home_text_hash: str) -> HostProbes:
    """Look up and open every alias and closed host of the register.

    `home_text_hash` is the home page's `main_text_hash` ("" when there is none): the same text
    under another name, without a redirect, is a second copy of the site.
    """
    hosts = [(host.lower(), "alias") for host in site.aliases]
    hosts += [(host.lower(), "closed") for host in site.closed_hosts]
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(host: str, role: str) -> HostProbe:
        async with gate:
            return await _probe(
                tools, site, HostProbe(host, role, await _answer(tools, host)), home_text_hash
            )

    found = await asyncio.gather(*(one(host, role) for host, role in hosts[:MAX_HOSTS]))
    return HostProbes(tuple(found))


async def _answer(tools: Tools, host: str) -> DnsAnswer:
    """The A answer, or the AAAA answer of a name that has addresses of that family only."""
    a = await tools.resolver.ask(host, "A", confirm=True)
    if a.rcode != "NODATA":
        return a
    aaaa = await tools.resolver.ask(host, "AAAA", confirm=True)
    return aaaa if aaaa.values or not aaaa.observed else a


async def _probe(tools: Tools, site: Site, probe: HostProbe, home_text_hash: str) -> HostProbe:
    if not probe.answer.values:
        return probe
    url = sibling_url(site, probe.host)
    fetched = await tools.fetcher.fetch(url)
    if fetched.record.reason is Reason.REFUSED:
        # No plain HTTP: perhaps HTTPS only. The certificate is another check's business.
        secure = "https" + url.removeprefix("http")
        if urlsplit(url).port is None:
            fetched, url = await tools.fetcher.fetch(secure, verify=False), secure
    record = fetched.record
    probe = replace(
        probe,
        url=url,
        reason=record.reason,
        status=record.status,
        captured_at=record.captured_at,
        sha256=record.sha256,
    )
    if record.reason is not None:
        return probe
    facts = facts_of(fetched)
    moved = (urlsplit(record.final_url).hostname or "") != probe.host
    same = facts.main_text_hash == home_text_hash if home_text_hash else None
    return replace(
        probe,
        redirects_to=record.final_url if moved else "",
        title=facts.title,
        same_content=same if record.status < 400 else None,
    )
