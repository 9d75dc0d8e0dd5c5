"""A scripted HTTP server: every path plays one script over the raw connection."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import monotonic


@dataclass
class Request:
    """A request as it came, when it was being served (monotonic seconds), and what a well-formed
    answer to it said."""

    line: str
    headers: dict[str, str]
    peer: str
    started: float
    ended: float = 0.0
    status: int = 0
    retry_after: str = ""

    @property
    def path(self) -> str:
        """The request target."""
        return self.line.split(" ")[1]


@dataclass
class Talk:
    """One connection's conversation about one request."""

    request: Request
    writer: asyncio.StreamWriter
    visit: int
    sent: int = 0

    async def send(self, data: bytes) -> None:
        """Write and wait until the peer takes it."""
        self.writer.write(data)
        self.sent += len(data)
        await self.writer.drain()

    async def answer(
        self, status: int = 200, body: bytes = b"", *headers: tuple[str, str | bytes]
    ) -> None:
        """A well-formed answer with Content-Length."""
        self.request.status = status
        self.request.retry_after = str(dict(headers).get("Retry-After", ""))
        lines = [b"HTTP/1.1 %d X" % status, b"Content-Length: %d" % len(body)]
        for name, value in headers:
            raw = value.encode() if isinstance(value, str) else value
            lines.append(name.encode() + b": " + raw)
        head = b"\r\n".join(lines) + b"\r\n\r\n"
        await self.send(head if self.request.line.startswith("HEAD ") else head + body)

    async def redirect(self, location: str | bytes, status: int = 302) -> None:
        """A redirect with the given bytes as Location."""
        await self.answer(status, b"", ("Location", location))

    def reset(self) -> None:
        """Close with RST, throwing away what is not sent."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    def close(self) -> None:
        """Close after what was written."""
        self.writer.close()


Script = Callable[[Talk], Awaitable[None]]


@dataclass
class Web:
    """The server. `log` holds every request in the order of arrival."""

    scripts: dict[str, Script]
    host: str = "127.0.0.1"
    tls: ssl.SSLContext | None = None
    port: int = 0
    log: list[Request] = field(default_factory=list)
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> Web:
        self._server = await asyncio.start_server(
            self._serve, self.host, self.port, ssl=self.tls, limit=2**20
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    def url(self, path: str, host: str = "") -> str:
        """Address of a script."""
        shown = host or (f"[{self.host}]" if ":" in self.host else self.host)
        return f"{'https' if self.tls else 'http'}://{shown}:{self.port}{path}"

    def requests(self, path: str) -> list[Request]:
        """The requests for a path."""
        return [item for item in self.log if item.path == path]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            while not writer.is_closing():
                raw = await reader.readuntil(b"\r\n\r\n")
                await self._play(raw, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()

    async def _play(self, raw: bytes, writer: asyncio.StreamWriter) -> None:
        line, *rest = raw.decode("latin-1").split("\r\n")
        headers = dict(item.split(": ", 1) for item in rest if item)
        peer = writer.get_extra_info("peername")[0]
        request = Request(line, headers, peer, monotonic())
        self.log.append(request)
        path = request.path.split("?")[0]
        known = self.scripts.get(request.path) or self.scripts.get(path)
        script = known or self.scripts["*"]
        talk = Talk(request, writer, visit=len(self.requests(request.path)))
        try:
            await script(talk)
        finally:
            request.ended = monotonic()
