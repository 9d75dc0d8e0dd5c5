"""One DNS exchange, and what its answer says: no retries, no cache, no policy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype

from auditor.model.artifact import DnsAnswer

#: Longest CNAME chain that is followed; BIND's limit is 16, too.
MAX_CHAIN = 16
#: Negative outcomes that say something about the name.
DEAD_ENDS = frozenset({"NODATA", "NXDOMAIN", "CNAME-LOOP", "DANGLING-CNAME", "LONG-CHAIN"})
_MAX_VALUES = 256
#: RFC 9715: answers that fit one packet on any path.
_PAYLOAD = 1232


class Server(NamedTuple):
    """A DNS server by address and port."""

    address: str
    port: int


class Reply(NamedTuple):
    """What came back. `rcode` TIMEOUT also stands for a network that could not be reached
    (`detail` says so); SERVFAIL also for an answer that cannot be read."""

    rcode: str
    message: dns.message.Message | None = None
    detail: str = ""


async def exchange(
    server: Server,
    name: str,
    rdtype: str,
    timeout_s: float,
    *,
    recurse: bool = True,
    tcp: bool = False,
) -> Reply:
    """Ask one server once, over TCP when the UDP answer was cut. Never raises."""
    try:
        query = dns.message.make_query(name, rdtype, use_edns=0, payload=_PAYLOAD)
    except (dns.exception.DNSException, ValueError) as error:
        return Reply("NXDOMAIN", detail=f"not a name: {type(error).__name__}")
    if not recurse:
        query.flags &= ~dns.flags.RD
    try:
        message = await _send(query, server, timeout_s, tcp=tcp)
    except (dns.exception.Timeout, TimeoutError):
        return Reply("TIMEOUT")
    except OSError as error:
        return Reply("TIMEOUT", detail=f"network: {error.strerror or type(error).__name__}")
    except (dns.exception.DNSException, EOFError, ValueError) as error:
        return Reply("SERVFAIL", detail=f"unreadable answer: {type(error).__name__}")
    rcode = dns.rcode.to_text(message.rcode())
    known = rcode in {"NOERROR", "NXDOMAIN", "SERVFAIL", "REFUSED"}
    return Reply(rcode if known else "SERVFAIL", message, "" if known else rcode)


async def _send(
    query: dns.message.Message, server: Server, timeout_s: float, *, tcp: bool
) -> dns.message.Message:
    if tcp:
        return await dns.asyncquery.tcp(query, server.address, timeout_s, server.port)
    message, _ = await dns.asyncquery.udp_with_fallback(
        query,
        server.address,
        timeout=timeout_s,
        port=server.port,
        ignore_unexpected=True,
        ignore_errors=True,
    )
    return message


@dataclass(frozen=True, slots=True)
class Walk:
    """How far a chain was followed. `open`: the answers end at `current` without saying whether
    it has the wanted records."""

    current: str
    rcode: str = "NOERROR"
    values: tuple[str, ...] = ()
    chain: tuple[str, ...] = ()
    ttl: int = 0
    open: bool = False
    detail: str = ""

    def answer(self, name: str, rdtype: str) -> DnsAnswer:
        """The walk as the answer to the first question."""
        return DnsAnswer(
            name, rdtype, self.rcode, self.values, self.chain, self.ttl, detail=self.detail
        )


def walk(reply: Reply, name: str, rdtype: str, *, before: Walk | None = None) -> Walk:
    """Follow the CNAMEs of one reply from `name`, carrying on an earlier walk if given."""
    chain = list(before.chain) if before else []
    ttl = before.ttl if before and before.chain else _MAX_TTL
    if reply.message is None or reply.rcode not in {"NOERROR", "NXDOMAIN"}:
        return Walk(name, reply.rcode, chain=tuple(chain), detail=reply.detail)
    records = _records(reply.message)
    links_before = len(chain)
    while True:
        found = records.get((name, rdtype))
        if found:
            return Walk(name, "NOERROR", found.values, tuple(chain), min(ttl, found.ttl))
        link = records.get((name, "CNAME"))
        if link is None:
            break
        ttl = min(ttl, link.ttl)
        name = link.values[0]
        if name in chain or len(chain) >= MAX_CHAIN:
            rcode = "CNAME-LOOP" if name in chain else "LONG-CHAIN"
            return Walk(name, rcode, chain=(*chain, name), ttl=ttl)
        chain.append(name)
    if reply.rcode == "NOERROR" and len(chain) > links_before and not soa_owner(reply):
        # A server that is not recursive, or not responsible for the target, stops in mid-chain.
        return Walk(name, "NODATA", chain=tuple(chain), ttl=ttl, open=True)
    ttl = min(ttl, _negative_ttl(reply.message))
    absent = "DANGLING-CNAME" if chain else "NXDOMAIN"
    rcode = absent if reply.rcode == "NXDOMAIN" else "NODATA"
    return Walk(name, rcode, chain=tuple(chain), ttl=ttl)


def soa_owner(reply: Reply) -> str:
    """Owner name of the SOA record in the answer or authority section, or ""."""
    if reply.message is None:
        return ""
    for section in (reply.message.answer, reply.message.authority):
        for rrset in section:
            if rrset.rdtype == dns.rdatatype.SOA:
                return _plain(rrset.name.to_text())
    return ""


class _Records(NamedTuple):
    values: tuple[str, ...]
    ttl: int


_MAX_TTL = 2**31 - 1


def _records(message: dns.message.Message) -> dict[tuple[str, str], _Records]:
    return {
        (_plain(rrset.name.to_text()), dns.rdatatype.to_text(rrset.rdtype)): _Records(
            tuple(sorted(_plain(item.to_text()) for item in rrset))[:_MAX_VALUES], rrset.ttl
        )
        for rrset in message.answer
    }


def _negative_ttl(message: dns.message.Message) -> int:
    """RFC 2308: the lesser of the SOA's TTL and its minimum field."""
    for rrset in message.authority:
        if rrset.rdtype == dns.rdatatype.SOA:
            return min(rrset.ttl, *(int(item.minimum) for item in rrset))
    return 0


def _plain(text: str) -> str:
    return text if text.startswith('"') else text.rstrip(".").lower()
