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
        self._examples: dict[str, tuple[str, str, str]] = {}

    def add(self, page: PageFacts) -> None:
        """Count the page's links."""
        for link in page.links:
            host = host_of(link.url) if link.url else ""
            if host in self._counts:
                self._counts[host] += 1
            elif host and len(self._counts) < MAX_HOSTS:
                self._counts[host] = 1
                self._examples[host] = (page.final_url or page.url, link.text, link.url)

    def result(self) -> HostLinks:
        """Hosts by name, each with link count, page URL, link text and target."""
        return HostLinks(
            tuple(
                (host, count, *self._examples[host]) for host, count in sorted(self._counts.items())
            )
        )
