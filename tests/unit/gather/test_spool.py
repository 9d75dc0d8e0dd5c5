"""The spool of answers: nothing is lost before it is written, and nothing is ever raised."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from auditor.gather._exchange import Exchange
from auditor.gather._hop import Hop, Order
from auditor.gather._target import Origin, Target
from auditor.gather.evidence import Spool, read_spool
from auditor.gather.evidence import spool as module

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
ORIGIN = Origin("http", "www.example.gov.cn", 80, "www.example.gov.cn", "http://www.example.gov.cn")


def order(path: str = "/") -> Order:
    return Order(
        url=f"{ORIGIN.prefix}{path}",
        method="GET",
        headers=(),
        body_limit=1000,
        timeout_s=1.0,
        family=0,
        address=None,
        follow=True,
        max_redirects=3,
        insist=False,
        verify=True,
    )


def hop(path: str = "/", body: bytes = b"body", status: int = 200) -> Hop:
    exchange = Exchange(status=status, raw=body, body=body, captured_at=NOW if status else None)
    return Hop(Target(ORIGIN, path), exchange, "192.0.2.1", sent=(("Host", ORIGIN.host),))


def filled(path: Path, count: int) -> Spool:
    """A spool with a block for each of `count` pages."""
    spool = Spool(path, keep_free=0)
    for number in range(count):
        spool.add(order(f"/{number}"), [hop(f"/{number}", b"x" * number)])
        spool.flush()
    spool.close()
    return spool


def asked(path: Path) -> list[str]:
    return [trail.asked.rpartition("/")[2] for trail in read_spool(path)]


def test_everything_comes_back_in_its_order(tmp_path: Path) -> None:
    spool = filled(tmp_path / "s", 5)
    assert asked(spool.path) == ["0", "1", "2", "3", "4"]
    (*_, last) = read_spool(spool.path)
    (capture,) = last.captures
    assert (capture.url, capture.body, capture.status) == (f"{ORIGIN.prefix}/4", b"xxxx", 200)
    assert capture.captured_at == NOW


def test_a_torn_end_is_left_out(tmp_path: Path) -> None:
    """Wherever a killed process stopped writing, what was written whole is there."""
    data = filled(tmp_path / "s", 3).path.read_bytes()
    ends = [len(filled(tmp_path / f"s{n}", n).path.read_bytes()) if n else 0 for n in range(4)]
    torn = tmp_path / "torn"
    for size in range(len(data)):
        torn.write_bytes(data[:size])
        whole = sum(end <= size for end in ends) - 1
        assert asked(torn) == ["0", "1", "2"][:whole], size


def test_a_damaged_block_ends_the_reading(tmp_path: Path) -> None:
    path = filled(tmp_path / "s", 3).path
    data = bytearray(path.read_bytes())
    data[-5] ^= 1
    path.write_bytes(data)
    assert asked(path) == ["0", "1"]


def test_what_was_not_answered_is_not_kept(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "s", keep_free=0)
    spool.add(order(), [hop(status=0)])
    spool.close()
    assert not spool.path.exists()
    assert not spool.problem


def test_a_full_disk_costs_evidence_and_nothing_else(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "s", keep_free=2**60)
    spool.add(order(), [hop()])
    spool.flush()
    spool.add(order(), [hop()])
    spool.close()
    assert spool.problem == "disk-nearly-full"
    assert not spool.path.exists()


def test_a_folder_that_is_gone_costs_evidence_and_nothing_else(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "gone" / "s", keep_free=0)
    spool.add(order(), [hop()])
    spool.close()
    assert spool.problem == "not-written"


def test_huge_bodies_do_not_wait_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_WAITING", 10_000)
    spool = Spool(tmp_path / "s", keep_free=0)
    for number in range(3):
        spool.add(order(f"/{number}"), [hop(body=b"x" * 6_000)])
    assert asked(spool.path) == ["0", "1"]
    spool.close()
    assert asked(spool.path) == ["0", "1", "2"]


@pytest.mark.parametrize("url", ["http://x/\ud800", "http://x/页面"])
def test_odd_addresses(tmp_path: Path, url: str) -> None:
    spool = Spool(tmp_path / "s", keep_free=0)
    spool.add(replace(order(), url=url), [hop()])
    spool.close()
    (trail,) = read_spool(spool.path)
    assert trail.asked == url.replace("\ud800", "?")
