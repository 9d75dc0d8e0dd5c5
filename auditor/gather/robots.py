"""robots.txt (RFC 9309), once per origin."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Container
from copy import copy
from dataclasses import dataclass, replace
from time import monotonic
from typing import Self
from urllib.parse import urlsplit

from protego import Protego

from auditor.derive.urls import host_of
from auditor.gather.fetch import Fetched, Fetcher
from auditor.gather.tools import Tools
from auditor.gather.verdicts import breaks_http
from auditor.model.artifact import RobotsFile
from auditor.model.finding import Reason

#: RFC 9309 section 2.5 asks crawlers to read at least this much; the largest known has 1.4 MB.
MAX_BYTES = 512 * 1024
_ATTEMPTS = 2
_MAX_REDIRECTS = 5
#: A file that could not be fetched is asked for again after this many seconds.
_UNREACHABLE_TTL_S = 600.0
_MAX_ORIGINS = 20_000
_MAX_SITEMAPS = 100
_HTML = re.compile(rb"^\s*<(?:!doctype|html|head|body|script|meta|!--)", re.I)
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class _Entry:
    file: RobotsFile
    rules: Protego
    until: float


class Robots:
    """Answers whether a URL may be fetched, and remembers each origin's file.

    `obey=False` allows everything (an authorised inspection; `override_reason` is recorded in
    each `RobotsFile`), but the files are still read and reported.
    """

    def __init__(self, fetcher: Fetcher, *, obey: bool = True, override_reason: str = "") -> None:
        self._fetcher = fetcher
        self._obey = obey
        self._override = "" if obey else override_reason or "obey_robots: false"
        # Rules name a crawler by its product token, without version and contact.
        self._agent = fetcher.user_agent.split("/", 1)[0].split(" ", 1)[0]
        self._entries: dict[str, _Entry] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    def through(self, fetcher: Fetcher) -> Self:
        """The same rules and memory, with files that are still to be read fetched by `fetcher`."""
        other = copy(self)
        other._fetcher = fetcher
        return other

    async def allowed(self, url: str) -> bool:
        """True when the origin's rules let the auditor fetch the URL, or are not obeyed."""
        if not self._obey:
            return True
        entry = await self._entry(url)
        return not entry.file.disallows_all and bool(entry.rules.can_fetch(url, self._agent))

    async def file(self, host_url: str) -> RobotsFile:
        """The robots.txt of the URL's origin. `unreachable` with `disallows_all` after 5xx and
        network errors (RFC 9309 section 2.3.1.4); a challenge page in its place, or
        an answer that is no proper HTTP, is `unreachable` too, but does not forbid: the pages
        themselves will tell."""
        return (await self._entry(host_url)).file

    async def _entry(self, url: str) -> _Entry:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}".lower()
        entry = self._entries.get(origin)
        if entry is not None and entry.until > monotonic():
            return entry
        lock = self._locks.setdefault(origin, asyncio.Lock())
        try:
            async with lock:
                entry = self._entries.get(origin)
                if entry is None or entry.until <= monotonic():
                    entry = await self._load(origin)
                    if len(self._entries) >= _MAX_ORIGINS:
                        self._entries.clear()
                    self._entries[origin] = entry
                return entry
        finally:
            if not lock.locked():
                self._locks.pop(origin, None)

    async def _load(self, origin: str) -> _Entry:
        url = origin + "/robots.txt"
        fetched = await self._fetch(url, verify=True)
        if fetched.record.reason is Reason.TLS:
            # The certificate is another check's matter; citizens can click through, too.
            fetched = await self._fetch(url, verify=False)
        state, text = read_robots(fetched)
        rules = Protego.parse(text)
        silent = fetched.record.reason is not Reason.BLOCKED and not breaks_http(fetched.record)
        forbids = state == "unreachable" and silent
        home = origin + "/"
        delay = rules.crawl_delay(self._agent)
        if delay is not None and self._obey:
            self._fetcher.throttle.crawl_delay(urlsplit(origin).hostname or "", float(delay))
        file = RobotsFile(
            url=url,
            state=state,
            disallows_all=forbids or _disallows_all(rules, home, self._agent),
            crawl_delay_s=None if delay is None else float(delay),
            sitemaps=tuple(dict.fromkeys(rules.sitemaps))[:_MAX_SITEMAPS],
            overridden=self._override,
        )
        lifetime = _UNREACHABLE_TTL_S if state == "unreachable" else float("inf")
        return _Entry(file, rules, monotonic() + lifetime)

    async def _fetch(self, url: str, *, verify: bool) -> Fetched:
        return await self._fetcher.fetch(
            url,
            body_limit=MAX_BYTES,
            attempts=_ATTEMPTS,
            max_redirects=_MAX_REDIRECTS,
            verify=verify,
        )


def obedient(tools: Tools, robots: Robots, hosts: Container[str] | None = None) -> Tools:
    """Tools whose fetches robots.txt may refuse (`Reason.ROBOTS`), as those of the crawl are: for
    probes that ask for more than the home page. With `hosts` only URLs of these are judged."""

    async def gate(url: str) -> bool:
        return (hosts is not None and host_of(url) not in hosts) or await robots.allowed(url)

    return replace(tools, fetcher=tools.fetcher.obeying(gate))


def read_robots(fetched: Fetched) -> tuple[str, str]:
    """State and rules' text of a fetched robots.txt; the text is "" where nothing is forbidden.

    States: ok | absent | html (an error page in disguise: no rules) | too-large (the first
    512 KiB count) | unreachable.
    """
    record = fetched.record
    if record.reason is Reason.TOO_LARGE and 200 <= record.status < 300:
        return "too-large", _text(fetched.body)
    if record.reason is Reason.PROTOCOL and record.detail.endswith(("redirects", "loop")):
        return "absent", ""
    if record.reason is not None or record.status >= 500:
        return "unreachable", ""
    if not 200 <= record.status < 300:
        return "absent", ""
    if _HTML.match(fetched.body.removeprefix(_BOM)):
        return "html", ""
    return "ok", _text(fetched.body)


def _text(body: bytes) -> str:
    return body.removeprefix(_BOM).decode("utf-8", "replace").replace("\x00", "")


def _disallows_all(rules: Protego, home: str, agent: str) -> bool:
    """True when neither the home page nor an ordinary page may be fetched."""
    pages = (home, home + "index.html", home + "a/b.html")
    return not any(rules.can_fetch(page, agent) for page in pages)
