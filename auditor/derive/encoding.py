"""Which encoding a body really has, whatever it says.

Evidence in order: byte order mark, bytes that are valid UTF-8, a label that fits the bytes (HTTP
header before meta), GB 18030. A label that does not fit is recorded, not obeyed: Chinese sites
declare UTF-8 over GBK bytes and the other way round. `gb2312` and `gbk` are read as GB 18030,
their superset, as browsers do (WHATWG Encoding Standard).
"""

from __future__ import annotations

import re
from typing import Final

from auditor.derive.limits import CHARSET_PRESCAN_BYTES
from auditor.model.page import Encoding

_GB: Final = "gb18030"
_UTF8: Final = "utf-8"

_CODECS: Final = {
    **dict.fromkeys(("utf-8", "utf8", "unicode-1-1-utf-8", "x-unicode20utf8"), _UTF8),
    **dict.fromkeys(
        ("gb2312", "gb-2312", "gbk", "x-gbk", "gb18030", "gb-18030", "gb2312-80", "gb-2312-80"), _GB
    ),
    **dict.fromkeys(("euc-cn", "euccn", "cp936", "ms936", "windows-936", "chinese"), _GB),
    **dict.fromkeys(("big5", "big-5", "x-x-big5", "cn-big5", "big5-hkscs"), "big5hkscs"),
    **dict.fromkeys(("shift-jis", "sjis", "windows-31j", "x-sjis"), "cp932"),
    **dict.fromkeys(("euc-kr", "ks-c-5601-1987", "windows-949"), "cp949"),
    "euc-jp": "euc_jp",
    "koi8-r": "koi8_r",
    "utf-16": "utf-16-le",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    **dict.fromkeys(("iso-8859-1", "latin1", "iso8859-1", "us-ascii", "ascii"), "cp1252"),
    **{f"windows-{number}": f"cp{number}" for number in range(1250, 1259)},
    **{f"iso-8859-{number}": f"iso8859_{number}" for number in (*range(2, 12), 13, 14, 15, 16)},
}

#: Codecs in which almost any bytes are valid, so that fitting proves nothing.
_SINGLE_BYTE: Final = ("cp125", "iso8859", "koi8")

_BOMS: Final = (
    (b"\xef\xbb\xbf", _UTF8),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
    (b"\x84\x31\x95\x33", _GB),
)

_HEADER: Final = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:+-]+)", re.I)
_META: Final = re.compile(rb"<meta\s[^>]*?charset\s*=\s*[\"']?\s*([\w.:+-]+)", re.I)
_XML: Final = re.compile(rb"^\s*<\?xml[^>]*?encoding\s*=\s*[\"']([\w.:+-]+)", re.I)
_COMMENT: Final = re.compile(rb"<!--.*?-->", re.S)
_BEYOND_2_BYTES: Final = re.compile("[\u0800-\U0010ffff]")
_GB_PAIR: Final = re.compile(rb"[\xa1-\xf7][\xa1-\xfe]")
_UTF8_TRIPLE: Final = re.compile(rb"[\xe3-\xef][\x80-\xbf]{2}")
_SAMPLE_BYTES: Final = 8_000
_ASCII: Final = bytes(range(128))

_PLAIN: Final = Encoding()
_PLAIN_META: Final = {
    label: Encoding(declared=label, source="meta") for label in ("utf-8", "UTF-8", "utf8")
}

Labels = tuple[tuple[str, str], ...]


def decode(body: bytes, content_type: str = "") -> tuple[str, Encoding]:
    """The body as text, and how it was read. Never raises: undecodable bytes become U+FFFD and
    are counted in `Encoding.replaced`."""
    labels = _labels(body, content_type)
    for mark, codec in _BOMS:
        if body.startswith(mark):
            return _with(body[len(mark) :], codec, "bom", labels)
    try:
        text = body.decode(_UTF8)
    except UnicodeDecodeError as error:
        return _legacy(body, labels, error.start)
    return _valid_utf8(body, text, labels)


def sniff(body: bytes, content_type: str = "") -> Encoding:
    """How `decode` would read the body."""
    return decode(body, content_type)[1]


def _labels(body: bytes, content_type: str) -> Labels:
    """Declared labels as (place, label), header first."""
    found: list[tuple[str, str]] = []
    header = _HEADER.search(content_type) if content_type else None
    if header:
        found.append(("header", header[1]))
    start = body[:CHARSET_PRESCAN_BYTES]
    if b"<!--" in start:
        start = _COMMENT.sub(b"", start)
    meta = _META.search(start) or _XML.search(start)
    if meta:
        found.append(("meta", meta[1].decode("ascii", "replace")))
    return tuple(found)


def _codec(label: str) -> str:
    """Codec for a label; "" for labels that name no encoding of the web."""
    return _CODECS.get(label.lower().replace("_", "-"), "")


def _valid_utf8(body: bytes, text: str, labels: Labels) -> tuple[str, Encoding]:
    wide = _wide(body, labels) if b"\0" in body[:64] else None
    if wide:
        return wide
    if not labels:
        return text, _PLAIN
    if len(labels) == 1 and labels[0][0] == "meta" and labels[0][1] in _PLAIN_META:
        return text, _PLAIN_META[labels[0][1]]
    codecs = [_codec(label) for _, label in labels]
    if _UTF8 not in codecs:
        if body.isascii() and codecs[0] and not codecs[0].startswith("utf-16"):
            return text, _described(codecs[0], labels[0][0], labels)
        # A few GBK characters can be valid UTF-8 by chance, but then only as 2-byte sequences.
        if _GB in codecs and not _BEYOND_2_BYTES.search(text):
            return _with(body, _GB, labels[codecs.index(_GB)][0], labels)
        return text, _described(_UTF8, "utf-8", labels)
    return text, _described(_UTF8, labels[codecs.index(_UTF8)][0], labels)


def _wide(body: bytes, labels: Labels) -> tuple[str, Encoding] | None:
    """UTF-16 without a byte order mark, seen by the zero bytes around the first `<`."""
    start = body[:64]
    if 10 * start.count(b"\0") < 3 * len(start) or start.strip(b" \t\r\n\0")[:1] != b"<":
        return None
    codec = "utf-16-le" if body.index(b"<") % 2 == 0 else "utf-16-be"
    return _with(body, codec, "fallback", labels)


def _legacy(body: bytes, labels: Labels, error: int) -> tuple[str, Encoding]:
    """Not valid UTF-8: the first many-byte label that fits, GB 18030, then anything."""
    wide = _wide(body, labels)
    if wide:
        return wide
    if _nearly_utf8(body[max(0, error - _SAMPLE_BYTES) : error + _SAMPLE_BYTES]):
        return _with(body, _UTF8, "utf-8", labels)
    candidates = [(place, _codec(label)) for place, label in labels]
    many = [item for item in candidates if item[1] and not item[1].startswith(_SINGLE_BYTE)]
    for place, codec in [*(item for item in many if item[1] != _UTF8), ("gb18030", _GB)]:
        if place == "gb18030" and not many and candidates and not _looks_gb(body):
            continue
        if codec.startswith("utf-16") and place == "meta":
            continue
        try:
            return body.decode(codec), _described(codec, place, labels)
        except UnicodeDecodeError:
            continue
    return _damaged(body, candidates, labels)


def _nearly_utf8(sample: bytes) -> bool:
    """Most bytes above 127 around the first error form Chinese characters in UTF-8: a cut or
    spoilt UTF-8 page, which GB 18030 could often decode to nonsense without an error."""
    high = len(sample.translate(None, _ASCII))
    return 3 * len(_UTF8_TRIPLE.findall(sample)) >= 0.7 * high


def _looks_gb(body: bytes) -> bool:
    """Bytes above 127 come in pairs of the GB 2312 area, as Chinese text does."""
    high = len(body.translate(None, _ASCII))
    return high > 0 and 2 * len(_GB_PAIR.findall(body)) >= 0.8 * high


def _damaged(
    body: bytes, candidates: list[tuple[str, str]], labels: Labels
) -> tuple[str, Encoding]:
    """Nothing fits: the reading with the fewest undecodable bytes, declared ones first."""
    tried = [item for item in candidates if item[1]] + [("fallback", _UTF8), ("fallback", _GB)]
    best: tuple[str, Encoding] | None = None
    for place, codec in tried:
        if codec.startswith("utf-16") and place == "meta":
            continue
        result = _with(body, codec, place, labels)
        if best is None or result[1].replaced < best[1].replaced:
            best = result
    assert best is not None
    return best


def _with(body: bytes, codec: str, source: str, labels: Labels) -> tuple[str, Encoding]:
    text = body.decode(codec, "replace")
    replaced = text.count("\ufffd")
    if replaced:
        replaced = max(0, replaced - body.count("\ufffd".encode(codec)))
    if text.startswith("\ufeff"):
        text = text[1:]
    return text, _described(codec, source, labels, replaced)


def _described(codec: str, source: str, labels: Labels, replaced: int = 0) -> Encoding:
    wrong = [f"{place}={label}" for place, label in labels if not _agrees(label, codec)]
    return Encoding(
        used=codec,
        declared=labels[0][1] if labels else "",
        source=source,
        disagreement=", ".join(wrong),
        replaced=replaced,
    )


def _agrees(label: str, codec: str) -> bool:
    named = _codec(label)
    return named == codec or (named.startswith("utf-16") and codec.startswith("utf-16"))
