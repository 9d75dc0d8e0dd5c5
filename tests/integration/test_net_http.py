"""The fetcher against servers that misbehave: one outcome per behaviour, bounded in time."""

from __future__ import annotations

import tracemalloc
from time import monotonic

import pytest

from tests.hostile.http_cases import BODY_LIMIT, CASES, HELLO, Case, answer, stale_connection
from tests.hostile.tools import fetcher
from tests.hostile.web import Talk, Web


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_outcome(case: Case) -> None:
    async with Web({"/": case.script}) as web, fetcher(web.port) as client:
        started = monotonic()
        fetched = await client.fetch(web.url("/"))
        elapsed = monotonic() - started
    record = fetched.record
    assert (record.reason, record.status) == (case.reason, case.status)
    assert case.detail in record.detail
    assert record.attempts == case.attempts
    assert fetched.blocked_by == case.blocked_by
    assert record.size_bytes == len(fetched.body) <= BODY_LIMIT
    if case.body is not None:
        assert fetched.body == case.body
    if case.size is not None:
        assert len(fetched.body) == case.size
    if case.visits is not None:
        assert len(web.log) == case.visits
    assert elapsed < case.seconds


async def test_declared_size_is_believed_before_reading() -> None:
    sent: list[Talk] = []

    async def script(talk: Talk) -> None:
        sent.append(talk)
        await talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 52428800\r\n\r\n")
        while True:
            await talk.send(b"x" * 65536)

    async with Web({"/": script}) as web, fetcher(web.port) as client:
        fetched = await client.fetch(web.url("/"))
    assert fetched.record.reason == "too-large"
    assert 0 < len(fetched.body) < BODY_LIMIT
    assert sent[0].sent < 8 * BODY_LIMIT  # what the kernel's buffers swallow


async def test_bombs_stay_small_in_memory() -> None:
    bombs = [case for case in CASES if case.name.startswith("bomb-")]
    scripts = {f"/{case.name}": case.script for case in bombs}
    async with Web(scripts) as web, fetcher(web.port) as client:
        tracemalloc.start()
        for path in scripts:
            await client.fetch(web.url(path))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 24 * BODY_LIMIT


async def test_connections_are_reused_and_a_stale_one_costs_nothing() -> None:
    peers = set()

    async def script(talk: Talk) -> None:
        peers.add(talk.writer.get_extra_info("peername")[1])
        await talk.answer(200, HELLO)

    async with Web({"/": script, "/stale": stale_connection}) as web, fetcher(web.port) as client:
        for _ in range(5):
            assert (await client.fetch(web.url("/"))).record.reason is None
        assert len(peers) == 1
        for _ in range(3):
            fetched = await client.fetch(web.url("/stale"), attempts=1)
            assert (fetched.record.reason, fetched.body) == (None, HELLO)


async def test_request_is_honest_and_complete() -> None:
    async with Web({"/": answer(HELLO)}) as web, fetcher(web.port) as client:
        fetched = await client.fetch(web.url("/"), headers={"If-None-Match": '"x"'})
    sent = web.log[0].headers
    assert sent["User-Agent"].startswith("govsite-auditor/")
    assert sent["Accept-Encoding"] == "gzip, deflate"
    assert sent["If-None-Match"] == '"x"'
    assert sent["Host"] == f"127.0.0.1:{web.port}"
    assert "Cookie" not in sent
    assert dict(fetched.request_headers).items() <= sent.items()


async def test_head_reads_no_body_and_other_methods_are_refused() -> None:
    async with Web({"/": answer(HELLO)}) as web, fetcher(web.port) as client:
        fetched = await client.fetch(web.url("/"), method="HEAD")
        assert (fetched.record.status, fetched.record.reason, fetched.body) == (200, None, b"")
        with pytest.raises(ValueError, match="POST"):
            await client.fetch(web.url("/"), method="POST")
    assert [item.line.split(" ")[0] for item in web.log] == ["HEAD"]


async def test_raw_bytes_and_odd_characters_reach_the_server_as_they_should() -> None:
    paths = {
        "/a b?q=c d": "/a%20b?q=c%20d",
        "/搜索?词=政": "/%E6%90%9C%E7%B4%A2?%E8%AF%8D=%E6%94%BF",
        "/%D5%FE?x=%d5%fe": "/%D5%FE?x=%d5%fe",
        "?q=1": "/?q=1",
        "/x#part": "/x",
        "/a//b/../c": "/a//b/../c",
        "/i?u=http://x/?y=1&amp;z": "/i?u=http://x/?y=1&amp;z",
    }
    async with Web({"*": answer(HELLO)}) as web, fetcher(web.port) as client:
        for path in paths:
            assert (await client.fetch(web.url(path))).record.status == 200
    assert [item.path for item in web.log] == list(paths.values())


async def test_record_carries_the_evidence() -> None:
    async with (
        Web({"/": answer(HELLO, ("Content-Type", "text/html; charset=GBK"))}) as web,
        fetcher(web.port) as client,
    ):
        record = (await client.fetch(web.url("/"))).record
    assert record.content_type == "text/html; charset=GBK"
    assert (record.address, record.final_url) == ("127.0.0.1", web.url("/"))
    assert len(record.sha256) == 64
    assert record.captured_at is not None
    assert record.captured_at.tzinfo is not None
    assert 0 < record.seconds < 1


async def test_refused_port_and_dead_route() -> None:
    async with Web({}) as web:
        closed = web.port
    async with fetcher(closed, allow=("127.0.0.0/8", "2001:db8::/32")) as client:
        refused = await client.fetch(f"http://127.0.0.1:{closed}/")
        assert refused.record.reason == "connection-refused"
        dead = await client.fetch(f"http://[2001:db8::1]:{closed}/")
        assert dead.record.reason in {"network-unreachable", "timeout"}
