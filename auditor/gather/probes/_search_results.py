"""Reading result pages without a template for each system.

The list of results is the repeated structure that a known query brings forth and a nonsense
query does not. `Link.place` names structure without positions, so one place is one list.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from urllib.parse import unquote, unquote_to_bytes

from lxml import etree

from auditor.derive.known_items import KnownItem
from auditor.gather.probes import _search_words as words
from auditor.model.artifact import SearchResult
from auditor.model.page import Link, LinkKind, PageFacts, Region

#: Entries kept of one result page.
MAX_RESULTS = 30
_MAX_TITLE = 200
_NO_RESULT_CHARS = 60
_NOT_WORD = re.compile(r"[\W_]+")
_PAGER_TEXT = re.compile(r"\d{1,4}|[首末尾上下][一]?页|[<>«»‹›]+|next|previous|last|first", re.I)
_INDEX_FILE = re.compile(r"(?:index|default)\.\w{2,5}$")
_SHORTENED = re.compile(r"(?:\.{2,}|…+)$")
_LEAST_OVERLAP = 0.3
#: Characters of a control's label.
_MAX_LABEL = 12
#: Links that narrow the results without known words: fewer may be anything.
_LEAST_OTHERS = 2
_MAX_OTHERS = 5
_DATED = re.compile(r"\S{2,8}[:：]\s*(?:19|20)\d\d")


def learn_place(
    answers: Sequence[tuple[KnownItem, PageFacts]],
    nonsense: PageFacts | None,
    home: PageFacts,
    nonsense_text: str = "",
) -> str:
    """The structural place of result links, or "" when none stands out.

    A place where known items were found wins. Otherwise it is the place whose links came with the
    known queries only, and whose texts share words with the query. A place that holds
    `nonsense_text` itself on the page of the nonsense query repeats queries (a wiki's "create
    this page"), so a title found there was not found.
    """
    empty = _seen(nonsense) if nonsense is not None else frozenset()
    repeats = _repeating(nonsense, nonsense_text) if nonsense is not None else frozenset()
    # What stands in the same place on the home page and without results belongs to the frame.
    usual = _seen(home) & empty if nonsense is not None else _seen(home)
    sure: Counter[str] = Counter()
    likely: Counter[str] = Counter()
    for item, page in answers:
        fresh = [
            link
            for link in _content_links(page)
            if (link.url, link.place) not in usual and link.place not in repeats
        ]
        sure.update({link.place for link in fresh if is_item(link.url, link.text, item)})
        likely.update(_places_alike(fresh, item, empty))
    for votes in (sure, likely):
        if votes:
            # The first in page order among equals would depend on dict order; names do not.
            return max(sorted(votes), key=lambda place: votes[place])
    return ""


def _repeating(nonsense: PageFacts, text: str) -> frozenset[str]:
    return frozenset(
        link.place for link in _content_links(nonsense) if text and text in _plain(link.text)
    )


def _places_alike(
    links: Iterable[Link], item: KnownItem, elsewhere: frozenset[tuple[str, str]]
) -> frozenset[str]:
    return frozenset(
        link.place
        for link in links
        if (link.url, link.place) not in elsewhere
        and link.region not in {Region.HEADER, Region.NAV, Region.FOOTER}
        and _overlap(link.text, item.title) >= _LEAST_OVERLAP
    )


def results_at(page: PageFacts, place: str) -> tuple[SearchResult, ...]:
    """The entries of the result list in page order."""
    dates = {item.url: item.published_on for item in page.items}
    found: dict[str, str] = {}
    for link in _content_links(page):
        if link.place == place:
            found.setdefault(link.url, link.text or link.title)
    return tuple(
        SearchResult(rank, url, " ".join(title.split())[:_MAX_TITLE], dates.get(url))
        for rank, (url, title) in enumerate(list(found.items())[:MAX_RESULTS], start=1)
    )


def is_item(url: str, title: str, item: KnownItem) -> bool:
    """True when a result is the known item, by its address or else by its title.

    Result lists link through counters (`/jump?url=...`) and cut long titles short.
    """
    if _leads_to(_plain_url(item.url), _plain_url(url)):
        return True
    shown, full = _plain(title), _plain(item.title)
    if _SHORTENED.search(title.strip()) and len(shown) >= 8:
        return full.startswith(shown)
    return bool(full) and shown == full


def no_result_text(page: PageFacts, home: PageFacts) -> str:
    """The sentence by which the page says that nothing was found, or ""."""
    match = words.NO_RESULT.search(page.text)
    if match is None or match.group() in home.text:
        return ""
    return page.text[match.start() :][:_NO_RESULT_CHARS].strip()


def controls(page: PageFacts, home: PageFacts) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Labels that narrow results (`dimension：label`) and labels that order them.

    Only what the home page does not have, since the words are also names of columns, or what
    leads back to the search itself.
    """
    again = {link.text.strip() for link in page.links if _is_same_search(page, link.url)}
    labels = (_labels(page) - _labels(home)) | again
    sorts = (labels & words.SORTS) | {text for text in again if text.endswith(words.SORTING)}
    facets = [
        f"{dimension}：{label}"
        for dimension, known in words.FACETS
        for label in sorted(labels & known)
    ]
    known = sorts.union(*(some for _, some in words.FACETS))
    others = sorted(text for text in again - known if _is_filter(text))
    if len(others) >= _LEAST_OTHERS:
        facets += [f"{words.OTHER_FACET}：{label}" for label in others[:_MAX_OTHERS]]
    return tuple(facets), tuple(sorted(sorts))


def _is_filter(text: str) -> bool:
    """True for what a link that narrows results may say; pages of results are numbered."""
    return bool(_plain(text)) and len(text) <= _MAX_LABEL and not _PAGER_TEXT.fullmatch(text)


def brings_markup(body: bytes, tag: str, encoding: str) -> bool:
    """True when the page holds an element of this made-up name: the query came back as markup.

    In attribute values, text areas and scripts the same characters would be harmless, so the
    parser decides, not a search for the string.
    """
    parser = etree.HTMLParser(encoding=encoding, no_network=True, huge_tree=False)
    try:
        tree = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError):
        return False
    return tree is not None and next(tree.iter(tag), None) is not None


def _labels(page: PageFacts) -> set[str]:
    texts = [link.text or link.title for link in page.links]
    texts += [item.accessible_name for form in page.forms for item in form.fields]
    texts += [heading.text for heading in page.headings]
    # Menus and option lists show in the text only, as words between blanks and colons.
    # With a date behind it a word is part of a result (发布时间：2026-01-01), not a control.
    texts += re.split(r"[\s:：]+", _DATED.sub(" ", page.text))
    return {text.strip(" :：|（）()[]【】") for text in texts if len(text) <= _MAX_LABEL}


def _content_links(page: PageFacts) -> Iterable[Link]:
    """Links that may be results: not those that lead back to the search (pages, filters)."""
    for link in page.links:
        wanted = link.kind in {LinkKind.PAGE, LinkKind.ATTACHMENT} and link.tag == "a"
        if not wanted or not link.url or link.via == "pager":
            continue
        if not _PAGER_TEXT.fullmatch(link.text.strip()) and not _is_same_search(page, link.url):
            yield link


def _is_same_search(page: PageFacts, url: str) -> bool:
    """True when a link repeats the query, perhaps narrowed. The path alone does not tell: systems
    with one program for everything serve results and search from the same."""
    own_path, _, own_query = (page.final_url or page.url).partition("?")
    path, _, query = url.partition("?")
    if path != own_path:
        return False
    asked = max((_decoded(pair) for pair in own_query.split("&")), key=len)
    name, _, text = asked.partition("=")
    return bool(asked) and any(
        pair == asked or (bool(text) and pair.startswith(f"{name}=") and text in pair)
        for pair in map(_decoded, query.split("&"))
    )


def _decoded(pair: str) -> str:
    """A parameter as text; one page may write the same query in two encodings."""
    raw = unquote_to_bytes(pair.replace("+", " "))
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")


def _seen(page: PageFacts) -> frozenset[tuple[str, str]]:
    return frozenset((link.url, link.place) for link in page.links)


def _overlap(left: str, right: str) -> float:
    """Share of the shorter text's character pairs that both have."""
    a, b = _pairs(_plain(left)), _pairs(_plain(right))
    return len(a & b) / min(len(a), len(b)) if a and b else 0.0


def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[index : index + 2] for index in range(len(text) - 1))


def _plain(text: str) -> str:
    return _NOT_WORD.sub("", text).lower()


def _leads_to(wanted: str, url: str) -> bool:
    """True for the address itself, with or without parameters, and for a counter's link."""
    _, found, rest = url.partition(wanted or "\0")
    return bool(found) and (not rest or rest[0] in "?&#")


def _plain_url(url: str) -> str:
    """The address without scheme, fragment, index file and last slash."""
    rest = unquote(url.partition("#")[0].partition("://")[2] or url)
    return _INDEX_FILE.sub("", rest).rstrip("/").lower()
