"""Canonical addresses, and joining hrefs fast.

Joining is the largest single cost of a crawl when done by `urljoin`, so `Joiner` keeps what one
site's pages repeat (absolute and root-relative hrefs per host, the others per directory) and
joins plain relative hrefs by one regular expression. Memos hold pure results and are bounded.
"""

from __future__ import annotations

import re
from ipaddress import IPv6Address
from typing import Final
from urllib.parse import quote, unquote_to_bytes, urljoin

from auditor.derive.limits import MAX_URL_CHARS
from auditor.derive.text import FULL_WIDTH

#: Nothing to do: lower-case host, plain path without dot segments, no query.
_CANONICAL: Final = re.compile(
    r"https?://[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+"
    r"(?:/(?!\.)[A-Za-z0-9_~.-]*)+"
)
#: A relative path that is canonical as it stands: plain segments, none empty or of dots.
_PLAIN: Final = re.compile(
    r"[A-Za-z0-9_~-][A-Za-z0-9_~.-]*(?:/[A-Za-z0-9_~-][A-Za-z0-9_~.-]*)*/?"
).fullmatch
#: Hrefs that lead to the same place from every page of a host.
_INDEPENDENT: Final = re.compile(r"(?:https?:)?//[^/?#\\\s]|/(?![/\\])")
_PARTS: Final = re.compile(r"(https?)://([^/?#]*)([^?#]*)(?:\?([^#]*))?", re.I | re.S)
_AUTHORITY: Final = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]]*)(?::(\d{0,5}))?")
_WIDE_SCHEME: Final = re.compile(r"(https?)\s?[:：]\s?[/／\\]{2}", re.I)
_SLASHES: Final = re.compile(r"(https?):/{3,}", re.I)
_HOST: Final = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")

_SESSION_PATH: Final = re.compile(r";(?:jsessionid|phpsessid)=[^/;?#]*", re.I)
_SESSION_QUERY: Final = re.compile(
    r"(?:jsessionid|phpsessid|aspsessionid\w*|sessionid|session_id)=", re.I
)
_ESCAPE: Final = re.compile(r"%(?:([0-9A-Fa-f]{2}))?")
_UNRESERVED: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
#: Characters that stay as they are in a path and in a query (WHATWG percent-encode sets).
_PATH_SAFE: Final = "/%:@!$&'()*+,;=-._~|[]"
_QUERY_SAFE: Final = "/%:@!$&()*+,;=-._~?|[]{}^`\\"
_QUERY_UNSAFE: Final = re.compile(r"[ \"<>']")
_CONTROL: Final = re.compile(r"[\t\r\n\0]")
_EDGES: Final = "".join(map(chr, range(0x21))) + "\x7f\xa0\u3000\u200b\ufeff"
_PORTS: Final = {"http": "80", "https": "443"}

#: Bounds of the memos: hosts, hrefs per host, directories, hrefs per directory.
_HOSTS: Final = 64
_HREFS: Final = 4_096
_DIRECTORIES: Final = 128
_LOCAL_HREFS: Final = 512

#: An href beyond this is nothing that a server would answer; no time is spent on it.
_MAX_HREF_CHARS: Final = 20_000

_by_origin: dict[str, dict[str, str]] = {}
_by_directory: dict[str, dict[str, str]] = {}


def canonical(url: str, encoding: str = "utf-8") -> str:
    """The one form of an absolute http(s) address; "" for anything else or longer than 2,083.

    Lower-case host in IDNA form, no default port, user part or fragment, dot segments resolved,
    session parameters dropped. Escapes in the path are upper case and undone where unreserved
    (RFC 3986, 6.2.2); escapes in the query are left alone, since they may be GBK. Characters
    outside ASCII are escaped as UTF-8 in paths and in `encoding`, the page's own, in queries.
    """
    if len(url) <= MAX_URL_CHARS and _CANONICAL.fullmatch(url):
        return url
    return _canonical(tidy(url), encoding)


def tidy(href: str) -> str:
    """An href as browsers read it: edges stripped, line breaks removed, backslashes as slashes
    before the query, full-width `：／／` after the scheme made plain, and no third slash there."""
    text = _CONTROL.sub("", href.strip(_EDGES))
    wide = _WIDE_SCHEME.match(text)
    if wide:
        text = f"{wide[1]}://{text[wide.end() :]}"
    if "\\" in text:
        head, mark, tail = _split_query(text)
        text = head.replace("\\", "/") + mark + tail
    return _SLASHES.sub(r"\1://", text) if "///" in text[:9] else text


def host_of(url: str) -> str:
    """Host name of an address, lower case, without port; "" when there is none."""
    match = _PARTS.match(url)
    if not match:
        return ""
    authority = _AUTHORITY.fullmatch(match[2].rpartition("@")[2])
    return authority[1].lower() if authority else ""


def same_site(host: str, hosts: frozenset[str]) -> bool:
    """Whether a host is one of the site's own (home page's host and aliases)."""
    return host in hosts


class Joiner:
    """Joins hrefs with one base address; equals `canonical(urljoin(canonical(base), tidy(href)))`.

    A base that is not http(s) joins only absolute hrefs. `encoding` is the page's, for queries.
    """

    __slots__ = ("_base", "_directory", "_encoding", "_local", "_origin", "_room", "_shared")

    def __init__(self, base_url: str, encoding: str = "utf-8") -> None:
        clean = canonical(base_url)
        self._base = clean or tidy(base_url)
        self._encoding = encoding
        directory = clean.partition("?")[0].rpartition("/")[0] + "/" if clean else ""
        origin = "/".join(directory.split("/", 3)[:3])
        # urljoin squeezes empty segments out of a base, so such bases take the slow way.
        plain = bool(clean) and "//" not in directory[len(origin) :]
        self._directory = directory if plain else ""
        self._origin = origin
        self._room = MAX_URL_CHARS - len(directory) if plain else -1
        suffix = "" if encoding == "utf-8" else f" {encoding}"
        self._shared = _memo(_by_origin, origin + suffix, _HOSTS)
        self._local = _memo(_by_directory, directory + suffix, _DIRECTORIES) if plain else {}

    def join(self, href: str) -> str:
        """The canonical address that the href leads to, "" when that is not http(s)."""
        # Plain hrefs are not kept: the articles of lists would flood the memos.
        if href[:1] == "/":
            if _PLAIN(href, 1) and self._origin:
                url = self._origin + href
                if len(url) <= MAX_URL_CHARS:
                    return url
        else:
            rest = href[2:] if href[:2] == "./" else href
            if len(rest) <= self._room and _PLAIN(rest):
                return self._directory + rest
        known = self._shared.get(href)
        if known is None:
            known = self._local.get(href)
        return self._slow(href) if known is None else known

    def _slow(self, href: str) -> str:
        if len(href) > _MAX_HREF_CHARS:
            return ""
        text = tidy(href)
        try:
            url = canonical(urljoin(self._base, text), self._encoding)
        except ValueError:
            url = ""
        if len(href) > MAX_URL_CHARS:
            return url
        if _INDEPENDENT.match(href):
            _keep(self._shared, href, url, _HREFS)
        elif href[:1] == ".":
            _keep(self._local, href, url, _LOCAL_HREFS)
        return url


def forget() -> None:
    """Empty the memos, for measurements."""
    _by_origin.clear()
    _by_directory.clear()


def _memo(memos: dict[str, dict[str, str]], key: str, limit: int) -> dict[str, str]:
    memo = memos.get(key)
    if memo is None:
        if len(memos) >= limit:
            memos.clear()
        memo = memos[key] = {}
    return memo


def _keep(memo: dict[str, str], href: str, url: str, limit: int) -> None:
    if len(memo) >= limit:
        memo.clear()
    memo[href] = url


def _split_query(text: str) -> tuple[str, str, str]:
    for position, char in enumerate(text):
        if char in "?#":
            return text[:position], char, text[position + 1 :]
    return text, "", ""


def _canonical(url: str, encoding: str) -> str:
    match = _PARTS.match(url)
    if not match:
        return ""
    scheme = match[1].lower()
    netloc = _netloc(scheme, match[2])
    if not netloc:
        return ""
    result = f"{scheme}://{netloc}{_path(match[3])}"
    if match[4]:
        query = _query(match[4], encoding)
        if query:
            result += f"?{query}"
    return result if len(result) <= MAX_URL_CHARS else ""


def _netloc(scheme: str, authority: str) -> str:
    match = _AUTHORITY.fullmatch(authority.rpartition("@")[2].strip(_EDGES).translate(FULL_WIDTH))
    if not match:
        return ""
    host = _host(match[1])
    port = (match[2] or "").lstrip("0") or ("" if not match[2] else "0")
    if not host or port == "0" or (port and int(port) > 65_535):
        return ""
    return host if port in ("", _PORTS[scheme]) else f"{host}:{port}"


def _host(text: str) -> str:
    if text.startswith("["):
        try:
            return f"[{IPv6Address(text[1:-1]).compressed}]"
        except ValueError:
            return ""
    if "%" in text:
        text = unquote_to_bytes(text).decode("utf-8", "replace")
    host = text.lower()
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii").lower()
        except UnicodeError:
            return ""
    host = host.removesuffix(".")
    return host if _HOST.fullmatch(host) else ""


def _path(path: str) -> str:
    if ";" in path:
        path = _SESSION_PATH.sub("", path)
    if "%" in path:
        path = _ESCAPE.sub(_normal_escape, path)
    path = quote(path, safe=_PATH_SAFE, errors="replace")
    if "/." in path:
        path = _without_dots(path)
    return path or "/"


def _normal_escape(match: re.Match[str]) -> str:
    digits = match[1]
    if digits is None:
        return "%25"
    char = chr(int(digits, 16))
    return char if char in _UNRESERVED else f"%{digits.upper()}"


def _without_dots(path: str) -> str:
    """RFC 3986, 5.2.4."""
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            if len(kept) > 1:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/".join(kept)


def _query(query: str, encoding: str) -> str:
    if "ess" in query or "ESS" in query:
        kept = [part for part in query.split("&") if not _SESSION_QUERY.match(part)]
        query = "&".join(kept)
    if query.isascii() and query.isprintable() and not _QUERY_UNSAFE.search(query):
        return query
    return quote(query, safe=_QUERY_SAFE, encoding=encoding, errors="replace")
