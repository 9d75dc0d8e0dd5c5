"""List entries of the plainest form, taken out of the source before it is parsed.

Two thirds of a page's elements stand in lists and menus whose lines are all of one form:
`<li><a href=".." title="..">title</a><span>date</span></li>`. Calling Python for each of their
tags costs more than the rest of the page, so a run of such lines is cut out, one marked `<li>`
stays in its place, and where the parser meets it, `entries` does what the tags would have done.

That is sound because such a line is whole tags in the right nesting, with quoted attributes and
without entities: where the parser meets the marked `<li>` as an element, it would have met the
first line as one, and its state after the last line would have been the same. Where a run stands
in a comment, a script or a broken tag, its mark is not met, `Walk.runs` is not used up, and the
page is parsed again as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from auditor.derive._links import PAGE, LinkDraft, is_next
from auditor.derive._targets import PAGE_ENDINGS, kind_of
from auditor.derive.items import MIN_ENTRY_CHARS, Row, around, asks_address, date_beside, yearless
from auditor.derive.limits import MAX_LABEL_CHARS, MAX_LINKS
from auditor.derive.places import RARE, style_of
from auditor.derive.text import label

if TYPE_CHECKING:
    from auditor.derive._walk import Walk

#: Elements beside the link that are nothing but their text.
FLAT: Final = ("span", "em", "i", "b", "strong", "small")

_FLAT: Final = "|".join(FLAT)
_VALUE: Final = r"[^\"'<>&]*"
_CLASS: Final = rf'(?: class="({_VALUE})")?'
_BESIDE: Final = rf"(?:<({_FLAT})(?: class=\"{_VALUE}\")?>([^<&]*)</\%d>([ \t\n]*))?"
_BEFORE: Final = re.compile(rf"{_CLASS}>([ \t\n]*){_BESIDE % 3}").fullmatch
_AFTER: Final = re.compile(rf"([ \t\n]*){_BESIDE % 2}").fullmatch
_NAME: Final = r"[ \t\n]+[a-z][a-z0-9_-]*="
_NAMES: Final = re.compile(rf"{_NAME}(?:\"{_NAME})*").fullmatch
#: Attributes of links that need more than reading.
_SPECIAL: Final = RARE | {"aria-label", "aria-labelledby", "name"}

#: The attribute of the `<li>` that stands for a run, and what follows its `<li`. Without letters,
#: since attribute names are read in either case.
MARK: Final = "_0_1_0_"
MARKED: Final = f" {MARK}></li>"
_MARKED: Final = MARKED.encode()
_MAX_LINE_BYTES: Final = 1_000
_MAX_LINES: Final = 4_096
_CDATA: Final = 40


class Frame(NamedTuple):
    """What stands around a line's link: label of the `<li>` for paths, texts before and after the
    link, tags of `FLAT`, the texts as one, the date in them, a date without its year."""

    label: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    flat: tuple[str, ...]
    around: str
    day: date | None
    yearless: str


#: One line: frame; texts and line ends as the parser's events would leave them; how many of these
#: are the link's own (1 or 0); href, text, name and title of the link; date; whether the link's
#: address may tell the date; whether it leads to the next page. A plain tuple, since the lines of
#: articles are new on every page.
Entry = tuple[
    Frame, tuple[str, ...], int, str, str, str, str, date | None, bool, bool
]  # fmt: skip

#: Lines, each with the white space that stands before it.
Run = list[tuple[str, Entry]]

_known: dict[bytes, Entry | None] = {}


def cut(source: bytes) -> tuple[bytes, list[Run]]:
    """The source (UTF-8) without its runs of plain entries, and the runs."""
    pieces = source.split(b"<li")
    kept: list[bytes] = [pieces[0]]
    runs: list[Run] = []
    gap: bytes | None = None
    for piece in pieces[1:]:
        entry = None
        if piece[:1] in (b">", b" "):  # no link
            line, end, behind = piece.partition(b"</li>")
            entry = _entry(line) if end else None
        if gap is None and kept[-1][-_CDATA:].rstrip().endswith(b"<![CDATA["):
            entry = None  # the beginning of an entry in a data store
        if entry is None:
            kept.append(piece)
            gap = None
            continue
        if gap is None:
            runs.append([("", entry)])
            kept.append(_MARKED + behind)
        else:
            runs[-1].append((gap.decode(), entry))
            kept[-1] = _MARKED + behind
        gap = behind if not behind or behind.isspace() else None
    if not runs or MARK.encode() in source or b"aria-labelledby" in source:
        return source, []
    return b"<li".join(kept), runs


def _entry(line: bytes) -> Entry | None:
    """What follows `<li`, read; None where the form is another."""
    if len(line) > _MAX_LINE_BYTES:
        return None
    try:
        return _known[line]  # in one step: a large page is read in a thread beside this one
    except KeyError:
        pass
    if len(_known) >= _MAX_LINES:
        _known.clear()
    entry = _known[line] = _read(line.decode())
    return entry


def _read(line: str) -> Entry | None:
    before, _, rest = line.partition("<a")
    anchor, _, after = rest.partition("</a>")
    # Quotation marks of scripts and ends of comments are left out too: there a line must stay.
    if "<" in anchor or "&" in anchor or "'" in anchor or "--" in anchor or "nofollow" in anchor:
        return None
    cells = anchor.split('"')
    shape, frame, inner = _shape('"'.join(cells[:-1:2])), _frame(before, after), cells[-1]
    if shape is None or frame is None or inner[:1] != ">":
        return None
    href, title = cells[shape[0]], cells[shape[1]] if shape[1] else ""
    if not href or href[0] in "#jJ":
        return None
    inner = inner[1:]
    text = " ".join(inner.split())[:MAX_LABEL_CHARS]
    if title and title != text:
        title = label(title)
    name = text or title
    _, texts, behind, _, beside, day, _ = frame
    parts = ("\n", *texts, inner, *behind, "\n") if inner else ("\n", *texts, *behind, "\n")
    asks = False
    if day is None:
        day, asks = date_beside("", text, ""), asks_address(beside)
    own = 1 if inner else 0
    return frame, parts, own, href, text, name, title, day, asks, is_next(name)


@lru_cache(maxsize=512)
def _shape(names: str) -> tuple[int, int] | None:
    """Where href and title (0: none) stand among the pieces of a link's attributes that are split
    at quotation marks; None for attributes that are not plain. `names`: ` href=" title=`."""
    if not _NAMES(names):
        return None
    found = names.replace("=", "").replace('"', "").split()
    if len(set(found)) < len(found) or not _SPECIAL.isdisjoint(found) or "href" not in found:
        return None
    return 2 * found.index("href") + 1, 2 * found.index("title") + 1 if "title" in found else 0


@lru_cache(maxsize=2_048)
def _frame(before: str, after: str) -> Frame | None:
    """The source before and after a line's link, read; None where the form is another."""
    first, second = _BEFORE(before), _AFTER(after)
    if first is None or second is None or "--" in before or "--" in after:
        return None
    name, region, crumb = style_of("li", None, first[1])
    if region is not None or crumb:
        return None
    texts = tuple(filter(None, (first[2], first[4], first[5])))
    behind = tuple(filter(None, (second[1], second[3], second[4])))
    beside = around(texts, behind)
    flat = tuple(filter(None, (first[3], second[2])))
    day = date_beside(beside, "", "")
    return Frame(name, texts, behind, flat, beside, day, "" if day else yearless(beside))


def entries(walk: Walk) -> Callable[[], None]:
    """What runs where the parser meets a mark: a closure, since a page has hundreds of entries."""
    parts, anchors, spans, labels = walk.parts, walk.anchors, walk.spans, walk.labels
    counts, opened, runs = walk.counts, walk.open_anchors, walk.runs

    def take_run() -> None:
        run = runs.pop()
        if not run or opened or len(anchors) + len(run) > MAX_LINKS:
            runs.append(run)  # too seldom to be worth the work: the page is parsed as it is
            return
        region, hidden, join = walk.region, walk.hidden > 0, walk.joiner.join
        path, place, last = labels[-3:-1], "", None
        rows: list[Row] = []
        index, position = counts["a"], len(parts)
        dated_at = 0, 0
        for gap, entry in run:
            frame, texts, inner, href, text, name, title, day, asks, following = entry
            if frame is not last:
                last = frame
                place, mark_at = " ".join([*path, frame.label, "a"]), 1 + len(frame.before)
            for tag in frame.flat:
                counts[tag] += 1
            if gap:
                parts.append(gap)
                position += 1
            parts.extend(texts)
            mark = position + mark_at
            position += len(texts)
            index += 1
            url = join(href)
            kind = PAGE if url.endswith(PAGE_ENDINGS) else kind_of(url)
            spans.append((mark, mark + inner))
            link = LinkDraft(
                url, href, text, name, title, kind, region, place, "a", index, "href", hidden
            )
            anchors.append(link)
            if not url:
                walk.click(link, href)
            if following:
                walk.next_url = walk.next_url or url
            if asks:
                day = date_beside(frame.around, text, url)
            if day is not None:
                dated_at = len(anchors), position - 1
                rows.append((len(anchors) - 1, day, ""))
            elif len(text) >= MIN_ENTRY_CHARS:
                rows.append((len(anchors) - 1, None, frame.yearless))
        parts.pop()  # the end of the last `<li>` is still to come
        counts["li"] += len(run) - 1
        counts["a"] = index
        walk.anchors_total += len(run)
        walk.rows.take(rows, dated_at)

    return take_run
