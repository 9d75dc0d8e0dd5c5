"""Politeness as the server sees it, and giving up hosts that do not answer."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from time import monotonic

import pytest

from auditor.gather import throttle as throttling
from auditor.gather.throttle import BREAKER_FAILURES, Throttle
from auditor.gather.verdicts import verdict_of, was_asked
from tests.hostile.http_cases import HELLO, answer, reset_at_once
from tests.hostile.names import Names, records
from tests.hostile.tools import fetcher
from tests.hostile.web import Talk, Web

#: Between the grant of a slot and the arrival of the request on a busy machine.
SLACK_S = 0.05


async def slow(talk: Talk) -> None:
    await asyncio.sleep(0.03)
    await talk.answer(200, HELLO)


def overlap(web: Web) -> int:
    """The highest number of requests that the server worked on at one time."""
    events = [(item.started, 1) for item in web.log] + [(item.ended, -1) for item in web.log]
    level = most = 0
    for _, change in sorted(events):
        level += change
        most = max(most, level)
    return most


async def test_the_server_sees_the_limits() -> None:
    hosts = [f"h{number}.gov.cn" for number in range(4)]
    names = {(host, "A"): records(f"{host}. 60 A 127.0.0.1") for host in hosts}
    throttle = Throttle(delay_s=0.1, per_host=2, per_ip=3, adaptive=False)
    async with (
        Names(names) as dns,
        Web({"*": slow}) as web,
        fetcher(web.port, dns=dns.where, throttle=throttle) as client,
    ):
        await client.fetch(web.url("/", host=hosts[0]))
        await asyncio.gather(
            *(client.fetch(web.url("/", host=host)) for host in hosts for _ in range(4))
        )
    assert len(web.log) == 17
    assert overlap(web) <= 3
    for host in hosts:
        times = [item.started for item in web.log if item.headers["Host"].startswith(host)]
        assert min(b - a for a, b in pairwise(times)) >= 0.1 - SLACK_S


async def test_redirects_and_insistent_probes_queue_too() -> None:
    async def onward(talk: Talk) -> None:
        await talk.redirect("/end")

    throttle = Throttle(delay_s=0.2, per_host=1, per_ip=1, adaptive=False)
    async with (
        Web({"/a": onward, "*": answer(HELLO)}) as web,
        fetcher(web.port, throttle=throttle) as client,
    ):
        await client.fetch(web.url("/a"))
        await client.fetch(web.url("/x"), insist=True)
    assert min(b.started - a.started for a, b in pairwise(web.log)) >= 0.2 - SLACK_S


@pytest.mark.parametrize("pause", ["1", "Mon, 01 Jan 2035 00:00:00 GMT", "soon", "-5", "1e9", ""])
async def test_retry_after_in_every_form(pause: str) -> None:
    async def busy(talk: Talk) -> None:
        headers = (("Retry-After", pause),) if talk.visit == 1 else ()
        await talk.answer(429 if talk.visit == 1 else 200, HELLO, *headers)

    async with Web({"/": busy}) as web, fetcher(web.port) as client:
        started = monotonic()
        record = (await client.fetch(web.url("/"))).record
        elapsed = monotonic() - started
    if pause.startswith("Mon"):
        assert (record.reason, record.attempts) == ("rate-limited", 1)
    else:
        assert (record.reason, record.attempts) == (None, 2)
        assert (elapsed >= 0.99) == (pause == "1")


async def test_a_host_that_does_not_answer_is_given_up() -> None:
    async with Web({"*": reset_at_once}) as web, fetcher(web.port) as client:
        records = [
            (await client.fetch(web.url(f"/{n}"), attempts=1)).record
            for n in range(BREAKER_FAILURES + 5)
        ]
        seen = len(web.log)
        assert {item.reason for item in records} == {"connection-reset"}
        assert [item.detail for item in records[-5:]] == ["given-up"] * 5
        assert not any(item.detail == "given-up" for item in records[:-5])
        # A probe that must be made is made all the same, and its success closes the breaker.
        web.scripts["*"] = answer(HELLO)
        assert (await client.fetch(web.url("/"), insist=True)).record.reason is None
        assert (await client.fetch(web.url("/"))).record.reason is None
    assert len(web.log) == seen + 2


async def test_requests_in_the_queue_are_given_up_with_their_host() -> None:
    throttle = Throttle(delay_s=0, per_host=1, per_ip=1, adaptive=False)
    async with Web({"*": reset_at_once}) as web, fetcher(web.port, throttle=throttle) as client:
        results = await asyncio.gather(
            *(client.fetch(web.url(f"/{n}"), attempts=1) for n in range(40))
        )
    given_up = [item for item in results if item.record.detail == "given-up"]
    assert len(given_up) == 40 - BREAKER_FAILURES


async def test_a_turn_that_does_not_come_is_about_us(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttling, "MAX_WAIT_S", 0.05)
    throttle = Throttle(delay_s=60, per_host=1, per_ip=1, adaptive=False)
    async with Web({"*": answer(HELLO)}) as web, fetcher(web.port, throttle=throttle) as client:
        await client.fetch(web.url("/"))
        record = (await client.fetch(web.url("/b"))).record
        assert not throttle.broken("127.0.0.1")
    assert (record.reason, record.detail, record.attempts) == ("cancelled", "no-turn", 1)
    assert (verdict_of(record), was_asked(record)) == ("unchecked", False)
    assert len(web.log) == 1


async def test_error_pages_do_not_count_as_silence() -> None:
    async with Web({"*": answer(b"x", status=500)}) as web, fetcher(web.port) as client:
        for number in range(BREAKER_FAILURES * 2):
            record = (await client.fetch(web.url(f"/{number}"), attempts=1)).record
            assert (record.reason, record.status) == (None, 500)


async def test_cancelled_fetches_leave_nothing_behind() -> None:
    throttle = Throttle(delay_s=0, per_host=2, per_ip=2, adaptive=False)
    async with Web({"*": slow}) as web, fetcher(web.port, throttle=throttle) as client:
        tasks = [asyncio.create_task(client.fetch(web.url("/"))) for _ in range(10)]
        await asyncio.sleep(0.02)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert all(task.cancelled() for task in tasks)
        assert (await client.fetch(web.url("/"))).record.status == 200
    assert throttle._hosts["127.0.0.1"].in_flight == 0


async def test_challenge_pages_are_blocked_not_dead() -> None:
    cookie = ("Set-Cookie", "__jsluid_s=1; HttpOnly")
    script = answer(b"<script>document.cookie='x'</script>", cookie, status=521)
    async with Web({"/": script}) as web, fetcher(web.port) as client:
        fetched = await client.fetch(web.url("/"))
    assert (fetched.record.reason, fetched.record.detail) == ("blocked", "加速乐")
    assert (fetched.blocked_by, fetched.record.status) == ("加速乐", 521)
    assert fetched.body.startswith(b"<script>")
    assert len(web.log) == 1
