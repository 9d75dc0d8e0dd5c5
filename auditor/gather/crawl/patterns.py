"""The patterns that a URL belongs to, from the finest to its whole host.

`/art/2020/3/4/art_12_345.html` belongs to `/art/#/#/#/art_#_#.html`, `/art/#/#/#/*.html`,
`/art/…` and the host; `/list.jsp?column=3&page=7` to the parameters with the values of those that
take few (`column=3&page=…`), to the parameters alone, to the path, and to the host.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

#: Values of a parameter beyond which it names pages, not kinds of pages.
MAX_VALUES = 12
#: Bounds of what is remembered about parameters.
_MAX_PARAMETERS = 20_000
_NUMBERED = re.compile(r"(?:%[0-9A-F]{2})+|[A-Za-z0-9]*\d[A-Za-z0-9]*")
_PARTS = re.compile(r"(https?://[^/?]*)([^?]*)(?:\?(.*))?", re.S)


class Patterns:
    """Names the patterns of URLs, and learns which parameters take few values."""

    def __init__(self) -> None:
        self._values: dict[tuple[str, str], set[int] | None] = {}
        self._last: tuple[str, tuple[str, ...]] = ("", ())

    def of(self, url: str) -> tuple[str, ...]:
        """The patterns of a URL, finest first."""
        if url == self._last[0]:
            return self._last[1]
        match = _PARTS.match(url)
        if match is None:
            return (url,)
        host, path, query = match.groups()
        names = self._queries(host, path, query) if query else _paths(host, path)
        found = tuple(dict.fromkeys((*names, f"{host}/…")))
        self._last = url, found
        return found

    def _queries(self, host: str, path: str, query: str) -> Iterable[str]:
        head = host + _numbered(path)
        pairs = sorted(pair.partition("=")[::2] for pair in query.split("&"))
        shape = "&".join(f"{name}=…" for name, _ in pairs)
        fine = "&".join(
            f"{name}={value if self._is_narrow(f'{head}?{shape}', name, value) else '…'}"
            for name, value in pairs
        )
        return f"{head}?{fine}", f"{head}?{shape}", f"{head}?…"

    def _is_narrow(self, shape: str, name: str, value: str) -> bool:
        """Whether the parameter has taken few values until now, this one included."""
        key = shape, name
        if key not in self._values:
            if len(self._values) >= _MAX_PARAMETERS:
                return False
            self._values[key] = set()
        values = self._values[key]
        if values is None:
            return False
        values.add(hash(value))
        if len(values) > MAX_VALUES:
            self._values[key] = None
            return False
        return True


def _paths(host: str, path: str) -> Iterable[str]:
    folder, _, last = path.rstrip("/").rpartition("/")
    ending = "/" if path.endswith("/") else last[last.rfind(".") :] if "." in last else ""
    shown = f"{host}{_numbered(folder)}/"
    if _NUMBERED.search(last):
        yield shown + _numbered(last) + ("/" if ending == "/" else "")
    yield f"{shown}*{ending}"
    if folder:
        yield f"{host}/{path.split('/', 2)[1]}/…"


def _numbered(path: str) -> str:
    return _NUMBERED.sub("#", path)
