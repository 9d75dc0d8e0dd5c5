"""Answers that are no proper HTTP: what browsers forgive is not called down."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from auditor.gather.browser import Browser, BrowserBinary
from auditor.model.finding import Reason
from tests.hostile.http_cases import raw
from tests.integration.probe_lab import Lab
from tests.integration.site_lab import linked, walk

BODY = linked("/next.html", title="首页")
TWICE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n%s\r\n\r\n" + BODY
LENGTH = b"Content-Length: %d" % len(BODY)
#: Both are refused by our parser; a browser shows the first and not the second.
FORGIVEN = raw(TWICE % (LENGTH + b"\r\n" + LENGTH))
REFUSED = raw(TWICE % (LENGTH + b"\r\nContent-Length: 5"))


@asynccontextmanager
async def chromium(here: Lab) -> AsyncIterator[Browser]:
    tools = here.tools
    binary = Browser.find(None)
    assert isinstance(binary, BrowserBinary)
    async with Browser(
        binary,
        guard=tools.guard,
        resolver=tools.resolver,
        throttle=tools.fetcher.throttle,
        user_agent=tools.fetcher.user_agent,
    ) as browser:
        yield browser


@pytest.mark.slow
async def test_a_browser_is_asked_before_a_page_is_given_up() -> None:
    pages = {"/": FORGIVEN, "/next.html": REFUSED, "/robots.txt": REFUSED}
    done = await walk(pages, browser=chromium)
    assert done.summary.pages == 1
    home = done.sink.pages["/"]
    assert home.facts is not None
    assert (home.facts.title, home.row.status) == ("首页", 200)
    assert done.sink.rows["/next.html"].row.outcome == Reason.PROTOCOL
    assert done.sink.done["/next.html"].verdict == "suspected"


async def test_without_a_browser_nothing_is_certain() -> None:
    done = await walk({"/": ["/odd.html"], "/odd.html": REFUSED})
    assert done.sink.rows["/odd.html"].row.outcome == Reason.PROTOCOL
    assert done.sink.done["/odd.html"].verdict == "suspected"
