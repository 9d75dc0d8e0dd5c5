"""Bytes to `PageFacts`: one parse, one pass, nothing raised.

`page_facts` is the hot path of the crawl. It decodes once, reads plain list entries beforehand
(`_entries`), lets lxml call a `Walk` for every other tag, and puts the results together; see
`benchmarks/page_walk.py` for what that costs.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from lxml import etree

from auditor.derive import forms, tables
from auditor.derive._entries import Run, cut
from auditor.derive._targets import kind_of
from auditor.derive._walk import Walk
from auditor.derive.calls import Calls
from auditor.derive.dates import published_on, visible_date
from auditor.derive.encoding import decode
from auditor.derive.identity import Sources, identity
from auditor.derive.kinds import breadcrumb, has_captcha, is_fillable, is_shell, kind_of_page
from auditor.derive.limits import MAX_LINKS, MAX_TEXT_CHARS
from auditor.derive.pager import script_pages
from auditor.derive.sent_on import sent_on
from auditor.derive.text import text_hash
from auditor.model.page import (
    Encoding,
    Image,
    Link,
    LinkKind,
    PageFacts,
    PageKind,
    PublishedOn,
    Region,
)

_CHROME: Final = frozenset((Region.HEADER, Region.NAV, Region.FOOTER))
_BINARY: Final = (
    b"%PDF", b"PK\x03\x04", b"GIF8", b"\x89PNG", b"\xff\xd8\xff", b"\xd0\xcf\x11\xe0", b"Rar!",
    b"\x1f\x8b", b"7z\xbc\xaf", b"RIFF", b"\x00\x00\x01\x00",
)  # fmt: skip
#: Home and list pages have no publication time of their own; dates on them belong to entries.
_PUBLISHED: Final = (PageKind.ARTICLE, PageKind.OTHER)
_PARSER: Final = {"encoding": "utf-8", "no_network": True, "huge_tree": True}


def page_facts(
    body: bytes,
    *,
    url: str,
    final_url: str = "",
    status: int = 200,
    content_type: str = "",
    captured_at: datetime | None = None,
    parent_url: str = "",
    parent_text: str = "",
    depth: int = 0,
    home: bool = False,
    sha256: str = "",
) -> PageFacts:
    """Everything that the checks may know about a page. Never raises, whatever the body.

    `url` is the address asked for, `final_url` the one that answered (default: the same), from
    which hrefs are resolved. A body that is no text (an image, an archive) gives facts without
    content.
    """
    address = final_url or url
    known: dict[str, Any] = {
        "url": url,
        "final_url": address,
        "status": status,
        "content_type": content_type,
        "captured_at": captured_at,
        "sha256": sha256,
        "size_bytes": len(body),
        "parent_url": parent_url,
        "parent_text": parent_text,
        "depth": depth,
    }
    if body.startswith(_BINARY):
        return PageFacts(**known, base_url=address, encoding=Encoding(source="fallback"))
    text, encoding = decode(body, content_type)
    # lxml gets UTF-8 in any case: libxml2 would stop at the first byte that a codec rejects.
    plain = encoding.used == "utf-8" and not encoding.replaced and b"\0" not in body
    data = body if plain else text.replace("\0", " ").encode("utf-8", "replace")
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    shorter, runs = cut(data)
    walk = _parse(shorter, address, encoding, runs)
    if walk.runs:  # some runs are no part of the page, but of a script or a broken tag
        walk = _parse(data, address, encoding, [])
    return _assemble(walk, known, data, encoding, home=home)


def _parse(data: bytes, address: str, encoding: Encoding, runs: list[Run]) -> Walk:
    walk = Walk(address, encoding.used, ids=b"aria-labelledby" in data, runs=runs)
    if data.strip():
        parser = etree.HTMLParser(target=walk, **_PARSER)
        try:
            etree.fromstring(data, parser)
        except (etree.LxmlError, ValueError):
            pass  # Not a document at all; what was seen until here is what there is.
        finally:
            walk.release()
    return walk


def _assemble(
    walk: Walk, known: dict[str, Any], data: bytes, encoding: Encoding, *, home: bool
) -> PageFacts:
    whole, main, footer = _texts(walk)
    _name_by_ids(walk)
    _follow_clicks(walk)
    total, pager = _pager(walk)
    metas = tuple(walk.metas)
    by_name = {meta.name.lower(): meta.content for meta in reversed(metas) if meta.content}
    listed = walk.rows.finish(walk.anchors)
    redirect = sent_on(walk, whole)
    shell = not redirect and is_shell(walk, data, whole)
    visible = None if home else visible_date(main)
    address = known["final_url"]
    kind = kind_of_page(by_name, listed, main, visible, address, home=home)
    links = (walk.anchors + walk.resources)[:MAX_LINKS]
    facts_identity = identity(
        Sources(
            text=whole,
            footer=footer,
            metas=metas,
            links=walk.anchors,
            images=walk.images,
            scripts=walk.scripts,
            frames=tuple(frame.url for frame in walk.frames),
            script_shell=shell,
        )
    )
    return PageFacts(
        **known,
        kind=kind,
        encoding=encoding,
        doctype=walk.doctype_name,
        lang=walk.lang,
        title=walk.title or "",
        base_url=walk.base_url,
        metas=metas,
        published=(
            published_on(visible, by_name, address) if kind in _PUBLISHED else PublishedOn()
        ),
        identity=facts_identity,
        breadcrumb=breadcrumb(walk, whole),
        headings=tuple(walk.headings),
        links=_frozen(links, Link),
        links_total=walk.anchors_total + walk.resources_total,
        images=_frozen(walk.images, Image),
        images_total=walk.images_total,
        frames=tuple(walk.frames),
        forms=forms.finish(walk.forms, walk.labels_for, walk.texts),
        tables=tables.finish(walk.tables),
        items=listed,
        landmarks=tuple(sorted(walk.landmarks)),
        skip_link=walk.skip_link,
        moving=tuple(walk.moving),
        captcha=has_captcha(walk),
        pager_total=total,
        text=whole[:MAX_TEXT_CHARS],
        text_chars=len(whole),
        main_text_hash=text_hash(main),
        script_shell=shell,
        next_url=walk.next_url or pager,
        main_chars=len(main),
        redirect=redirect,
        fillable=not redirect and is_fillable(walk, data, main, listed),
    )


def _frozen(drafts: list[Any], frozen: type) -> tuple[Any, ...]:
    """Drafts become the frozen class itself; see `fast.twin`."""
    for draft in drafts:
        draft.__class__ = frozen
    return tuple(drafts)


def _texts(walk: Walk) -> tuple[str, str, str]:
    """(whole text, text outside header, navigation and footer, text of the footer), folded."""
    parts = walk.parts
    whole: list[str] = []
    main: list[str] = []
    footer: list[str] = []
    position, region = 0, Region.OTHER
    for start, following in [*walk.regions, (len(parts), Region.OTHER)]:
        piece = " ".join("".join(parts[position:start]).split())
        if piece:
            whole.append(piece)
            if region is Region.FOOTER:
                footer.append(piece)
            elif region not in _CHROME:
                main.append(piece)
        position, region = start, following
    return " ".join(whole), " ".join(main), " ".join(footer)


def _name_by_ids(walk: Walk) -> None:
    """aria-labelledby wins over every other name."""
    for draft, ids in walk.named_by:
        named = " ".join(walk.texts[ident] for ident in ids.split()[:10] if ident in walk.texts)
        if named.strip():
            draft.name = named.strip()


def _pager(walk: Walk) -> tuple[int, str]:
    """Number of pages that a script-built pager announces, and the next page. Its addresses join
    the page's links."""
    scripts = "\n".join(text for _, text in walk.scripts if "age" in text)
    found = script_pages(scripts, walk.base_url)
    for address in found.addresses:
        walk.resource("script", address, LinkKind.PAGE, "pager")
    return found.total, walk.join(found.following) if found.following else ""


def _follow_clicks(walk: Walk) -> None:
    """Give links their address that call a function of the page."""
    if not walk.clicks:
        return
    calls = Calls([code for _, code in walk.scripts])
    for draft, code, new in walk.clicks if calls else ():
        url = walk.join(calls.target(code))
        if url:
            draft.url, draft.via, draft.kind = url, "script", kind_of(url)
            if new and len(walk.resources) < MAX_LINKS:
                walk.resources.append(draft)
                walk.resources_total += 1
