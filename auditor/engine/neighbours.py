"""Which sites must be audited in one process: those that share an address.

Politeness is one budget for each IP address, and it lives in the memory of a process. A city's
department sites often stand on one platform, so sites that have any address in common are never
spread over processes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from auditor.gather.resolver import Resolver
from auditor.model.site import Site

#: Names looked up at once.
_LOOKUPS = 50


async def neighbourhoods(sites: Sequence[Site], resolver: Resolver) -> list[tuple[Site, ...]]:
    """The sites in groups that share no address with each other, the largest first. A site whose
    names have no address has no neighbours."""
    gate = asyncio.Semaphore(_LOOKUPS)
    hosts = {host for site in sites for host in site.hosts}

    async def look_up(host: str) -> tuple[str, frozenset[str]]:
        async with gate:
            return host, frozenset(fact.address for fact in await resolver.addresses(host))

    known = dict(await asyncio.gather(*map(look_up, sorted(hosts))))
    return group_by_address(sites, known)


def group_by_address(
    sites: Sequence[Site], addresses: Mapping[str, Iterable[str]]
) -> list[tuple[Site, ...]]:
    """The same from known addresses by host. A shared host name joins sites as an address does."""
    leader: dict[str, str] = {}

    def find(key: str) -> str:
        while leader.setdefault(key, key) != key:
            leader[key] = leader[leader[key]]
            key = leader[key]
        return key

    for site in sites:
        for host in sorted(site.hosts):
            for place in (host, *addresses.get(host, ())):
                leader[find(place)] = find(site.host)
    groups: dict[str, list[Site]] = {}
    for site in sites:
        groups.setdefault(find(site.host), []).append(site)
    return sorted((tuple(group) for group in groups.values()), key=len, reverse=True)
