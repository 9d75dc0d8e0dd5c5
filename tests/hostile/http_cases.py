"""How HTTP servers go wrong, and what must be said of each. Add a case per behaviour seen."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from dataclasses import dataclass

import brotli
from backports import zstd

from auditor.model.finding import Reason
from tests.hostile.web import Script, Talk

MB = 2**20
#: The limits that the cases are written for.
BODY_LIMIT = MB
TIMEOUT_S = 2.0
READ_GAP_S = 0.5
HELLO = "<html><a href='/a'>你好，政务公开</a></html>".encode()
PAGE = b"<html><body>" + b"<p>\xe6\x94\xbf\xe5\x8a\xa1</p>" * 200 + b"</body></html>"


@dataclass(frozen=True)
class Case:
    """A behaviour and its outcome. `seconds` bounds the whole fetch; `visits` is the number of
    requests that the server must have seen."""

    name: str
    script: Script
    reason: Reason | None = None
    detail: str = ""
    status: int = 200
    body: bytes | None = None
    size: int | None = None
    blocked_by: str = ""
    attempts: int = 1
    visits: int | None = None
    seconds: float = 1.5


def answer(body: bytes, *headers: tuple[str, str | bytes], status: int = 200) -> Script:
    """A script that gives one well-formed answer."""

    async def script(talk: Talk) -> None:
        await talk.answer(status, body, *headers)

    return script


def raw(data: bytes) -> Script:
    """A script that sends bytes and closes."""

    async def script(talk: Talk) -> None:
        await talk.send(data)
        talk.close()

    return script


def coded(body: bytes, coding: str, *headers: tuple[str, str | bytes]) -> Script:
    """A 200 with a Content-Encoding."""
    return answer(body, ("Content-Encoding", coding), *headers)


async def reset_at_once(talk: Talk) -> None:
    talk.reset()


async def reset_in_body(talk: Talk) -> None:
    await talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + HELLO)
    await asyncio.sleep(0.05)
    talk.reset()


async def stall_before_header(talk: Talk) -> None:
    await asyncio.sleep(60)


async def stall_in_body(talk: Talk) -> None:
    await talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + HELLO)
    await asyncio.sleep(60)


async def drip_header(talk: Talk) -> None:
    await talk.send(b"HTTP/1.1 200 OK\r\n")
    for number in range(1000):
        await talk.send(b"X-%d: y\r\n" % number)
        await asyncio.sleep(0.1)


async def drip_body(talk: Talk) -> None:
    await talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    for _ in range(1000):
        await talk.send(b"x")
        await asyncio.sleep(0.1)


async def endless_body(talk: Talk) -> None:
    await talk.send(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        await talk.send(b"x" * 65536)


async def endless_chunks(talk: Talk) -> None:
    await talk.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        await talk.send(b"10000\r\n" + b"x" * 65536 + b"\r\n")


async def endless_gzip(talk: Talk) -> None:
    await talk.send(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n")
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(b"\0" * MB) + packer.flush(zlib.Z_FULL_FLUSH)
    await talk.send(bytes.fromhex("1f8b0800000000000003"))
    while True:
        await talk.send(block * 50)
        await asyncio.sleep(0)


async def endless_header(talk: Talk) -> None:
    await talk.send(b"HTTP/1.1 200 OK\r\n")
    while True:
        await talk.send(b"X-Pad: " + b"y" * 4000 + b"\r\n")


async def endless_continue(talk: Talk) -> None:
    while True:
        await talk.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        await asyncio.sleep(0.05)


async def fifty_megabytes(talk: Talk) -> None:
    await talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 52428800\r\n\r\n")
    for _ in range(800):
        await talk.send(b"x" * 65536)


async def redirect_with_endless_body(talk: Talk) -> None:
    await talk.send(b"HTTP/1.1 302 Found\r\nLocation: /hello\r\n\r\n")
    while True:
        await talk.send(b"x" * 65536)


async def error_once(talk: Talk) -> None:
    if talk.visit == 1:
        await talk.answer(500, b"oops")
    else:
        await talk.answer(200, HELLO)


async def reset_once(talk: Talk) -> None:
    if talk.visit == 1:
        talk.reset()
    else:
        await talk.answer(200, HELLO)


async def busy_once(talk: Talk) -> None:
    if talk.visit == 1:
        await talk.answer(429, b"slow down", ("Retry-After", "1"))
    else:
        await talk.answer(200, HELLO)


async def stale_connection(talk: Talk) -> None:
    """Promises keep-alive and hangs up: the next request must not suffer."""
    await talk.answer(200, HELLO, ("Connection", "keep-alive"))
    talk.close()


async def cut_without_length(talk: Talk) -> None:
    """Ends each time elsewhere, and nothing in the answer says that it is not the end."""
    await talk.send(b"HTTP/1.0 200 OK\r\n\r\n" + PAGE[: 900 * talk.visit])
    talk.close()


async def cut_without_length_once(talk: Talk) -> None:
    await talk.send(b"HTTP/1.0 200 OK\r\n\r\n" + (PAGE[:900] if talk.visit == 1 else PAGE))
    talk.close()


def bomb(size: int) -> bytes:
    """`size` zero bytes as gzip."""
    return gzip.compress(b"\0" * size, 9)


def raw_deflate(data: bytes) -> bytes:
    """Deflate without the zlib header."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


_WIDE_WINDOW = {
    zstd.CompressionParameter.window_log: 27,
    zstd.CompressionParameter.compression_level: 1,
}

FRAMING = (
    Case("plain", answer(HELLO), body=HELLO),
    Case("empty", answer(b""), body=b""),
    Case("no-content", raw(b"HTTP/1.1 204 No Content\r\n\r\n"), status=204, body=b""),
    Case("until-close", raw(b"HTTP/1.1 200 OK\r\n\r\n" + HELLO), body=HELLO),
    Case("http-1.0", raw(b"HTTP/1.0 200 OK\r\n\r\n" + HELLO), body=HELLO),
    Case("http-1.0-whole", raw(b"HTTP/1.0 200 OK\r\n\r\n" + PAGE), body=PAGE, visits=1),
    # A page that never had an end tag is the same twice, and whole.
    Case("no-end-tag", raw(b"HTTP/1.0 200 OK\r\n\r\n" + PAGE[:900]), body=PAGE[:900], attempts=2),
    Case("no-length-cut", cut_without_length, Reason.TRUNCATED, "no end", attempts=2, visits=2),
    Case("no-length-cut-once", cut_without_length_once, body=PAGE, attempts=2),
    Case(
        "chunked",
        raw(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"
        ),
        body=b"hello",
    ),
    Case(
        "cut-length",
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n" + HELLO),
        Reason.TRUNCATED,
        body=HELLO,
        attempts=2,
        visits=2,
    ),
    Case(
        "cut-chunked",
        raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"),
        Reason.TRUNCATED,
        body=b"hello",
        attempts=2,
    ),
    Case("reset-in-body", reset_in_body, Reason.TRUNCATED, body=HELLO, attempts=2, seconds=2),
    Case("reset-at-once", reset_at_once, Reason.RESET, status=0, attempts=2),
    Case("close-at-once", raw(b""), Reason.RESET, status=0, attempts=2),
    Case("ssh-banner", raw(b"SSH-2.0-OpenSSH_9.2\r\n"), Reason.PROTOCOL, status=0),
    Case("binary", raw(bytes(range(256)) * 40), Reason.PROTOCOL, status=0),
)
TIME = (
    Case("stall-header", stall_before_header, Reason.TIMEOUT, "read-gap", status=0),
    Case("stall-body", stall_in_body, Reason.TIMEOUT, "read-gap", body=HELLO),
    Case("drip-header", drip_header, Reason.TIMEOUT, "deadline", status=0, seconds=3),
    Case("drip-body", drip_body, Reason.TIMEOUT, "deadline", seconds=3),
    Case("endless-continue", endless_continue, Reason.TIMEOUT, "deadline", status=0, seconds=3),
)
SIZE = (
    Case("endless-body", endless_body, Reason.TOO_LARGE, size=BODY_LIMIT),
    Case("endless-chunks", endless_chunks, Reason.TOO_LARGE, size=BODY_LIMIT),
    Case("endless-gzip", endless_gzip, Reason.TOO_LARGE, size=BODY_LIMIT),
    Case("fifty-megabytes", fifty_megabytes, Reason.TOO_LARGE),
    Case("endless-header", endless_header, Reason.PROTOCOL, status=0),
    Case(
        "long-field",
        raw(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n"),
        Reason.PROTOCOL,
        status=0,
    ),
    Case(
        "many-fields",
        answer(HELLO, *((f"X-{n}", "y" * 1000) for n in range(100))),
        Reason.PROTOCOL,
        body=b"",
    ),
)
CODINGS = (
    Case("gzip", coded(gzip.compress(HELLO), "gzip"), body=HELLO),
    Case("x-gzip", coded(gzip.compress(HELLO), "x-gzip"), body=HELLO),
    Case("gzip-members", coded(gzip.compress(b"a") + gzip.compress(b"b"), "gzip"), body=b"ab"),
    Case("gzip-rubbish-after", coded(gzip.compress(HELLO) + b"\0\0\0", "gzip"), body=HELLO),
    Case("deflate", coded(zlib.compress(HELLO), "deflate"), body=HELLO),
    Case("deflate-raw", coded(raw_deflate(HELLO), "deflate"), body=HELLO),
    Case("br", coded(brotli.compress(HELLO), "br"), body=HELLO),
    Case("zstd", coded(zstd.compress(HELLO), "zstd"), body=HELLO),
    Case("zstd-frames", coded(zstd.compress(b"a") + zstd.compress(b"b"), "zstd"), body=b"ab"),
    Case("gzip-gzip", coded(gzip.compress(gzip.compress(HELLO)), "gzip, gzip"), body=HELLO),
    Case("br-over-gzip", coded(brotli.compress(gzip.compress(HELLO)), "gzip, br"), body=HELLO),
    Case("charset-as-coding", coded(HELLO, "UTF-8"), body=HELLO),
    Case("identity", coded(HELLO, "identity"), body=HELLO),
    Case("not-gzip", coded(HELLO, "gzip"), Reason.PROTOCOL, body=b""),
    Case("unknown-coding", coded(HELLO, "x-own"), Reason.PROTOCOL, "x-own", body=b""),
    Case("four-layers", coded(b"x", "gzip, gzip, gzip, gzip"), Reason.PROTOCOL, body=b""),
    Case(
        "gzip-cut",
        coded(gzip.compress(bytes(range(256)) * 50)[:-20], "gzip"),
        Reason.TRUNCATED,
        attempts=2,
    ),
    Case("br-cut", coded(brotli.compress(HELLO)[:-5], "br"), Reason.TRUNCATED, attempts=2),
    Case("zstd-cut", coded(zstd.compress(HELLO)[:-5], "zstd"), Reason.TRUNCATED, attempts=2),
)
BOMBS = (
    Case("bomb-gzip", coded(bomb(48 * MB), "gzip"), Reason.TOO_LARGE, size=BODY_LIMIT),
    Case(
        "bomb-deflate",
        coded(zlib.compress(b"\0" * 50 * MB), "deflate"),
        Reason.TOO_LARGE,
        size=BODY_LIMIT,
    ),
    Case(
        "bomb-br",
        coded(brotli.compress(b"\0" * 48 * MB, quality=5), "br"),
        Reason.TOO_LARGE,
        size=BODY_LIMIT,
    ),
    Case(
        "bomb-zstd",
        coded(zstd.compress(b"\0" * 48 * MB), "zstd"),
        Reason.TOO_LARGE,
        size=BODY_LIMIT,
    ),
    Case(
        "bomb-zstd-window",
        coded(zstd.compress(b"\0" * 48 * MB, options=_WIDE_WINDOW)[:60], "zstd"),
        Reason.PROTOCOL,
    ),
    Case(
        "bomb-members",
        coded(b"".join([bomb(MB // 2)] * 50), "gzip"),
        Reason.TOO_LARGE,
        size=BODY_LIMIT,
    ),
    Case(
        "bomb-nested",
        coded(gzip.compress(bomb(48 * MB), 9), "gzip, gzip"),
        Reason.TOO_LARGE,
        size=BODY_LIMIT,
    ),
)
STATUSES = (
    Case("not-found", answer(b"no", status=404), status=404, body=b"no"),
    Case("forbidden", answer(b"<h1>403 Forbidden</h1>", status=403), status=403),
    Case("error-twice", answer(b"oops", status=500), status=500, attempts=2, visits=2),
    Case("error-once", error_once, body=HELLO, attempts=2, visits=2),
    # aiohttp itself asks once more when a connection dies before the answer.
    Case("reset-once", reset_once, body=HELLO, attempts=1, visits=2),
    Case("busy-once", busy_once, body=HELLO, attempts=2, visits=2, seconds=2.5),
    Case(
        "busy-for-an-hour",
        answer(b"", ("Retry-After", "3600"), status=429),
        Reason.RATE_LIMITED,
        "3600",
        status=429,
        visits=1,
    ),
    Case("busy-without-time", answer(b"", status=429), Reason.RATE_LIMITED, status=429, attempts=2),
    Case("not-modified", raw(b"HTTP/1.1 304 Not Modified\r\n\r\n"), status=304, body=b""),
)
CASES = (*FRAMING, *TIME, *SIZE, *CODINGS, *BOMBS, *STATUSES)
