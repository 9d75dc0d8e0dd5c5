"""Home pages and host names of the register: checked and brought into one spelling."""

from __future__ import annotations

import re
from ipaddress import IPv6Address, ip_address
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

from auditor.config.fields import ascii_form, word
from auditor.config.problems import quoted

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_URL_LIMIT = 2000


def homepage_url(value: object) -> str:
    """An http or https URL of a home page: host in lower case (and in punycode), a path, no
    fragment. Raises ValueError with a suggestion where one can be made."""
    raw = word(value)
    if len(raw) > _URL_LIMIT:
        raise ValueError(f"must be at most {_URL_LIMIT} characters long")
    _refuse_characters(raw)
    parts = _split(raw)
    if parts.scheme not in {"http", "https"}:
        raise ValueError(
            f"must start with http:// or https://, not {quoted(raw)}{_with_scheme(raw)}"
        )
    if parts.username is not None or parts.password is not None:
        raise ValueError("must not hold a user name or password")
    host = host_name(parts.hostname or "")
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/?%:@!$&'()*+,;=~-._")
    return urlunsplit((parts.scheme, _netloc(host, parts), path, query, ""))


def _refuse_characters(raw: str) -> None:
    # Full-width characters are right in a path, but neither in a host name nor in "http：//".
    host = raw.split("://", 1)[-1].split("/", 1)[0]
    if ascii_form(host) or ("://" not in raw and ascii_form(raw)):
        raise ValueError(f"holds full-width characters: {quoted(raw)}{ascii_form(raw)}")
    if "\\" in raw or any(char.isspace() for char in raw):
        raise ValueError(f"must not hold spaces or backslashes: {quoted(raw)}")


def _split(raw: str) -> SplitResult:
    try:
        parts = urlsplit(raw)
        if parts.port == 0:
            raise ValueError
    except ValueError:
        raise ValueError(f"is not a URL: {quoted(raw)}") from None
    return parts


def _with_scheme(raw: str) -> str:
    if "://" in raw or not re.match(r"[^/:?#]+\.[^/:?#]+", raw):
        return ""
    return f"; did you mean {quoted(f'http://{raw}')}?"


def _netloc(host: str, parts: SplitResult) -> str:
    name = f"[{host}]" if ":" in host else host
    default = {"http": 80, "https": 443}[parts.scheme]
    return name if parts.port in {None, default} else f"{name}:{parts.port}"


def host_name(value: object) -> str:
    """A host name in lower case and punycode, or an IP address. Raises ValueError."""
    raw = word(value) if value else ""
    if not raw:
        raise ValueError("holds no host name")
    if "/" in raw or (raw.count(":") == 1 and not raw.startswith("[")):
        raise ValueError(f"must be a host name alone{_bare_host(raw)}")
    if ascii_form(raw):
        raise ValueError(f"holds full-width characters: {quoted(raw)}{ascii_form(raw)}")
    address = _address(raw.strip("[]"))
    if address:
        return address
    try:
        host = raw.rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise ValueError(f"is not a host name: {quoted(raw)}") from None
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError(f"is not a host name: {quoted(raw)}")
    if re.fullmatch(r"[0-9]+|0x[0-9a-f]*", labels[-1]):
        raise ValueError(f"is neither a host name nor an IP address: {quoted(raw)}")
    return host


def _address(raw: str) -> str:
    try:
        address = ip_address(raw)
    except ValueError:
        return ""
    if isinstance(address, IPv6Address) and address.scope_id:
        raise ValueError(f"must not name a network interface: {quoted(raw)}")
    return str(address)


def _bare_host(raw: str) -> str:
    try:
        host = urlsplit(raw if "//" in raw else f"//{raw}").hostname
    except ValueError:
        host = None
    return f", not {quoted(raw)}; did you mean {quoted(host)}?" if host else f", not {quoted(raw)}"
