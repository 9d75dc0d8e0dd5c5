"""Politeness, measured at the requests themselves."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from time import monotonic

import pytest

from auditor.gather import throttle as module
from auditor.gather.throttle import BREAKER_FAILURES, Throttle

#: Timers may fire this much early by the clock's resolution.
SLACK_S = 0.002


class Log:
    """What ran when; `most` is the highest number of requests in flight together."""

    def __init__(self) -> None:
        self.starts: list[tuple[str, float]] = []
        self.now: dict[str, int] = {}
        self.most: dict[str, int] = {}

    async def request(
        self,
        throttle: Throttle,
        host: str,
        address: str,
        seconds: float = 0.02,
        *,
        paced: bool = True,
    ) -> None:
        async with throttle.slot(host, address, paced=paced):
            self.starts.append((host, monotonic()))
            for key in (host, address):
                self.now[key] = self.now.get(key, 0) + 1
                self.most[key] = max(self.most.get(key, 0), self.now[key])
            await asyncio.sleep(seconds)
            for key in (host, address):
                self.now[key] -= 1

    def gaps(self, host: str = "") -> list[float]:
        times = [at for name, at in self.starts if not host or name == host]
        return [later - earlier for earlier, later in pairwise(times)]


def make(
    delay_s: float = 0.0, per_host: int = 2, per_ip: int = 4, adaptive: bool = False
) -> Throttle:
    return Throttle(delay_s=delay_s, per_host=per_host, per_ip=per_ip, adaptive=adaptive)


async def test_limits_in_flight_per_host_and_per_address() -> None:
    throttle, log = make(), Log()
    async with asyncio.TaskGroup() as group:
        for number in range(30):
            group.create_task(log.request(throttle, f"h{number % 3}", "10.0.0.1", 0.005))
        for _ in range(10):
            group.create_task(log.request(throttle, "h0", "10.0.0.2", 0.005))
    assert len(log.starts) == 40
    assert max(log.most[f"h{n}"] for n in range(3)) == 2
    assert log.most["10.0.0.1"] == 4
    assert log.most["10.0.0.2"] <= 2


async def test_delay_per_host_and_per_address() -> None:
    throttle, log = make(delay_s=0.06, per_host=2, per_ip=4), Log()
    async with asyncio.TaskGroup() as group:
        for host in ("a", "b", "c", "d"):
            for _ in range(4):
                group.create_task(log.request(throttle, host, "10.0.0.1", 0.0))
    for host in ("a", "b", "c", "d"):
        assert min(log.gaps(host)) >= 0.06 - SLACK_S
    # Four hosts on one machine together get twice one host's rate, not four times.
    assert min(log.gaps()) >= 0.03 - SLACK_S


async def test_parts_of_pages_keep_the_limits_and_no_delay() -> None:
    throttle, log = make(delay_s=60), Log()
    await log.request(throttle, "a", "10.0.0.1")  # a document: the next one would wait a minute
    async with asyncio.TaskGroup() as group:
        for _ in range(9):
            group.create_task(log.request(throttle, "a", "10.0.0.1", 0.005, paced=False))
    assert len(log.starts) == 10
    assert log.most["a"] == 2
    assert throttle.try_start("b", "10.0.0.2")
    assert not throttle.try_start("a", "10.0.0.1"), "parts do not shorten a document's wait"


async def test_silent_hosts_leave_the_others_of_their_address_room() -> None:
    throttle, log = make(per_host=2, per_ip=4), Log()
    silent = ("d1", "d2", "d3")
    for host in silent:
        throttle.note(host, "1", seconds=9, status=0, retry_after_s=None, ok=False)
    hanging = [
        asyncio.create_task(log.request(throttle, host, "1", 60)) for host in silent for _ in "ab"
    ]
    await asyncio.sleep(0)
    assert log.most["1"] == 2
    async with asyncio.timeout(10):
        for _ in range(5):
            await log.request(throttle, "good", "1", 0.001)
    for task in hanging:
        task.cancel()
    await asyncio.gather(*hanging, return_exceptions=True)
    assert throttle._ips["1"].hosts == {}
    assert throttle._queues == {}


async def test_the_wait_for_a_turn_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_WAIT_S", 0.05)
    throttle = make(per_host=1)
    async with throttle.slot("a", "1"):
        with pytest.raises(module.WaitedTooLong):
            async with throttle.slot("a", "1"):
                raise AssertionError
    assert throttle._hosts["a"].in_flight == throttle._hosts["a"].waiting == 0
    async with throttle.slot("a", "1"):
        pass
    assert throttle._queues == {}


async def test_hosts_of_one_address_take_turns() -> None:
    throttle, log = make(per_host=8, per_ip=1), Log()
    async with asyncio.TaskGroup() as group:
        for host in ("busy",) * 10 + ("small",) * 2:
            group.create_task(log.request(throttle, host, "10.0.0.1", 0.001))
    order = [host for host, _ in log.starts]
    assert order.index("small") <= 2
    assert [n for n, host in enumerate(order) if host == "small"][1] <= 4


async def test_first_come_first_served_within_a_host() -> None:
    throttle = make(per_host=1)
    order: list[int] = []

    async def request(number: int) -> None:
        async with throttle.slot("a", "10.0.0.1"):
            order.append(number)
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as group:
        for number in range(20):
            group.create_task(request(number))
    assert order == list(range(20))


async def test_a_cancelled_request_leaves_no_trace() -> None:
    throttle, log = make(per_host=1), Log()
    first = asyncio.create_task(log.request(throttle, "a", "10.0.0.1", 0.03))
    await asyncio.sleep(0)
    waiting = [asyncio.create_task(log.request(throttle, "a", "10.0.0.1")) for _ in range(5)]
    await asyncio.sleep(0)
    for task in waiting[:4]:
        task.cancel()
    await asyncio.gather(first, waiting[4])
    assert len(log.starts) == 2
    # Cancelled in the very moment its turn came: the slot was granted, the task not yet awake.
    async with throttle.slot("a", "10.0.0.1"):
        last = asyncio.create_task(log.request(throttle, "a", "10.0.0.1"))
        await asyncio.sleep(0)
    last.cancel()
    await asyncio.gather(last, return_exceptions=True)
    assert last.cancelled()
    await asyncio.wait_for(log.request(throttle, "a", "10.0.0.1"), 1)
    assert throttle._hosts["a"].in_flight == 0
    assert throttle._ips["10.0.0.1"].in_flight == 0
    assert throttle._queues == {}


async def test_an_error_in_a_request_gives_the_slot_back() -> None:
    throttle = make(per_host=1)
    for _ in range(3):
        with pytest.raises(RuntimeError):
            async with throttle.slot("a", "10.0.0.1"):
                raise RuntimeError
    assert throttle._hosts["a"].in_flight == 0


async def test_retry_after_holds_the_host_and_is_capped() -> None:
    throttle, log = make(), Log()
    throttle.note("a", "1", seconds=0, status=429, retry_after_s=0.1, ok=True)
    started = monotonic()
    await log.request(throttle, "a", "1", 0)
    assert monotonic() - started >= 0.1 - SLACK_S
    throttle.note("a", "1", seconds=0, status=429, retry_after_s=60, ok=True)
    await asyncio.wait_for(log.request(throttle, "b", "1", 0), 10)
    throttle.note("a", "1", seconds=0, status=429, retry_after_s=10**9, ok=True)
    assert throttle._hosts["a"].not_before - monotonic() <= module.MAX_RETRY_AFTER_S


async def test_crawl_delay() -> None:
    throttle, log = make(delay_s=0.01), Log()
    throttle.crawl_delay("a", 0.05)
    throttle.crawl_delay("b", 10**6)
    async with asyncio.TaskGroup() as group:
        for _ in range(3):
            group.create_task(log.request(throttle, "a", "1", 0))
    assert min(log.gaps("a")) >= 0.05 - SLACK_S
    assert throttle.delay_of("b") == module.MAX_CRAWL_DELAY_S
    assert throttle.delay_of("c") == 0.01


def test_a_slow_host_is_spared_and_recovers() -> None:
    throttle = make(delay_s=0.1, adaptive=True)

    def note(seconds: float, status: int = 200) -> float:
        throttle.note("a", "1", seconds=seconds, status=status, retry_after_s=None, ok=True)
        return throttle.delay_of("a")

    assert note(0.05) == 0.1
    assert [note(4.0) for _ in range(10)][-1] == pytest.approx(5.6, abs=0.5)
    assert [note(100.0) for _ in range(10)][-1] == module.MAX_ADAPTIVE_S
    assert [note(0.05) for _ in range(40)][-1] == 0.1
    assert note(0.05, 503) > 0.2
    assert note(0.05, 503) > 0.4
    assert [note(0.05) for _ in range(10)][-1] == 0.1


def test_not_adaptive_means_constant() -> None:
    throttle = make(delay_s=0.1)
    throttle.note("a", "1", seconds=9, status=503, retry_after_s=None, ok=True)
    assert throttle.delay_of("a") == 0.1


def test_breaker_opens_closes_and_backs_off(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(module, "monotonic", lambda: now[0])
    throttle = make()

    def note(ok: bool) -> bool:
        throttle.note("a", "1", seconds=0, status=0, retry_after_s=None, ok=ok)
        return throttle.broken("a")

    assert [note(False) for _ in range(BREAKER_FAILURES)] == [False] * 7 + [True]
    assert not throttle.broken("b")
    now[0] += module.BREAKER_S + 1
    assert not throttle.broken("a")
    assert note(False)
    now[0] += module.BREAKER_S + 1
    assert throttle.broken("a")  # twice as long the second time
    now[0] += module.BREAKER_S
    assert not note(True)
    assert [note(False) for _ in range(BREAKER_FAILURES - 1)] == [False] * 7


async def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MAX_LANES", 100)
    monkeypatch.setattr(module, "MAX_RETRY_AFTER_S", -1.0)
    throttle = make()
    for number in range(1000):
        async with throttle.slot(f"h{number}", "1"):
            pass
    assert len(throttle._hosts) <= 101
