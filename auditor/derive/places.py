"""Where in the page something stands: a short structural path, and the region.

Both come from an element's tag, id, class and role, which repeat on every page of a site, so they
are remembered (bounded, pure).
"""

from __future__ import annotations

import re
from typing import Final

from auditor.derive.text import words
from auditor.model.page import Region

#: Elements that can be a region of the page; a link or list entry called "nav" is not one.
_CONTAINERS: Final = words(
    "div table td tr tbody section ul ol dl form header footer nav main article aside center menu"
)
#: Elements whose id and class say nothing about places; their labels are bare tag names.
INLINE: Final = words("a span em b i strong font u small big sub sup br img input option s label")
#: Attributes that hide an element, give it a role, or make it lead somewhere.
RARE: Final = words("style hidden aria-hidden role onclick data-url data-href data-link background")
SECTIONS: Final = words("header footer nav main article aside")

ROLES: Final = {
    "banner": Region.HEADER,
    "navigation": Region.NAV,
    "menubar": Region.NAV,
    "main": Region.MAIN,
    "contentinfo": Region.FOOTER,
}
_TAGS: Final = {
    "header": Region.HEADER,
    "nav": Region.NAV,
    "main": Region.MAIN,
    "article": Region.MAIN,
    "footer": Region.FOOTER,
}
#: Landmark roles that elements have by themselves (HTML-AAM).
LANDMARKS: Final = {
    "header": "banner",
    "nav": "navigation",
    "main": "main",
    "footer": "contentinfo",
    "aside": "complementary",
}
LANDMARK_ROLES: Final = words("banner navigation main contentinfo complementary search region form")

#: Words in ids and classes. Seen in templates of several content management systems.
_WORDS: Final = {
    **dict.fromkeys(words("header pageheader siteheader topbar masthead"), Region.HEADER),
    **dict.fromkeys(
        words(
            "nav navbar navigation navi menu mainnav topnav subnav leftnav sidenav navlist navbox "
            "mainmenu topmenu leftmenu submenu sidemenu daohang"
        ),
        Region.NAV,
    ),
    **dict.fromkeys(words("footer pagefooter sitefooter copyright footbox"), Region.FOOTER),
    **dict.fromkeys(words("main content article zoom"), Region.MAIN),
}
#: Words that name a region only when nothing but filler stands beside them.
_ALONE: Final = {
    **dict.fromkeys(words("head top logo banner"), Region.HEADER),
    **dict.fromkeys(words("foot bottom bot copy"), Region.FOOTER),
    **dict.fromkeys(words("con container"), Region.MAIN),
}
_FILLER: Final = words(
    "box wrap wrapper inner bg in out w width con main info left right area bar text layout page "
    "web site index home new"
)
#: Parts of cards, lists and dialogs have headers and footers of their own.
_PARTS: Final = words(
    "article art list item panel modal card table news tab tabs dialog popup widget post block "
    "section col column title"
)
_CRUMB: Final = re.compile(
    r"crumb|breadcrumb|curpos|cur-pos|position|location|dqwz|mianbao|current(?:path|nav)|weizhi"
    r"|navpath|path\b|bread",
    re.I,
)

_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_TOKEN: Final = re.compile(r"[a-z]+")
_NAME: Final = re.compile(r"-?[A-Za-z_][A-Za-z_-]*")
#: Classes that tell the state or position of one entry, not its kind.
_STATES: Final = words(
    "on off cur current active hover hov selected sel first last odd even open show hide hidden "
    "disabled now clearfix fl fr left right"
)
_MAX_NAME: Final = 40

Style = tuple[str, "Region | None", bool]


#: Known styles by (tag, id, class); bounded, emptied when full.
STYLES: Final[dict[tuple[str, str | None, str | None], Style]] = {}
_MAX_STYLES: Final = 8_192
_MAX_KEY_CHARS: Final = 200


def style_of(tag: str, ident: str | None, classes: str | None) -> Style:
    """(label for paths, region that the element opens or None, whether it holds the breadcrumb)."""
    key = (tag, ident, classes)
    known = STYLES.get(key)
    if known is not None:
        return known
    short_ident, short_classes = (ident or "")[:_MAX_KEY_CHARS], (classes or "")[:_MAX_KEY_CHARS]
    names = [name for name in (short_ident, *short_classes.split()[:6]) if name]
    crumb = any(len(name) < _MAX_NAME and _CRUMB.search(name) for name in names)
    style = tag + _suffix(short_ident, short_classes), _region(tag, names), crumb
    if len(ident or "") <= _MAX_KEY_CHARS and len(classes or "") <= _MAX_KEY_CHARS:
        if len(STYLES) >= _MAX_STYLES:
            STYLES.clear()
        STYLES[key] = style
    return style


def _suffix(ident: str, classes: str) -> str:
    """`#id` or `.class`, without numbers and states: equal for all entries that one template line
    makes, and valid as a CSS selector."""
    if ident and len(ident) <= _MAX_NAME and _NAME.fullmatch(ident):
        return f"#{ident}"
    for name in classes.split()[:6]:
        if len(name) <= _MAX_NAME and name.lower() not in _STATES and _NAME.fullmatch(name):
            return f".{name}"
    return ""


def _region(tag: str, names: list[str]) -> Region | None:
    if tag in _TAGS:
        return _TAGS[tag]
    if tag not in _CONTAINERS:
        return None
    for name in names:
        if len(name) <= _MAX_NAME:
            found = _named(name)
            if found:
                return found
    return None


def _named(name: str) -> Region | None:
    tokens = _TOKEN.findall(_CAMEL.sub("-", name).lower())
    named = [_WORDS[token] for token in tokens if token in _WORDS]
    found = next((region for region in named if region is not Region.MAIN), None)
    if found is None and named and len(tokens) == 1:
        return Region.MAIN
    if found in (Region.HEADER, Region.FOOTER) and not _PARTS.isdisjoint(tokens):
        return None
    if found is None and tokens and tokens[0] in _ALONE and _FILLER.issuperset(tokens[1:]):
        return _ALONE[tokens[0]]
    return found
