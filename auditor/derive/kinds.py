"""What kind of page it is, its breadcrumb, and whether its source has content at all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from auditor.derive.dates import url_date
from auditor.derive.forms import is_captcha
from auditor.derive.limits import MAX_CRUMBS
from auditor.derive.text import fold
from auditor.model.page import ListItem, PageKind, Region

if TYPE_CHECKING:
    from auditor.derive._walk import Walk

_CRUMB_LABEL: Final = re.compile(
    r"(?:当前|您|你|所在|现在)(?:的|所在|现在|当前|是)*位置(?:是|为)?|当前(?:页面|栏目|路径)"
)
_GAP: Final = re.compile(r"[\s>》›»→/\\|｜\-—_·•:：≫＞<]*")
_SEPARATOR: Final = re.compile(r"[>》›»→/\\|｜\-—·≫＞]")
_LAST: Final = re.compile(r"\s*[>》›»→/|｜\-—·≫＞]+\s*([^>》›»→|｜\n]{1,40})")
_HOME_NAMES: Final = re.compile(r"^(?:网站|本站)?(?:首\s*页|主页)$|^home$", re.I)
_MAX_GAP: Final = 40
_APP_ROOT: Final = re.compile(
    rb"<div\b[^>]{0,80}\sid=[\"']?(?:app|root|__next|__nuxt|main-app)\b", re.I
)
_LOADS: Final = re.compile(
    r"\.(?:ajax|getJSON|get|post|load|html|append)\s*\(|\bfetch\s*\(|XMLHttpRequest|axios|new Vue"
    r"|createApp|innerHTML|template\s*\(",
)
_EMPTY: Final = re.compile(
    rb"<(ul|ol|dl|div|tbody|table|section)\b[^<>]{0,200}\s(?:id|class)\s*=\s*[\"']?[^<>\"']{0,80}"
    rb"(?:list|news|content|con\b|data|page|main|result|item|box)[^<>]{0,200}>\s*</\1\s*>",
    re.I,
)
_FILLED_CHARS: Final = 2_000
_MENU_LINKS: Final = 60
_SHELL_CHARS: Final = 200
_BARE_CHARS: Final = 50
_SHELL_LINKS: Final = 5
_LIST_ITEMS: Final = 3
_UNDATED_ITEMS: Final = 5
_ARTICLE_CHARS: Final = 120
_LABEL_CHARS: Final = 4
_CHROME: Final = frozenset((Region.HEADER, Region.NAV, Region.FOOTER))
_CAPTCHA_WORDS: Final = (
    "captcha", "verifycode", "verifyimg", "verify_code", "yzm", "validatecode", "validcode",
    "checkcode", "check_code", "randcode", "rand_code", "authcode", "vcode", "imgcode",
    "securitycode", "验证码",
)  # fmt: skip


def kind_of_page(
    metas: Mapping[str, str],
    items: tuple[ListItem, ...],
    main: str,
    visible: tuple[date, str] | None,
    url: str,
    *,
    home: bool,
) -> PageKind:
    """The page's role. Official meta decides where present (an article's tags are required on
    content pages, a column's on column pages); else entries with dates against running text."""
    if home:
        return PageKind.HOME
    if metas.get("articletitle") or metas.get("pubdate"):
        return PageKind.ARTICLE
    dated = sum(1 for item in items if item.published_on)
    prose = len(main) - sum(len(item.title) + 12 for item in items)
    if visible and prose >= _ARTICLE_CHARS and not _is_repeated(visible[1], main):
        return PageKind.ARTICLE
    if dated >= _LIST_ITEMS or len(items) >= _UNDATED_ITEMS:
        return PageKind.LIST
    if metas.get("columnname"):
        return PageKind.LIST if items or not visible else PageKind.ARTICLE
    if visible or (url_date(url) and prose >= _ARTICLE_CHARS):
        return PageKind.ARTICLE
    return PageKind.LIST if dated else PageKind.OTHER


def _is_repeated(raw: str, main: str) -> bool:
    """The label of the publication date, or the byline, stands beside every entry of a list."""
    label = raw[:_LABEL_CHARS]
    count = 0 if label[:1].isdigit() else main.count(label)
    return max(count, main.count("来源")) >= _LIST_ITEMS


def is_shell(walk: Walk, data: bytes, text: str) -> bool:
    """Almost no text, hardly a link, but scripts: a browser must make the page."""
    if len(text) >= _SHELL_CHARS or walk.anchors_total >= _SHELL_LINKS or walk.frames:
        return False
    if not any(attrib.get("src") or len(code) > _BARE_CHARS for attrib, code in walk.scripts):
        return False
    return _APP_ROOT.search(data) is not None or (
        len(text) < _BARE_CHARS and not walk.images_total and not walk.anchors_total
    )


def is_fillable(walk: Walk, data: bytes, main: str, items: tuple[ListItem, ...]) -> bool:
    """Menus, but no list and hardly a sentence beside them, while a container stands empty and a
    script loads data: a browser may show more."""
    if len(items) >= _LIST_ITEMS or len(main) >= _FILLED_CHARS or not walk.scripts:
        return False
    own = [anchor for anchor in walk.anchors if anchor.region not in _CHROME]
    prose = len(main) - sum(len(anchor.text) for anchor in own)
    if prose >= _SHELL_CHARS or len(own) > _MENU_LINKS:
        return False
    loads = any(attrib.get("src") or _LOADS.search(code) for attrib, code in walk.scripts)
    return loads and _EMPTY.search(data) is not None


def has_captcha(walk: Walk) -> bool:
    """A control or image that asks for a code."""
    for form in walk.forms:
        for control in form.controls:
            get = control.attrib.get
            if is_captcha(get("name") or "", get("id") or "", get("placeholder") or ""):
                return True
    urls = "\n".join([image.url for image in walk.images]).lower()
    return bool(urls) and any(word in urls for word in _CAPTCHA_WORDS)


def breadcrumb(walk: Walk, text: str) -> tuple[str, ...]:
    """Names from the home page to the current column, as the page shows them; () if none."""
    if "位置" in text or "当前" in text:
        for index, part in enumerate(walk.parts):
            match = _CRUMB_LABEL.search(part) if "位置" in part or "当前" in part else None
            if match:
                names = _after_label(walk, index, part[match.end() :])
                if names:
                    return names
    for part_index, anchor_index in walk.crumb_marks:
        if anchor_index < len(walk.anchors) and _HOME_NAMES.match(walk.anchors[anchor_index].name):
            chain, _ = _chain(walk, part_index, anchor_index, "")
            if len(chain) > 1:
                return tuple(chain)
    return ()


def _after_label(walk: Walk, index: int, rest: str) -> tuple[str, ...]:
    spans = walk.spans
    first = next(
        (
            number
            for number, span in enumerate(spans)
            if span[0] > index and not walk.anchors[number].hidden
        ),
        len(spans),
    )
    names, found = _chain(walk, index + 1, first, rest)
    if found:
        return tuple(names)
    line = _line(walk.parts, index + 1, rest)
    pieces = [fold(piece) for piece in _SEPARATOR.split(line.strip(" :：\xa0\t\r\n"))]
    pieces = [piece for piece in pieces if piece]
    return tuple(pieces[:MAX_CRUMBS]) if len(pieces) > 1 else ()


def _chain(walk: Walk, position: int, first: int, rest: str) -> tuple[list[str], bool]:
    """Links that follow each other with nothing but separators between them."""
    names: list[str] = []
    anchors: list[Any] = walk.anchors
    separated = False
    for number in range(first, min(len(anchors), first + MAX_CRUMBS)):
        start, end = walk.spans[number]
        if start < position or anchors[number].hidden:
            break
        gap = rest + "".join(walk.parts[position:start])
        if len(gap) > _MAX_GAP or not _GAP.fullmatch(gap):
            break
        sign = _SEPARATOR.search(gap) is not None
        if len(names) == 1:
            separated = sign
        if len(names) > 1 and (sign != separated or not sign):
            same = anchors[number].place == anchors[first].place
            if separated or not same:
                break
        names.append(anchors[number].text or anchors[number].name)
        position, rest = end, ""
    if names:
        line = _line(walk.parts, position, "")
        while len(names) < MAX_CRUMBS and (last := _LAST.match(line)):
            names.append(fold(last[1]))
            line = line[last.end() :]
    return [name for name in names if name], bool(names)


def _line(parts: list[str], position: int, rest: str) -> str:
    """Text up to the next end of a block that follows some text."""
    line = rest
    for part in parts[position : position + 30]:
        if part == "\n":
            if _SEPARATOR.sub("", line).strip(" :：\xa0\t\r\n"):
                break
            continue
        line += part
    return line[:300]
