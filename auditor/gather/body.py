"""Content codings: from the bytes on the wire to the body, never beyond a limit.

RFC 9110 section 8.4. A bomb of 1,617 bytes can stand for 3 GB, so every decoder is asked for a
bounded amount and stops there.
"""

from __future__ import annotations

import sys
import zlib
from dataclasses import dataclass

import brotli

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

#: What the fetcher advertises: the codings that archive tools read, so that evidence is kept as
#: it came. Servers that send others unasked are understood, too.
ACCEPT_ENCODING = "gzip, deflate"
#: Codings on top of one another beyond this are refused: nobody needs them but attackers.
MAX_LAYERS = 3
#: RFC 9659: windows above 8 MB need not be supported on the web.
_ZSTD_OPTIONS: dict[int, int] = {zstd.DecompressionParameter.window_log_max: 23}
_ALIASES = {"x-gzip": "gzip", "zlib": "deflate"}
#: Values that servers write here by mistake; browsers ignore them, and so do we.
_IGNORED = frozenset({"", "identity", "none", "utf-8", "utf8", "gbk", "gb2312", "gb18030"})


@dataclass(frozen=True, slots=True)
class Decoded:
    """A decoded body. `problem`: "" | too-large | truncated | damaged | unknown-coding;
    `body` holds what could be decoded, at most the limit."""

    body: bytes
    problem: str = ""
    detail: str = ""


class _Damaged(Exception):
    """The bytes are not what the coding's format demands."""


def codings(header: str) -> tuple[str, ...]:
    """The codings of a Content-Encoding header in the order they were applied."""
    names = (part.strip().lower() for part in header.split(","))
    return tuple(_ALIASES.get(name, name) for name in names if name not in _IGNORED)


def decode_body(raw: bytes, content_encoding: str, limit: int) -> Decoded:
    """Undo the codings named by the header, the last applied first. Never raises."""
    layers = codings(content_encoding)
    unknown = [name for name in layers if name not in _DECODERS]
    if unknown or len(layers) > MAX_LAYERS:
        return Decoded(b"", "unknown-coding", content_encoding[:80])
    body, problem = raw, ""
    for name in reversed(layers):
        if not body:
            break
        try:
            body, layer_problem = _DECODERS[name](body, limit)
        except _Damaged as error:
            return Decoded(b"", "damaged", f"{name}: {error}"[:120])
        problem = problem or layer_problem
    if len(body) > limit:
        return Decoded(body[:limit], "too-large")
    return Decoded(body, problem)


def _gzip(data: bytes, limit: int) -> tuple[bytes, str]:
    """All members of a gzip file; what follows the last member is ignored, as zlib users do."""
    parts: list[bytes] = []
    left = limit + 1
    while True:
        body, problem, rest = _inflate(data, left, wbits=31)
        parts.append(body)
        left -= len(body)
        if problem or left <= 0 or not rest.startswith(b"\x1f\x8b"):
            return b"".join(parts), "too-large" if left <= 0 else problem
        data = rest


def _deflate(data: bytes, limit: int) -> tuple[bytes, str]:
    """zlib format (RFC 1950), or raw deflate, which many servers send under the same name."""
    try:
        body, problem, _ = _inflate(data, limit + 1, wbits=15)
    except _Damaged:
        body, problem, _ = _inflate(data, limit + 1, wbits=-15)
    return body, "too-large" if len(body) > limit else problem


def _inflate(data: bytes, room: int, *, wbits: int) -> tuple[bytes, str, bytes]:
    decoder = zlib.decompressobj(wbits)
    try:
        body = decoder.decompress(data, room)
    except zlib.error as error:
        raise _Damaged(str(error)) from error
    whole = decoder.eof or len(body) >= room
    return body, "" if whole else "truncated", decoder.unused_data


def _brotli(data: bytes, limit: int) -> tuple[bytes, str]:
    decoder = brotli.Decompressor()
    parts: list[bytes] = []
    size = 0
    try:
        chunk = decoder.process(data, output_buffer_limit=65_536)
        while chunk and size <= limit:
            parts.append(chunk)
            size += len(chunk)
            if decoder.is_finished() or decoder.can_accept_more_data():
                break
            chunk = decoder.process(b"", output_buffer_limit=65_536)
    except brotli.error as error:
        raise _Damaged(str(error)) from error
    if size > limit:
        return b"".join(parts), "too-large"
    return b"".join(parts), "" if decoder.is_finished() else "truncated"


def _zstd(data: bytes, limit: int) -> tuple[bytes, str]:
    """All frames; a frame whose window is above 8 MB counts as damaged (RFC 9659)."""
    parts: list[bytes] = []
    left = limit + 1
    while data and left > 0:
        decoder = zstd.ZstdDecompressor(options=_ZSTD_OPTIONS)
        try:
            body = decoder.decompress(data, max_length=left)
        except zstd.ZstdError as error:
            if parts:
                break  # rubbish after a whole frame
            raise _Damaged(str(error)) from error
        parts.append(body)
        left -= len(body)
        if not decoder.eof:
            return b"".join(parts), "too-large" if left <= 0 else "truncated"
        data = decoder.unused_data
    return b"".join(parts), "too-large" if left <= 0 else ""


_DECODERS = {"gzip": _gzip, "deflate": _deflate, "br": _brotli, "zstd": _zstd}
