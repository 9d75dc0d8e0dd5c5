"""Following lists that a page's scripts load, as the page itself would: by GET, page after page."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from auditor.derive.listings import read_listing
from auditor.derive.urls import canonical, host_of
from auditor.gather.crawl.traps import acts
from auditor.gather.fetch import Fetcher
from auditor.gather.robots import Robots
from auditor.model.artifact import Trap
from auditor.model.page import Link

#: Addresses of one page that are tried, answers read of one list, and answers read per site.
MAX_ADDRESSES = 10
MAX_ANSWERS = 500
MAX_SITE_ANSWERS = 3_000
_NO_DATA = (".html", ".htm", ".shtml", ".js", ".css", ".png", ".jpg", ".gif", ".svg", ".woff2")


class ListFollower:
    """Reads the lists of one site, each once, however many pages show it."""

    def __init__(self, hosts: frozenset[str], fetcher: Fetcher, robots: Robots) -> None:
        self._hosts = hosts
        self._fetcher = fetcher
        self._robots = robots
        self._asked: set[int] = set()
        self._cut: dict[str, int] = {}

    async def entries(self, page_url: str, addresses: Iterable[str]) -> tuple[Link, ...]:
        """The entries of the lists at `addresses`, which the page at `page_url` loads."""
        found: dict[str, Link] = {}
        wanted = filter(self._may_hold_data, map(canonical, addresses))
        for address in list(dict.fromkeys(wanted))[:MAX_ADDRESSES]:
            for link in await self._list(page_url, address):
                found.setdefault(link.url, link)
        return tuple(found.values())

    def cut(self) -> tuple[Trap, ...]:
        """The lists that went on when the budget was used up."""
        return tuple(Trap(path, "list-budget", count) for path, count in self._cut.items())

    def _may_hold_data(self, url: str) -> bool:
        path = urlsplit(url).path.lower()
        return host_of(url) in self._hosts and not path.endswith(_NO_DATA) and not acts(url)

    async def _list(self, page_url: str, address: str) -> list[Link]:
        """The entries of one list, to its end or to an answer that brings nothing new."""
        found: dict[str, Link] = {}
        for _ in range(MAX_ANSWERS):
            if hash(address) in self._asked or not await self._robots.allowed(address):
                return list(found.values())
            if len(self._asked) >= MAX_SITE_ANSWERS:
                break
            self._asked.add(hash(address))
            fetched = await self._fetcher.fetch(address, verify=False)
            record = fetched.record
            if record.reason is not None or record.status != 200:
                return list(found.values())
            listing = read_listing(
                fetched.body, record.content_type, url=address, page_url=page_url
            )
            new = [link for link in listing.entries if link.url not in found]
            found.update((link.url, link) for link in new)
            if not new or not self._may_hold_data(listing.following):
                return list(found.values())
            address = listing.following
        self._cut[address.partition("?")[0]] = 1
        return list(found.values())
