"""The second look at what seems dead: as somebody comes there who follows a link.

Some servers answer 404 or 403 to requests without a Referer (hot-link protection) or without the
cookie that any page of theirs sets. To a visitor such targets are alive.
"""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from auditor.derive.urls import host_of
from auditor.gather._cookies import HopCookies
from auditor.gather.fetch import Fetched, Fetcher
from auditor.model.finding import Reason

#: Hosts whose cookies are kept.
_MAX_HOSTS = 1_000
_BODY_LIMIT = 64 * 1024
_BANS = frozenset({Reason.BLOCKED, Reason.RATE_LIMITED})
#: Dead targets after which it is asked again whether the site still lets us in.
_ASK_AGAIN = 20


class Visitor:
    """Looks at targets with the Referer and the cookies of the page that links to them."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self._cookies: dict[str, HopCookies] = {}
        self._let_in: dict[str, tuple[int, bool]] = {}
        self._asking = asyncio.Lock()

    async def look(
        self, url: str, source: str, *, attempts: int = 2, body_limit: int | None = None
    ) -> Fetched:
        """GET the URL. `source`: the page with the link, "" when none is known. Bad certificates
        are another check's matter."""
        referer = referer_of(url, source)
        return await self._fetcher.fetch(
            url,
            headers={"Referer": referer} if referer else None,
            attempts=attempts,
            body_limit=body_limit,
            verify=False,
            cookies=await self._cookies_for(url, source),
        )

    async def is_let_in(self, page: str) -> bool:
        """Whether a page that was read before still opens, so that "not found" is no ban: some
        protections answer 404 for everything from then on. Asked for anew now and then."""
        if not page:
            return True
        host = host_of(page)
        async with self._asking:
            asked, known = self._let_in.get(host, (0, True))
            if asked % _ASK_AGAIN == 0:
                fetched = await self._fetcher.fetch(page, body_limit=_BODY_LIMIT, verify=False)
                known = fetched.record.status < 400 and fetched.record.reason not in _BANS
            self._let_in[host] = asked + 1, known
        return known

    async def _cookies_for(self, url: str, source: str) -> HopCookies | None:
        """The cookies of a visit of the source, asked for once per host."""
        host = host_of(url)
        if not source or host_of(source) != host:
            return None
        async with self._asking:
            if host not in self._cookies:
                if len(self._cookies) >= _MAX_HOSTS:
                    self._cookies.clear()
                cookies = self._cookies[host] = HopCookies()
                await self._fetcher.fetch(
                    source, attempts=1, body_limit=_BODY_LIMIT, verify=False, cookies=cookies
                )
            return self._cookies[host]


def referer_of(url: str, source: str) -> str:
    """The Referer that browsers send by default (Referrer Policy: strict-origin-when-cross-origin):
    the whole address within an origin, the origin alone to others, nothing from https to http."""
    here, there = urlsplit(source), urlsplit(url)
    if here.scheme not in ("http", "https") or (here.scheme, there.scheme) == ("https", "http"):
        return ""
    if (here.scheme, here.netloc) == (there.scheme, there.netloc):
        return source.partition("#")[0]
    return f"{here.scheme}://{here.netloc}/"
