"""A scripted DNS server on UDP and TCP."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

#: What a rule returns: records as `name TTL TYPE value` lines, and an rcode; None = silence;
#: bytes = sent as they are.
Answer = tuple[str, tuple[str, ...], tuple[str, ...]]
Rule = Callable[[int], Answer | bytes | None]
SOA = "{zone}. 60 SOA ns.{zone}. root.{zone}. 1 3600 600 86400 60"


def records(*lines: str) -> Rule:
    """Always these records."""
    return lambda visit: ("NOERROR", lines, ())


def rcode(code: str, *lines: str, zone: str = "example.gov.cn") -> Rule:
    """An rcode, with records (a CNAME chain) before it and the zone's SOA as authority."""
    authority = (SOA.format(zone=zone),) if code in {"NXDOMAIN", "NOERROR"} else ()
    return lambda visit: (code, lines, authority)


def turns(*rules: Rule) -> Rule:
    """Another rule on each visit; the last one stays."""
    return lambda visit: rules[min(visit, len(rules)) - 1](visit)


def silence(visit: int) -> None:
    """No answer."""


@dataclass
class Names(asyncio.DatagramProtocol):
    """The server. `rules` by (name, type); `log` holds every question with its transport."""

    rules: dict[tuple[str, str], Rule]
    host: str = "127.0.0.1"
    port: int = 0
    udp_limit: int = 4096
    log: list[tuple[str, str, str]] = field(default_factory=list)
    _udp: asyncio.DatagramTransport | None = None
    _tcp: asyncio.Server | None = None

    async def __aenter__(self) -> Names:
        loop = asyncio.get_running_loop()
        self._tcp = await asyncio.start_server(self._stream, self.host, self.port)
        self.port = self._tcp.sockets[0].getsockname()[1]
        self._udp, _ = await loop.create_datagram_endpoint(
            lambda: self, local_addr=(self.host, self.port)
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._udp is not None
        assert self._tcp is not None
        self._udp.close()
        self._tcp.close()
        await self._tcp.wait_closed()

    @property
    def where(self) -> str:
        """The address in the form of `network.resolvers`."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def asked(self, name: str, rdtype: str) -> int:
        """How often a question came, over either transport."""
        return sum(1 for item in self.log if item[:2] == (name, rdtype))

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer over UDP, cut when it is too long."""
        assert self._udp is not None
        answer = self._answer(data, "udp")
        if answer is None:
            return
        if not isinstance(answer, bytes):
            wire = answer.to_wire(max_size=65535)
            if len(wire) > self.udp_limit:
                answer.answer.clear()
                answer.flags |= dns.flags.TC
                wire = answer.to_wire()
            answer = wire
        self._udp.sendto(answer, addr)

    async def _stream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            size = int.from_bytes(await reader.readexactly(2), "big")
            answer = self._answer(await reader.readexactly(size), "tcp")
            if answer is not None:
                wire = answer if isinstance(answer, bytes) else answer.to_wire(max_size=65535)
                writer.write(len(wire).to_bytes(2, "big") + wire)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def _answer(self, data: bytes, transport: str) -> dns.message.Message | bytes | None:
        query = dns.message.from_wire(data)
        name = query.question[0].name.to_text().rstrip(".").lower()
        rdtype = dns.rdatatype.to_text(query.question[0].rdtype)
        self.log.append((name, rdtype, transport))
        rule = self.rules.get((name, rdtype)) or self.rules.get((name, "*")) or rcode("NXDOMAIN")
        result = rule(self.asked(name, rdtype))
        if result is None or isinstance(result, bytes):
            return result
        code, answers, authority = result
        response = dns.message.make_response(query)
        response.set_rcode(dns.rcode.from_text(code))
        for section, lines in ((response.answer, answers), (response.authority, authority)):
            for line in lines:
                owner, ttl, kind, value = line.split(" ", 3)
                section.append(dns.rrset.from_text(owner, int(ttl), "IN", kind, value))
        return response
