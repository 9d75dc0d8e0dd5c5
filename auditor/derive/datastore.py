"""Lists that stand in the page as data: `<script type="text/xml"><datastore>...`.

A widespread content management system writes a list's entries as CDATA into a script element, and
a script of its own shows them: whole rows of HTML, which every visitor sees. They are read as if
they stood there. `nextgroup` holds the address from which the script loads more.
"""

from __future__ import annotations

import contextlib
import html
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from lxml import etree

from auditor.model.page import LinkKind

if TYPE_CHECKING:
    from auditor.derive._walk import Walk

_RECORD: Final = re.compile(r"<record>\s*<!\[CDATA\[", re.I)
_NEXT: Final = re.compile(r"<nextgroup>.{0,100}?href=[\"']([^\"'<>]{1,2000})[\"']", re.S | re.I)
#: Elements that the parser adds, and those whose text is none.
_ADDED: Final = frozenset({"html", "head", "body"})
_SILENT: Final = frozenset({"script", "style", "title", "base"})
_MAX_RECORDS: Final = 2_000


def records(text: str) -> Iterator[str]:
    """The HTML of each entry in a data store."""
    # Cut at the ends first: a search from each start to its end is quadratic where ends lack.
    for piece in text.split("]]>", _MAX_RECORDS)[:_MAX_RECORDS]:
        match = _RECORD.search(piece)
        if match:
            yield piece[match.end() :]


def next_group(text: str) -> str:
    """The address of the entries that follow, or ""."""
    match = _NEXT.search(text)
    return html.unescape(match[1]) if match else ""


def replay(walk: Walk, text: str) -> None:
    """Let the walk see the entries of a data store where its script stands."""
    following = next_group(text)
    if following:
        walk.resource("script", following, LinkKind.PAGE, "interface")
    rows = "\n".join(records(text))
    if not rows:
        return
    # Places of elements count what stands in the source, and these do not.
    counts, first = dict(walk.counts), len(walk.anchors)
    parser = etree.HTMLParser(target=_Replay(walk), encoding="utf-8", no_network=True)
    with contextlib.suppress(etree.LxmlError, ValueError):  # what was seen is what there is
        etree.fromstring(rows.encode("utf-8", "replace"), parser)
    walk.counts.clear()
    walk.counts.update(counts)
    for draft in walk.anchors[first:]:
        draft.index = 0


class _Replay:
    """Passes on the elements of a fragment."""

    def __init__(self, walk: Walk) -> None:
        self._walk = walk
        self._silent = 0

    def start(self, tag: str, attrib: Mapping[str, str]) -> None:
        """An element begins."""
        if tag in _SILENT:
            self._silent += 1
        elif tag not in _ADDED and not self._silent:
            self._walk.start(tag, attrib)

    def end(self, tag: str) -> None:
        """An element ends."""
        if tag in _SILENT:
            self._silent -= 1
        elif tag not in _ADDED and not self._silent:
            self._walk.end(tag)

    def data(self, text: str) -> None:
        """Text, which outside elements counts too."""
        if not self._silent:
            self._walk.data(text)

    def close(self) -> None:
        """The fragment is over."""
