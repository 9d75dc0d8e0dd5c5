"""Which ports belong to a site, and the origins on them."""

from __future__ import annotations

from urllib.parse import urlsplit

from auditor.gather.guard import Guard
from auditor.model.site import Site

#: From an HTTP port to its HTTPS twin: 80 and 443, 8080 and 8443, 18080 and 18443.
_TWIN_OFFSET = 443 - 80
_DEFAULT = {"http": 80, "https": 443}


def own_port(site: Site) -> int:
    """The port of the home page's URL."""
    scheme, port = _split(site.homepage)
    return port or _DEFAULT[scheme]


def site_ports(site: Site, guard: Guard) -> tuple[tuple[str, int], ...]:
    """Scheme and port of the home page and of its twin, HTTP first: 80 and 443 as a rule. A twin
    that the operator did not allow is left out."""
    scheme, _ = _split(site.homepage)
    own = own_port(site)
    pairs = {scheme: own}
    other = "https" if scheme == "http" else "http"
    twin = own + (_TWIN_OFFSET if scheme == "http" else -_TWIN_OFFSET)
    if guard.permits_port(twin):
        pairs[other] = twin
    return tuple((name, pairs[name]) for name in ("http", "https") if name in pairs)


def origin(scheme: str, host: str, port: int) -> str:
    """`scheme://host[:port]` without a default port."""
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}" + ("" if _DEFAULT[scheme] == port else f":{port}")


def sibling_url(site: Site, host: str) -> str:
    """The root of another host on the port where the site itself serves plain HTTP."""
    scheme, _ = _split(site.homepage)
    own = own_port(site)
    if scheme == "http":
        return origin("http", host, own) + "/"
    return origin("http", host, own - _TWIN_OFFSET if own > _TWIN_OFFSET else 80) + "/"


def home_on(site: Site, scheme: str, port: int) -> str:
    """The home page's URL on another scheme and port."""
    parts = urlsplit(site.homepage)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return origin(scheme, site.host, port) + path


def _split(url: str) -> tuple[str, int | None]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "http", None
    return (parts.scheme if parts.scheme in _DEFAULT else "http"), port
