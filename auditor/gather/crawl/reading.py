"""From an answer to the page that a visitor sees: pages that only send on are followed, pages
that are empty without their scripts are made by a browser."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from hashlib import sha256

from auditor.derive.limits import MAX_LINKS
from auditor.derive.page import page_facts
from auditor.derive.urls import canonical, host_of
from auditor.gather.browser import Browser, Rendered
from auditor.gather.crawl._batch import is_html
from auditor.gather.crawl.listings import ListFollower
from auditor.gather.fetch import Fetched, Fetcher
from auditor.gather.robots import Robots
from auditor.gather.verdicts import breaks_http
from auditor.model.artifact import Missed, Trap
from auditor.model.page import Link, PageFacts
from auditor.store.rows import FrontierUrl

#: Bodies above this are parsed in a thread; below, the hop costs more than it saves (bytes).
LARGE_BODY = 128 * 1024
#: Pages in a row that only send on, as browsers bear them.
MAX_SENT_ON = 3
_RENDERED_TYPE = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a page says, and the address under which the visitor sees it in the end. `plain`: it
    says so by this one answer, without another page, a list or a browser."""

    facts: PageFacts
    final: str
    plain: bool = True


class Reader:
    """Reads the pages of one site. `home`: its home page's canonical address; `renderer`: None
    when there is no browser; at most `max_renders` pages are opened in it."""

    def __init__(
        self,
        home: str,
        hosts: frozenset[str],
        *,
        fetcher: Fetcher,
        robots: Robots,
        renderer: Browser | None,
        max_renders: int,
    ) -> None:
        self._home = home
        self._hosts = hosts
        self._fetcher = fetcher
        self._robots = robots
        self._renderer = renderer
        self._renders_left = max_renders
        self._lists = ListFollower(hosts, fetcher, robots)

    async def read(self, item: FrontierUrl, fetched: Fetched) -> Reading:
        """The page behind a good answer in HTML."""
        first = facts = await self._parse(item, fetched)
        for _ in range(MAX_SENT_ON):
            following = await self._sent_on(facts)
            if following is None:
                break
            fetched = following
            facts = await self._parse(item, fetched)
        lists = [link.url for link in facts.links if link.via == "interface"]
        rendered = await self._rendered(item, facts)
        if rendered is not None:
            facts = await self._merged(item, fetched, facts, rendered)
            lists += rendered.requests
        if lists:
            facts = await self._with_lists(facts, lists)
        scripted = facts.script_shell or facts.fillable or facts.redirect
        plain = facts is first and not (lists or scripted)
        return Reading(facts, canonical(facts.final_url) or item.url, plain)

    async def second_opinion(self, fetched: Fetched) -> Fetched:
        """Where an answer breaks the rules of HTTP, what a browser makes of it: browsers forgive
        much that our parser does not. The answer itself where the browser sees no page either."""
        record = fetched.record
        if not breaks_http(record) or self._renderer is None or self._renders_left <= 0:
            return fetched
        self._renders_left -= 1
        shown = await self._renderer.render(record.url)
        if isinstance(shown, Missed) or host_of(shown.final_url) not in self._hosts:
            return fetched
        seen = replace(
            record,
            final_url=shown.final_url,
            status=shown.status or 200,
            reason=None,
            detail=f"by browser: {record.detail}"[:200],
            sha256=sha256(shown.html).hexdigest(),
            size_bytes=len(shown.html),
            content_type=_RENDERED_TYPE,
        )
        return replace(fetched, record=seen, body=shown.html, headers=())

    def cut(self) -> tuple[Trap, ...]:
        """Lists that were not read to their end."""
        return self._lists.cut()

    async def _with_lists(self, facts: PageFacts, addresses: list[str]) -> PageFacts:
        """The page with the entries of lists that its scripts load. What the page shows of them
        stands in it anyway; this adds what lies on their further pages."""
        known = {link.url for link in facts.links}
        entries = await self._lists.entries(facts.base_url or facts.final_url, addresses)
        new = tuple(link for link in entries if link.url not in known)
        return replace(facts, links=(*facts.links, *new)[:MAX_LINKS]) if new else facts

    async def _sent_on(self, facts: PageFacts) -> Fetched | None:
        """The answer to which the page sends every visitor at once, if it is one of the site's
        own pages. Where that fails, the page itself is all there is."""
        target = facts.redirect
        if not target or host_of(target) not in self._hosts:
            return None
        if not await self._robots.allowed(target):
            return None
        fetched = await self._fetcher.fetch(target, verify=False)
        record = fetched.record
        good = record.reason is None and record.status < 400 and is_html(fetched)
        return fetched if good and host_of(record.final_url) in self._hosts else None

    async def _rendered(self, item: FrontierUrl, facts: PageFacts) -> Rendered | None:
        """The page after its scripts ran, if it is empty without them.

        The home page is always rendered: scripts often write its lists and its footer, and what
        only they write must not be called missing or stale.
        """
        wanted = facts.script_shell or facts.fillable or item.url == self._home
        if not wanted or self._renderer is None or self._renders_left <= 0:
            return None
        self._renders_left -= 1
        rendered = await self._renderer.render(facts.final_url)
        if isinstance(rendered, Missed) or host_of(rendered.final_url) not in self._hosts:
            return None
        return rendered

    async def _merged(
        self, item: FrontierUrl, fetched: Fetched, source: PageFacts, rendered: Rendered
    ) -> PageFacts:
        """The rendered page, with the links that its source alone has."""
        read = await self._parse(item, fetched, rendered)
        brought = read.main_chars > source.main_chars or len(read.items) > len(source.items)
        if not brought and not source.script_shell and item.url != self._home:
            return source  # the page as it stands is all there is
        seen = {link.url for link in read.links}
        links: tuple[Link, ...] = tuple(link for link in source.links if link.url not in seen)
        return replace(
            read, encoding=source.encoding, rendered=True, links=(*read.links, *links), redirect=""
        )

    async def _parse(
        self, item: FrontierUrl, fetched: Fetched, rendered: Rendered | None = None
    ) -> PageFacts:
        record = fetched.record
        body = fetched.body if rendered is None else rendered.html

        def parse() -> PageFacts:
            return page_facts(
                body,
                url=item.url,
                final_url=record.final_url if rendered is None else rendered.final_url,
                status=record.status,
                content_type=record.content_type if rendered is None else _RENDERED_TYPE,
                captured_at=record.captured_at,
                parent_url=item.parent,
                parent_text=item.text,
                depth=item.depth,
                home=item.url == self._home,
                sha256=record.sha256,
            )

        return await asyncio.to_thread(parse) if len(body) > LARGE_BODY else parse()
