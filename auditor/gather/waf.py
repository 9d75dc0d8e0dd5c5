"""Challenge and block pages of site protection: what the auditor got instead of the page.

Pure. A page counts as a challenge only when a product's own mark comes together with a second
sign (an unusual status, or a page without content of its own), because the same cookies are set
on ordinary pages and news articles write about these products.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

#: Statuses that protection products use for challenges; 404 and 5xx proper are not among them.
_CHALLENGE_STATUSES = frozenset({202, 400, 403, 405, 412, 418, 429, 493, 503, 521})
#: Bodies above this are pages of their own, whatever they mention.
_MAX_BODY = 64 * 1024
_SHORT_TEXT = 1024
_THIN_TEXT = 300
_MAX_BLOCK_TEXT = 3 * 1024
_GENERIC = "waf"

# Sources: public scrapers of protected sites; wafw00f's jiasule, knownsec and aliyundun plug-ins.
_COOKIES = (
    ("瑞数", re.compile(r"^\w{10,30}?\d{2,4}[ST]$")),
    ("加速乐", re.compile(r"^__jsl(?:uid|_clearance)(?:_[sh])?$")),
    ("阿里云", re.compile(r"^acw_(?:tc|sc__v[23])$")),
)
_BODY_MARKS = (
    ("瑞数", re.compile(rb"\$_ts\b|9DhefwqGPrzGxEp9hPaoag")),
    ("加速乐", re.compile(rb"__jsl_clearance|;\s*go\(\s*\{\s*\"bts\"|notice-jiasule")),
    ("知道创宇", re.compile(rb"/ks-waf-error\.png")),
    (
        "阿里云",
        re.compile(rb"var\s+arg1\s*=\s*['\"][0-9A-F]{20}|acw_sc__v[23]|errors\.aliyun\.com"),
    ),
)
_HEADER_MARKS = (
    ("加速乐", "server", re.compile(r"jiasule", re.I)),
    ("cloudflare", "cf-mitigated", re.compile(r"challenge", re.I)),
)
_WORDS = ("拦截", "阻断", "安全验证", "滑块", "访问被拒绝", "非法请求", "防火墙")
_BLOCK_WORDS = re.compile(
    b"|".join(re.escape(word.encode(code)) for word in _WORDS for code in ("utf-8", "gb18030"))
)
_EVENT_WORDS = ("事件编号", "事件", "拦截", "请求")
_EVENT_ID = re.compile(
    rb"(?:event|trace|request|incident)[ _-]?id\W{0,12}[0-9A-Fa-f-]{8,}|(?:"
    + b"|".join(word.encode(code) for word in _EVENT_WORDS for code in ("utf-8", "gb18030"))
    + rb")\s*(?:ID|id|\xe5\x8f\xb7)?\W{0,12}[0-9A-Fa-f-]{8,}",
    re.I,
)
_SCRIPT = re.compile(rb"<script\b", re.I)
# Every alternative consumes what it looks at, so that hostile pages cost linear time.
_INVISIBLE = re.compile(
    rb"<(script|style|noscript|title)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)|<[^<>]*>?",
    re.I | re.S,
)
_LINK = re.compile(rb"<a\s[^<>]*href\s*=|<i?frame\b|<form\b|<img\b", re.I)
_FEW_LINKS = 2


def challenge(status: int, headers: Iterable[tuple[str, str]], body: bytes) -> str:
    """The product whose challenge or block page this is: 瑞数 | 加速乐 | 知道创宇 | 阿里云 |
    cloudflare | waf (unknown product); "" for any other answer."""
    odd = status in _CHALLENGE_STATUSES
    if not odd and (status >= 300 or len(body) > _MAX_BODY or _has_links(body)):
        return ""
    lowered = [(name.lower(), value) for name, value in headers]
    for product, name, pattern in _HEADER_MARKS:
        if odd and any(key == name and pattern.search(value) for key, value in lowered):
            return product
    content = _content(body[:_MAX_BODY])
    thin = len(body) <= _MAX_BODY and _is_thin(content, body)
    if odd or thin:
        brief = thin or len(content) <= _SHORT_TEXT
        product = _marked(lowered, body, odd=odd, thin=thin, brief=brief)
        if product:
            return product
    return _GENERIC if _is_generic(body, content, odd=odd, thin=thin) else ""


def _marked(
    headers: list[tuple[str, str]], body: bytes, *, odd: bool, thin: bool, brief: bool
) -> str:
    """A product's mark in the body, or its cookie with an unusual status and no content."""
    if brief:
        for product, mark in _BODY_MARKS:
            if mark.search(body):
                return product
    if not (odd and thin):
        return ""  # balancers set the same cookies on every page
    names = [value.split("=", 1)[0].strip() for key, value in headers if key == "set-cookie"]
    for product, pattern in _COOKIES:
        if any(pattern.match(name) for name in names):
            return product
    return ""


def _is_generic(body: bytes, content: bytes, *, odd: bool, thin: bool) -> bool:
    if not body or len(content) > _MAX_BLOCK_TEXT or _has_links(body):
        return False
    if _BLOCK_WORDS.search(body) and _EVENT_ID.search(body):
        return True
    return odd and thin and not content and _SCRIPT.search(body) is not None


def _has_links(body: bytes) -> bool:
    return next(islice(_LINK.finditer(body), _FEW_LINKS, None), None) is not None


def _content(body: bytes) -> bytes:
    return b" ".join(_INVISIBLE.sub(b" ", body).split())


def _is_thin(content: bytes, body: bytes) -> bool:
    return len(content) <= _THIN_TEXT and _LINK.search(body) is None
