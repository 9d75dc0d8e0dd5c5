"""The district's zones: every name that its pages use, with loopback addresses."""

from __future__ import annotations

from auditor.demo._names import NameTable
from auditor.demo._outside import HOSTS, IPV4_ONLY
from auditor.demo._spec import DistrictSpec, SiteSpec

#: IPv4 of all the stand-ins for the outside world.
OUTSIDE_ADDRESS = "127.0.18.200"
#: The name servers and their own addresses; those in `_V6_SERVERS` also listen on ::1.
NAME_SERVERS = {
    "ns1.lanting.gov.cn": "127.0.18.53",
    "ns2.lanting.gov.cn": "127.0.18.54",
    "ns1.lanting-dns.example": "127.0.18.55",
    "ns2.lanting-dns.example": "127.0.18.56",
}
_V6_SERVERS = frozenset({"ns1.lanting.gov.cn", "ns2.lanting.gov.cn"})
_MAIN_ZONE = "lanting.gov.cn"
#: A zone of its own with a single name server.
_LONELY_ZONE = "nyncj.lanting.gov.cn"
_COM_ZONE = "lanting-wlj.com"
#: Asked of a name that answers SERVFAIL: an observation that failed, not a dead link.
SERVFAIL_NAME = "servfail.lanting.example"
_DANGLING = {"xiangcun.lanting.gov.cn": "xiangcun.gone.lanting.example."}
_AAAA = {"loopback": "::1", "documentation": "2001:db8:18::12"}

_Records = dict[str, dict[str, list[str]]]


def name_table(spec: DistrictSpec) -> NameTable:
    """All records. Names that are not here do not exist."""
    records: _Records = {}
    for site in spec.sites:
        _add_site(records, site)
    for host in HOSTS:
        addresses = {"A": [OUTSIDE_ADDRESS]}
        if host not in IPV4_ONLY:
            addresses["AAAA"] = ["::1"]
        records.setdefault(host, {}).update(addresses)
    for host, address in NAME_SERVERS.items():
        records[host] = {"A": [address]}
        if host in _V6_SERVERS:
            records[host]["AAAA"] = ["::1"]
    for host, target in _DANGLING.items():
        records[host] = {"CNAME": [target]}
    # RFC 7050: this name has IPv4 addresses only, so an AAAA answer betrays a DNS64.
    records["ipv4only.arpa"] = {"A": ["192.0.0.170", "192.0.0.171"]}
    _add_zones(records)
    return NameTable(records, frozenset(_ZONES), frozenset({SERVFAIL_NAME}))


def _add_site(records: _Records, site: SiteSpec) -> None:
    addresses = {"A": [site.address]}
    if site.ipv6 != "none":
        addresses["AAAA"] = [_AAAA.get(site.ipv6, "::1")]
    for host in (site.host, *site.aliases):
        records.setdefault(host, {}).update(addresses)


_ZONES: dict[str, tuple[str, ...]] = {
    _MAIN_ZONE: ("ns1.lanting.gov.cn", "ns2.lanting.gov.cn"),
    _LONELY_ZONE: ("ns1.lanting.gov.cn",),
    _COM_ZONE: ("ns1.lanting-dns.example", "ns2.lanting-dns.example"),
    "gov.cn": ("ns1.lanting.gov.cn", "ns2.lanting.gov.cn"),
    "example": ("ns1.lanting.gov.cn", "ns2.lanting.gov.cn"),
    "": ("ns1.lanting.gov.cn", "ns2.lanting.gov.cn"),
}


def _add_zones(records: _Records) -> None:
    for zone, servers in _ZONES.items():
        own = records.setdefault(zone, {})
        own["NS"] = [f"{server}." for server in servers]
        own["SOA"] = [f"{servers[0]}. hostmaster.{_MAIN_ZONE}. 2026112001 7200 3600 1209600 300"]
