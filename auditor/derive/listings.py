"""Lists that a page's scripts load: JSON, or a data store in XML. Pure.

An answer names entries by their addresses, and perhaps how many pages there are. The address of
the next page is the same one with the page's number raised.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from auditor.derive._page_urls import PARAMETER
from auditor.derive._targets import is_address, kind_of, leads_nowhere
from auditor.derive.datastore import next_group, records
from auditor.derive.encoding import decode
from auditor.derive.text import label
from auditor.derive.urls import Joiner
from auditor.model.page import Link

#: Entries and values looked at in one answer, nesting, and characters of an answer.
MAX_ENTRIES: Final = 2_000
_MAX_VALUES: Final = 50_000
_MAX_DEPTH: Final = 30
_MAX_CHARS: Final = 4_000_000
_ADDRESS_KEY: Final = re.compile(r"url|href|link|path$", re.I)
_NO_ADDRESS_KEY: Final = re.compile(r"img|image|pic|icon|logo|thumb|cover|avatar|photo|video", re.I)
_TITLE_KEY: Final = re.compile(r"title|name|subject|bt$", re.I)
_PAGES_KEY: Final = re.compile(r"(?:total|all|max|last)_?pages?|page_?(?:count|total)|pages", re.I)
_HREF: Final = re.compile(r"<a\s[^>]{0,500}?href\s*=\s*\\?[\"']([^\"'<>\\]{1,2000})", re.I)
_OFFSET: Final = re.compile(
    r"start|offset|begin|from|skip|start_?(?:record|row|index)|end_?record", re.I
)
_SIZE: Final = re.compile(r"(?:page_?|per_?)?size|rows|limit|length|per_?page|num|count", re.I)
_NUMBER: Final = re.compile(r"\d{1,7}")


class Listing(NamedTuple):
    """What an answer names. `following`: the address of the next page, "" when there is none."""

    entries: tuple[Link, ...] = ()
    following: str = ""


def read_listing(body: bytes, content_type: str, *, url: str, page_url: str) -> Listing:
    """The entries in the answer from `url`, with addresses as scripts of `page_url` use them.
    Nothing for answers of any other kind. Never raises."""
    if len(body) > _MAX_CHARS or body[:200].lstrip()[:1] not in (b"{", b"[", b"<"):
        return Listing()
    text, encoding = decode(body, content_type)
    joiner = Joiner(page_url, encoding.used)
    if "<record" in text:
        found = [(href, "") for record in records(text) for href in _hrefs(record)]
        entries = _links(found, joiner)
        return Listing(entries, joiner.join(next_group(text)) if entries else "")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return Listing()
    named, pages = _read(data)
    entries = _links(named, joiner)
    return Listing(entries, _following(url, pages) if entries else "")


def _links(found: list[tuple[str, str]], joiner: Joiner) -> tuple[Link, ...]:
    links: dict[str, Link] = {}
    for href, title in found[:MAX_ENTRIES]:
        url = "" if leads_nowhere(href) else joiner.join(href)
        if url:
            name = label(title)
            # No tag: it is no element of the page, which nobody may measure as if it were.
            links.setdefault(
                url, Link(url, href, name, name, kind=kind_of(url), tag="", via="listing")
            )
    return tuple(links.values())


def _hrefs(markup: str) -> list[str]:
    """Addresses of the links in a piece of HTML."""
    return [html.unescape(href) for href in _HREF.findall(markup)]


def _read(data: Any) -> tuple[list[tuple[str, str]], int]:
    """(addresses with titles, number of pages or 0) of a JSON document."""
    found: list[tuple[str, str]] = []
    pages = 0
    for node in _objects(data):
        titles = (v for k, v in node.items() if isinstance(v, str) and _TITLE_KEY.search(k))
        title = next(titles, "")
        for key, value in node.items():
            if isinstance(value, str):
                found += _addresses(key, value, title)
            elif isinstance(value, int) and _PAGES_KEY.fullmatch(key):
                pages = pages or value
    return found, pages


def _addresses(key: str, value: str, title: str) -> Iterator[tuple[str, str]]:
    if "<a " in value:
        yield from ((href, "") for href in _hrefs(value[:_MAX_CHARS]))
    elif _ADDRESS_KEY.search(key) and not _NO_ADDRESS_KEY.search(key) and is_address(value.strip()):
        yield value.strip(), title


def _objects(data: Any) -> Iterator[dict[str, Any]]:
    """Every object of the document, in its order, within the limits."""
    waiting: list[tuple[Any, int]] = [(data, 0)] if isinstance(data, dict | list) else []
    for _ in range(_MAX_VALUES):
        if not waiting:
            return
        node, depth = waiting.pop()
        if isinstance(node, dict):
            yield node
        children = list(node.values() if isinstance(node, dict) else node)
        if depth < _MAX_DEPTH:
            nested = [(child, depth + 1) for child in children if isinstance(child, dict | list)]
            waiting += reversed(nested)


def _following(url: str, pages: int) -> str:
    """The same address with the next page's number, if it has one and there are more pages."""
    head, mark, query = url.partition("?")
    pairs = [part.partition("=") for part in query.split("&")] if mark else []
    size = next((int(v) for k, _, v in pairs if _SIZE.fullmatch(k) and _NUMBER.fullmatch(v)), 0)
    raised = False
    for position, (key, _, value) in enumerate(pairs):
        if not _NUMBER.fullmatch(value):
            continue
        if PARAMETER.fullmatch(key):
            number = int(value)
            if pages and number >= pages:
                return ""
            pairs[position] = key, "=", str(number + 1)
            return _joined(head, pairs)
        if _OFFSET.fullmatch(key) and size:
            pairs[position] = key, "=", str(int(value) + size)
            raised = True
    return _joined(head, pairs) if raised else ""


def _joined(head: str, pairs: list[tuple[str, str, str]]) -> str:
    return f"{head}?" + "&".join("".join(pair) for pair in pairs)
