"""One page as the column fold keeps it: small, since a site has thousands."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from auditor.derive.column_names import column_key, is_pager_text, names_of
from auditor.model.page import Link, LinkKind, ListItem, PageFacts, PageKind, Region

#: Text below which a page without entries counts as empty, and above which as a page of its own.
EMPTY_CHARS: Final = 12
FULL_CHARS: Final = 160
_CHROME: Final = frozenset((Region.HEADER, Region.NAV, Region.FOOTER))
_MAX_LINKS: Final = 60
_MAX_BLANK_CHARS: Final = 40
#: What may stand before a phrase such as 暂无信息 in the same block.
_BEFORE_PHRASE: Final = re.compile(
    r"[（(【\[<《>·*\-—]*(?:很?抱歉|对不起|亲|您好|温馨提示)?[，,！!。：:]?"
    r"(?:(?:本|该|此|当前)?(?:栏目|页面?|频道|网页|内容|板块|列表)?(?:下|内|里|目前|现|尚|还)?(?:正在|正|在)?)?"
)
#: Templates that a script fills in, as their source shows them.
_MUSTACHE: Final = re.compile(r"\{\{.{1,80}?\}\}|\$\{\w.{0,60}?\}")


@dataclass(slots=True)
class Entry:
    """An entry of a list. `url` and `place` are hashes of its address and of where it stands.
    `yearless`: the list prints a date beside it that lacks the year."""

    url: int
    place: int
    title: str
    address: str
    published_on: date | None
    yearless: bool = False


@dataclass(slots=True)
class ColumnPage:
    """What the fold keeps of a page that may be a column. Sets hold hashes of addresses.
    `unlisted`: the page asks search engines to leave it out, as tools do."""

    url: str
    key: str
    later: bool
    listing: bool
    official: str
    names: tuple[str, ...]
    breadcrumb: tuple[str, ...]
    entries: list[Entry]
    items: int
    blocks: dict[int, frozenset[int]]
    pager: frozenset[str]
    links: frozenset[int]
    scripts: frozenset[int]
    frames: frozenset[int]
    images: frozenset[int]
    forms: bool
    tables: bool
    main_chars: int
    blank_phrase: str
    placeholders: bool
    observed: bool
    rendered: bool
    captured_at: datetime | None
    sha256: str
    parent_url: str
    parent_text: str
    unlisted: bool


def read_column(
    page: PageFacts,
    *,
    hosts: Collection[str],
    site_name: str,
    phrases: Collection[str],
    max_entries: int,
) -> ColumnPage:
    """Keep of the page what a column needs."""
    key, later = column_key(page.url, hosts)
    official, names = names_of(page, site_name)
    items = _own_items(page)
    return ColumnPage(
        url=page.final_url or page.url,
        key=key,
        later=later,
        listing=page.kind is PageKind.LIST,
        official=official,
        names=names,
        breadcrumb=page.breadcrumb,
        entries=[entry_of(item) for item in items[:max_entries]],
        items=len(items),
        blocks=_blocks(items),
        pager=frozenset(_pager(page, hosts)),
        links=_hashes(link.url for link in page.links if _is_own(link, page)),
        scripts=_hashes(link.url for link in page.links if link.kind is LinkKind.SCRIPT),
        frames=_hashes(frame.url for frame in page.frames if not frame.hidden),
        images=_hashes(image.url for image in page.images if not image.hidden),
        forms=any(form.kind != "search" and form.fields for form in page.forms),
        tables=bool(page.tables),
        main_chars=page.main_chars,
        blank_phrase=blank_phrase(page.text, phrases),
        placeholders=_MUSTACHE.search(page.text) is not None,
        observed=page.rendered or not page.script_shell,
        rendered=page.rendered,
        captured_at=page.captured_at,
        sha256=page.sha256,
        parent_url=page.parent_url,
        parent_text=page.parent_text,
        unlisted="noindex" in (page.meta("robots") or "").lower(),
    )


def distinct(entries: Iterable[Entry]) -> list[Entry]:
    """Each address once; the one with a date where there are several."""
    kept: dict[int, Entry] = {}
    for entry in entries:
        known = kept.get(entry.url)
        if known is None or (known.published_on is None and entry.published_on is not None):
            kept[entry.url] = entry
    return list(kept.values())


def _own_items(page: PageFacts) -> list[ListItem]:
    """The page's entries. Rows without a date in header, navigation or footer are menus, and a
    breadcrumb beside the page's own date is no entry."""
    path = {*page.breadcrumb, "首页", "网站首页"}
    chrome = {(link.url, link.place) for link in page.links if link.region in _CHROME}
    return [
        item
        for item in page.items
        if (item.published_on is not None or (item.url, item.place) not in chrome)
        and item.title not in path
        and item.url != page.url
    ]


def entry_of(item: ListItem) -> Entry:
    """A list entry, its title shortened."""
    return Entry(
        hash(item.url),
        hash(item.place),
        item.title[:120],
        item.url,
        item.published_on,
        bool(item.yearless),
    )


def blank_phrase(text: str, phrases: Collection[str]) -> str:
    """The text of a block that says that there is nothing here; "" if there is none. Sentences
    that merely hold such words (大桥正在建设中) do not say so."""
    if not any(phrase in text for phrase in phrases):
        return ""
    for block in text.split():
        if len(block) <= _MAX_BLANK_CHARS:
            for phrase in phrases:
                at = block.find(phrase)
                if at >= 0 and _BEFORE_PHRASE.fullmatch(block, 0, at):
                    return block
    return ""


def _blocks(items: Iterable[ListItem]) -> dict[int, frozenset[int]]:
    """Entries by the block that they stand in, as far as places tell blocks apart."""
    blocks: defaultdict[int, set[int]] = defaultdict(set)
    for item in items:
        blocks[hash(item.place)].add(hash(item.url))
    return {place: frozenset(urls) for place, urls in blocks.items()}


def _pager(page: PageFacts, hosts: Collection[str]) -> Iterable[str]:
    """Addresses of the list's other pages, as the page links them."""
    folder = page.url.partition("?")[0].rpartition("/")[0]
    near = folder.rpartition("/")[0] + "/" if folder.count("/") > 3 else folder + "/"
    own = page.url.partition("?")[0]
    for link in page.links:
        if link.kind is not LinkKind.PAGE or not link.url:
            continue
        if link.via == "pager" or (len(link.text) <= 8 and is_pager_text(link.text)):
            head = link.url.partition("?")[0]
            if head == own or head.startswith(near):
                yield column_key(link.url, hosts)[0]
    if page.next_url and page.next_url.startswith(near):
        yield column_key(page.next_url, hosts)[0]


def _is_own(link: Link, page: PageFacts) -> bool:
    """True for links of the page's own content."""
    content = link.tag == "a" and link.region not in _CHROME and not link.hidden
    return content and bool(link.url) and link.url != page.url


def _hashes(urls: Iterable[str]) -> frozenset[int]:
    found: set[int] = set()
    for url in urls:
        if url:
            found.add(hash(url))
        if len(found) >= _MAX_LINKS:
            break
    return frozenset(found)
