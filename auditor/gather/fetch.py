"""The one fetcher: every page, robots file, sitemap and probe of an audit goes through it.

An answer of the site is an answer, whatever its status; everything that went wrong on the way is
a `Reason` in the record. Nothing is raised but cancellation (and `ValueError` for methods other
than GET and HEAD: an audit never sends anything else).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from time import perf_counter
from typing import Self

from auditor.gather._addresses import Addresses, remember
from auditor.gather._cookies import HopCookies
from auditor.gather._exchange import CONNECT_S, READ_GAP_S, REDIRECTS, Exchange, Exchanger
from auditor.gather._hop import (
    BUSY,
    GIVEN_UP,
    NO_TURN,
    NOT_MADE,
    Hop,
    Order,
    differs,
    record_of,
    retry_after,
    worth_retrying,
)
from auditor.gather._target import Target, Targets, redirect_url
from auditor.gather.body import ACCEPT_ENCODING
from auditor.gather.guard import Guard
from auditor.gather.resolver import Resolver
from auditor.gather.throttle import Throttle, WaitedTooLong
from auditor.gather.waf import challenge
from auditor.model.artifact import FetchRecord
from auditor.model.finding import Reason

BODY_LIMIT = 10 * 2**20
TIMEOUT_S = 30.0
MAX_REDIRECTS = 10
#: Addresses of one host that are tried when connections fail.
_MAX_ADDRESSES = 4
_RETRY_DELAY_S = 0.5
#: Failures that count towards giving up a host.
_DISTRESS = frozenset(
    {Reason.TIMEOUT, Reason.RESET, Reason.REFUSED, Reason.UNREACHABLE, Reason.BLOCKED}
)
_ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

#: Is shown what was asked for and the hops of one try, oldest first. It must not raise or wait.
#: Whether a URL may be asked for.
Gate = Callable[[str], Awaitable[bool]]
Observer = Callable[[Order, Sequence[Hop]], None]


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer, or why there is none. `body` is decoded and capped (what came, when the record
    has a reason); `headers` are the final answer's, read as latin-1; `hops` the redirects that
    were followed, oldest first; `blocked_by` the protection product when the answer is its
    challenge page (the reason is then BLOCKED)."""

    record: FetchRecord
    body: bytes
    headers: tuple[tuple[str, str], ...]
    hops: tuple[FetchRecord, ...]
    request_headers: tuple[tuple[str, str], ...]
    blocked_by: str = ""


def response_header(fetched: Fetched, name: str) -> str:
    """The first value of a response header, compared without case, or ""."""
    wanted = name.lower()
    for key, value in fetched.headers:
        if key.lower() == wanted:
            return value
    return ""


class Fetcher:
    """GET and HEAD with pinned, guarded addresses, politeness, caps and honest outcomes.

    `body_limit`: bytes after decoding; `timeout_s`: a request's total time with its redirects,
    not counting the wait for its turn; `connect_s` and `read_gap_s` bound the making of a
    connection and the silence between two reads; `ca_file`: certificates to trust beside the
    system's. Use as an async context manager, or call `close`.
    """

    def __init__(
        self,
        *,
        guard: Guard,
        resolver: Resolver,
        throttle: Throttle,
        user_agent: str,
        body_limit: int = BODY_LIMIT,
        timeout_s: float = TIMEOUT_S,
        ca_file: str | None = None,
        retry_delay_s: float = _RETRY_DELAY_S,
        connect_s: float = CONNECT_S,
        read_gap_s: float = READ_GAP_S,
    ) -> None:
        self.guard = guard
        self.resolver = resolver
        self.throttle = throttle
        self.user_agent = user_agent
        self.ca_file = ca_file
        self._body_limit = body_limit
        self._timeout_s = timeout_s
        self._retry_delay_s = retry_delay_s
        self._targets = Targets(guard)
        self._exchanger = Exchanger(guard, ca_file, connect_s=connect_s, read_gap_s=read_gap_s)
        self._addresses = Addresses(guard, resolver)
        self._last_failure: dict[str, Reason] = {}
        self._observer: Observer | None = None
        self._gate: Gate | None = None
        self._headers = (
            ("User-Agent", user_agent),
            ("Accept", _ACCEPT),
            ("Accept-Language", "zh-CN,zh;q=0.9,en;q=0.5"),
            ("Accept-Encoding", ACCEPT_ENCODING),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close every connection."""
        await self._exchanger.close()

    def observed_by(self, observer: Observer) -> Self:
        """The same fetcher, with its connections and its politeness, for one site's audit:
        `observer` is shown what each try of a fetch brought, redirects included."""
        seen = copy(self)
        seen._observer = observer
        return seen

    def obeying(self, gate: Gate) -> Self:
        """The same fetcher (connections, politeness) for which `gate` decides what may be asked;
        see `auditor.gather.robots.obedient`."""
        bound = copy(self)
        bound._gate = gate
        return bound

    async def fetch(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body_limit: int | None = None,
        timeout_s: float | None = None,
        family: int = 0,
        address: str | None = None,
        follow: bool = True,
        max_redirects: int = MAX_REDIRECTS,
        attempts: int = 2,
        insist: bool = False,
        verify: bool = True,
        cookies: HopCookies | None = None,
    ) -> Fetched:
        """Ask for a URL. `family` 4 or 6 and `address` pin the connection (the address only for
        the first host). `attempts`: tries on reset, truncation, 429 and 5xx. `insist=True`
        asks a host that has been given up for now, too, for probes whose subject that is; every
        request waits for its turn. `verify=False` goes on over a certificate whose defect has
        been recorded. `cookies` are sent where they belong, and learn from every answer; without
        them a fetch remembers those of its own redirects only."""
        if method not in {"GET", "HEAD"}:
            raise ValueError(f"an audit sends GET and HEAD only, not {method}")
        order = Order(
            url=url,
            method=method,
            headers=self._merge(headers),
            body_limit=self._body_limit if body_limit is None else body_limit,
            timeout_s=self._timeout_s if timeout_s is None else timeout_s,
            family=family,
            address=address,
            follow=follow,
            max_redirects=max_redirects,
            insist=insist,
            verify=verify,
        )
        target = self._targets.of(url)
        if isinstance(target, str):
            return _refused(url, target)
        if self._gate is not None and not await self._gate(url):
            return _refused(url, "", Reason.ROBOTS)
        number, size = 1, 0
        while True:
            hops, seconds = await self._travel(order, target, cookies)
            if self._observer is not None:
                self._observer(order, hops)
            exchange = hops[-1].exchange
            doubtful = exchange.without_end and differs(exchange, size)
            if number >= attempts or not (doubtful or worth_retrying(hops[-1])):
                if doubtful and number > 1:
                    exchange.fail(Reason.TRUNCATED, "no end, and not the same twice")
                return _fetched(order, hops, seconds, number)
            size = len(exchange.body)
            number += 1
            await asyncio.sleep(self._retry_delay_s)  # Retry-After is waited out in the queue

    def _merge(self, extra: Mapping[str, str] | None) -> tuple[tuple[str, str], ...]:
        if not extra:
            return self._headers
        replaced = {name.lower() for name in extra}
        kept = tuple(item for item in self._headers if item[0].lower() not in replaced)
        return (*kept, *extra.items())

    # --- redirects ----------------------------------------------------------------------------

    async def _travel(
        self, order: Order, target: Target, jar: HopCookies | None
    ) -> tuple[list[Hop], float]:
        """Follow the redirects. The time of all hops together counts against the deadline."""
        hops: list[Hop] = []
        cookies = HopCookies() if jar is None else jar
        seen: set[tuple[str, str]] = set()
        seconds = 0.0
        address = order.address
        while True:
            sent = cookies.header(target.origin)
            hop = await self._hop(order, target, address, sent, order.timeout_s - seconds)
            hops.append(hop)
            seconds += hop.exchange.seconds
            if jar is not None:
                jar.learn(target.origin, hop.exchange.headers)
            if not (order.follow and hop.exchange.status in REDIRECTS and hop.exchange.location):
                return hops, seconds
            seen.add((target.url, sent))
            cookies.learn(target.origin, hop.exchange.headers)
            following = self._following(hop)
            if following == "malformed":
                hop.exchange.fail(Reason.PROTOCOL, "malformed redirect")
            elif isinstance(following, str):
                hop.exchange.fail(Reason.GUARD, following)
            elif (following.url, cookies.header(following.origin)) in seen:
                hop.exchange.fail(Reason.PROTOCOL, "redirect-loop")
            elif len(hops) > order.max_redirects:
                hop.exchange.fail(Reason.PROTOCOL, f"more than {order.max_redirects} redirects")
            if isinstance(following, str) or hop.exchange.reason is not None:
                return hops, seconds
            if following.origin.host != target.origin.host:
                address = None
            target = following

    def _following(self, hop: Hop) -> Target | str:
        # A redirect's own body does not matter, whole or not.
        hop.exchange.reason, hop.exchange.detail = None, ""
        try:
            url = redirect_url(hop.target.url, hop.exchange.location)
        except ValueError:
            return "malformed"
        return self._targets.of(url)

    # --- one hop ------------------------------------------------------------------------------

    async def _hop(
        self, order: Order, target: Target, pinned: str | None, cookie: str, budget_s: float
    ) -> Hop:
        host = target.origin.host
        if not order.insist and self.throttle.broken(host):
            return self._given_up(target)
        started = perf_counter()
        addresses = await self._addresses.of(host, order.family, pinned, budget_s)
        if isinstance(addresses, Exchange):
            addresses.seconds = perf_counter() - started
            return Hop(target, addresses)
        hop = Hop(target, Exchange(reason=Reason.TIMEOUT, detail="deadline"))
        for address in addresses[:_MAX_ADDRESSES]:
            left = budget_s - hop.exchange.seconds
            if left <= 0:
                break
            before = hop.exchange.seconds
            hop = await self._ask(order, target, address, cookie, left)
            hop.exchange.seconds += before
            if hop.exchange.connected or hop.exchange.detail in NOT_MADE:
                # What a probe pinned says nothing about what other requests should use.
                if pinned is None and not order.family:
                    self._addresses.prefer(host, address)
                break
        return hop

    async def _ask(
        self, order: Order, target: Target, address: str, cookie: str, left_s: float
    ) -> Hop:
        host = target.origin.host
        headers = (("Host", target.origin.authority), *order.headers)
        if cookie:
            headers = (*headers, ("Cookie", cookie))
        try:
            async with self.throttle.slot(host, address):
                if not order.insist and self.throttle.broken(host):
                    return self._given_up(target)  # while this request waited for its turn
                exchange = await self._exchanger.run(
                    target,
                    address,
                    method=order.method,
                    headers=headers,
                    limit=order.body_limit,
                    deadline_s=left_s,
                    verify=order.verify,
                )
        except WaitedTooLong:
            return Hop(target, Exchange(reason=Reason.CANCELLED, detail=NO_TURN))
        hop = Hop(target, exchange, address, sent=headers)
        self._judge(hop)
        return hop

    def _given_up(self, target: Target) -> Hop:
        last = self._last_failure.get(target.origin.host, Reason.UNREACHABLE)
        return Hop(target, Exchange(reason=last, detail=GIVEN_UP))

    def _judge(self, hop: Hop) -> None:
        """Recognise challenge pages and tell the throttle how it went."""
        exchange, host = hop.exchange, hop.target.origin.host
        if exchange.status and exchange.status not in REDIRECTS:
            hop.blocked_by = challenge(exchange.status, exchange.headers, exchange.body)
        if hop.blocked_by:
            exchange.reason, exchange.detail = Reason.BLOCKED, hop.blocked_by
        elif exchange.status in BUSY:
            hop.retry_after_s = retry_after(exchange.header("retry-after"), datetime.now(UTC))
        distressed = exchange.reason in _DISTRESS
        if distressed and exchange.reason is not None:
            remember(self._last_failure, host, exchange.reason)
        self.throttle.note(
            host,
            hop.address,
            seconds=exchange.first_byte_s or exchange.seconds,
            status=exchange.status,
            retry_after_s=hop.retry_after_s,
            ok=not distressed,
        )


def _refused(url: str, why: str, reason: Reason = Reason.GUARD) -> Fetched:
    reason = Reason.PROTOCOL if why == "malformed" else reason
    record = FetchRecord(url, url, reason=reason, detail=why, captured_at=datetime.now(UTC))
    return Fetched(record, b"", (), (), ())


def _fetched(order: Order, hops: list[Hop], seconds: float, attempts: int) -> Fetched:
    hop = hops[-1]
    if hop.exchange.status == 429:
        hop.exchange.fail(Reason.RATE_LIMITED, hop.exchange.header("retry-after"))
    return Fetched(
        record=record_of(order.url, hop, seconds, attempts),
        body=hop.exchange.body,
        headers=hop.exchange.headers,
        hops=tuple(
            record_of(item.target.url, item, item.exchange.seconds, 1) for item in hops[:-1]
        ),
        request_headers=hop.sent,
        blocked_by=hop.blocked_by,
    )
