"""Handlers of elements that lead somewhere: anchors, images, frames, files."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Final

from auditor.derive._targets import (
    PAGE_ENDINGS,
    REFRESH,
    address_in_script,
    is_address,
    kind_of,
    leads_nowhere,
    redirects,
)
from auditor.derive.datastore import replay
from auditor.derive.fast import twin
from auditor.derive.limits import (
    MAX_FRAMES,
    MAX_HREF_CHARS,
    MAX_IMAGES,
    MAX_LABEL_CHARS,
    MAX_LINKS,
    MAX_SCRIPT_CHARS,
)
from auditor.derive.text import label
from auditor.derive.urls import Joiner, canonical
from auditor.model.page import Frame, Image, Link, LinkKind

if TYPE_CHECKING:
    from auditor.derive._walk import Walk

Attributes = Mapping[str, str]

LinkDraft = twin(Link)
ImageDraft = twin(Image)

DATA_LINKS: Final = ("data-url", "data-href", "data-link")
_LAZY: Final = ("data-original", "data-src", "data-lazy-src", "data-lazy", "lazy-src", "_src")
_BLANK_IMAGE: Final = re.compile(
    r"^\s*$|^data:|(?:blank|loading|lazy|grey|spacer|placeholder)\w*\.", re.I
)
_NEXT: Final = re.compile(r"\W*(?:下一?页|后一?页|next(?: page)?)\W*$", re.I)
_SKIP: Final = re.compile("跳|主要?内容|正文|skip|main content", re.I)
_OPTION: Final = re.compile(r"\s*(?:https?://|/[\w-])", re.I)
#: One image of a srcset: its address, then perhaps its size. A data: address holds commas.
_CANDIDATE: Final = re.compile(r"[\s,]*(data:\S+|[^\s,]\S*)(?:\s+[\d.]+[wxh])*\s*(?:,|$)")
_STYLE_URL: Final = re.compile(r"url\(\s*[\"']?([^\"'()]{1,2000})[\"']?\s*\)", re.I)
PAGE: Final = LinkKind.PAGE
_GOING: Final = re.compile(r"location|open|href|jump|go|url", re.I)
_SEQUENCE: Final = frozenset({"next", "prev", "previous", "first", "last"})
_FRAMED: Final = re.compile(r"[^?#]*\.(?:s?html?|jspx?|aspx?|php)(?:[?#].*)?", re.I | re.S)
_MAX_NEXT: Final = 12
_MAX_CANDIDATES: Final = 10
MAX_SRCSET_CHARS: Final = 10_000
_MAX_REDIRECTS: Final = 10


def anchor_end(walk: Walk) -> Callable[[], None]:
    """What runs at the end of each anchor: a closure, since a page has hundreds."""
    parts, anchors, spans, labels = walk.parts, walk.anchors, walk.spans, walk.labels
    opened, alts, images = walk.open_anchors, walk.alts, walk.images

    def end() -> None:
        if not opened:
            return
        attrib, mark, alt, image, index = opened.pop()
        get = attrib.get
        pieces = len(parts) - mark
        text = " ".join((parts[mark] if pieces == 1 else "".join(parts[mark:])).split())
        if len(text) > MAX_LABEL_CHARS:
            text = text[:MAX_LABEL_CHARS]
        title = get("title", "")
        if title and title != text:
            title = label(title)
        name = text
        if not text or len(alts) > alt or "aria-label" in attrib:
            name = _anchor_name(walk, attrib, text, mark, alt) or title
        href = get("href")
        via = "href"
        if not href or href[0] in "#jJ":
            href, via = _scripted(walk, attrib, href, text)
            if href is None:
                if not text or "name" in attrib or "id" in attrib:
                    return  # a jump target
                href = ""
            url = walk.join(href)
        else:
            url = walk.joiner.join(href)
        walk.anchors_total += 1
        if len(anchors) >= MAX_LINKS:
            return
        draft = LinkDraft(
            url,
            href if len(href) <= MAX_HREF_CHARS else href[:MAX_HREF_CHARS],
            text,
            name,
            title,
            PAGE if url.endswith(PAGE_ENDINGS) else kind_of(url),
            walk.region,
            " ".join(labels[-4:]),
            "a",
            index,
            via,
            walk.hidden > 0,
            "rel" in attrib and "nofollow" in attrib["rel"],
        )
        spans.append((mark, len(parts)))
        anchors.append(draft)
        if not url:
            walk.click(draft, attrib.get("onclick") or href)
        if len(images) > image:
            for picture in images[image:]:
                picture.link_url, picture.link_text = url, text
        if walk.want_ids and "aria-labelledby" in attrib:
            walk.named_by.append((draft, attrib["aria-labelledby"]))
        if len(name) < _MAX_NEXT and is_next(name):
            walk.next_url = walk.next_url or url

    return end


def is_next(name: str) -> bool:
    """Whether a link's name says that it leads to the next page of a list."""
    return len(name) < _MAX_NEXT and ("页" in name or "ext" in name) and bool(_NEXT.match(name))


def _anchor_name(walk: Walk, attrib: Attributes, text: str, mark: int, alt: int) -> str:
    """Accessible name: aria-label, else text and the alternatives of images in order.
    aria-labelledby is resolved at the end of the page."""
    named = label(attrib.get("aria-label", ""))
    if named:
        return named
    pieces: list[str] = []
    position = mark
    for at, alternative in walk.alts[alt:]:
        pieces += [*walk.parts[position:at], alternative]
        position = max(position, at)
    return label("".join([*pieces, *walk.parts[position:]])) if pieces else text


def _scripted(
    walk: Walk, attrib: Attributes, href: str | None, text: str
) -> tuple[str | None, str]:
    """Where an anchor without a plain href leads: data attributes, then its scripts."""
    for name in DATA_LINKS:
        value = attrib.get(name)
        if value and not leads_nowhere(value):
            return value, "data"
    for code in (attrib.get("onclick"), href):
        address = address_in_script(code[:2000]) if code else ""
        if address:
            return address, "onclick"
    if href and href[0] == "#" and len(href) > 1 and len(walk.anchors) < 10:
        walk.skip_link = walk.skip_link or _SKIP.search(text) is not None
    return href, "href"


def start_area(walk: Walk, tag: str, attrib: Attributes) -> None:
    href = attrib.get("href")
    if href:
        name = label(attrib.get("aria-label") or attrib.get("alt") or attrib.get("title") or "")
        walk.resource(tag, href, kind_of(href), "map", text=name, title=attrib.get("title", ""))
    if walk.images_total < MAX_IMAGES:
        _image(walk, tag, attrib, attrib.get("href", ""))


def start_img(walk: Walk, tag: str, attrib: Attributes) -> None:
    src = attrib.get("src", "")
    if not src or _is_blank(src[:200]):
        src = next((attrib[name] for name in _LAZY if attrib.get(name)), src)
    if src:
        walk.resource(tag, src, LinkKind.IMAGE, "src")
    if "srcset" in attrib:
        _source_set(walk, tag, attrib["srcset"], src)
    alt = attrib.get("alt")
    if alt and not walk.hidden:
        walk.alts.append((len(walk.parts), alt))
    _image(walk, tag, attrib, src)


def _source_set(walk: Walk, tag: str, value: str, src: str) -> None:
    """The images among which a browser chooses by size (HTML, "parse a srcset attribute")."""
    for match in islice(_CANDIDATE.finditer(value[:MAX_SRCSET_CHARS]), _MAX_CANDIDATES):
        if match[1] != src:
            walk.resource(tag, match[1].rstrip(","), LinkKind.IMAGE, "src")


def backgrounds(walk: Walk, tag: str, style: str) -> None:
    """The pictures that a style attribute loads."""
    for match in islice(_STYLE_URL.finditer(style[:MAX_SRCSET_CHARS]), _MAX_CANDIDATES):
        walk.resource(tag, match[1].strip(), LinkKind.IMAGE, "src")


@lru_cache(maxsize=1_024)
def _is_blank(src: str) -> bool:
    """Whether an image's address is that of a filler, until a script sets the real one."""
    return _BLANK_IMAGE.search(src) is not None


def _image(walk: Walk, tag: str, attrib: Attributes, src: str) -> None:
    walk.images_total += 1
    if len(walk.images) >= MAX_IMAGES:
        return
    get = attrib.get
    alt = get("alt")
    name = label(get("aria-label") or alt or get("title") or "")
    decorative = get("role") in ("presentation", "none") or (alt is not None and not alt.strip())
    draft = ImageDraft(
        walk.join(src) if src else "",
        alt if alt is None else label(alt),
        name,
        decorative and not name,
        walk.hidden > 0,
        "",
        "",
        walk.place(tag),
        walk.counts[tag],
        tag,
    )
    walk.images.append(draft)
    if walk.want_ids and "aria-labelledby" in attrib:
        walk.named_by.append((draft, attrib["aria-labelledby"]))


def start_frame(walk: Walk, tag: str, attrib: Attributes) -> None:
    get = attrib.get
    src = get("src", "")
    if not src or src.startswith("about:"):
        src = next((attrib[name] for name in _LAZY if attrib.get(name)), "")
    url = walk.resource(tag, src, LinkKind.FRAME, "src") if src else ""
    if len(walk.frames) < MAX_FRAMES:
        name = label(get("aria-label") or get("title") or "")
        walk.frames.append(Frame(url, name, walk.hidden > 0, walk.counts[tag]))


def start_link(walk: Walk, tag: str, attrib: Attributes) -> None:
    href, rel = attrib.get("href"), attrib.get("rel", "").lower()
    if not href:
        return
    if "stylesheet" in rel:
        walk.resource(tag, href, LinkKind.STYLE, "href")
    elif "icon" in rel:
        walk.resource(tag, href, LinkKind.IMAGE, "href")
    elif rel in _SEQUENCE:
        url = walk.resource(tag, href, LinkKind.PAGE, "rel")
        if rel == "next":
            walk.next_url = walk.next_url or url


def start_media(walk: Walk, tag: str, attrib: Attributes) -> None:
    """video, audio, source, embed, object."""
    src = attrib.get("src") or attrib.get("data") or ""
    if src:
        framed = tag in ("object", "embed") and _FRAMED.fullmatch(src)
        walk.resource(tag, src, LinkKind.FRAME if framed else LinkKind.ATTACHMENT, "src")
    if tag == "source" and "srcset" in attrib:
        _source_set(walk, tag, attrib["srcset"], src)
    if attrib.get("poster"):
        walk.resource(tag, attrib["poster"], LinkKind.IMAGE, "src")
    if tag in ("video", "audio") and "autoplay" in attrib and "muted" not in attrib:
        walk.moving.append(walk.place(f"{tag}[autoplay]"))


def start_option(walk: Walk, tag: str, attrib: Attributes) -> None:
    """An entry of a jump list: `<option value="http://...">`."""
    walk.open_options.append((attrib.get("value", ""), len(walk.parts)))


def end_option(walk: Walk, tag: str) -> None:
    if walk.open_options:
        value, mark = walk.open_options.pop()
        if value and (_OPTION.match(value) or _jumps(walk, value)):
            text = walk.text_from(mark)
            walk.resource(tag, value.strip(), kind_of(value.strip()), "option", text=text)
    walk.parts.append("\n")


def _jumps(walk: Walk, value: str) -> bool:
    """Whether choosing a relative address in a list goes there: `onchange="location=..."`."""
    if not walk.open_controls or not is_address(value.strip()):
        return False
    handler = walk.open_controls[-1][0].attrib.get("onchange", "")
    return _GOING.search(handler) is not None


def start_base(walk: Walk, tag: str, attrib: Attributes) -> None:
    href = attrib.get("href")
    if href and not walk.base_seen:
        url = walk.join(href)
        if url:
            walk.base_seen, walk.base_url = True, url
            walk.joiner = Joiner(url, walk.encoding)


def start_script(walk: Walk, tag: str, attrib: Attributes) -> None:
    walk.raw_marks.append((attrib, len(walk.parts)))
    src = attrib.get("src")
    if src:
        walk.resource(tag, src, LinkKind.SCRIPT, "src")


def end_script(walk: Walk, tag: str) -> None:
    if not walk.raw_marks:
        return
    attrib, mark = walk.raw_marks.pop()
    text = "".join(walk.parts[mark:])
    del walk.parts[mark:]
    if walk.script_chars < MAX_SCRIPT_CHARS:
        text = text[: MAX_SCRIPT_CHARS - walk.script_chars]
        walk.script_chars += len(text)
        walk.scripts.append((attrib, text))
        walk.keep_whole(text)
        if "location" in text:
            _redirects(walk, text)
        elif "<![CDATA[" in text and "xml" in attrib.get("type", ""):
            replay(walk, text)


def _redirects(walk: Walk, text: str) -> None:
    for href in redirects(text)[:_MAX_REDIRECTS]:
        if is_address(href):
            walk.resource("script", href, kind_of(href), "script")


def refresh(walk: Walk, content: str) -> None:
    """`<meta http-equiv="refresh">` with an address."""
    match = REFRESH.match(content)
    url = walk.join(match[2].strip()) if match else ""
    if match and url not in ("", canonical(walk.base_url)):
        walk.resource("meta", match[2].strip(), LinkKind.PAGE, "meta")
        if not walk.hidden:  # inside noscript it is for nobody
            walk.refreshes.append((_seconds(match[1]), url))


def _seconds(text: str) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0
