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
        # By scheme and authority as the link has them; hosts are only parsed at the end.
        self._counts: dict[str, int] = {}
        self._examples: dict[str, tuple[str, str, str]] = {}

    def add(self, page: PageFacts) -> None:
        """Count the page's links."""
        counts = self._counts
        own = page.url[: page.url.find("/", 8) + 1]
        links = page.links
        # Most links stay on the host: all but the first of them are counted in one go.
        if own[:-1] in counts:
            links = tuple([link for link in page.links if not link.url.startswith(own)])
            counts[own[:-1]] += len(page.links) - len(links)
        for link in links:
            url = link.url
            # Canonical addresses have a path: the first slash behind `https://` begins it.
            origin = url[: url.find("/", 8)]
            if origin in counts:
                counts[origin] += 1
            elif origin and len(counts) < MAX_HOSTS:
                counts[origin] = 1
                self._examples[origin] = (page.final_url or page.url, link.text, url)

    def result(self) -> HostLinks:
        """Hosts by name, each with link count, page URL, link text and target."""
        hosts: dict[str, int] = {}
        examples: dict[str, tuple[str, str, str]] = {}
        for origin, count in self._counts.items():
            host = host_of(origin)
            hosts[host] = hosts.get(host, 0) + count
            examples.setdefault(host, self._examples[origin])
        hosts.pop("", None)
        return HostLinks(tuple((host, hosts[host], *examples[host]) for host in sorted(hosts)))
