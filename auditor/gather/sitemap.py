"""Sitemaps: bytes in, URLs out. Pure, and safe against bombs of every kind.

https://www.sitemaps.org/protocol.html: `urlset`, `sitemapindex`, gzip, and the plain text form;
at most 50,000 URLs and 50 MB each.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

from lxml import etree

from auditor.gather.body import decode_body

MAX_URLS = 50_000
MAX_BYTES = 50 * 2**20
_MAX_URL_CHARS = 2083


@dataclass(frozen=True, slots=True)
class SitemapEntries:
    """What a sitemap lists, in document order and without repetition. `problem`: "" |
    not-a-sitemap | damaged (what could be read is kept) | too-large (the rest is left out)."""

    urls: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    problem: str = ""


def parse_sitemap(body: bytes) -> SitemapEntries:
    """Read a sitemap or sitemap index, gzipped or not, XML or text. Never raises."""
    problem = ""
    if body.startswith(b"\x1f\x8b"):
        decoded = decode_body(body, "gzip", MAX_BYTES)
        body = decoded.body
        problem = "too-large" if decoded.problem == "too-large" else ""
        problem = problem or ("damaged" if decoded.problem else "")
    if len(body) > MAX_BYTES:
        body, problem = body[:MAX_BYTES], "too-large"
    start = body[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
    entries = _read_xml(body) if start.startswith(b"<") else _read_text(body)
    return SitemapEntries(entries.urls, entries.sitemaps, entries.problem or problem)


def _read_text(body: bytes) -> SitemapEntries:
    lines = body.removeprefix(b"\xef\xbb\xbf").split(b"\n", MAX_URLS)
    rest = lines.pop() if len(lines) > MAX_URLS else b""
    plain = (line.strip() for line in lines if len(line) <= _MAX_URL_CHARS)
    urls = dict.fromkeys(
        line.decode("utf-8", "replace")
        for line in plain
        if line.startswith((b"http://", b"https://")) and b" " not in line
    )
    if not urls:
        return SitemapEntries(problem="not-a-sitemap")
    return SitemapEntries(tuple(urls), problem="too-large" if rest.strip() else "")


def _read_xml(body: bytes) -> SitemapEntries:
    """Stream the document; entities are never expanded and nothing external is loaded."""
    found: dict[str, dict[str, None]] = {"url": {}, "sitemap": {}}
    problem = ""
    root = ""
    events = etree.iterparse(
        BytesIO(body),
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        recover=True,
        huge_tree=False,
    )
    try:
        for event, element in events:
            name = _local_name(element)
            if event == "start":
                root = root or name
                if root not in {"urlset", "sitemapindex"}:
                    return SitemapEntries(problem="not-a-sitemap")
                continue
            if name == "loc":
                _keep(found, element)
            elif name in found:
                _drop(element)
            if len(found["url"]) + len(found["sitemap"]) > MAX_URLS:
                problem = "too-large"
                break
    except etree.XMLSyntaxError:
        problem = "damaged"
    if not root:
        return SitemapEntries(problem="not-a-sitemap")
    urls, sitemaps = tuple(found["url"])[:MAX_URLS], tuple(found["sitemap"])[:MAX_URLS]
    return SitemapEntries(urls, sitemaps, problem or ("damaged" if events.error_log else ""))


def _keep(found: dict[str, dict[str, None]], element: etree._Element) -> None:
    parent = element.getparent()
    kind = _local_name(parent) if parent is not None else ""
    url = (element.text or "").strip()
    if kind in found and url and len(url) <= _MAX_URL_CHARS:
        found[kind].setdefault(url)


def _drop(element: etree._Element) -> None:
    """Free an entry that was read, and the ones before it."""
    element.clear()
    parent = element.getparent()
    while parent is not None and len(parent) > 1:
        del parent[0]


def _local_name(element: etree._Element) -> str:
    tag = element.tag
    return etree.QName(tag).localname.lower() if isinstance(tag, str) else ""
