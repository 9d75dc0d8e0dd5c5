"""URLs as the fetcher needs them: split once per origin, safe for the request line."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import urldefrag, urljoin, urlsplit

from yarl import URL

from auditor.gather.guard import Guard

_ORIGIN = re.compile(r"https?://[^/?#\\]+", re.I)
_UNSAFE = re.compile(r"[^!-~]|[\"<>`]")
_UNSAFE_BYTES = re.compile(rb"[^!-~]")
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_MEMO_LIMIT = 4096
_DEFAULT_PORTS = {"http": 80, "https": 443}


class Origin(NamedTuple):
    """Where a URL's host is. `authority` is the Host header; `prefix` the canonical origin."""

    scheme: str
    host: str
    port: int
    authority: str
    prefix: str


class Target(NamedTuple):
    """A URL ready to be asked: its origin and the request target."""

    origin: Origin
    path: str

    @property
    def url(self) -> str:
        """The URL in the form that is asked (ASCII, no fragment)."""
        return self.origin.prefix + self.path


class Targets:
    """Splits URLs, judging every origin once by the guard."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._memo: dict[str, Origin | str] = {}

    def of(self, url: str) -> Target | str:
        """The target, or why the URL may not be fetched (vocabulary of `Guard.check_url`)."""
        match = _ORIGIN.match(url)
        if match is None:
            return self._guard.check_url(url) or "malformed"
        prefix = match.group()
        origin = self._memo.get(prefix)
        if origin is None:
            if len(self._memo) >= _MEMO_LIMIT:
                self._memo.clear()
            origin = self._memo[prefix] = self._origin(prefix)
        if isinstance(origin, str):
            return origin
        return Target(origin, _request_target(url[match.end() :]))

    def _origin(self, prefix: str) -> Origin | str:
        problem = self._guard.check_url(prefix)
        if problem is not None:
            return problem
        parts = urlsplit(prefix)
        host = _ascii_host(parts.hostname or "")
        if host is None:
            return "malformed"
        default = _DEFAULT_PORTS[parts.scheme]
        port = parts.port or default
        shown = f"[{host}]" if ":" in host else host
        authority = shown if port == default else f"{shown}:{port}"
        # The name may turn into an address only now (full-width digits, ideographic dots).
        problem = self._guard.check_url(f"{parts.scheme}://{authority}")
        if problem is not None:
            return problem
        return Origin(parts.scheme, host, port, authority, f"{parts.scheme}://{authority}")


def _ascii_host(host: str) -> str | None:
    if host.isascii():
        return host.rstrip(".") or None
    try:
        return URL.build(scheme="http", host=host.rstrip(".。")).raw_host
    except ValueError:
        return None


def _request_target(rest: str) -> str:
    """Path and query as they go on the wire: existing escapes stay, the rest is UTF-8."""
    rest = rest.split("#", 1)[0]
    if _UNSAFE.search(rest):
        rest = _UNSAFE.sub(_escape, rest)
    if not rest.startswith("/"):
        rest = "/" + rest.lstrip("\\")
    return rest


def _escape(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match.group().encode("utf-8", "surrogatepass"))


def redirect_url(base: str, location: bytes) -> str:
    """The URL that a Location header means, from its bytes as they came.

    Bytes beyond ASCII are escaped as they are, like browsers do: many Chinese servers send GBK.
    An international host name is read as UTF-8, else as GB18030. `ValueError` when no URL.
    """
    raw = location.strip(b" \t\r\n")
    text = _UNSAFE_BYTES.sub(lambda match: b"%%%02X" % match.group()[0], raw).decode("ascii")
    head, mark, tail = text.partition("?")
    text = head.replace("\\", "/") + mark + tail
    joined = urldefrag(urljoin(base, text)).url
    parts = urlsplit(joined)
    if "%" in parts.netloc:
        joined = joined.replace(parts.netloc, _unescape_host(parts.netloc), 1)
    return joined


def _unescape_host(netloc: str) -> str:
    raw = _PERCENT.sub(lambda match: chr(int(match.group()[1:], 16)), netloc).encode("latin-1")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")
