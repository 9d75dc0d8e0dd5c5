"""The spool: every answer of a site audit as it came, appended in compressed blocks.

Writing WARC for every page would cost as much as parsing it, and most pages are never cited. A
block is `length, CRC-32` (8 bytes, big-endian) and a zstd frame of MessagePack; a process that is
killed leaves at most one torn block at the end, where reading stops.
"""

from __future__ import annotations

import shutil
import struct
import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Protocol
from zlib import crc32

import msgspec
import structlog

from auditor.gather._hop import Hop, Order
from auditor.gather.body import codings
from auditor.model.finding import Reason

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_LOG = structlog.get_logger(__name__)
#: Level 1 packs 40 KB of HTML in 0.1 ms; a higher one would cost more than the disk saves.
_LEVEL = 1
_HEAD = struct.Struct(">II")
#: Bytes that may wait in memory for the next checkpoint.
MAX_WAITING = 8 * 2**20
#: What a capture's head costs in memory, about.
_HEAD_BYTES = 1024
#: Content codings that archive tools read: warcio 1.8 has no zstd, and its brotli is broken.
_READABLE = frozenset({"gzip", "deflate"})
_CUTS = {Reason.TIMEOUT: "time", Reason.RESET: "disconnect", Reason.TRUNCATED: "disconnect"}


class Capture(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One request and its answer.

    Header names and values, and `phrase`, are the bytes that came, read as latin-1. `body` is
    the entity as it came: transfer codings off, content codings on, unless `decoded` names the
    ones that were taken off. `sha256` is that of the decoded body, as findings cite it.
    `truncated` is a word for `WARC-Truncated` or "". Without a method it is no exchange but a
    document after its scripts ran, as UTF-8.
    """

    method: str
    url: str
    address: str
    captured_at: datetime
    sent: tuple[tuple[str, str], ...]
    version: str
    status: int
    phrase: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    sha256: str
    truncated: str = ""
    decoded: str = ""


class Trail(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What one try of a fetch brought: the URL that was asked for, and the answers on the way
    to the last one, redirects first."""

    asked: str
    captures: tuple[Capture, ...]


class Document(Protocol):
    """What the browser made of a page; see `auditor.gather.browser.Rendered`."""

    @property
    def url(self) -> str:
        """The address that was opened."""

    @property
    def final_url(self) -> str:
        """The address at which it ended."""

    @property
    def html(self) -> bytes:
        """The document as UTF-8."""

    @property
    def captured_at(self) -> datetime:
        """When it was opened."""


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(list[Trail])


class Spool:
    """One attempt's spool. `add` is called by the event loop and only remembers; `flush` writes,
    from any thread. Nothing is raised: what cannot be kept is given up, and `problem` says why.

    `keep_free` is the number of bytes that must stay free on the disk.
    """

    def __init__(self, path: Path, *, keep_free: int) -> None:
        self.path = path
        #: "" | disk-nearly-full | not-written
        self.problem = ""
        self._keep_free = keep_free
        self._waiting: deque[Trail] = deque()
        self._size = 0
        self._writing = threading.Lock()
        self._file: BinaryIO | None = None

    def add(self, order: Order, hops: Sequence[Hop]) -> None:
        """Keep what a try of a fetch brought; without an answer there is nothing to keep."""
        captures = tuple(_capture(order, hop) for hop in hops if hop.exchange.status)
        if not captures or self.problem:
            return
        self._keep(Trail(_clean(order.url), captures))

    def _keep(self, trail: Trail) -> None:
        self._waiting.append(trail)
        self._size += sum(_HEAD_BYTES + len(capture.body) for capture in trail.captures)
        if self._size > MAX_WAITING:  # a few huge bodies: waiting for the checkpoint costs more
            self.flush()

    def add_document(self, document: Document) -> None:
        """Keep a document after its scripts ran: what a finding of the browser rests on. From any
        thread."""
        if not self.problem:
            capture = Capture(
                method="",
                url=_clean(document.final_url or document.url),
                address="",
                captured_at=document.captured_at,
                sent=(),
                version="",
                status=0,
                phrase="",
                headers=(),
                body=document.html,
                sha256=sha256(document.html).hexdigest(),
            )
            self._keep(Trail(_clean(document.url), (capture,)))

    def flush(self) -> None:
        """Write what waits. Call it before the store says that a page is done, so that no stored
        page is without its evidence."""
        with self._writing:
            self._size = 0
            trails = [self._waiting.popleft() for _ in range(len(self._waiting))]
            if not trails or self.problem:
                return
            block = zstd.compress(_ENCODER.encode(trails), _LEVEL)
            try:
                self._write(block)
            except OSError as error:
                self._give_up("not-written", error.strerror or str(error))

    def close(self) -> None:
        """Write what waits and close the file."""
        self.flush()
        with self._writing, suppress(OSError):
            if self._file is not None:
                self._file.close()

    def _write(self, block: bytes) -> None:
        if shutil.disk_usage(self.path.parent).free - len(block) < self._keep_free:
            self._give_up("disk-nearly-full", f"{self._keep_free} bytes are to stay free")
            return
        if self._file is None:
            self._file = self.path.open("wb")
        self._file.write(_HEAD.pack(len(block), crc32(block)) + block)
        self._file.flush()

    def _give_up(self, problem: str, detail: str) -> None:
        self.problem = problem
        _LOG.warning("evidence_not_kept", why=problem, detail=detail, file=str(self.path))


def read_spool(path: Path) -> Iterator[Trail]:
    """Everything in a spool, in the order of its coming; a torn end is left out. `OSError` when
    the file cannot be read."""
    with path.open("rb") as stream:
        while len(head := stream.read(_HEAD.size)) == _HEAD.size:
            size, check = _HEAD.unpack(head)
            block = stream.read(size)
            if len(block) < size or crc32(block) != check:
                return
            yield from _DECODER.decode(zstd.decompress(block))


def _capture(order: Order, hop: Hop) -> Capture:
    exchange = hop.exchange
    assert exchange.captured_at is not None
    truncated = "" if exchange.whole else _CUTS.get(exchange.reason or Reason.TOO_LARGE, "length")
    coding = exchange.header("content-encoding").strip().lower()
    odd = coding not in _READABLE and bool(codings(coding))
    return Capture(
        method=order.method,
        url=hop.target.url,
        address=hop.address,
        captured_at=exchange.captured_at,
        sent=hop.sent,
        version=exchange.version,
        status=exchange.status,
        # aiohttp hands the phrase over as UTF-8 with escapes for what is not.
        phrase=exchange.phrase.encode("utf-8", "surrogateescape").decode("latin-1"),
        headers=exchange.headers,
        body=exchange.body or exchange.raw if odd else exchange.raw,
        sha256=exchange.sha256,
        truncated=truncated,
        decoded=coding if odd else "",
    )


def _clean(url: str) -> str:
    return url if url.isascii() else url.encode("utf-8", "replace").decode()
