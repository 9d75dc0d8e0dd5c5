"""The common pace of several processes: one book of starts and of requests in flight."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from time import monotonic

import pytest

from auditor.gather import shared_pace
from auditor.gather.shared_pace import SharedPace
from auditor.gather.throttle import Throttle

HOST, ADDRESS = "www.example.gov.cn", "192.0.2.1"


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[SharedPace, SharedPace]]:
    first, second = (SharedPace(tmp_path / "pace", members=2, member=n) for n in range(2))
    yield first, second
    first.close()
    second.close()


def begin(
    pace: SharedPace,
    gaps_s: tuple[float, float] = (0.0, 0.0),
    limits: tuple[int, int] = (9, 9),
    host: str = HOST,
) -> float:
    return pace.begin(host, ADDRESS, gaps_s=gaps_s, limits=limits)


def test_the_delay_counts_from_the_start_in_another_process(
    two: tuple[SharedPace, SharedPace],
) -> None:
    first, second = two
    assert begin(first, (60.0, 30.0)) == 0
    now = monotonic()
    assert now + 59 < begin(second, (60.0, 30.0)) <= now + 60
    # Another host at the same address waits for the address alone.
    assert now + 29 < begin(second, (60.0, 30.0), host="b.gov.cn") <= now + 30
    assert begin(second, (0.0, 0.0)) == 0, "parts of a page keep no delay"


def test_requests_in_flight_count_together_until_they_end(
    two: tuple[SharedPace, SharedPace],
) -> None:
    first, second = two
    assert begin(first, limits=(2, 3)) == 0
    assert begin(second, limits=(2, 3)) == 0
    assert begin(first, limits=(2, 3)) > monotonic()
    assert begin(first, limits=(2, 3), host="b.gov.cn") == 0
    assert begin(first, limits=(2, 3), host="c.gov.cn") > monotonic(), "three at the address"
    second.end(HOST, ADDRESS)
    assert begin(first, limits=(2, 3)) == 0


def test_a_process_that_died_holds_nothing(tmp_path: Path) -> None:
    dead = SharedPace(tmp_path / "pace", members=2, member=0)
    other = SharedPace(tmp_path / "pace", members=2, member=1)
    assert begin(dead, limits=(1, 1)) == 0
    assert begin(other, limits=(1, 1)) > 0
    successor = SharedPace(tmp_path / "pace", members=2, member=0)
    assert begin(other, limits=(1, 1)) == 0
    for pace in (dead, other, successor):
        pace.close()


def test_a_host_that_wants_rest_gets_it_from_all(two: tuple[SharedPace, SharedPace]) -> None:
    first, second = two
    until = monotonic() + 60
    first.rest(HOST, until)
    first.rest(HOST, until - 30)
    assert begin(second) == until


def test_a_full_book_stops_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_pace, "PLACES", 8)
    pace = SharedPace(tmp_path / "pace", members=1, member=0)
    assert [begin(pace, (60.0, 60.0), host=f"h{n}.gov.cn") for n in range(99)].count(0.0) >= 1
    pace._place("host one more")
    assert pace.begin("new.gov.cn", "192.0.2.99", gaps_s=(60.0, 60.0), limits=(1, 1)) == 0
    assert pace.begin("new.gov.cn", "192.0.2.99", gaps_s=(60.0, 60.0), limits=(1, 1)) == 0
    pace.end("new.gov.cn", "192.0.2.99")
    pace.close()


def _ask(path: str, member: int, moments: multiprocessing.Queue[float]) -> None:
    async def run() -> None:
        pace = SharedPace(Path(path), members=2, member=member)
        throttle = Throttle(delay_s=0.05, per_host=2, per_ip=2, adaptive=False, shared=pace)
        for _ in range(10):
            async with throttle.slot(HOST, ADDRESS):
                moments.put(monotonic())

    asyncio.run(run())


def test_two_processes_ask_in_turn(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    moments = context.Queue()
    processes = [
        context.Process(target=_ask, args=(str(tmp_path / "pace"), member, moments))
        for member in range(2)
    ]
    for process in processes:
        process.start()
    starts = sorted(moments.get(timeout=60) for _ in range(20))
    for process in processes:
        process.join()
    # A grant is written down a moment before the request's own clock is read.
    assert min(after - before for before, after in pairwise(starts)) > 0.02
    assert starts[-1] - starts[0] > 18 * 0.05
