"""The browser's only way out: a forward proxy on loopback that resolves, guards and spares.

Plain http is forwarded as GET or HEAD, one request per connection; https is tunnelled by CONNECT
(RFC 9110 section 9.3.6). Every connection, whoever in the page asked for it, goes to an address
that the run's resolver gave and the guard permits.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Coroutine
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self
from urllib.parse import urlsplit

from auditor.gather._hop import BUSY, retry_after
from auditor.gather.guard import Guard
from auditor.gather.resolver import Resolver
from auditor.gather.throttle import Throttle
from auditor.model.artifact import Missed
from auditor.model.finding import Reason

HEAD_LIMIT = 64 * 1024
#: Bytes of one answer, or of one tunnel in one direction, after which it is cut off.
STREAM_LIMIT = 64 * 2**20
CONNECT_S = 8.0
HEAD_S = 15.0
#: How long a server may think before its answer begins.
ANSWER_S = 12.0
#: A connection on which nothing moves for so long is closed.
IDLE_S = 30.0
_MAX_ADDRESSES = 4
_MAX_CONNECTIONS = 256
_MEMO_LIMIT = 2_000
_CHUNK = 64 * 1024
_CLOSE_S = 2.0
#: Headers between the browser and this proxy only (RFC 9110 section 7.6.1).
_HOP_HEADERS = frozenset(
    {b"connection", b"proxy-connection", b"proxy-authorization", b"keep-alive", b"te", b"upgrade"}
)
#: What Chromium itself asks for, however many of its switches say no: no page needs these.
_BROWSERS_OWN = frozenset(
    {
        "accounts.google.com",
        "android.clients.google.com",
        "clients2.google.com",
        "clientservices.googleapis.com",
        "content-autofill.googleapis.com",
        "edgedl.me.gvt1.com",
        "mtalk.google.com",
        "optimizationguide-pa.googleapis.com",
        "redirector.gvt1.com",
        "safebrowsing.googleapis.com",
        "safebrowsingohttpgateway.googleapis.com",
        "update.googleapis.com",
    }
)
_REPLIES = {
    400: b"Bad Request",
    403: b"Forbidden",
    405: b"Method Not Allowed",
    502: b"Bad Gateway",
    504: b"Gateway Timeout",
}


@dataclass(frozen=True, slots=True)
class _Wire:
    """An open connection and the address at its other end."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    address: str


@dataclass(frozen=True, slots=True)
class _Head:
    """The head of a request or an answer: first line and raw header fields."""

    first: bytes
    fields: tuple[tuple[bytes, bytes], ...]

    def get(self, name: bytes) -> bytes:
        """The first value of a field (lower-case name), or empty."""
        return next((value for key, value in self.fields if key.lower() == name), b"")

    def forward(self, first: bytes) -> bytes:
        """The same head for the next hop, which is told to close when it is done."""
        kept = [b"%s: %s" % item for item in self.fields if item[0].lower() not in _HOP_HEADERS]
        return b"\r\n".join((first, *kept, b"Connection: close", b"", b""))


class GuardedProxy:
    """Listens on a free port of 127.0.0.1 while the context is open.

    Every request counts against the throttle's limits in flight. Documents also wait for their
    turn as the crawler's requests do; the parts of a page do not, because a delay between each
    would stall every page. Inside a tunnel requests cannot be seen: there opening the connection
    waits for its turn.
    """

    def __init__(self, *, guard: Guard, resolver: Resolver, throttle: Throttle) -> None:
        self._guard = guard
        self._resolver = resolver
        self._throttle = throttle
        self._server: asyncio.Server | None = None
        self._failures: OrderedDict[str, Missed] = OrderedDict()
        self._open = asyncio.Semaphore(_MAX_CONNECTIONS)
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False
        self.refused = 0
        self.port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(
            self._accept, "127.0.0.1", 0, limit=HEAD_LIMIT, backlog=128
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing = True
        if self._server is not None:
            self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def failure(self, host: str) -> Missed | None:
        """Why the last connection to the host came to nothing; None when it worked."""
        return self._failures.get(host.lower())

    # --- one connection of the browser ---------------------------------------------------------

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            async with self._open:
                await self._serve(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
            pass  # the browser went away or sent no request: nobody is left to be told
        except asyncio.CancelledError:
            if not self._closing:
                raise
        finally:
            self._tasks.discard(task)
            await _close(writer)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(HEAD_S):
            head = await _read_head(reader)
        parts = head.first.split(b" ")
        if len(parts) != 3:
            await _reply(writer, 400)
            return
        method, target = parts[0], parts[1].decode("latin-1")
        if method == b"CONNECT":
            await self._tunnel(target, reader, writer)
        elif method in {b"GET", b"HEAD"}:
            await self._forward(method, target, head, reader, writer)
        else:
            # An audit sends GET and HEAD only, whatever the page's scripts would like to send.
            self.refused += 1
            await _reply(writer, 405)

    async def _tunnel(
        self, target: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        host, port = _split_authority(f"//{target}", 443)
        async with AsyncExitStack() as turn:
            wire = await self._dial(f"https://{target}/", host, port, turn)
        if isinstance(wire, Missed):
            await _reply(writer, 403 if wire.reason is Reason.GUARD else 502)
            return
        try:
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await _both_ways((reader, writer), (wire.reader, wire.writer))
        finally:
            await _close(wire.writer)

    async def _forward(
        self,
        method: bytes,
        target: str,
        head: _Head,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        parts = urlsplit(target)
        if parts.scheme != "http" or not parts.hostname:
            await _reply(writer, 400)
            return
        host, port = _split_authority(target, 80)
        document = head.get(b"accept").startswith(b"text/html")
        async with AsyncExitStack() as turn:
            wire = await self._dial(target, host, port, turn, paced=document)
            if isinstance(wire, Missed):
                await _reply(writer, 403 if wire.reason is Reason.GUARD else 502)
                return
            try:
                path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
                first = b"%s %s HTTP/1.1" % (method, path.encode("latin-1"))
                wire.writer.write(head.forward(first))
                await _until_gone(reader, self._answer(host, wire, writer))
            finally:
                await _close(wire.writer)

    async def _answer(self, host: str, wire: _Wire, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(ANSWER_S):
                head = await _read_head(wire.reader)
        except TimeoutError:
            self._note(host, Missed(Reason.TIMEOUT, f"no answer within {ANSWER_S:.0f} s"))
            await _reply(writer, 504)  # a closed connection would make the browser ask again
            return
        except (OSError, asyncio.IncompleteReadError):
            self._note(host, Missed(Reason.RESET, "closed without an answer"))
            await _reply(writer, 502)
            return
        self._heed(host, wire.address, head)
        writer.write(head.forward(head.first))
        await _copy(wire.reader, writer)

    def _heed(self, host: str, address: str, head: _Head) -> None:
        """Tell the throttle when the server asks for rest; the crawl waits, too."""
        status = int(head.first[9:12]) if head.first[9:12].isdigit() else 0
        if status in BUSY:
            asked = retry_after(head.get(b"retry-after").decode("latin-1"), datetime.now(UTC))
            self._throttle.note(
                host, address, seconds=0.0, status=status, retry_after_s=asked, ok=True
            )

    # --- connecting ---------------------------------------------------------------------------

    async def _dial(
        self, url: str, host: str, port: int, turn: AsyncExitStack, *, paced: bool = True
    ) -> _Wire | Missed:
        """Connect to the first permitted address that answers; remembers why none did. `turn`
        holds the slot."""
        if host.lower() in _BROWSERS_OWN:
            return Missed(Reason.GUARD, "the browser's own request")
        found = await self._connect(url, host, port, turn, paced=paced)
        if isinstance(found, Missed):
            self.refused += found.reason is Reason.GUARD
            self._note(host, found)
        else:
            self._failures.pop(host.lower(), None)
        return found

    def _note(self, host: str, missed: Missed) -> None:
        self._failures[host.lower()] = missed
        while len(self._failures) > _MEMO_LIMIT:
            self._failures.popitem(last=False)

    async def _connect(
        self, url: str, host: str, port: int, turn: AsyncExitStack, *, paced: bool
    ) -> _Wire | Missed:
        refusal = self._guard.check_url(url)
        if refusal is not None:
            return Missed(Reason.GUARD, refusal)
        facts = await self._resolver.addresses(host)
        if not facts:
            return await self._unresolved(host)
        allowed = [fact.address for fact in facts if self._guard.permits(fact.address)]
        if not allowed:
            return Missed(Reason.GUARD, f"{host}: {facts[0].address} is {facts[0].scope}")
        missed = Missed(Reason.UNREACHABLE, host)
        for address in allowed[:_MAX_ADDRESSES]:
            await turn.enter_async_context(self._throttle.slot(host, address, paced=paced))
            wire = await _open(address, port)
            if isinstance(wire, _Wire):
                return wire
            await turn.aclose()
            missed = wire
        return missed

    async def _unresolved(self, host: str) -> Missed:
        answer = await self._resolver.ask(host, "A")
        if answer.rcode == "NXDOMAIN":
            return Missed(Reason.NXDOMAIN, host)
        if not answer.observed:
            return Missed(Reason.DNS_FAILURE, f"{host}: {answer.rcode}")
        return Missed(Reason.NO_ADDRESS, f"{host}: {answer.rcode}")


async def _open(address: str, port: int) -> _Wire | Missed:
    where = f"{address} port {port}"
    try:
        async with asyncio.timeout(CONNECT_S):
            reader, writer = await asyncio.open_connection(address, port, limit=HEAD_LIMIT)
    except TimeoutError:
        return Missed(Reason.TIMEOUT, where)
    except ConnectionRefusedError:
        return Missed(Reason.REFUSED, where)
    except ConnectionResetError:
        return Missed(Reason.RESET, where)
    except OSError as error:
        return Missed(Reason.UNREACHABLE, f"{where}: {error.strerror or error}")
    return _Wire(reader, writer, address)


async def _read_head(reader: asyncio.StreamReader) -> _Head:
    raw = await reader.readuntil(b"\r\n\r\n")
    first, *lines = raw[:-4].split(b"\r\n")
    pairs = (line.partition(b":") for line in lines if b":" in line)
    return _Head(first, tuple((name.strip(), value.strip()) for name, _, value in pairs))


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Copy until the end, until nothing moves any more, or up to `STREAM_LIMIT`."""
    left = STREAM_LIMIT
    while left > 0:
        async with asyncio.timeout(IDLE_S):
            chunk = await reader.read(_CHUNK)
            if not chunk:
                return
            writer.write(chunk)
            await writer.drain()
        left -= len(chunk)


_Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]
_Work = Coroutine[Any, Any, None]


async def _both_ways(left: _Ends, right: _Ends) -> None:
    """Copy in both directions until one side ends."""
    await _first_of(_copy(left[0], right[1]), _copy(right[0], left[1]))


async def _until_gone(reader: asyncio.StreamReader, work: _Work) -> None:
    """Do the work, but stop when the browser closes its end."""
    await _first_of(_drain(reader), work)


async def _drain(reader: asyncio.StreamReader) -> None:
    while await reader.read(_CHUNK):
        pass


async def _first_of(*works: _Work) -> None:
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _reply(writer: asyncio.StreamWriter, status: int) -> None:
    """An answer of the proxy's own; without a body the browser shows it as a failed page."""
    first = b"HTTP/1.1 %d %s" % (status, _REPLIES[status])
    writer.write(first + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    await writer.drain()


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(_CLOSE_S):
            await writer.wait_closed()


def _split_authority(url: str, default: int) -> tuple[str, int]:
    """Host and port; port 0 (which no guard permits) where the text is no authority."""
    try:
        parts = urlsplit(url)
        return parts.hostname or "", parts.port if parts.port is not None else default
    except ValueError:
        return "", 0
