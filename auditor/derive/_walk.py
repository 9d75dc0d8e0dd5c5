"""The one pass over a page: lxml calls a `Walk` for every element and text while it parses.

No tree is built. That costs less than parsing into a tree and walking it, needs no memory for the
tree, and leaves no element behind. All text goes to one list; an element's text is what its end
finds behind the mark that its start made, and hidden text is taken out again at the end of the
element that hides it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from inspect import signature
from typing import Any, Final

from msgspec.structs import replace

from auditor.derive._blocks import END_ROW, ENDS, ROW, STARTS
from auditor.derive._entries import MARK, MARKED, Run, entries
from auditor.derive._links import DATA_LINKS, LinkDraft, anchor_end, backgrounds
from auditor.derive._targets import address_in_script, kind_of, leads_nowhere
from auditor.derive.forms import Control, FormDraft
from auditor.derive.items import Rows, Span
from auditor.derive.limits import MAX_HREF_CHARS, MAX_LINKS, MAX_NAME_PARTS
from auditor.derive.places import (
    INLINE,
    LANDMARK_ROLES,
    RARE,
    ROLES,
    SECTIONS,
    STYLES,
    Style,
    style_of,
)
from auditor.derive.tables import TableDraft
from auditor.derive.text import label
from auditor.derive.urls import Joiner
from auditor.model.page import Frame, Heading, LinkKind, Meta, Region

Attributes = Mapping[str, str]
Start = Callable[[str, Attributes], None]
End = Callable[[str], None]

_HIDING: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_MAX_CRUMB_MARKS: Final = 20
#: Characters of an event handler or a style that are looked at.
_MAX_CODE: Final = 2_000

#: lxml asks for the signature of `start` for every page; this is the answer, quickly.
_SIGNATURE: Final = signature(lambda tag, attrib: None)

_REGION, _HIDDEN, _TEXT, _CLICK, _DOUBT = range(5)


@lru_cache(maxsize=512)
def _hides(style: str) -> bool:
    return _HIDING.search(style) is not None


def _does_more(style: str) -> bool:
    """Whether a style may hide the element or load a picture; paragraphs are full of others."""
    return "none" in style or "hidden" in style or "url(" in style


def _callbacks(walk: Walk) -> tuple[Start, End]:
    """What lxml calls at each start and end tag. Closures with the frequent cases written out,
    since they run a thousand times per page."""
    labels, counts, parts, rows = walk.labels, walk.counts, walk.parts, walk.open_rows
    anchors, opened, alts, images = walk.anchors, walk.open_anchors, walk.alts, walk.images
    spans = walk.spans
    push, pop, known, text, row = labels.append, labels.pop, STYLES.get, parts.append, rows.append
    handler_of, end_handler_of, offer = STARTS.get, ENDS.get, walk.rows.offer
    rare = RARE - {"style"}
    plain = (rare | {"id"} if walk.want_ids else rare).isdisjoint

    end_anchor = anchor_end(walk)
    take_run = entries(walk)

    def start(tag: str, attrib: Attributes) -> None:
        counts[tag] += 1
        if attrib:
            if tag in INLINE:
                push(tag)
            else:
                key = (tag, attrib.get("id"), attrib.get("class"))
                style = known(key) or style_of(*key)
                push(style[0])
                if style[1] is not None or style[2]:
                    walk.special(style, tag)
            if not plain(attrib) or ("style" in attrib and _does_more(attrib["style"])):
                walk.rare(tag, attrib)
        else:
            push(tag)
        if tag == "a":
            if opened:
                end_anchor()  # an anchor cannot hold another: the first one ends here
            opened.append((attrib, len(parts), len(alts), len(images), counts[tag]))
            return
        handler = handler_of(tag)
        if handler is None:
            return
        if handler is ROW:
            if len(attrib) == 1 and MARK in attrib and tag == "li" and walk.runs:
                take_run()
            else:
                text("\n")
            row((len(parts), len(anchors)))
        else:
            handler(walk, tag, attrib)

    def end(tag: str) -> None:
        handler = end_handler_of(tag)
        if tag == "a":
            end_anchor()
        elif handler is not None:
            if handler is END_ROW:
                if rows:
                    mark, first = rows.pop()
                    if len(anchors) > first:
                        offer(tag, parts, mark, anchors, spans, first)
                    elif tag == "dd":
                        walk.rows.pair(parts, mark, first)
                text("\n")
            else:
                handler(walk, tag)
        if len(labels) == walk.mark_depth:
            walk.unmark()
        if labels:
            pop()

    start.__signature__ = _SIGNATURE  # type: ignore[attr-defined]
    return start, end


class Walk:
    """State of one pass. Read its fields after the parse; see `page.page_facts`."""

    def __init__(
        self, base_url: str, encoding: str, *, ids: bool, runs: Sequence[Run] = ()
    ) -> None:
        self.joiner = Joiner(base_url, encoding)
        self.base_url = base_url
        self.encoding = encoding
        self.base_seen = False
        self.parts: list[str] = []
        self.labels: list[str] = []
        self.counts: defaultdict[str, int] = defaultdict(int)
        self.marks: list[tuple[int, int, Any]] = []
        self.mark_depth = -1
        self.region = Region.OTHER
        self.strong_main = False
        self.strong_edge = False
        self.regions: list[tuple[int, Region]] = []
        self.hidden = 0
        self.doubting = False
        self.anchors: list[Any] = []
        self.anchors_total = 0
        self.spans: list[Span] = []
        self.open_anchors: list[tuple[Attributes, int, int, int, int]] = []
        self.resources: list[Any] = []
        self.resources_total = 0
        self.images: list[Any] = []
        self.images_total = 0
        self.alts: list[tuple[int, str]] = []
        self.open_rows: list[tuple[int, int]] = []
        self.rows = Rows()
        self.crumb_marks: list[tuple[int, int]] = []
        self.scripts: list[tuple[Attributes, str]] = []
        self.script_chars = 0
        self.raw_marks: list[tuple[Attributes, int]] = []
        self.want_ids = ids
        self.runs = list(reversed(runs))
        self.texts: dict[str, str] = {}
        self.named_by: list[tuple[Any, str]] = []
        self.metas: list[Meta] = []
        self.title: str | None = None
        self.doctype_name = ""
        self.lang: str | None = None
        self.headings: list[Heading] = []
        self.frames: list[Frame] = []
        self.forms: list[FormDraft] = [FormDraft({})]
        self.form: FormDraft = self.forms[0]
        self.labels_for: dict[str, str] = {}
        self.open_labels: list[tuple[str, int, FormDraft, int]] = []
        self.open_controls: list[tuple[Control, int, int]] = []
        self.open_headings: list[int] = []
        self.open_captions: list[int] = []
        self.open_options: list[tuple[str, int]] = []
        self.tables: list[TableDraft] = []
        self.open_tables: list[TableDraft] = []
        self.landmarks: set[str] = set()
        self.skip_link = False
        self.moving: list[str] = []
        self.next_url = ""
        self.clicks: list[tuple[Any, str, bool]] = []
        self.refreshes: list[tuple[float, str]] = []
        self.data = self.parts.append
        self.start, self.end = _callbacks(self)

    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        """The document type declaration."""
        self.doctype_name = label(" ".join(x for x in (name, public, system) if x), 200)

    def comment(self, text: str) -> None:
        """A comment: runs of entries in it are nothing that the page shows."""
        marks = text.count(MARKED)  # not MARK, with which a comment of another form would end
        if marks:
            del self.runs[-marks:]

    def keep_whole(self, script: str) -> None:
        """A script that had runs of entries: it must be read as it was."""
        if MARK in script:
            self.runs.insert(0, [])

    def close(self) -> Walk:
        """The parse is over."""
        return self

    def release(self) -> None:
        """Drop the callbacks, which refer to this object: no work for the cycle collector."""
        del self.start, self.end

    # --- places, regions, hiding -------------------------------------------------------------

    def special(self, style: Style, tag: str) -> None:
        """An element begins whose name, id or class says something about the page's parts."""
        _, region, crumb = style
        if region is not None and region is not self.region:
            self._enter(region, strong=tag in SECTIONS)
        if crumb and len(self.crumb_marks) < _MAX_CRUMB_MARKS:
            self.crumb_marks.append((len(self.parts), len(self.anchors)))

    def _enter(self, region: Region, *, strong: bool) -> None:
        """The innermost region counts, except that articles have headers and footers of their own,
        that nothing inside the footer is anything else, and that a class name (`content`,
        `container`) makes no part of a header or nav element the main part."""
        if self.region is Region.FOOTER:
            return
        if self.strong_main and region in (Region.HEADER, Region.FOOTER):
            return
        if self.strong_edge and region is Region.MAIN and not strong:
            return
        self._mark(_REGION, (self.region, self.strong_main, self.strong_edge))
        self.strong_main = self.strong_main or (strong and region is Region.MAIN)
        if strong:
            self.strong_edge = region in (Region.HEADER, Region.NAV)
        self._set_region(region)

    def _set_region(self, region: Region) -> None:
        self.region = region
        if not self.hidden:
            self.regions.append((len(self.parts), region))

    def rare(self, tag: str, attrib: Attributes) -> None:
        """An element begins that has one of the attributes in `RARE`."""
        get = attrib.get
        style = get("style")
        if (
            (style and ("none" in style or "hidden" in style) and _hides(style[:_MAX_CODE]))
            or "hidden" in attrib
            or get("aria-hidden") == "true"
        ):
            self.hide()
        if style and "url(" in style:
            backgrounds(self, tag, style)
        role = get("role")
        if role in LANDMARK_ROLES:
            self.landmarks.add(role)
            region = ROLES.get(role)
            if region is not None and region is not self.region:
                self._enter(region, strong=True)
        if get("background"):
            self.resource(tag, get("background", ""), LinkKind.IMAGE, "src")
        if tag not in ("a", "area") and (
            "onclick" in attrib or any(d in attrib for d in DATA_LINKS)
        ):
            self._mark(_CLICK, (tag, attrib, len(self.parts), len(self.anchors)))
        if self.want_ids and "id" in attrib:
            self._mark(_TEXT, (attrib["id"], len(self.parts)))

    def hide(self) -> None:
        """The element that has just begun hides its content."""
        self._mark(_HIDDEN, len(self.parts))
        self.hidden += 1

    def doubt(self, via: str) -> None:
        """The links of the element that has just begun were found in a way that is a guess."""
        if not self.doubting:
            self.doubting = True
            self._mark(_DOUBT, (via, len(self.anchors), len(self.resources)))

    def _mark(self, kind: int, data: Any) -> None:
        depth = len(self.labels)
        self.marks.append((depth, kind, data))
        self.mark_depth = depth

    def unmark(self) -> None:
        """The innermost element with a mark ends."""
        depth, marks = len(self.labels), self.marks
        while marks and marks[-1][0] == depth:
            _, kind, data = marks.pop()
            if kind == _REGION:
                region, self.strong_main, self.strong_edge = data
                self._set_region(region)
            elif kind == _HIDDEN:
                self.hidden -= 1
                del self.parts[data:]
            elif kind == _TEXT:
                self.texts.setdefault(data[0], self.text_from(data[1]))
            elif kind == _DOUBT:
                self.doubting = False
                via, anchor, resource = data
                for links, first in ((self.anchors, anchor), (self.resources, resource)):
                    links[first:] = [replace(link, via=via) for link in links[first:]]
            else:
                self._clicked(*data)
        self.mark_depth = marks[-1][0] if marks else -1

    def place(self, tag: str) -> str:
        """Path of the element that has just begun, from up to three ancestors."""
        return " ".join([*self.labels[-4:-1], tag])

    def text_from(self, mark: int) -> str:
        """Folded text since the mark, cut as the name of something."""
        return label("".join(self.parts[mark : mark + MAX_NAME_PARTS]))

    # --- links -------------------------------------------------------------------------------

    def join(self, href: str) -> str:
        """The address that an href leads to, "" for none."""
        if leads_nowhere(href) or len(href) > MAX_HREF_CHARS:
            return ""
        return self.joiner.join(href)

    def resource(
        self, tag: str, src: str, kind: LinkKind, via: str, *, text: str = "", title: str = ""
    ) -> str:
        """A link that is not an anchor. Returns its address."""
        url = self.join(src)
        self.resources_total += 1
        if len(self.resources) < MAX_LINKS and (url or kind is LinkKind.PAGE):
            self.resources.append(
                LinkDraft(
                    url,
                    src[:MAX_HREF_CHARS],
                    text,
                    text,
                    title,
                    kind,
                    self.region,
                    self.place(tag),
                    tag,
                    self.counts[tag],
                    via,
                    self.hidden > 0,
                )
            )
        return url

    def _clicked(self, tag: str, attrib: Attributes, mark: int, anchor: int) -> None:
        """An element other than a link ends that a click or a data attribute makes a link."""
        if len(self.anchors) > anchor:
            return  # the links inside say where it leads
        href = next((attrib[name] for name in DATA_LINKS if attrib.get(name)), "")
        via = "data" if href and not leads_nowhere(href) else "onclick"
        code = attrib.get("onclick", "")
        if via == "onclick":
            href = address_in_script(code[:_MAX_CODE])
        if not href and "(" not in code:
            return
        text = self.text_from(mark) or label(attrib.get("value", ""))
        title = attrib.get("title", "")[:300]
        if href:
            self.resource(tag, href, kind_of(href), via, text=text, title=title)
        else:
            place, hidden = self.place(tag), self.hidden > 0
            where = (self.region, place, tag, self.counts[tag], "script", hidden)
            self.click(LinkDraft("", "", text, text, title, LinkKind.PAGE, *where), code, new=True)

    def click(self, draft: Any, code: str | None, *, new: bool = False) -> None:
        """Note a link whose address only a function of the page knows (see `calls`). `new`: it
        is no link yet."""
        if code and "(" in code and "void(" not in code and len(self.clicks) < MAX_LINKS:
            self.clicks.append((draft, code[:_MAX_CODE], new))
