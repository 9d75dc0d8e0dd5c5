"""The one resolver: every name that the auditor touches is answered here.

dnspython's own resolver repeats a SERVFAIL until its lifetime ends and hides how a CNAME chain
failed, so questions are asked by hand: at most two tries, one outcome per failure, chains walked.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from time import monotonic
from typing import TypeVar

import dns.exception
import dns.name
import dns.resolver

from auditor.gather._dnswire import (
    DEAD_ENDS,
    MAX_CHAIN,
    Reply,
    Server,
    exchange,
    soa_owner,
    walk,
)
from auditor.gather.guard import Guard
from auditor.model.artifact import AddressFact, DnsAnswer

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")

TRIES = 2
_MAX_TTL_S = 3600
_MIN_TTL_S = 5
_NEGATIVE_TTL_S = 300
_FAILURE_TTL_S = 30
_CACHE_LIMIT = 20_000
_TOTAL_S = 30.0
_DIAGNOSIS_S = 15.0
#: A resolver that gives up below this many links is broken; from here on the chain is to blame.
_LONG_CHAIN = 8
_SERVER = re.compile(r"^(?:\[(?P<v6>[^\]]+)\]|(?P<v4>[^:]+))(?::(?P<port>\d+))?$")


def parse_server(text: str) -> Server:
    """`ip`, `ip:port` or `[v6]:port`; `ValueError` for anything else."""
    try:
        return Server(str(ipaddress.ip_address(text)), 53)
    except ValueError:
        match = _SERVER.match(text)
    if match is None:
        raise ValueError(f"not a DNS server address: {text!r}")
    address = ipaddress.ip_address(match["v6"] or match["v4"])
    port = int(match["port"] or 53)
    if not 0 < port < 65536:
        raise ValueError(f"not a port: {text!r}")
    return Server(str(address), port)


class Resolver:
    """Asks `servers` in turn (the system's when empty), each try for `timeout_s`.

    Answers are cached for their TTL, negative ones for their SOA's, failures for half a minute;
    equal questions asked at the same time go out once. Never raises for what the network does.
    """

    def __init__(
        self, servers: Sequence[str] = (), *, guard: Guard, timeout_s: float = 5.0
    ) -> None:
        self._servers = tuple(parse_server(item) for item in servers) or _system_servers()
        self._guard = guard
        self._timeout_s = timeout_s
        self._cache: OrderedDict[tuple[str, str], tuple[float, DnsAnswer]] = OrderedDict()
        self._hosts: OrderedDict[tuple[str, int], tuple[float, tuple[AddressFact, ...]]] = (
            OrderedDict()
        )
        self._locks: dict[tuple[str, str], asyncio.Lock] = {}

    async def ask(self, name: str, rdtype: str, *, confirm: bool = False) -> DnsAnswer:
        """One question's answer; see `DnsAnswer` for the codes. With `confirm` a negative answer
        is asked again (of the next server if there is one) and marked when both agree."""
        key = (_ascii(name), rdtype.upper())
        cached = self._cached(key, confirm=confirm)
        if cached is not None:
            return cached
        lock = self._locks.setdefault(key, asyncio.Lock())
        try:
            async with lock:
                cached = self._cached(key, confirm=confirm)
                if cached is None:
                    cached = await self._answer(key, confirm=confirm)
                return cached
        finally:
            if not lock.locked():
                self._locks.pop(key, None)

    async def addresses(self, host: str, family: int = 0) -> tuple[AddressFact, ...]:
        """Every address of a host, judged by the guard, IPv4 first. `family`: 4, 6 or 0 for both
        (asked at once). An address literal answers itself; `localhost` as RFC 6761 says."""
        known = self.known_addresses(host, family)
        if known is not None:
            return known
        key = (host, family)
        literal = self._literal(host, family)
        if literal is not None:
            _remember(self._hosts, key, (monotonic() + _MAX_TTL_S, literal))
            return literal
        types = {4: ("A",), 6: ("AAAA",)}.get(family, ("A", "AAAA"))
        answers = await asyncio.gather(*(self.ask(host, rdtype) for rdtype in types))
        facts = tuple(self._guard.classify(value) for item in answers for value in item.values)
        until = monotonic() + min(_lifetime(item) for item in answers)
        _remember(self._hosts, key, (until, facts))
        return facts

    def known_addresses(self, host: str, family: int = 0) -> tuple[AddressFact, ...] | None:
        """The addresses if they are in the cache, else None; never waits."""
        hit = self._hosts.get((host, family))
        return hit[1] if hit is not None and hit[0] > monotonic() else None

    async def ask_server(
        self, server: str, name: str, rdtype: str, *, port: int = 53, tcp: bool = False
    ) -> DnsAnswer:
        """Ask one (authoritative) server, given by address, without recursion and without
        cache. A server that the guard refuses, or that our network cannot reach, is a TIMEOUT
        with the cause in `detail`."""
        target = _ascii(name)
        asked_at = datetime.now(UTC)
        if not self._guard.permits(server):
            return DnsAnswer(
                target, rdtype, "TIMEOUT", asked_at=asked_at, detail="address-not-allowed"
            )
        reply = await exchange(
            Server(server, port), target, rdtype, self._timeout_s, recurse=False, tcp=tcp
        )
        return replace(walk(reply, target, rdtype).answer(target, rdtype), asked_at=asked_at)

    async def zone_of(self, name: str) -> str:
        """The apex of the zone that holds the name, "" when it cannot be learnt."""
        labels = _ascii(name).split(".")
        for start in range(len(labels)):
            current = ".".join(labels[start:])
            reply = await self._query(current, "SOA")
            owner = soa_owner(reply)
            if owner and (current == owner or current.endswith("." + owner)):
                return owner
            if reply.rcode not in {"NOERROR", "NXDOMAIN"}:
                return ""
        return ""

    # --- one question ------------------------------------------------------------------------

    async def _answer(self, key: tuple[str, str], *, confirm: bool) -> DnsAnswer:
        name, rdtype = key
        answer = await self._resolve(name, rdtype, first=0)
        if confirm and _is_negative(answer):
            second = await self._resolve(name, rdtype, first=1)
            if second.values:
                answer = second
            elif second.observed:
                answer = replace(answer, confirmed=second.rcode == answer.rcode)
        _remember(self._cache, key, (monotonic() + _lifetime(answer), answer))
        return answer

    async def _resolve(self, name: str, rdtype: str, *, first: int) -> DnsAnswer:
        """Ask and follow the chain, for a bounded time."""
        asked_at = datetime.now(UTC)
        try:
            async with asyncio.timeout(_TOTAL_S):
                answer = await self._follow(name, rdtype, first=first)
        except TimeoutError:
            answer = DnsAnswer(name, rdtype, "TIMEOUT", detail="too many questions in turn")
        return replace(answer, asked_at=asked_at)

    async def _follow(self, name: str, rdtype: str, *, first: int) -> DnsAnswer:
        reply = await self._query(name, rdtype, first=first)
        state = walk(reply, name, rdtype)
        while state.open:
            reply = await self._query(state.current, rdtype, first=first)
            state = walk(reply, state.current, rdtype, before=state)
        answer = state.answer(name, rdtype)
        if answer.rcode == "SERVFAIL" and rdtype != "CNAME":
            answer = await self._diagnose(answer)
        return answer

    async def _query(self, name: str, rdtype: str, *, first: int = 0) -> Reply:
        """At most `TRIES` tries; the next server is asked when one fails to say anything."""
        reply = Reply("TIMEOUT")
        for number in range(TRIES):
            server = self._servers[(first + number) % len(self._servers)]
            reply = await exchange(server, name, rdtype, self._timeout_s)
            if reply.rcode in {"NOERROR", "NXDOMAIN"}:
                break
        return reply

    async def _diagnose(self, answer: DnsAnswer) -> DnsAnswer:
        """Recursive servers answer SERVFAIL to loops and over-long chains: name the cause."""
        chain: list[str] = []
        try:
            async with asyncio.timeout(_DIAGNOSIS_S):
                return await self._walk_by_hand(answer, chain)
        except TimeoutError:
            return answer

    async def _walk_by_hand(self, answer: DnsAnswer, chain: list[str]) -> DnsAnswer:
        current = answer.name
        while len(chain) <= MAX_CHAIN:
            reply = await self._query(current, "CNAME")
            link = walk(reply, current, "CNAME").values
            if reply.rcode == "NXDOMAIN" and chain:
                return replace(answer, rcode="DANGLING-CNAME", chain=tuple(chain))
            if not link:
                break
            current = link[0]
            if current == answer.name or current in chain:
                return replace(answer, rcode="CNAME-LOOP", chain=(*chain, current))
            chain.append(current)
        long = len(chain) >= _LONG_CHAIN
        return replace(answer, rcode="LONG-CHAIN" if long else answer.rcode, chain=tuple(chain))

    def _cached(self, key: tuple[str, str], *, confirm: bool) -> DnsAnswer | None:
        hit = self._cache.get(key)
        if hit is None or hit[0] <= monotonic():
            return None
        answer = hit[1]
        return None if confirm and _is_negative(answer) and not answer.confirmed else answer

    def _literal(self, host: str, family: int) -> tuple[AddressFact, ...] | None:
        if host == "localhost" or host.endswith(".localhost"):
            texts = {4: ("127.0.0.1",), 6: ("::1",)}.get(family, ("127.0.0.1", "::1"))
            return tuple(self._guard.classify(text) for text in texts)
        try:
            version = ipaddress.ip_address(host).version
        except ValueError:
            return None
        return (self._guard.classify(host),) if family in {0, version} else ()


def _is_negative(answer: DnsAnswer) -> bool:
    return answer.observed and not answer.values


def _lifetime(answer: DnsAnswer) -> float:
    if not answer.observed:
        return _FAILURE_TTL_S
    if answer.rcode in DEAD_ENDS or not answer.values:
        return min(max(answer.ttl, _MIN_TTL_S), _NEGATIVE_TTL_S)
    return min(max(answer.ttl, _MIN_TTL_S), _MAX_TTL_S)


def _remember(cache: OrderedDict[_Key, _Value], key: _Key, value: _Value) -> None:
    cache[key] = value
    cache.move_to_end(key)
    while len(cache) > _CACHE_LIMIT:
        cache.popitem(last=False)


def _ascii(name: str) -> str:
    """The name in lower case, without final dot, in its ASCII form (IDNA 2008)."""
    name = name.strip().rstrip(".").lower()
    if name.isascii():
        return name
    try:
        return dns.name.from_unicode(name, idna_codec=dns.name.IDNA_2008_Practical).to_text(True)
    except dns.exception.DNSException:
        return name


def _system_servers() -> tuple[Server, ...]:
    """The machine's servers; without a readable configuration, a local one."""
    try:
        system = dns.resolver.Resolver()
    except dns.exception.DNSException:
        return (Server("127.0.0.1", 53),)
    found = tuple(
        Server(str(item), system.port) for item in system.nameservers if "/" not in str(item)
    )
    return found or (Server("127.0.0.1", 53),)
