"""The egress guard: which addresses, ports and URLs the auditor may touch.

`ipaddress.is_global` says yes to NAT64, 6to4, Teredo, multicast and several reserved blocks, so
the table here is explicit: IANA's special-purpose registries (RFC 6890 and its successors), and
for IPv6 nothing outside 2000::/3.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Sequence
from urllib.parse import urlsplit

from auditor.model.artifact import AddressFact

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_V4 = (
    ("0.0.0.0/32", "unspecified"),
    ("0.0.0.0/8", "reserved"),
    ("10.0.0.0/8", "private"),
    ("100.64.0.0/10", "private"),  # carrier-grade NAT, RFC 6598
    ("127.0.0.0/8", "loopback"),
    ("169.254.0.0/16", "link-local"),
    ("172.16.0.0/12", "private"),
    ("192.0.2.0/24", "documentation"),
    ("192.0.0.0/24", "reserved"),
    ("192.88.99.0/24", "6to4"),  # relay anycast, RFC 7526
    ("192.168.0.0/16", "private"),
    ("198.18.0.0/15", "reserved"),  # benchmarking, RFC 2544
    ("198.51.100.0/24", "documentation"),
    ("203.0.113.0/24", "documentation"),
    ("224.0.0.0/4", "multicast"),
    ("240.0.0.0/4", "reserved"),
)
_V6 = (
    ("::/128", "unspecified"),
    ("::1/128", "loopback"),
    ("::ffff:0:0/96", "mapped"),
    ("::ffff:0:0:0/96", "mapped"),  # IPv4-translated, RFC 2765
    ("64:ff9b::/96", "nat64"),
    ("64:ff9b:1::/48", "nat64"),
    ("2001::/32", "teredo"),
    ("2001::/23", "reserved"),
    ("2001:db8::/32", "documentation"),
    ("2002::/16", "6to4"),
    ("3ffe::/16", "reserved"),  # the returned 6bone block, RFC 3701
    ("3fff::/20", "documentation"),
    ("fc00::/7", "ula"),
    ("fe80::/10", "link-local"),
    ("ff00::/8", "multicast"),
)
_GLOBAL_V6 = ipaddress.ip_network("2000::/3")
_V4_TABLE = tuple((ipaddress.ip_network(net), scope) for net, scope in _V4)
_V6_TABLE = tuple((ipaddress.ip_network(net), scope) for net, scope in _V6)

#: A host whose last label is a number is an IPv4 address to a browser (WHATWG URL, "ends in a
#: number"), whatever its spelling: 2130706433, 0x7f.1, 0177.0.0.1.
_ENDS_IN_NUMBER = re.compile(r"(?:^|\.)(?:\d+|0[xX][0-9A-Fa-f]*)\.?$")
_ODD_CHARACTERS = re.compile(r"[\s\x00-\x20\x7f\\%<>^`{|}\"]")
_MAX_HOST = 253
_MAX_LABEL = 63
_MEMO_LIMIT = 10_000


def embedded_ipv4(address: Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address inside a mapped, translated, 6to4, NAT64 or Teredo address, or None."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    number = int(address)
    if number >> 32 in {0xFFFF0000, 0x64FF9B << 64}:
        return ipaddress.IPv4Address(number & 0xFFFFFFFF)
    return None


class Guard:
    """Decides what may be contacted. `allow`: addresses or networks exempt from the deny table
    (raises `ValueError` for anything else); `ports`: the only ports that URLs may name."""

    def __init__(self, allow: Sequence[str] = (), ports: Sequence[int] = (80, 443)) -> None:
        self._allow: tuple[Network, ...] = tuple(
            ipaddress.ip_network(item, strict=False) for item in allow
        )
        self._ports = frozenset(ports)
        self._memo: dict[str, AddressFact] = {}

    def classify(self, address: str) -> AddressFact:
        """The address with its scope; text that is no address counts as `reserved`."""
        fact = self._memo.get(address)
        if fact is None:
            if len(self._memo) >= _MEMO_LIMIT:
                self._memo.clear()
            fact = self._memo[address] = AddressFact(address, self._scope(address))
        return fact

    def permits(self, address: str) -> bool:
        """True when the auditor may connect to the address."""
        return self.classify(address).usable

    def permits_port(self, port: int) -> bool:
        """True when URLs may name the port."""
        return port in self._ports

    def check_url(self, url: str) -> str | None:
        """Why the URL may not be fetched, or None.

        The answer starts with one of: malformed, scheme, userinfo, port, host-spelling, address.
        Names are not resolved here; their addresses are judged when a connection is made.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            return "malformed"
        if parts.scheme not in {"http", "https"}:
            return f"scheme {parts.scheme[:20] or 'missing'}"
        if "@" in parts.netloc:
            return "userinfo"
        port = port if port is not None else (443 if parts.scheme == "https" else 80)
        if not self.permits_port(port):
            return f"port {port}"
        return self._check_host(parts.hostname or "", bracketed="[" in parts.netloc)

    def _check_host(self, host: str, *, bracketed: bool) -> str | None:
        if not host or len(host) > _MAX_HOST or _long_label(host):
            return "malformed"
        if _ODD_CHARACTERS.search(host) or ".." in host or host.startswith("."):
            return f"host-spelling {host[:60]!r}"
        plain = unicodedata.normalize("NFKC", host).replace("。", ".")
        if not bracketed and not _ENDS_IN_NUMBER.search(plain):
            return None
        if not (bracketed or _is_dotted_quad(host)):
            return f"host-spelling {host[:60]!r}"
        fact = self.classify(host)
        return None if fact.usable else f"address {host} is {fact.scope}"

    def _scope(self, text: str) -> str:
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            return "reserved"
        scope = _table_scope(address)
        if any(address.version == net.version and address in net for net in self._allow):
            # An exempted translation prefix must not open the intranet behind it.
            inner = embedded_ipv4(address)
            if inner is None or self.permits(str(inner)):
                return "allowed"
        return scope


def _table_scope(address: Address) -> str:
    table = _V4_TABLE if address.version == 4 else _V6_TABLE
    for network, scope in table:
        if address in network:
            return scope
    if address.version == 6 and address not in _GLOBAL_V6:
        return "reserved"
    return "global"


def _long_label(host: str) -> bool:
    return any(len(label) > _MAX_LABEL for label in host.split("."))


def _is_dotted_quad(host: str) -> bool:
    try:
        return str(ipaddress.IPv4Address(host)) == host
    except ValueError:
        return False
