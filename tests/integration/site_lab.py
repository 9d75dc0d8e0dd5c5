"""A small site on loopback, written as a mapping of paths, and the crawl of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from auditor.gather.crawl import Crawler, CrawlLimits, CrawlMemory
from auditor.gather.robots import Robots
from auditor.model.artifact import CrawlSummary
from auditor.store.rows import FrontierUrl, StoredPage, UrlDone
from tests.hostile.web import Script, Talk, Web
from tests.integration.probe_lab import HOST, Lab, lab, page, site

#: A page is its links, its HTML, or a script.
Content = Sequence[str] | bytes | Script


def linked(*links: str, title: str = "页面", more: str = "") -> bytes:
    """A page with these links and some text of its own."""
    items = "".join(f'<li><a href="{link}">去 {link}</a></li>' for link in links)
    return (
        f"<!DOCTYPE html><html lang=zh-CN><head><meta charset=utf-8><title>{title}</title></head>"
        f"<body><h1>{title}</h1><p>{'这里是正文，说明办事的条件和流程。' * 4}</p>"
        f"<ul>{items}</ul>{more}</body></html>"
    ).encode()


def scripts(pages: Mapping[str, Content]) -> dict[str, Script]:
    """A script for each path; what is not there answers 404."""
    found: dict[str, Script] = {}
    for path, content in pages.items():
        if callable(content):
            found[path] = content
        elif isinstance(content, bytes):
            found[path] = page(content)
        else:
            found[path] = page(linked(*content, title=path))
    return {"*": status(404), **found}


def status(code: int, body: bytes = b"<p>not here</p>") -> Script:
    """A script that always answers with a status."""

    async def script(talk: Talk) -> None:
        await talk.answer(code, body, ("Content-Type", "text/html"))

    return script


def moved(location: str) -> Script:
    """A script that redirects."""

    async def script(talk: Talk) -> None:
        await talk.redirect(location)

    return script


@dataclass
class Sink:
    """Keeps what a crawl saves, batch by batch."""

    batches: list[tuple[list[StoredPage], list[FrontierUrl], list[UrlDone]]] = field(
        default_factory=list
    )

    async def save(
        self,
        pages: Sequence[StoredPage],
        new_urls: Sequence[FrontierUrl],
        done: Sequence[UrlDone],
    ) -> None:
        self.batches.append((list(pages), list(new_urls), list(done)))

    @property
    def pages(self) -> dict[str, StoredPage]:
        """Stored pages with facts by path and query; each was stored once."""
        kept = [item for batch in self.batches for item in batch[0] if item.facts]
        assert len(kept) == len({item.row.url for item in kept})
        return {local(item.row.url): item for item in kept}

    @property
    def rows(self) -> dict[str, StoredPage]:
        """All page rows, those without facts included."""
        return {local(item.row.url): item for batch in self.batches for item in batch[0]}

    @property
    def done(self) -> dict[str, UrlDone]:
        """What came of each URL; said once of each."""
        said = [item for batch in self.batches for item in batch[2]]
        assert len(said) == len({item.url for item in said})
        return {local(item.url): item for item in said}

    @property
    def found(self) -> dict[str, FrontierUrl]:
        """Every URL found."""
        return {local(item.url): item for batch in self.batches for item in batch[1]}


def local(url: str) -> str:
    """Path and query of a URL of the site, or the whole of another."""
    parts = urlsplit(url)
    if parts.hostname != HOST:
        return url
    return parts.path + (f"?{parts.query}" if parts.query else "")


@dataclass
class Walk:
    """A finished crawl."""

    summary: CrawlSummary
    sink: Sink
    web: Web
    here: Lab

    def asked(self, path: str) -> int:
        """How often a path was requested."""
        return len(self.web.requests(path))


async def walk(
    pages: Mapping[str, Content],
    *,
    limits: CrawlLimits | None = None,
    memory: CrawlMemory | None = None,
    stop: asyncio.Event | None = None,
    sink: Any = None,
    lab_options: Mapping[str, Any] | None = None,
    site_options: Mapping[str, Any] | None = None,
    browser: Callable[[Lab], Any] = lambda here: nullcontext(),
    **more: Any,
) -> Walk:
    """Crawl a site made of `pages`, with a `browser` if one is made."""
    kept = Sink() if sink is None else sink
    async with (
        Web(scripts(pages)) as web,
        lab(web.port, **(lab_options or {})) as here,
        browser(here) as renderer,
    ):
        known = site(web.port, **(site_options or {}))
        crawler = Crawler(
            known,
            tools=here.tools,
            robots=Robots(here.tools.fetcher, obey=True, override_reason=""),
            limits=limits or CrawlLimits(workers=2),
            sink=kept,
            stop=stop or asyncio.Event(),
            memory=memory,
            renderer=renderer,
            **more,
        )
        summary = await asyncio.wait_for(crawler.run(), 60)
        return Walk(summary, kept, web, here)
