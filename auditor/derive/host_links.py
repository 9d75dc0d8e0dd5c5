"""Hosts that the site links to."""

from __future__ import annotations

from typing import ClassVar

from auditor.derive.urls import host_of
from auditor.model.artifact import HostLinks
from auditor.model.page import PageFacts

#: Hosts remembered; further ones are ignored.
MAX_HOSTS = 5_000


class HostLinksFold:
    """Counts links by target host and keeps the first example of each."""

    produces: ClassVar[type] = HostLinks

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._hosts: dict[str, str] = {}
        self._examples: dict[str, tuple[str, str, str]] = {}

    def add(self, page: PageFacts) -> None:
        """Count the page's links."""
        for link in page.links:
            host = self._host(link.url)
            if host in self._counts:
                self._counts[host] += 1
            elif host and len(self._counts) < MAX_HOSTS:
                self._counts[host] = 1
                self._examples[host] = (page.final_url or page.url, link.text, link.url)

    def _host(self, url: str) -> str:
        """The host of a canonical URL; each scheme and authority is parsed once."""
        origin = "/".join(url.split("/", 3)[:3])
        host = self._hosts.get(origin)
        if host is None:
            host = host_of(origin) if origin else ""
            if len(self._hosts) < 2 * MAX_HOSTS:
                self._hosts[origin] = host
        return host

    def result(self) -> HostLinks:
        """Hosts by name, each with link count, page URL, link text and target."""
        return HostLinks(
            tuple(
                (host, count, *self._examples[host]) for host, count in sorted(self._counts.items())
            )
        )
