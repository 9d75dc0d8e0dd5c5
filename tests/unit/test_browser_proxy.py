"""The browser's proxy, spoken to by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from auditor.gather.browser import proxy as module
from auditor.gather.browser.proxy import GuardedProxy
from auditor.gather.guard import Guard
from auditor.gather.resolver import Resolver
from auditor.gather.throttle import Throttle
from auditor.model.finding import Reason
from tests.hostile.names import Names, rcode, records

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Upstream:
    """A server that keeps what it is sent and answers as told."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.got = b""
        self.most = 0
        self.open = 0
        self.port = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        self.most = max(self.most, self.open)
        self.got += await reader.readuntil(b"\r\n\r\n")
        await self.gate.wait()
        writer.write(self.answer)
        writer.close()
        self.open -= 1


@asynccontextmanager
async def upstream(answer: bytes) -> AsyncIterator[Upstream]:
    made = Upstream(answer)
    server = await asyncio.start_server(made.handle, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        made.gate.set()
        server.close()


@asynccontextmanager
async def running(*ports: int, delay_s: float = 0) -> AsyncIterator[GuardedProxy]:
    rules = {
        ("www.example.gov.cn", "A"): records("www.example.gov.cn. 60 A 127.0.0.1"),
        ("www.example.gov.cn", "AAAA"): rcode("NOERROR"),
        ("inner.example.gov.cn", "A"): records("inner.example.gov.cn. 60 A 10.0.0.7"),
        ("inner.example.gov.cn", "AAAA"): rcode("NOERROR"),
        ("gone.example.gov.cn", "A"): rcode("NXDOMAIN"),
        ("gone.example.gov.cn", "AAAA"): rcode("NXDOMAIN"),
    }
    async with Names(rules) as names:
        guard = Guard(["127.0.0.0/8"], [80, 443, *ports])
        resolver = Resolver([names.where], guard=guard, timeout_s=1)
        throttle = Throttle(delay_s=delay_s, per_host=2, per_ip=2, adaptive=False)
        async with GuardedProxy(guard=guard, resolver=resolver, throttle=throttle) as proxy:
            yield proxy


async def say(proxy: GuardedProxy, request: bytes) -> bytes:
    """Send bytes and read until the proxy closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    try:
        writer.write(request)
        async with asyncio.timeout(20):
            return await reader.read()
    finally:
        writer.close()


def get(port: int, host: str = "www.example.gov.cn", *, accept: str = "text/html") -> bytes:
    return (
        f"GET http://{host}:{port}/a?b=1 HTTP/1.1\r\nHost: {host}\r\nAccept: {accept}\r\n"
        "Proxy-Connection: keep-alive\r\nProxy-Authorization: secret\r\nX-Own: 1\r\n\r\n"
    ).encode()


PAGE = b"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok"


async def test_forwards_a_request_without_what_is_the_proxys() -> None:
    async with upstream(PAGE) as server, running(server.port) as proxy:
        answer = await say(proxy, get(server.port))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert body == b"ok"
    assert b"Connection: close" in head
    assert b"keep-alive" not in head
    assert server.got.startswith(b"GET /a?b=1 HTTP/1.1\r\n")
    assert b"X-Own: 1" in server.got
    assert b"Proxy-" not in server.got
    assert b"secret" not in server.got


async def test_tunnels_bytes_both_ways() -> None:
    async with upstream(b"pong") as server, running(server.port) as proxy:
        request = f"CONNECT www.example.gov.cn:{server.port} HTTP/1.1\r\n\r\nping\r\n\r\n".encode()
        answer = await say(proxy, request)
    assert answer == b"HTTP/1.1 200 Connection established\r\n\r\npong"
    assert server.got == b"ping\r\n\r\n"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
async def test_refuses_other_methods(method: str) -> None:
    async with upstream(PAGE) as server, running(server.port) as proxy:
        request = f"{method} http://www.example.gov.cn:{server.port}/ HTTP/1.1\r\n\r\n".encode()
        answer = await say(proxy, request)
        assert answer.startswith(b"HTTP/1.1 405 ")
        assert proxy.refused == 1
    assert server.got == b""


@pytest.mark.parametrize(
    "target",
    [
        "http://10.0.0.7/",
        "http://inner.example.gov.cn/",
        "http://169.254.169.254/latest/",
        "http://www.example.gov.cn:22/",
        "http://user@www.example.gov.cn/",
        "http://[::ffff:10.0.0.7]/",
        "http://0x7f.1/",
    ],
)
async def test_guards_every_target(target: str) -> None:
    async with running() as proxy:
        answer = await say(proxy, f"GET {target} HTTP/1.1\r\n\r\n".encode())
        assert answer.startswith(b"HTTP/1.1 403 ")
        assert proxy.refused == 1


@pytest.mark.parametrize(
    "target", ["10.0.0.7:443", "inner.example.gov.cn:443", "www.example.gov.cn:25", "[::1]:443"]
)
async def test_guards_every_tunnel(target: str) -> None:
    async with running() as proxy:
        answer = await say(proxy, f"CONNECT {target} HTTP/1.1\r\n\r\n".encode())
        assert answer.startswith(b"HTTP/1.1 403 ")
        host = target.rsplit(":", 1)[0].strip("[]")
        missed = proxy.failure(host)
        assert missed is not None
        assert missed.reason is Reason.GUARD


async def test_the_browsers_own_errands_go_nowhere() -> None:
    async with running() as proxy:
        answer = await say(proxy, b"CONNECT accounts.google.com:443 HTTP/1.1\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 403 ")
        assert proxy.refused == 0


async def test_remembers_why_a_host_failed_until_it_works() -> None:
    async with upstream(PAGE) as server:
        port = server.port
    async with running(port) as proxy:
        await say(proxy, get(port, "gone.example.gov.cn"))
        missed = proxy.failure("GONE.example.gov.cn")
        assert missed is not None
        assert missed.reason is Reason.NXDOMAIN
        assert (await say(proxy, get(port))).startswith(b"HTTP/1.1 502 ")
        missed = proxy.failure("www.example.gov.cn")
        assert missed is not None
        assert missed.reason is Reason.REFUSED
        again = Upstream(PAGE)
        server2 = await asyncio.start_server(again.handle, "127.0.0.1", port)
        assert (await say(proxy, get(port))).endswith(b"ok")
        assert proxy.failure("www.example.gov.cn") is None
        server2.close()


async def test_a_server_that_closes_or_keeps_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ANSWER_S", 0.2)
    async with upstream(b"") as server, running(server.port) as proxy:
        assert (await say(proxy, get(server.port))).startswith(b"HTTP/1.1 502 ")
        missed = proxy.failure("www.example.gov.cn")
        assert missed is not None
        assert missed.reason is Reason.RESET
        server.gate.clear()
        assert (await say(proxy, get(server.port))).startswith(b"HTTP/1.1 504 ")
        missed = proxy.failure("www.example.gov.cn")
        assert missed is not None
        assert missed.reason is Reason.TIMEOUT


async def test_an_endless_answer_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STREAM_LIMIT", 100_000)
    body = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 5_000_000
    async with upstream(body) as server, running(server.port) as proxy:
        answer = await say(proxy, get(server.port))
    assert 100_000 <= len(answer) < 300_000


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET ftp://www.example.gov.cn/ HTTP/1.1\r\n\r\n",
        b"GET http:///x HTTP/1.1\r\n\r\n",
    ],
)
async def test_nonsense_is_refused(request_bytes: bytes) -> None:
    async with running() as proxy:
        assert (await say(proxy, request_bytes)).startswith(b"HTTP/1.1 400 ")


async def test_a_head_too_large_is_dropped() -> None:
    async with running() as proxy:
        assert await say(proxy, b"GET http://x/" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n") == b""


async def test_parts_of_pages_are_limited_and_documents_take_turns() -> None:
    async with upstream(PAGE) as server, running(server.port, delay_s=60) as proxy:
        server.gate.clear()
        asked = [
            asyncio.create_task(say(proxy, get(server.port, accept="image/png"))) for _ in range(12)
        ]
        async with asyncio.timeout(10):
            while server.open < 2:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            server.gate.set()
            answers = await asyncio.gather(*asked)  # no delay between them
        assert all(answer.endswith(b"ok") for answer in answers)
        assert server.most == 2


async def test_documents_of_the_browser_and_requests_of_the_crawl_share_the_slots() -> None:
    async with upstream(PAGE) as server, running(server.port) as proxy:
        async with proxy._throttle.slot("www.example.gov.cn", "127.0.0.1"):
            server.gate.clear()
            asked = [asyncio.create_task(say(proxy, get(server.port))) for _ in range(3)]
            async with asyncio.timeout(10):
                while not server.open:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
                server.gate.set()
                await asyncio.gather(*asked)
        assert server.most == 1


async def test_closing_ends_open_tunnels() -> None:
    async with upstream(b"never") as server:
        server.gate.clear()
        async with running(server.port) as proxy:
            reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
            writer.write(f"CONNECT www.example.gov.cn:{server.port} HTTP/1.1\r\n\r\n".encode())
            assert await reader.readuntil(b"\r\n\r\n")
        async with asyncio.timeout(5):
            assert await reader.read() == b""
        writer.close()
