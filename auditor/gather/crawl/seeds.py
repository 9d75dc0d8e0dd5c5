"""Where a crawl begins besides the home page: the site's sitemaps."""

from __future__ import annotations

from urllib.parse import urljoin

from auditor.derive.urls import canonical, host_of
from auditor.gather.fetch import Fetcher
from auditor.gather.robots import Robots
from auditor.gather.sitemap import parse_sitemap
from auditor.model.site import Site

#: Sitemap files read per site, and URLs taken from them all.
MAX_FILES = 50
MAX_URLS = 200_000


async def sitemap_urls(site: Site, fetcher: Fetcher, robots: Robots) -> tuple[str, ...]:
    """In-site URLs of the sitemaps that robots.txt names, and of /sitemap.xml. A sitemap that
    cannot be read is passed over: it is a hint, never the only way to a page."""
    named = (await robots.file(site.homepage)).sitemaps
    waiting = list(dict.fromkeys([*named, urljoin(site.homepage, "/sitemap.xml")]))
    read: set[str] = set()
    found: dict[str, None] = {}
    while waiting and len(read) < MAX_FILES and len(found) < MAX_URLS:
        address = waiting.pop(0)
        if address in read or host_of(address) not in site.hosts:
            continue
        read.add(address)
        if address not in named and not await robots.allowed(address):
            continue  # a guess that is not welcome
        fetched = await fetcher.fetch(address, verify=False)
        if fetched.record.reason is not None or fetched.record.status != 200:
            continue
        entries = parse_sitemap(fetched.body)
        waiting += entries.sitemaps
        for url in map(canonical, entries.urls):
            if url and host_of(url) in site.hosts:
                found[url] = None
    return tuple(found)[:MAX_URLS]
