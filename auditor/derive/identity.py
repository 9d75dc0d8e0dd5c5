"""Who runs the site, as its pages say: site code, ICP and police numbers, organiser, marks.

The footer is read first. The text of an article is never asked for an organiser (an event has one
too). Scripts are read after `unescape`, because the mark of the party and government bodies and
the error-report entry are usually written by `document.write(unescape("%3Cscript ..."))`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from auditor.derive.limits import MAX_IDENTITY_CHARS
from auditor.derive.text import fold, half_width_digits, remembered
from auditor.model.page import Identity, Meta

#: bm and 8 digits for central bodies, else 10 digits (`网页标签` table of 国办发〔2017〕47号).
SITE_CODE: Final = re.compile(r"(?<![0-9A-Za-z])(?:bm\d{8}|\d{10})(?!\d)", re.I)

_VISIBLE_CODE: Final = re.compile(
    r"标\s*识\s*码\s*(?:[:：为]\s*)?[\[【(（]?\s*((?:bm|BM|Bm)?\d{6,12})(?!\d)"
)
_PROVINCES: Final = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_ICP: Final = re.compile(
    rf"[{_PROVINCES}]\s?(?:ICP|icp|Icp|IPC)\s?(?:备案?|证|\(备\)|（备）)\s?(?:字)?\s?"
    r"(?:第|\[|:|：)?\s?\d{6,8}\s?号?(?:\s?[-—－–_]\s?\d{1,3})?",
)
_POLICE: Final = re.compile(
    rf"([{_PROVINCES}]\s?公网安?备(?:案)?(?:号)?)\s?[:：]?\s?(?:第)?\s?(\d{{11,14}})\s?号?"
)
_ORGANISER: Final = re.compile(
    r"(?:网站)?主\s*办\s*(?:单\s*位|方|机\s*关)?\s*[:：]\s*([^\s,，;；|｜。:：]{2,60})"
    r"|(?:网站)?主\s*办\s*单\s*位\s*[:：]?\s*([^\s,，;；|｜。:：]{2,60})"
    r"|([^\s,，;；|｜。:：]{4,50}?)\s?主办(?=[\s,，;；|｜]|$)"
)
_COPYRIGHT: Final = re.compile(
    r"版权所有\s*(?:©|\(c\))?\s*[:：]\s*([^\s,，;；|｜。:：©]{3,50})"
    r"|([^\s,，;；|｜。:：©]{4,50})\s*版权所有"
    r"|版权所有\s*(?:©|\(c\))?\s*([^\s,，;；|｜。:：©]{3,50})(?=[\s,，;；|｜。©]|$)",
    re.I,
)
_PHONE: Final = re.compile(
    r"(?:联系电话|联系方式|联系我们|网站热线|服务热线|咨询电话|值班电话|维护电话|技术支持电话|电\s*话"
    r"|热线)[^\d:：]{0,12}\s*[:：]?\s*"
    r"((?:\(?0\d{2,3}\)?[-－— ]?)?\d{7,8}(?:[-－转]\d{1,5})?|1\d{10}|12345)"
)
_ADDRESS: Final = re.compile(r"(?:地\s*址|邮\s*箱|[Ee]-?mail)\s*[:：]\s*([^\s;；|｜]{5,60})")
_ORGANISER_ENDS: Final = re.compile(
    r"(?:承办|协办|运维|维护|技术支持|地址|电话|联系|版权|邮编|网站标识码|备案|Copyright).*$", re.I
)

_UNESCAPE: Final = re.compile(r"unescape\s*\(\s*[\"']([^\"']{10,4000})[\"']", re.I)
_PERCENT: Final = re.compile(r"%u([0-9A-Fa-f]{4})|%([0-9A-Fa-f]{2})")
_CONAC_SCRIPT: Final = re.compile(
    r"dcs\.conac\.cn/js/|conac\.cn/[^\"']*\.js|_ideConac|_idejs", re.I
)
_CONAC_LINK: Final = re.compile(r"bszs\.conac\.cn", re.I)
_MARK_IMAGE: Final = re.compile(r"(red_error|red|blue)\.(?:png|gif|jpg)", re.I)
_ERROR_URL: Final = re.compile(
    r"zfwzgl\.www\.gov\.cn|pucha\.kaipuyun|/exposure/jiucuo|jiucuo\.(?:html|js)|/errorInfo/", re.I
)
_ERROR_WORDS: Final = re.compile("网站找错|政府网站.{0,4}找错|网站纠错")
_JIUCUO_CODE: Final = re.compile(
    r"(?:sitecode|site_code|siteCode)[\"']?\s*[=:]\s*[\"']?(\w{6,14})", re.I
)
_POLICE_LINK: Final = re.compile(
    r"beian\.(?:gov|mps\.gov)\.cn|registerSystemInfo|recordcode=", re.I
)
_ICP_LINK: Final = re.compile(r"beian\.miit\.gov|miibeian\.gov|miitbeian\.gov", re.I)
_SITEMAP: Final = re.compile(r"^\W*(?:网站|站点|本站)(?:地图|导航|导览)\W*$|^site ?map$", re.I)
_BARRIER_FREE: Final = re.compile(
    "无障碍|关怀版|长者|适老|大字|老年|长辈|敬老|读屏|accessib|barrier.?free|elder", re.I
)
_BARRIER_FREE_SCRIPT: Final = re.compile(
    r"wuzhangai|barrierfree|barrier-free|/wza[./_-]|wzafree|esd-?client|canyou|/slh[./_-]", re.I
)
_BARRIER_FREE_CHARS: Final = 24

#: Scripts and frames that bring the footer.
_FOOTER_SOURCE: Final = re.compile(
    r"foot|bottom|copyright|dibu|yejiao|\b(?:header|head|top|common|public|layout|include)\w*\.(?:js|html?|shtml|jsp)",
    re.I,
)
_INCLUDE_CALL: Final = re.compile(
    r"\.load\s*\(|\$\.(?:get|ajax|post)\s*\([^)]{0,200}(?:foot|bottom)|document\.write(?:ln)?\s*\(\s*[\"'`]?\s*<(?:div|table|p|ul|a)\b"
    r"|include(?:html|HTML|Html)",
    re.I,
)
#: Names of identity links are short; titles of articles are not asked.
_NAME_CHARS: Final = 40
_TAIL_CHARS: Final = 1_200


@dataclass(frozen=True, slots=True)
class Sources:
    """What the identity of one page is read from. `links` are the page's links (or drafts)."""

    text: str
    footer: str
    metas: tuple[Meta, ...]
    links: list[Any]
    images: list[Any]
    scripts: list[tuple[Any, str]]
    frames: tuple[str, ...]
    script_shell: bool


def identity(page: Sources) -> Identity:
    """The page's statements about its owner. Absence means nothing where
    `rendered_by_script` is true."""
    written = _written(page.scripts)
    text, footer = _ends(page.text), page.footer[-MAX_IDENTITY_CHARS:]
    tail = footer or text[-_TAIL_CHARS:]
    named = [link for link in page.links if _tells_name(link.name)]
    absolute = [link for link in page.links if link.raw.startswith(("http", "//"))]
    entries = _entries(named, absolute)
    codes = _site_codes(page, (footer, text), written, entries)
    icp = _icp(tail) or _icp(text)
    police = _police(tail) or _police(text)
    organiser = _organiser(tail) if page.footer or icp or police or codes else None
    mark, mark_url = _gov_mark(page, absolute, written)
    return Identity(
        site_code=next((value for _, value in codes if SITE_CODE.fullmatch(value)), None),
        site_codes=codes,
        icp=icp,
        icp_link=entries.get("icp", ""),
        police=police,
        police_link=entries.get("police", ""),
        organiser=organiser,
        contact=_contact(tail) if page.footer or organiser else None,
        gov_mark=mark,
        gov_mark_url=mark_url,
        error_report_entry=entries.get("error") or _error_script(page.scripts, written),
        sitemap_link=entries.get("sitemap"),
        barrier_free_entry=entries.get("barrier-free") or _barrier_free_script(page.scripts),
        rendered_by_script=not (icp or police or organiser) and _written_by_script(page),
    )


def _ends(text: str) -> str:
    """The text, without the middle of a very long one."""
    if len(text) <= 2 * MAX_IDENTITY_CHARS:
        return text
    return f"{text[:MAX_IDENTITY_CHARS]} {text[-MAX_IDENTITY_CHARS:]}"


# --- links ----------------------------------------------------------------------------------------


def _entries(named: list[Any], absolute: list[Any]) -> dict[str, str]:
    """Links that belong to the identity, by kind: icp, police, error, sitemap, barrier-free.

    Most pages have two hundred links of which five matter. `named` are those with a telling name;
    absolute addresses are searched for literal words before any single one is looked at.
    """
    addresses = "\n".join([link.raw for link in absolute])
    found: dict[str, str] = {}
    for kind, (in_address, in_name, test) in _KINDS.items():
        links: list[Any] = []
        for word in in_name:
            links += [link for link in named if word in link.name]
        for word in in_address:
            if word in addresses:
                links += [link for link in absolute if word in link.raw]
        match = next((link for link in links if test(link, link.url or link.raw)), None)
        if match is not None:
            found[kind] = _target(match)
    return found


def _target(link: Any) -> str:
    """Where the entry leads; its name when only a script knows."""
    if link.url:
        return str(link.url)
    raw = str(link.raw)
    scripted = not raw or raw.startswith("#") or raw.lower().startswith("javascript")
    return str(link.name or link.title) if scripted else raw


def _is_icp(link: Any, address: str) -> bool:
    if _ICP_LINK.search(address):
        return "公网" not in link.name
    return _ICP.search(link.name[:200]) is not None


def _is_police(link: Any, address: str) -> bool:
    return bool(_POLICE_LINK.search(address)) or "公网安备" in link.name


def _is_error(link: Any, address: str) -> bool:
    return bool(_ERROR_URL.search(address) or _ERROR_WORDS.search(link.name))


def _is_sitemap(link: Any, address: str) -> bool:
    return _SITEMAP.search(link.name) is not None


def _is_barrier_free(link: Any, address: str) -> bool:
    return len(link.name) <= _BARRIER_FREE_CHARS and _BARRIER_FREE.search(link.name) is not None


_KINDS: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...], Any]]] = {
    "icp": (("beian",), ("ICP", "icp"), _is_icp),
    "police": (
        ("beian.gov", "beian.mps", "recordcode", "registerSystemInfo"),
        ("公网安备",),
        _is_police,
    ),
    "error": (("jiucuo", "zfwzgl", "errorInfo"), ("找错", "纠错"), _is_error),
    "sitemap": (
        (),
        ("地图", "导航", "导览", "sitemap", "Sitemap", "site map", "SiteMap"),
        _is_sitemap,
    ),
    "barrier-free": (
        (),
        ("无障碍", "关怀", "长者", "适老", "大字", "老年", "长辈", "敬老", "读屏"),
        _is_barrier_free,
    ),
}

_NAME_WORDS: Final = re.compile("|".join(word for _, names, _ in _KINDS.values() for word in names))


@lru_cache(maxsize=4_096)
def _tells_name(name: str) -> bool:
    """Whether a link's name is short and holds a word of `_KINDS`. Remembered, since the pages of
    a site repeat their links."""
    return len(name) <= _NAME_CHARS and _NAME_WORDS.search(name) is not None


# --- scripts --------------------------------------------------------------------------------------


def _written(scripts: list[tuple[Any, str]]) -> str:
    """What scripts write by `unescape`, made readable."""
    return "\n".join([_unescaped(text) for _, text in scripts if "unescape" in text])


@remembered
def _unescaped(script: str) -> str:
    return "\n".join(_PERCENT.sub(_char, match[1]) for match in _UNESCAPE.finditer(script))


def _char(match: re.Match[str]) -> str:
    code = int(match[1] or match[2], 16)
    return "" if 0xD800 <= code <= 0xDFFF else chr(code)


def _gov_mark(page: Sources, absolute: list[Any], written: str) -> tuple[str | None, str]:
    """The mark of party and government bodies (red), of institutions (blue), or the one that the
    registry shows on a host that it was not given to (red_error)."""
    for image in page.images:
        mark = _MARK_IMAGE.search(image.url) if "conac" in image.url else None
        if mark is None and image.link_url and "conac" in image.link_url:
            mark = _MARK_IMAGE.search(image.url)
        if mark:
            return mark[1].lower(), image.link_url or image.url
    for link in absolute:
        if "conac" in link.url and _CONAC_LINK.search(link.url):
            return "script" if "blue" not in link.url else "blue", link.url
    if "conac" in written or "_ideConac" in written:
        return "script", _first_url(written, "conac")
    for attrib, text in page.scripts:
        source = attrib.get("src") or ""
        if _CONAC_SCRIPT.search(source[:500]):
            return "script", source[:500]
        if "conac" in text.lower() and _CONAC_SCRIPT.search(text):
            return "script", _first_url(text, "conac")
    return None, ""


def _first_url(text: str, word: str) -> str:
    match = re.search(rf"(?:https?:)?//[^\s\"'<>]{{0,200}}{word}[^\s\"'<>]{{0,300}}", text)
    return match[0] if match else ""


def _error_script(scripts: list[tuple[Any, str]], written: str) -> str | None:
    for attrib, text in scripts:
        source = (attrib.get("src") or "")[:500]
        if attrib.get("id") == "_jiucuo_" or (source and _ERROR_URL.search(source)):
            return source or "_jiucuo_"
        if "jiucuo" in text or "zfwzgl" in text:
            return _first_url(text, "(?:jiucuo|zfwzgl)") or "_jiucuo_"
    if "jiucuo" in written or "zfwzgl" in written:
        return _first_url(written, "(?:jiucuo|zfwzgl)") or "_jiucuo_"
    return None


def _barrier_free_script(scripts: list[tuple[Any, str]]) -> str | None:
    """A toolbar that is loaded from the known addresses of such tools."""
    for attrib, _ in scripts:
        source = (attrib.get("src") or "")[:500]
        if source and _BARRIER_FREE_SCRIPT.search(source):
            return source
    return None


def _written_by_script(page: Sources) -> bool:
    """Signs that header and footer come from scripts or frames, so that nothing can be missed."""
    if page.script_shell or any(_FOOTER_SOURCE.search(url) for url in page.frames):
        return True
    for attrib, text in page.scripts:
        source = attrib.get("src")
        if source:
            if _FOOTER_SOURCE.search(source[:500].rpartition("/")[2]):
                return True
        elif _INCLUDE_CALL.search(text[:20_000]):
            return True
    return False


# --- text -----------------------------------------------------------------------------------------


def _site_codes(
    page: Sources, texts: tuple[str, str], written: str, entries: dict[str, str]
) -> tuple[tuple[str, str], ...]:
    """Copies of the code as (place, value): meta, error-report, visible."""
    found: list[tuple[str, str]] = []
    for meta in page.metas:
        if meta.name.lower() == "siteidcode" and meta.content.strip():
            found.append(("meta", meta.content.strip()))
    for attrib, text in page.scripts:
        code = attrib.get("sitecode") or attrib.get("siteCode")
        match = _JIUCUO_CODE.search(text) if "jiucuo" in text or "zfwzgl" in text else None
        if code or match:
            found.append(("error-report", (code or (match[1] if match else "")).strip()[:40]))
    for source in (entries.get("error", ""), written):
        match = _JIUCUO_CODE.search(source) if source else None
        if match:
            found.append(("error-report", match[1]))
    for source in texts:
        match = _VISIBLE_CODE.search(half_width_digits(source)) if "识" in source else None
        if match:
            found.append(("visible", match[1]))
            break
    return tuple(dict.fromkeys((place, value) for place, value in found if value))


def _icp(text: str) -> str | None:
    if "ICP" not in text and "icp" not in text and "Icp" not in text and "IPC" not in text:
        return None
    match = _ICP.search(half_width_digits(text))
    return "".join(match[0].split()) if match else None


def _police(text: str) -> str | None:
    if "公网" not in text:
        return None
    match = _POLICE.search(half_width_digits(text))
    return f"{''.join(match[1].split())}{match[2]}号" if match else None


@remembered
def _organiser(text: str) -> str | None:
    for pattern in (_ORGANISER, _COPYRIGHT):
        match = pattern.search(text)
        if match:
            name = next(group for group in match.groups() if group)
            name = fold(_ORGANISER_ENDS.sub("", name)).strip("©()（）[]【】-—")
            name = name.removeprefix("中国·")
            if len(name) > 1:
                return name
    return None


@remembered
def _contact(text: str) -> str | None:
    text = half_width_digits(text)
    match = _PHONE.search(text) or _ADDRESS.search(text)
    return match[1] if match else None
