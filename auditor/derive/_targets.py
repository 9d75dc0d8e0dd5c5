"""What an href, an event handler or a file ending leads to."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from auditor.derive.text import remembered, words
from auditor.model.page import LinkKind

ATTACHMENTS: Final = words(
    "pdf doc docx docm dot xls xlsx xlsm et ett ppt pptx pps dps wps wpt ofd ceb rtf odt ods odp "
    "zip rar 7z gz tar bz2 txt csv mp3 mp4 wmv avi flv wav mov rmvb m4v swf exe apk ipa dwg "
    "psd vsd mdb dbf epub"
)
IMAGES: Final = words("jpg jpeg png gif bmp webp svg ico tif tiff jfif")

PAGE_ENDINGS: Final = (".html", ".htm", "/", ".shtml", ".jsp")

#: Schemes that lead nowhere that a crawler could go.
_NOWHERE: Final = re.compile(
    r"\s*(?:#|$|(?:javascript|mailto|tel|sms|data|about|file|vbscript|blob|thunder|weixin|tencent"
    r"|chrome-extension)\s*[:：])",
    re.I,
)
_CALL: Final = re.compile(
    r"(?:location(?:\.href)?\s*=|location\.(?:replace|assign)\s*\(|open\w*\s*\(|url\w*\s*\("
    r"|go\w*\s*\(|jump\w*\s*\(|link\w*\s*\(|href\w*\s*\()\s*[\"']([^\"'<>\s]{1,2000})[\"']",
    re.I,
)
_ADDRESS: Final = re.compile(
    r"(?:https?:)?//\S+|\.{0,2}/[\w%~.-][^\s]*|[\w%~./-]+\.(?:s?html?|jspx?|aspx?|php|do|action)"
    r"(?:[?#]\S*)?|[\w%~.-]+(?:/[\w%~.-]+)+/?",
    re.I | re.A,
)
#: A script that sends the visitor elsewhere: a whole literal address only.
_REDIRECT: Final = re.compile(
    r"(?<!var )(?<!let )(?:(?:window|document|self|top|parent)\s*\.\s*)*location"
    r"(?:\s*\.\s*href)?\s*=\s*"
    r"[\"']([^\"'<>\s+]{1,2000})[\"']\s*(?:;|\}|$|\n)"
    r"|location\s*\.\s*(?:replace|assign)\s*\(\s*[\"']([^\"'<>\s]{1,2000})[\"']\s*\)",
    re.M,
)
#: `5; url=next.html`, with the quoting mistakes seen in pages.
REFRESH: Final = re.compile(r"^\s*([\d.]*)\s*[;,]?\s*url\s*=\s*[\"']?\s*([^\"'>]+)", re.I)


def kind_of(url: str) -> LinkKind:
    """Page, image or attachment, by the file ending (also of a download script's last value)."""
    if url.endswith(PAGE_ENDINGS):
        return LinkKind.PAGE
    ending = url[url.rfind(".") + 1 :].lower()
    if "?" in url and ending not in ATTACHMENTS:
        path = url.partition("?")[0]
        ending = path[path.rfind(".") + 1 :].lower()
    if ending in ATTACHMENTS:
        return LinkKind.ATTACHMENT
    return LinkKind.IMAGE if ending in IMAGES else LinkKind.PAGE


def leads_nowhere(href: str) -> bool:
    """In-page, scripted, mail and other hrefs that cannot be fetched."""
    if href[:4] == "http" or not (":" in href or "：" in href):
        return href[:1] in "#" or not href.strip() or href.lstrip()[0] == "#"
    return _NOWHERE.match(href) is not None


def is_address(text: str) -> bool:
    """Whether a literal of a script looks like a relative or absolute address."""
    return _ADDRESS.fullmatch(text) is not None


@remembered
def redirects(script: str) -> tuple[str, ...]:
    """Where a script sends the visitor, as written: whole literals only."""
    return tuple(match[1] or match[2] for match in _REDIRECT.finditer(script))


@lru_cache(maxsize=512)
def address_in_script(code: str) -> str:
    """The literal address in an event handler such as `window.open('/a/b.html')`, or ""."""
    match = _CALL.search(code)
    if match and _ADDRESS.fullmatch(match[1]):
        return match[1]
    return ""
