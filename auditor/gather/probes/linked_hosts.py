"""Hosts that the home page needs or leads to, and whether they answer over IPv6.

The national assessment counts the IPv6 support of second- and third-level links (STANDARDS: P);
hosts of images, scripts and styles without IPv6 leave "skylights" in a page seen over IPv6.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from auditor.gather.probes._route import has_route
from auditor.gather.tools import Tools
from auditor.model.artifact import DnsAnswer, HomePage, HostIpv6, LinkedHosts
from auditor.model.finding import Reason
from auditor.model.page import LinkKind, PageFacts
from auditor.model.site import Site

if TYPE_CHECKING:
    from tldextract import TLDExtract

#: Hosts looked up per site, in page order.
MAX_HOSTS = 60
_AT_ONCE = 4
_BODY_LIMIT = 64 * 1024
_RESOURCES = frozenset({LinkKind.IMAGE, LinkKind.STYLE, LinkKind.SCRIPT, LinkKind.FRAME})


@dataclass(slots=True)
class _Host:
    """A host in one role, with how many URLs name it and the first of them."""

    host: str
    role: str
    example_url: str
    page_url: str
    urls: int = 0


@dataclass(frozen=True, slots=True)
class _Support:
    """The AAAA answer, whether it names a usable address, and whether the host answers on it."""

    aaaa: DnsAnswer
    usable: bool
    works: bool | None


async def probe_linked_hosts(
    tools: Tools, site: Site, home: HomePage, extra_links: Sequence[tuple[str, str]] = ()
) -> LinkedHosts:
    """Look up every host of the home page's resources and of the organisation's own links.

    `extra_links` holds (page URL, target URL) of pages one level deeper. A host is asked over
    IPv6 once, by the first URL that names it.
    """
    items = _collect(site, home.facts, extra_links)
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(item: _Host) -> _Support:
        async with gate:
            return await _support(tools, item)

    first_use = {item.host: item for item in reversed(items)}
    answers = await asyncio.gather(*(one(item) for item in first_use.values()))
    support = dict(zip(first_use, answers, strict=True))
    return LinkedHosts(tuple(_fact(item, support[item.host]) for item in items))


def _fact(item: _Host, support: _Support) -> HostIpv6:
    return HostIpv6(
        host=item.host,
        role=item.role,
        urls=item.urls,
        aaaa=support.aaaa,
        usable=support.usable,
        works=support.works,
        example_url=item.example_url,
        page_url=item.page_url,
    )


def _collect(site: Site, home: PageFacts, extra_links: Sequence[tuple[str, str]]) -> list[_Host]:
    found: dict[tuple[str, str], _Host] = {}
    organisation = organisation_of(site.host)

    def note(url: str, role: str, page_url: str) -> None:
        host = _host(url)
        key = (role, host)
        if not host or (key not in found and len(found) >= MAX_HOSTS):
            return
        found.setdefault(key, _Host(host, role, url, page_url)).urls += 1

    loaded = [link.url for link in home.links if link.kind in _RESOURCES]
    for url in _distinct([*loaded, *(image.url for image in home.images)]):
        note(url, "resource", home.final_url)
    pages = (link.url for link in home.links if link.kind is LinkKind.PAGE)
    second = _distinct(url for url in pages if organisation_of(_host(url)) == organisation)
    for url in second:
        note(url, "second-level", home.final_url)
    known = set(second)
    for page_url, url in extra_links:
        if url not in known and organisation_of(_host(url)) == organisation:
            known.add(url)
            note(url, "third-level", page_url)
    return list(found.values())


async def _support(tools: Tools, item: _Host) -> _Support:
    aaaa = await tools.resolver.ask(item.host, "AAAA", confirm=True)
    facts = [fact for value in aaaa.values if (fact := tools.guard.classify(value)).usable]
    if not any(has_route(tools.guard, fact) for fact in facts):
        return _Support(aaaa, usable=bool(facts), works=None)
    fetched = await tools.fetcher.fetch(
        item.example_url, family=6, follow=False, body_limit=_BODY_LIMIT
    )
    return _Support(aaaa, usable=True, works=_works(fetched.record.reason))


def _works(reason: Reason | None) -> bool | None:
    if reason is None or reason in {Reason.TOO_LARGE, Reason.BLOCKED, Reason.RATE_LIMITED}:
        return True
    return False if reason is Reason.REFUSED else None


@cache
def _suffixes() -> TLDExtract:
    """The public suffixes: the bundled list only, the library must never fetch one. Loaded when
    the first foreign host is met, for it brings an HTTP client along."""
    import tldextract

    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


def organisation_of(host: str) -> str:
    """The registered domain: `zichuan.gov.cn` of `www.zichuan.gov.cn`; the host itself where no
    public suffix is known."""
    return _suffixes()(host).top_domain_under_public_suffix or host


def _distinct(urls: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(url for url in urls if url))


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return (parts.hostname or "") if parts.scheme in {"http", "https"} else ""
