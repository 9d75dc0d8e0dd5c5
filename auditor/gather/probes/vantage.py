"""What this machine can reach. Proved before anybody else is judged."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.gather.probes._route import has_route
from auditor.gather.resolver import Resolver
from auditor.gather.tools import Tools
from auditor.model.artifact import DnsAnswer
from auditor.model.site import Vantage

#: Addresses of well-known public resolvers, one per family. Only the routing table is asked
#: about them; nothing is sent there.
PUBLIC_TARGETS = ("223.5.5.5", "2400:3200::1")
#: RFC 7050: has A records only, so an AAAA answer was made up by a DNS64 on the way.
_IPV4_ONLY = "ipv4only.arpa"


async def probe_vantage(tools: Tools, targets: Sequence[str] = PUBLIC_TARGETS) -> Vantage:
    """Routes to `targets` (addresses, either family), working name resolution, and NAT64.

    Behind a NAT64 an IPv6 route proves nothing about IPv6 sites, so `nat64` is reported apart.
    """
    facts = [tools.guard.classify(target) for target in targets]
    routed = {":" in fact.address for fact in facts if has_route(tools.guard, fact)}
    answer = await tools.resolver.ask(_IPV4_ONLY, "AAAA")
    ipv6 = True in routed
    return Vantage(
        ipv4=False in routed,
        ipv6=ipv6,
        dns=answer.rcode != "TIMEOUT",
        nat64=bool(answer.values),
        detail=_detail(ipv6=ipv6, answer=answer),
    )


async def knows_internet(resolver: Resolver) -> bool:
    """True when the resolver answers for the public DNS, not for an intranet alone.

    Every public resolver has addresses for RFC 7050's name (RFC 8880 demands it). Where it is
    missing, NXDOMAIN for a name of the Internet says nothing about that name.
    """
    answer = await resolver.ask(_IPV4_ONLY, "A")
    return bool(answer.values)


def _detail(*, ipv6: bool, answer: DnsAnswer) -> str:
    notes = [] if ipv6 else ["no route to the IPv6 Internet with a global source address"]
    if answer.rcode == "NXDOMAIN":
        notes.append("the resolver knows no names of the Internet: dead names are not judged")
    elif answer.rcode not in {"NOERROR", "NODATA"}:
        notes.append(f"{_IPV4_ONLY} AAAA: {answer.rcode}")
    if answer.values:
        notes.append(f"DNS64 answers for {_IPV4_ONLY}: {', '.join(answer.values[:2])}")
    return "; ".join(notes)
