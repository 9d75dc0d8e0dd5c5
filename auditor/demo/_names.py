"""The district's DNS server: resolver for the auditor, and name server of its zones.

Answers come from a table; a name outside it is NXDOMAIN, so nothing ever leaves the machine.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

_TTL_S = 300
_MAX_CHAIN = 8


@dataclass(frozen=True, slots=True)
class NameTable:
    """Records by name and type, names that answer SERVFAIL, and the zones' apexes.

    `records` maps a lower-case name without final dot to rdata texts by type; CNAME stands alone.
    """

    records: Mapping[str, Mapping[str, Sequence[str]]]
    zones: frozenset[str]
    servfail: frozenset[str] = frozenset()

    def answer(self, query: dns.message.Message) -> dns.message.Message:
        """The reply to one question; FORMERR or NOTIMP for what is not a plain question."""
        reply = dns.message.make_response(query, recursion_available=True)
        if query.opcode() != dns.opcode.QUERY or len(query.question) != 1:
            reply.set_rcode(dns.rcode.NOTIMP if query.question else dns.rcode.FORMERR)
            return reply
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        if name in self.servfail:
            reply.set_rcode(dns.rcode.SERVFAIL)
            return reply
        reply.flags |= dns.flags.AA
        self._fill(reply, name, dns.rdatatype.to_text(question.rdtype))
        return reply

    def _fill(self, reply: dns.message.Message, name: str, rdtype: str) -> None:
        for _ in range(_MAX_CHAIN):
            found = self.records.get(name)
            if found is None:
                if not self._is_parent(name):
                    reply.set_rcode(dns.rcode.NXDOMAIN)
                self._add_soa(reply, name)
                return
            target = found.get("CNAME")
            if target and rdtype != "CNAME":
                reply.answer.append(_rrset(name, "CNAME", target))
                name = target[0].rstrip(".").lower()
                continue
            if found.get(rdtype):
                reply.answer.append(_rrset(name, rdtype, found[rdtype]))
            else:
                self._add_soa(reply, name)
            return

    def _is_parent(self, name: str) -> bool:
        return not name or any(known.endswith("." + name) for known in self.records)

    def _add_soa(self, reply: dns.message.Message, name: str) -> None:
        labels = name.split(".")
        for start in range(len(labels)):
            zone = ".".join(labels[start:])
            if zone in self.zones:
                reply.authority.append(_rrset(zone, "SOA", self.records[zone]["SOA"]))
                return


def _rrset(name: str, rdtype: str, texts: Sequence[str]) -> dns.rrset.RRset:
    return dns.rrset.from_text_list(dns.name.from_text(name), _TTL_S, "IN", rdtype, list(texts))


class NameServer:
    """Serves a `NameTable` over UDP and TCP on several loopback addresses."""

    def __init__(self, table: NameTable) -> None:
        self._table = table
        self._transports: list[asyncio.DatagramTransport] = []
        self._servers: list[asyncio.Server] = []

    async def start(self, addresses: Sequence[str], port: int) -> None:
        """Listen on `port` of each address; OSError when one of them is taken."""
        loop = asyncio.get_running_loop()
        for address in addresses:
            transport, _ = await loop.create_datagram_endpoint(
                lambda: _Datagrams(self._table), local_addr=(address, port)
            )
            self._transports.append(transport)
            self._servers.append(await asyncio.start_server(self._stream, address, port))

    async def stop(self) -> None:
        """Close every socket."""
        for transport in self._transports:
            transport.close()
        for server in self._servers:
            server.close()
            await server.wait_closed()
        self._transports.clear()
        self._servers.clear()

    async def _stream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                (length,) = struct.unpack("!H", await reader.readexactly(2))
                wire = respond(self._table, await reader.readexactly(length))
                if wire is None:
                    break
                writer.write(struct.pack("!H", len(wire)) + wire)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def respond(table: NameTable, wire: bytes) -> bytes | None:
    """The reply's wire form; None when the question cannot be read at all."""
    try:
        return table.answer(dns.message.from_wire(wire)).to_wire()
    except dns.exception.DNSException:
        return None


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, table: NameTable) -> None:
        self._table = table
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # The selector loop's datagram transport does not derive from the abstract class.
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        wire = respond(self._table, data)
        if wire is not None and self._transport is not None:
            self._transport.sendto(wire, addr)
