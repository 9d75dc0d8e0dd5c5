"""What this machine can reach. Proved before anybody else is judged."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.gather.probes._route import has_route
from auditor.gather.tools import Tools
from auditor.gather.verdicts import IPV4_ONLY
from auditor.model.artifact import DnsAnswer
from auditor.model.site import Vantage

#: Addresses of well-known public resolvers, one per family. Only the routing table is asked
#: about them; nothing is sent there.
PUBLIC_TARGETS = ("223.5.5.5", "2400:3200::1")


async def probe_vantage(tools: Tools, targets: Sequence[str] = PUBLIC_TARGETS) -> Vantage:
    """Routes to `targets` (addresses, either family), working name resolution, and NAT64.

    Behind a NAT64 an IPv6 route proves nothing about IPv6 sites, so `nat64` is reported apart.
    """
    facts = [tools.guard.classify(target) for target in targets]
    routed = {":" in fact.address for fact in facts if has_route(tools.guard, fact)}
    answer = await tools.resolver.ask(IPV4_ONLY, "AAAA")
    ipv6 = True in routed
    return Vantage(
        ipv4=False in routed,
        ipv6=ipv6,
        dns=answer.rcode != "TIMEOUT",
        nat64=bool(answer.values),
        detail=_detail(ipv6=ipv6, answer=answer),
    )


def _detail(*, ipv6: bool, answer: DnsAnswer) -> str:
    notes = [] if ipv6 else ["no route to the IPv6 Internet with a global source address"]
    if answer.rcode == "NXDOMAIN":
        notes.append("the resolver knows no names of the Internet: dead names are not judged")
    elif answer.rcode not in {"NOERROR", "NODATA"}:
        notes.append(f"{IPV4_ONLY} AAAA: {answer.rcode}")
    if answer.values:
        notes.append(f"DNS64 answers for {IPV4_ONLY}: {', '.join(answer.values[:2])}")
    return "; ".join(notes)
