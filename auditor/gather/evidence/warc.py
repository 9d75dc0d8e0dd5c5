"""WARC files (ISO 28500, WARC/1.1) of what a site answered.

The heads are those of the wire. A chunked body is stored as one chunk, because the borders of
the chunks are not kept; its digest covers that framing, as in files of other tools. Content
codings that archive tools cannot read are taken off, and the record says so. Every record is a
gzip member of its own, so that it can be cited by its offset.
"""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self
from uuid import NAMESPACE_URL, UUID, uuid5

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from auditor.gather.evidence.spool import Capture, Trail

_VERSION = "WARC/1.1"
_FORMAT = {
    "format": "WARC File Format 1.1",
    "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
}
_ANSWER = b"WARC/1.1\r\nWARC-Type: response\r\n"
#: Read at once when a record is copied (bytes); its fields are within the first portion.
_PORTION = 64 * 1024
_SAME_PAYLOAD = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
#: Header of ours: digest of the body after its content codings, as findings cite it.
DECODED_DIGEST = "X-Decoded-Payload-Digest"
#: Header of ours: the content coding that was taken off because archive tools cannot read it.
#: The HTTP head then names it, and the length that belongs to it, under `_ORIGINAL` names.
_DECODED = "X-Decoded-From"
_ORIGINAL = "X-Archive-Orig-"
_OF_THE_CODING = frozenset({"content-encoding", "content-length"})
_EMPTY = sha256(b"").hexdigest()
_NOT_A_LINE = re.compile(r"[\r\n\x00]+")
_NOT_A_URI = re.compile(r"[^!-~]")
#: Versions that WARC tools know; whatever else a server calls itself is read as 1.1.
_HTTP = frozenset({"1.0", "1.1"})


@dataclass(frozen=True, slots=True)
class ArchiveLabel:
    """What a WARC file says of itself: `name` is its file name, `subject` a text that no other
    attempt has (it gives the record ids), `info` the fields of its `warcinfo` record."""

    name: str
    subject: str
    info: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Archived:
    """A capture's place: the record's offset in the file and its id (a UUID)."""

    capture: Capture
    offset: int
    record_id: str


class _Head(StatusAndHeaders):  # type: ignore[misc]
    """An HTTP head that is written as it is: warcio would read it and write it anew, which is
    not the same for heads that break the rules."""

    def __init__(self, raw: bytes) -> None:
        super().__init__("as it is", [])
        self.headers_buff = raw

    def compute_headers_buffer(self, header_filter: object = None) -> None:
        """Nothing to compute."""


class WarcFile:
    """A WARC file being written. Under its final name only when the block is left without an
    error; `OSError` when the disk does not take it. The same trails give the same records."""

    def __init__(self, folder: Path, label: ArchiveLabel, now: datetime) -> None:
        self.path = folder / label.name
        self.records = 0
        self._partial = folder / f"{label.name}.{os.getpid()}.part"
        self._label = label
        self._now = now
        self._ids = uuid5(NAMESPACE_URL, label.subject)
        self._count = 0
        #: The first record of each payload, by digest, as later ones refer to it.
        self._first: dict[str, dict[str, str]] = {}
        self._out: BinaryIO
        self._writer: WARCWriter

    def __enter__(self) -> Self:
        self._out = self._partial.open("wb")
        self._writer = WARCWriter(self._out, gzip=True, warc_version="1.1")
        self._info = self._next_id()
        lines = "".join(
            f"{key}: {_line(value)}\r\n" for key, value in {**self._label.info, **_FORMAT}.items()
        )
        fields = {"WARC-Filename": self._label.name}
        self._write(
            "warcinfo", self._info, self._now, fields, "application/warc-fields", lines.encode()
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self._out.flush()
                os.fsync(self._out.fileno())
        finally:
            self._out.close()
        if kind is None:
            self._partial.replace(self.path)
        else:
            self._partial.unlink(missing_ok=True)

    def add(self, trail: Trail) -> list[Archived]:
        """Write the answers and requests of a trail, and say where the answers are."""
        return [
            self._pair(capture) if capture.method else self._document(capture)
            for capture in trail.captures
        ]

    def copy(self, source: Path, offset: int, sha256: str) -> int | None:
        """Take over an answer and its request from another file, bytes as they are; the offset
        here. None when there is no whole answer of this digest."""
        try:
            with source.open("rb") as stream:
                stream.seek(offset)
                answer, text = _member(stream)
                request, _ = _member(stream)
        except (OSError, zlib.error, EOFError):
            return None
        if not (text.startswith(_ANSWER) and f"{DECODED_DIGEST}: sha256:{sha256}".encode() in text):
            return None
        place = self._out.tell()
        self._out.write(answer + request)
        self.records += 2
        return place

    def _pair(self, capture: Capture) -> Archived:
        """The answer, then the request that it answers."""
        answer, request = self._next_id(), self._next_id()
        common = {"WARC-Target-URI": _uri(capture.url)}
        if capture.address:
            common["WARC-IP-Address"] = capture.address
        offset = self._out.tell()
        self._answer(capture, answer, {**common, **_truncated(capture)})
        asked = {
            **common,
            "WARC-Concurrent-To": _urn(answer),
            "WARC-Payload-Digest": f"sha256:{_EMPTY}",
        }
        content, head = "application/http; msgtype=request", _request_head(capture)
        self._write("request", request, capture.captured_at, asked, content, b"", head)
        return Archived(capture, offset, str(answer))

    def _document(self, capture: Capture) -> Archived:
        """A page after its scripts ran: made from an answer, by the browser."""
        record, offset = self._next_id(), self._out.tell()
        digest = f"sha256:{capture.sha256}"
        fields = {
            "WARC-Target-URI": _uri(capture.url),
            "WARC-Payload-Digest": digest,
            DECODED_DIGEST: digest,
        }
        content = "text/html; charset=utf-8"
        self._write("conversion", record, capture.captured_at, fields, content, capture.body)
        return Archived(capture, offset, str(record))

    def _answer(self, capture: Capture, record: UUID, fields: dict[str, str]) -> None:
        head, payload = _response_head(capture), _payload(capture)
        if capture.decoded:
            fields[_DECODED] = _line(capture.decoded)[:80]
        digest = sha256(payload).hexdigest()
        fields["WARC-Payload-Digest"] = f"sha256:{digest}"
        fields[DECODED_DIGEST] = f"sha256:{capture.sha256}"
        kind = "response"
        first = self._first.get(digest)
        if first is not None:
            kind, payload = "revisit", b""
            fields |= first
        elif payload:
            self._first[digest] = {
                "WARC-Profile": _SAME_PAYLOAD,
                "WARC-Refers-To": _urn(record),
                "WARC-Refers-To-Target-URI": _uri(capture.url),
                "WARC-Refers-To-Date": _moment(capture.captured_at),
            }
        content = "application/http; msgtype=response"
        self._write(kind, record, capture.captured_at, fields, content, payload, head)

    def _write(
        self,
        kind: str,
        record: UUID,
        at: datetime,
        fields: Mapping[str, str],
        content: str,
        payload: bytes,
        head: bytes = b"",
    ) -> None:
        """One record, its block made of an HTTP head and a payload."""
        headers = {
            "WARC-Type": kind,
            "WARC-Record-ID": _urn(record),
            "WARC-Date": _moment(at),
            **fields,
            "WARC-Block-Digest": f"sha256:{sha256(head + payload).hexdigest()}",
        }
        if kind != "warcinfo":
            headers["WARC-Warcinfo-ID"] = _urn(self._info)
        named = StatusAndHeaders("", list(headers.items()), protocol=_VERSION)
        self._writer.write_record(
            ArcWarcRecord(
                "warc",
                kind,
                named,
                BytesIO(payload),
                _Head(head) if head else None,
                content,
                len(head) + len(payload),
                payload_length=len(payload),
            )
        )
        self.records += 1

    def _next_id(self) -> UUID:
        self._count += 1
        return uuid5(self._ids, str(self._count))


def _member(stream: BinaryIO) -> tuple[bytes, bytes]:
    """The gzip member that begins here, as it is, and the first part of what is in it. Raises
    `EOFError` when the file ends within it."""
    start, unpacked = stream.tell(), zlib.decompressobj(wbits=31)
    text = b""
    while not unpacked.eof:
        data = stream.read(_PORTION)
        if not data:
            raise EOFError
        part = unpacked.decompress(data)
        text = text or part
    end = stream.tell() - len(unpacked.unused_data)
    stream.seek(start)
    return stream.read(end - start), text


def _request_head(capture: Capture) -> bytes:
    path = capture.url.split("/", 3)[3] if capture.url.count("/") >= 3 else ""
    return _head(f"{capture.method} /{path} HTTP/1.1", capture.sent)


def _response_head(capture: Capture) -> bytes:
    version = capture.version if capture.version in _HTTP else "1.1"
    headers = capture.headers
    if capture.decoded:
        renamed = [
            (_ORIGINAL + name if name.lower() in _OF_THE_CODING else name, value)
            for name, value in headers
        ]
        headers = (*renamed, ("Content-Length", str(len(capture.body))))
    return _head(f"HTTP/{version} {capture.status} {capture.phrase}".rstrip(), headers)


def _head(first: str, headers: tuple[tuple[str, str], ...]) -> bytes:
    lines = [first, *(f"{name}: {value}" for name, value in headers)]
    text = "\r\n".join(_NOT_A_LINE.sub(" ", line) for line in lines)
    return text.encode("latin-1", "replace") + b"\r\n\r\n"


def _payload(capture: Capture) -> bytes:
    body = capture.body
    chunked = any(
        name.lower() == "transfer-encoding" and "chunked" in value.lower()
        for name, value in capture.headers
    )
    if not chunked or not body:
        return body
    return b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)


def _truncated(capture: Capture) -> dict[str, str]:
    return {"WARC-Truncated": capture.truncated} if capture.truncated else {}


def _uri(url: str) -> str:
    return _NOT_A_URI.sub(lambda match: "".join(f"%{b:02X}" for b in match.group().encode()), url)


def _line(value: str) -> str:
    return _NOT_A_LINE.sub(" ", value)


def _urn(record: UUID) -> str:
    return f"<urn:uuid:{record}>"


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
