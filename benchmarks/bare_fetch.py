"""The floor: aiohttp fetches the pages of a list and lxml parses each once; nothing is stored.

Run by crawl.py: python bare_fetch.py FILE, a file with one URL a line.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import aiohttp
from lxml import etree

CONNECTIONS = 16


async def fetch(urls: Iterator[str], session: aiohttp.ClientSession) -> int:
    """Take URLs until there are none left; the number of pages with a title."""
    pages = 0
    for url in urls:
        async with session.get(url) as response:
            body = await response.read()
        tree = etree.fromstring(body, etree.HTMLParser(encoding="utf-8"))
        pages += tree.find(".//title") is not None
    return pages


async def main(urls: Iterator[str]) -> None:
    connector = aiohttp.TCPConnector(limit=CONNECTIONS)
    async with aiohttp.ClientSession(connector=connector) as session:
        counts = await asyncio.gather(*(fetch(urls, session) for _ in range(CONNECTIONS)))
    print(sum(counts))


if __name__ == "__main__":
    asyncio.run(main(iter(Path(sys.argv[1]).read_text().split())))
