"""The names of a site: its addresses, its zone, and whether the zone's servers answer."""

from __future__ import annotations

import asyncio
import ipaddress

from auditor.gather.probes._route import has_route
from auditor.gather.tools import Tools
from auditor.model.artifact import AddressFact, DnsAnswer, DnsAnswers, Missed, NameServer
from auditor.model.finding import Reason
from auditor.model.site import Site

#: Name servers looked at; the largest zones have 13.
MAX_NAME_SERVERS = 13
#: Answers of a server that reached us but would not, or could not, speak for the zone.
_LAME = frozenset({"REFUSED", "SERVFAIL"})


async def probe_dns(tools: Tools, site: Site) -> DnsAnswers | Missed:
    """A and AAAA of the home page's host, and the name servers of its zone over both families.

    Negative answers are confirmed by a second question. A home page on a bare address has no
    names to ask about: `Missed(NOT_REQUESTED)`.
    """
    host = site.host
    if not host or _is_address(host):
        return Missed(Reason.NOT_REQUESTED, f"the home page has no host name: {site.homepage}")
    a, aaaa, zone = await asyncio.gather(
        tools.resolver.ask(host, "A", confirm=True),
        tools.resolver.ask(host, "AAAA", confirm=True),
        tools.resolver.zone_of(host),
    )
    ns = await tools.resolver.ask(zone, "NS") if zone else None
    names = ns.values[:MAX_NAME_SERVERS] if ns is not None else ()
    servers = await asyncio.gather(*(_name_server(tools, zone, name) for name in names))
    return DnsAnswers(
        host=host,
        a=a,
        aaaa=aaaa,
        ipv4=_classify(tools, a),
        ipv6=_classify(tools, aaaa),
        zone=zone,
        ns=ns,
        name_servers=tuple(servers),
    )


async def _name_server(tools: Tools, zone: str, name: str) -> NameServer:
    host = name.rstrip(".").lower()
    a, aaaa = await asyncio.gather(
        tools.resolver.ask(host, "A"), tools.resolver.ask(host, "AAAA", confirm=True)
    )
    ipv4, ipv6 = _classify(tools, a), _classify(tools, aaaa)
    (v4, detail4), (v6, detail6) = await asyncio.gather(
        _answers(tools, zone, ipv4), _answers(tools, zone, ipv6)
    )
    notes = [text for text in (detail4, detail6) if text]
    if not aaaa.observed:
        notes.append(f"AAAA {aaaa.rcode}")
    return NameServer(
        host=host,
        ipv4=ipv4,
        ipv6=ipv6,
        answers_v4=v4,
        answers_v6=v6,
        detail="; ".join(notes),
        observed=aaaa.observed,
    )


async def _answers(
    tools: Tools, zone: str, addresses: tuple[AddressFact, ...]
) -> tuple[bool | None, str]:
    """Whether any of the addresses answers for the zone; None when silence proves nothing.

    RFC 7766: TCP must work too, so it is the second try when UDP stays silent.
    """
    lame = ""
    for fact in addresses:
        if not fact.usable or not has_route(tools.guard, fact):
            continue
        answer = await tools.resolver.ask_server(
            fact.address, zone, "SOA", port=tools.name_server_port
        )
        if answer.rcode == "TIMEOUT":
            answer = await tools.resolver.ask_server(
                fact.address, zone, "SOA", port=tools.name_server_port, tcp=True
            )
        if answer.observed:
            return True, ""
        if answer.rcode in _LAME and not answer.detail:
            # With a detail it is our reading that failed, not the server that refused.
            lame = f"{fact.address} {answer.rcode}"
    return (False, lame) if lame else (None, "")


def _classify(tools: Tools, answer: DnsAnswer) -> tuple[AddressFact, ...]:
    return tuple(tools.guard.classify(value) for value in answer.values)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
