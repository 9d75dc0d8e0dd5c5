"""Cookies within one fetch: kept across its own redirects, then forgotten.

Protection products and portals often set a cookie and redirect to the same URL; without it that
is an endless loop. Cookies of one page must not reach the next, or session traps come alive; only
the second look at what seems dead comes with those of the page that links there (`visitor`).
"""

from __future__ import annotations

from auditor.gather._target import Origin

_MAX_COOKIES = 50
_MAX_BYTES = 4096
#: Shorter domains may be public suffixes such as gov.cn, which must never share cookies.
_MIN_DOMAIN_LABELS = 3


class HopCookies:
    """The cookies that the hops so far have set (paths and expiry are ignored)."""

    __slots__ = ("_jar",)

    def __init__(self) -> None:
        self._jar: dict[tuple[str, bool, str], tuple[str, bool]] = {}

    def learn(self, origin: Origin, headers: tuple[tuple[str, str], ...]) -> None:
        """Take the cookies of an answer."""
        for key, value in headers:
            if key.lower() == "set-cookie" and len(value) <= _MAX_BYTES:
                self._add(origin, value)

    def header(self, origin: Origin) -> str:
        """The Cookie header for a request to the origin, or ""."""
        if not self._jar:
            return ""
        pairs = [
            f"{name}={value}"
            for (domain, whole, name), (value, secure) in self._jar.items()
            if (origin.host == domain or (whole and origin.host.endswith("." + domain)))
            and (not secure or origin.scheme == "https")
        ]
        return "; ".join(pairs)

    def _add(self, origin: Origin, text: str) -> None:
        pair, *attributes = text.split(";")
        name, mark, value = pair.strip().partition("=")
        if not mark or not name or len(self._jar) >= _MAX_COOKIES or not _is_plain(pair):
            return
        domain, whole, secure = origin.host, False, False
        for item in attributes:
            key, _, content = item.strip().partition("=")
            if key.lower() == "secure":
                secure = True
            elif key.lower() == "domain":
                asked = content.strip().lstrip(".").lower()
                if _may_set(origin.host, asked):
                    domain, whole = asked, True
        self._jar[(domain, whole, name)] = (value, secure)


def _is_plain(text: str) -> bool:
    return text.isprintable() and text.isascii()


def _may_set(host: str, domain: str) -> bool:
    covers = host == domain or host.endswith("." + domain)
    return covers and domain.count(".") + 1 >= _MIN_DOMAIN_LABELS
