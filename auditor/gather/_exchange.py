"""One HTTP request to one address, with every limit: no resolving, no redirects, no retries."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from time import perf_counter
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from auditor.gather._target import Target
from auditor.gather._tlscontext import lenient_context, verdict_of, verified_context
from auditor.gather.body import Decoded, decode_body
from auditor.gather.guard import Guard
from auditor.model.finding import Reason

CONNECT_S = 8.0
READ_GAP_S = 10.0
HEADERS_LIMIT = 64 * 1024
#: Read of a body that is known to be too large, or is a redirect's: enough to recognise it.
PREFIX_BYTES = 64 * 1024
_FIELD_LIMIT = 16 * 1024
_MAX_FIELDS = 256
_KEEP_ALIVE_S = 15.0
#: Exchanges under way at once; the rest wait before their time begins.
_EXCHANGES = 512
_SECOND_LOOK_S = 3.0
_UNREACHABLE = frozenset(
    {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EACCES}
)
_BODY_REASONS = {
    "too-large": Reason.TOO_LARGE,
    "truncated": Reason.TRUNCATED,
    "damaged": Reason.PROTOCOL,
    "unknown-coding": Reason.PROTOCOL,
}
#: Detail of answers that are not what RFC 9112 demands.
NOT_HTTP = "not HTTP"
#: Headers by which the end of a body can be told.
_FRAMING = ("content-length", "transfer-encoding", "content-encoding")
REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(slots=True)
class Exchange:
    """What one request brought. `reason` is None when the answer arrived whole; `location` is
    as raw as it came; `first_byte_s` is the time to the header, `seconds` to the end; `version`
    and `phrase` are the status line's, `captured_at` the moment at which the header had come.
    `whole` is False when the body was not read to its end."""

    status: int = 0
    version: str = "1.1"
    phrase: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    location: bytes = b""
    raw: bytes = b""
    body: bytes = b""
    reason: Reason | None = None
    detail: str = ""
    captured_at: datetime | None = None
    first_byte_s: float = 0.0
    seconds: float = 0.0
    whole: bool = True
    _sha256: str = ""

    @property
    def sha256(self) -> str:
        """Digest of the decoded body, made once; "" without an answer."""
        if self.status and not self._sha256:
            self._sha256 = sha256(self.body).hexdigest()
        return self._sha256

    @property
    def without_end(self) -> bool:
        """True for an HTML page that ended with its connection (RFC 9112 section 6.3, rule 8) and
        before its `</html>`: whether it was cut off cannot be seen from one answer."""
        if self.reason is not None or not self.whole or not 200 <= self.status < 300:
            return False
        if any(self.header(name) for name in _FRAMING):
            return False
        return b"<html" in self.body[:2048].lower() and b"</html" not in self.body.lower()

    @property
    def connected(self) -> bool:
        """False when no connection came about, so that another address may be tried."""
        return self.status > 0 or self.reason not in {
            Reason.REFUSED,
            Reason.UNREACHABLE,
            Reason.GUARD,
            Reason.TIMEOUT,
        }

    def header(self, name: str) -> str:
        """The first value of a header (lower-case name), or ""."""
        for key, value in self.headers:
            if key.lower() == name:
                return value
        return ""

    def fail(self, reason: Reason, detail: str = "") -> None:
        """Record why the answer is not whole; the first cause stays."""
        if self.reason is None:
            self.reason, self.detail = reason, detail[:200]


class GuardError(OSError):
    """A connection was about to be made to an address that the guard refuses."""


class _NoResolver(AbstractResolver):
    """Names never reach aiohttp: whoever asks it for one has found a hole in the guard."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        raise GuardError(errno.EPERM, f"unresolved name {host!r}")

    async def close(self) -> None:
        """Nothing to close."""


class Exchanger:
    """The connection pool. Connections are pooled per address and TLS name, so a request
    pinned to an address never travels over a connection to another."""

    def __init__(
        self,
        guard: Guard,
        ca_file: str | None,
        *,
        connect_s: float = CONNECT_S,
        read_gap_s: float = READ_GAP_S,
    ) -> None:
        self._guard = guard
        self._ca_file = ca_file
        self._session: aiohttp.ClientSession | None = None
        self._contexts: dict[bool, ssl.SSLContext] = {}
        self._room = asyncio.Semaphore(_EXCHANGES)
        self._timeout = aiohttp.ClientTimeout(sock_connect=connect_s, sock_read=read_gap_s)

    async def close(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def run(
        self,
        target: Target,
        address: str,
        *,
        method: str,
        headers: Sequence[tuple[str, str]],
        limit: int,
        deadline_s: float,
        verify: bool,
    ) -> Exchange:
        """Ask, and read at most `limit` bytes of decoded body within `deadline_s`. Raises only
        `CancelledError`; when the time is up, what had come by then is kept."""
        out = Exchange()
        async with self._room:
            started = perf_counter()
            try:
                async with asyncio.timeout(deadline_s):
                    await self._ask(out, target, address, method, headers, limit, verify, started)
            except Exception as error:
                await self._explain(out, error, target, address)
            out.seconds = perf_counter() - started
        if out.raw:
            _decode(out, limit)
        return out

    async def _ask(
        self,
        out: Exchange,
        target: Target,
        address: str,
        method: str,
        headers: Sequence[tuple[str, str]],
        limit: int,
        verify: bool,
        started: float,
    ) -> None:
        origin = target.origin
        shown = f"[{address}]" if ":" in address else address
        secure = origin.scheme == "https"
        response = await self._pool().request(
            method,
            URL(f"{origin.scheme}://{shown}:{origin.port}{target.path}", encoded=True),
            headers=headers,
            allow_redirects=False,
            ssl=self._context(verify) if secure else True,
            server_hostname=origin.host if secure else None,
        )
        try:
            out.first_byte_s = perf_counter() - started
            out.captured_at = datetime.now(UTC)
            out.status, out.phrase = response.status, response.reason or ""
            if response.version is not None:
                out.version = f"{response.version.major}.{response.version.minor}"
            if not _take_headers(out, response.raw_headers):
                return
            if method == "GET":
                await _read(out, response, limit)
        finally:
            # A body read to its end has handed the connection back already.
            if not response.closed:
                response.close()

    def _pool(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(
                resolver=_NoResolver(),
                limit=0,
                keepalive_timeout=_KEEP_ALIVE_S,
                use_dns_cache=False,
                happy_eyeballs_delay=None,
                socket_factory=self._socket,
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=self._timeout,
                auto_decompress=False,
                max_line_size=_FIELD_LIMIT,
                max_field_size=_FIELD_LIMIT,
                max_headers=_MAX_FIELDS,
                read_bufsize=2**18,
            )
        return self._session

    def _socket(self, info: Any) -> socket.socket:
        """The last look before a connection: whatever happened before, this address counts."""
        family, kind, protocol, _, where = info
        if not self._guard.permits(str(where[0])):
            raise GuardError(errno.EPERM, f"{where[0]} is not allowed")
        sock = socket.socket(family, kind, protocol)
        sock.setblocking(False)
        return sock

    def _context(self, verify: bool) -> ssl.SSLContext:
        context = self._contexts.get(verify)
        if context is None:
            context = verified_context(self._ca_file) if verify else lenient_context()
            self._contexts[verify] = context
        return context

    async def _explain(self, out: Exchange, error: Exception, target: Target, address: str) -> None:
        reason, detail = explain(error)
        secure = target.origin.scheme == "https"
        # aiohttp has one limit for TCP and TLS; whether the port opens tells which it was.
        if detail == "connect" and secure and await port_opens(address, target.origin.port):
            detail = "tls-handshake"
        if out.status and reason is Reason.RESET:
            reason = Reason.TRUNCATED
        out.fail(reason, detail)


def explain(error: Exception) -> tuple[Reason, str]:
    """The reason and detail for an error of a request."""
    if isinstance(error, TimeoutError):
        return Reason.TIMEOUT, _phase(error)
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        inner = error.certificate_error
        verdict = verdict_of(inner) if isinstance(inner, ssl.SSLError) else "handshake-failed"
        return Reason.TLS, verdict
    if isinstance(error, aiohttp.ClientSSLError):
        inner = error.os_error
        return Reason.TLS, verdict_of(inner) if isinstance(inner, ssl.SSLError) else ""
    if isinstance(error, aiohttp.ClientConnectorError):
        return _explain_os(error.os_error)
    if isinstance(error, OSError):
        return _explain_os(error)
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return Reason.RESET, "closed without an answer"
    if isinstance(error, aiohttp.ClientPayloadError):
        return Reason.TRUNCATED, "ended early"
    if isinstance(error, aiohttp.ClientResponseError):
        return Reason.PROTOCOL, f"{NOT_HTTP}: {' '.join(error.message[:120].split())}"
    return Reason.PROTOCOL, type(error).__name__


def _phase(error: TimeoutError) -> str:
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return "connect"
    return "read-gap" if isinstance(error, aiohttp.SocketTimeoutError) else "deadline"


def _explain_os(error: OSError) -> tuple[Reason, str]:
    if isinstance(error, GuardError):
        return Reason.GUARD, error.strerror or ""
    if isinstance(error, ssl.SSLError):
        return Reason.TLS, verdict_of(error)
    number = error.errno
    if number == errno.ECONNREFUSED:
        return Reason.REFUSED, ""
    if number in _UNREACHABLE:
        return Reason.UNREACHABLE, errno.errorcode.get(number or 0, "")
    if number == errno.ETIMEDOUT:
        return Reason.TIMEOUT, "connect"
    return Reason.RESET, errno.errorcode.get(number or 0, type(error).__name__)


async def port_opens(address: str, port: int, seconds: float = _SECOND_LOOK_S) -> bool:
    """True when a TCP connection to the address comes about within the time."""
    try:
        async with asyncio.timeout(seconds):
            _, writer = await asyncio.open_connection(address, port)
    except (OSError, TimeoutError):
        return False
    writer.transport.abort()
    return True


def _take_headers(out: Exchange, raw: Sequence[tuple[bytes, bytes]]) -> bool:
    size = 0
    headers = []
    for name, value in raw:
        size += len(name) + len(value)
        headers.append((name.decode("latin-1"), value.decode("latin-1")))
        if len(name) == 8 and name.lower() == b"location":
            out.location = value
    out.headers = tuple(headers)
    if size > HEADERS_LIMIT:
        out.headers = ()
        out.fail(Reason.PROTOCOL, f"headers of {size} bytes")
        return False
    return True


async def _read(out: Exchange, response: aiohttp.ClientResponse, limit: int) -> None:
    """Read up to the limit. Chunks are kept when the time runs out or the connection breaks."""
    declared = response.content_length or 0
    room = PREFIX_BYTES if declared > limit or out.status in REDIRECTS else limit
    content = response.content
    chunks: list[bytes] = []
    size = 0
    out.whole = False
    try:
        while not content.at_eof():
            chunk = await content.readany()
            chunks.append(chunk)
            size += len(chunk)
            if size > room:
                out.fail(Reason.TOO_LARGE, f"more than {limit} bytes")
                break
        else:
            out.whole = True
    finally:
        out.raw = chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _decode(out: Exchange, limit: int) -> None:
    coding = out.header("content-encoding")
    decoded = decode_body(out.raw, coding, limit) if coding else Decoded(out.raw[:limit])
    out.body = decoded.body
    if decoded.problem:
        out.fail(_BODY_REASONS[decoded.problem], decoded.detail or decoded.problem)
