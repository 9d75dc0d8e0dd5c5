"""Politeness: how often and how many at a time, per host and per IP address.

City departments often share one platform behind one address, so a limit per host alone would
let a run over sixty sites knock on one machine sixty times as hard. Every request (of the crawl,
of a probe, of the link test, of the browser) takes a slot that both its host and its address
grant in the same moment.
"""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict, deque
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from time import monotonic
from types import TracebackType

from auditor.gather.shared_pace import SharedPace

#: Latency up to which a server counts as at ease; beyond it the adaptive delay grows.
EASY_S = 0.25
#: Adaptive delay: this many times the server's own (smoothed) latency above `EASY_S`.
ADAPTIVE_FACTOR = 1.5
MAX_ADAPTIVE_S = 10.0
#: Longest pause that a Retry-After header may ask for (seconds).
MAX_RETRY_AFTER_S = 120.0
#: Longest Crawl-delay that is kept (seconds); StormCrawler's default.
MAX_CRAWL_DELAY_S = 30.0
#: Failures in a row that open the breaker, and how long it stays open (doubling).
BREAKER_FAILURES = 8
BREAKER_S = 60.0
MAX_BREAKER_S = 600.0
#: Longest that a request waits for its turn (seconds): a bound for what should never happen, far
#: above the wait of a full queue at the slowest pace.
MAX_WAIT_S = 1800.0
_MAX_LANES = 20_000


class WaitedTooLong(TimeoutError):
    """A request's turn did not come within `MAX_WAIT_S`; it was not made."""


@dataclass(slots=True)
class _Lane:
    """What is known of one host or address. Times are of the monotonic clock."""

    limit: int
    in_flight: int = 0
    last_start: float = float("-inf")
    not_before: float = 0.0
    latency_s: float = 0.0
    penalty_s: float = 0.0
    crawl_delay_s: float = 0.0
    failures: int = 0
    opened: int = 0
    broken_until: float = 0.0
    waiting: int = 0
    #: Of a host: addresses at which it has requests waiting.
    peers: set[str] = field(default_factory=set)
    #: Of an address: requests in flight by host.
    hosts: Counter[str] = field(default_factory=Counter)


#: A host, and whether its requests keep the delay.
_Turn = tuple[str, bool]


@dataclass(slots=True)
class _Queue:
    """Waiting requests for one address: a turn for each host, in the order they came."""

    turns: OrderedDict[_Turn, deque[asyncio.Future[None]]] = field(default_factory=OrderedDict)
    timer: asyncio.TimerHandle | None = None


class Throttle:
    """Grants slots. `delay_s`: least time between two request starts of one host; an address
    may start `per_ip / per_host` times as often. `per_host`, `per_ip`: requests in flight.
    `adaptive`: a host that answers slowly, or with errors, is asked less often. Hosts that do not
    answer at present share half of their address's slots, so that dead names on a platform leave
    the living ones room. `shared`: the pace of other processes, to keep step with."""

    def __init__(
        self,
        *,
        delay_s: float,
        per_host: int,
        per_ip: int,
        adaptive: bool,
        shared: SharedPace | None = None,
    ) -> None:
        self._delay_s = max(delay_s, 0.0)
        self._per_host = max(per_host, 1)
        self._per_ip = max(per_ip, 1)
        self._adaptive = adaptive
        self._shared = shared
        self._ip_delay_s = self._delay_s * min(1.0, self._per_host / self._per_ip)
        self._hosts: dict[str, _Lane] = {}
        self._ips: dict[str, _Lane] = {}
        self._queues: dict[str, _Queue] = {}

    def slot(
        self, host: str, address: str, *, paced: bool = True
    ) -> AbstractAsyncContextManager[None]:
        """Waits until the host and the address may be asked, and counts the request as in
        flight while the context is open. First come, first served; hosts of one address in
        turn. `paced=False` keeps the limits in flight but no delay, for the parts of a page that
        a browser shows. `WaitedTooLong` when the turn does not come."""
        return _Slot(self, host, address, paced)

    def note(
        self,
        host: str,
        address: str,
        *,
        seconds: float,
        status: int,
        retry_after_s: float | None,
        ok: bool,
    ) -> None:
        """Learn from an answer. `seconds`: time to the answer's first byte; `ok` is False when
        the observation failed (timeout, reset, 5xx ...): enough of these open the breaker."""
        lane = self._host(host)
        if retry_after_s is not None and retry_after_s > 0:
            pause = min(retry_after_s, MAX_RETRY_AFTER_S)
            lane.not_before = max(lane.not_before, monotonic() + pause)
            if self._shared is not None:
                self._shared.rest(host, lane.not_before)
        if ok:
            lane.failures = lane.opened = 0
            lane.broken_until = 0.0
        else:
            _count_failure(lane)
        if self._adaptive:
            _adapt(lane, seconds, strained=status == 429 or status >= 500 or not ok)
        if lane.waiting:
            self._pump(address)

    def crawl_delay(self, host: str, seconds: float) -> None:
        """Keep the Crawl-delay of the host's robots.txt, up to `MAX_CRAWL_DELAY_S`."""
        self._host(host).crawl_delay_s = min(max(seconds, 0.0), MAX_CRAWL_DELAY_S)

    def broken(self, host: str) -> bool:
        """True while the host is given up. When the pause is over requests may try again; the
        first failure gives it up for twice as long."""
        lane = self._hosts.get(host)
        return lane is not None and lane.broken_until > monotonic()

    def delay_of(self, host: str) -> float:
        """Seconds between two request starts that the host gets now."""
        lane = self._hosts.get(host)
        return self._delay_s if lane is None else self._delay(lane)

    # --- granting ---------------------------------------------------------------------------

    def try_start(self, host: str, address: str, *, paced: bool = True) -> bool:
        """Take a slot now if nobody waits for it and nothing forbids it."""
        lane, ip = self._host(host), self._ip(address)
        if lane.waiting or ip.waiting or self._ready_at(lane, ip, paced) > monotonic():
            return False
        if self._held_up_until(host, address, paced):
            return False
        self._start(host, lane, ip, paced)
        return True

    async def wait(self, host: str, address: str, *, paced: bool = True) -> None:
        """Take a slot when it is this request's turn."""
        lane, ip = self._host(host), self._ip(address)
        queue = self._queues.setdefault(address, _Queue())
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue.turns.setdefault((host, paced), deque()).append(future)
        lane.peers.add(address)
        lane.waiting += 1
        ip.waiting += 1
        try:
            self._pump(address)
            async with asyncio.timeout(MAX_WAIT_S):
                await future
            if paced:  # on a busy machine the turn came a moment ago: the delay counts from now
                lane.last_start = ip.last_start = monotonic()
                if self._shared is not None:
                    self._shared.started(host, address)
        except (asyncio.CancelledError, TimeoutError) as error:
            if future.done() and not future.cancelled():
                self.finish(host, address)
            if isinstance(error, TimeoutError):
                raise WaitedTooLong(f"no turn at {host} within {MAX_WAIT_S:.0f} s") from None
            raise
        finally:
            lane.waiting -= 1
            ip.waiting -= 1
            if not lane.waiting:
                lane.peers.clear()
            if not ip.waiting:
                self._drop_queue(address)

    def finish(self, host: str, address: str) -> None:
        """Give a slot back, and let the next request of the host or the address start."""
        lane, ip = self._host(host), self._ip(address)
        lane.in_flight -= 1
        ip.in_flight -= 1
        if self._shared is not None:
            self._shared.end(host, address)
        ip.hosts[host] -= 1
        if not ip.hosts[host]:
            del ip.hosts[host]
        if ip.waiting:
            self._pump(address)
        for peer in tuple(lane.peers - {address}):
            self._pump(peer)

    def _pump(self, address: str) -> None:
        """Start every waiting request of the address that may start; else set the clock."""
        queue = self._queues.get(address)
        if queue is None:
            return
        if queue.timer is not None:
            queue.timer.cancel()
            queue.timer = None
        while queue.turns:
            turn, at = self._next(address, queue)
            if turn is None:
                return  # something in flight must end first; its end comes back here
            now = monotonic()
            if at <= now:
                at = self._held_up_until(turn[0], address, turn[1])
            if at > now:
                loop = asyncio.get_running_loop()
                queue.timer = loop.call_later(at - now, self._pump, address)
                return
            self._grant(turn, address, queue)
        del self._queues[address]

    def _drop_queue(self, address: str) -> None:
        """Nobody waits at the address any more."""
        queue = self._queues.pop(address, None)
        if queue is not None and queue.timer is not None:
            queue.timer.cancel()

    def _next(self, address: str, queue: _Queue) -> tuple[_Turn | None, float]:
        """The host that may start first, the one longest without a turn among equals."""
        ip, now = self._ip(address), monotonic()
        best: _Turn | None = None
        best_at = float("inf")
        for turn in list(queue.turns):
            waiting = queue.turns[turn]
            while waiting and waiting[0].done():
                waiting.popleft()
            if not waiting:
                del queue.turns[turn]
                continue
            host, paced = turn
            at = max(self._ready_at(self._host(host), ip, paced), now)
            if at < best_at:
                best, best_at = turn, at
        return best, best_at

    def _grant(self, turn: _Turn, address: str, queue: _Queue) -> None:
        future = queue.turns[turn].popleft()
        if queue.turns[turn]:
            queue.turns.move_to_end(turn)
        else:
            del queue.turns[turn]
        host, paced = turn
        self._start(host, self._host(host), self._ip(address), paced)
        future.set_result(None)

    def _start(self, host: str, lane: _Lane, ip: _Lane, paced: bool) -> None:
        now = monotonic()
        for each in (lane, ip):
            each.in_flight += 1
            if paced:
                each.last_start = now
        ip.hosts[host] += 1

    def _ready_at(self, lane: _Lane, ip: _Lane, paced: bool) -> float:
        if lane.in_flight >= lane.limit or ip.in_flight >= ip.limit:
            return float("inf")
        if lane.failures and self._silent_at(ip) >= max(ip.limit // 2, 1):
            return float("inf")
        if not paced:
            return lane.not_before
        by_host = max(lane.last_start + self._delay(lane), lane.not_before)
        return max(by_host, ip.last_start + self._ip_delay_s)

    def _held_up_until(self, host: str, address: str, paced: bool) -> float:
        """0 when no other process is in the way; the request then counts as begun for them."""
        if self._shared is None:
            return 0.0
        gaps_s = (self._delay(self._host(host)), self._ip_delay_s) if paced else (0.0, 0.0)
        limits = (self._per_host, self._per_ip)
        return self._shared.begin(host, address, gaps_s=gaps_s, limits=limits)

    def _silent_at(self, ip: _Lane) -> int:
        """Requests in flight at an address to hosts that did not answer the last one."""
        return sum(number for host, number in ip.hosts.items() if self._host(host).failures)

    def _delay(self, lane: _Lane) -> float:
        slow = max(lane.latency_s - EASY_S, 0.0) * ADAPTIVE_FACTOR
        adaptive = min(slow + lane.penalty_s, MAX_ADAPTIVE_S)
        return max(self._delay_s, lane.crawl_delay_s, adaptive)

    def _host(self, host: str) -> _Lane:
        return _lane(self._hosts, host, self._per_host)

    def _ip(self, address: str) -> _Lane:
        return _lane(self._ips, address, self._per_ip)


class _Slot(AbstractAsyncContextManager[None]):
    """One request's slot; the way through is free of awaits when nothing must wait."""

    __slots__ = ("_address", "_host", "_paced", "_throttle")

    def __init__(self, throttle: Throttle, host: str, address: str, paced: bool) -> None:
        self._throttle, self._host, self._address, self._paced = throttle, host, address, paced

    async def __aenter__(self) -> None:
        if not self._throttle.try_start(self._host, self._address, paced=self._paced):
            await self._throttle.wait(self._host, self._address, paced=self._paced)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._throttle.finish(self._host, self._address)


def _lane(lanes: dict[str, _Lane], name: str, limit: int) -> _Lane:
    lane = lanes.get(name)
    if lane is None:
        if len(lanes) >= _MAX_LANES:
            _forget_idle(lanes)
        lane = lanes[name] = _Lane(limit)
    return lane


def _forget_idle(lanes: dict[str, _Lane]) -> None:
    """Drop lanes that hold nothing worth remembering, so that memory stays bounded."""
    horizon = monotonic() - MAX_RETRY_AFTER_S
    for name in [
        name
        for name, lane in lanes.items()
        if not lane.in_flight
        and not lane.waiting
        and lane.last_start < horizon
        and lane.broken_until < horizon
    ]:
        del lanes[name]


def _count_failure(lane: _Lane) -> None:
    lane.failures += 1
    if lane.failures >= BREAKER_FAILURES:
        pause = min(BREAKER_S * 2**lane.opened, MAX_BREAKER_S)
        lane.broken_until = monotonic() + pause
        lane.opened = min(lane.opened + 1, 10)
        # One failure after the pause opens it again at once.
        lane.failures = BREAKER_FAILURES - 1


def _adapt(lane: _Lane, seconds: float, *, strained: bool) -> None:
    lane.latency_s += (seconds - lane.latency_s) * (0.3 if lane.latency_s else 1.0)
    if strained:
        lane.penalty_s = min(max(lane.penalty_s * 2, 0.25), MAX_ADAPTIVE_S)
    else:
        lane.penalty_s = lane.penalty_s / 2 if lane.penalty_s > 0.05 else 0.0
