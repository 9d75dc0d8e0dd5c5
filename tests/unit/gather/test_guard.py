"""The egress guard's tables and spellings."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.gather.guard import Guard, embedded_ipv4

SCOPES = {
    "8.8.8.8": "global",
    "1.1.1.1": "global",
    "223.5.5.5": "global",
    "0.0.0.0": "unspecified",
    "0.1.2.3": "reserved",
    "10.0.0.1": "private",
    "100.64.0.1": "private",
    "100.128.0.1": "global",
    "127.0.0.1": "loopback",
    "127.255.255.254": "loopback",
    "169.254.169.254": "link-local",
    "172.15.255.255": "global",
    "172.16.0.1": "private",
    "172.31.255.255": "private",
    "172.32.0.0": "global",
    "192.0.0.8": "reserved",
    "192.0.2.1": "documentation",
    "192.88.99.1": "6to4",
    "192.168.1.1": "private",
    "198.18.0.1": "reserved",
    "198.51.100.7": "documentation",
    "203.0.113.9": "documentation",
    "224.0.0.1": "multicast",
    "239.255.255.255": "multicast",
    "240.0.0.1": "reserved",
    "255.255.255.255": "reserved",
    "2400:3200::1": "global",
    "2001:4860:4860::8888": "global",
    "::": "unspecified",
    "::1": "loopback",
    "::7f00:1": "reserved",
    "::ffff:127.0.0.1": "mapped",
    "::ffff:8.8.8.8": "mapped",
    "::ffff:0:127.0.0.1": "mapped",
    "64:ff9b::7f00:42": "nat64",
    "64:ff9b:1::1": "nat64",
    "100::1": "reserved",
    "2001::1": "teredo",
    "2001:2::1": "reserved",
    "2001:20::1": "reserved",
    "2001:db8::1": "documentation",
    "2002:7f00:42::1": "6to4",
    "3ffe::1": "reserved",
    "3fff::1": "documentation",
    "4000::1": "reserved",
    "5f00::1": "reserved",
    "fc00::1": "ula",
    "fd12::1": "ula",
    "fe80::1": "link-local",
    "fe80::1%eth0": "link-local",
    "fec0::1": "reserved",
    "ff02::1": "multicast",
    "localhost": "reserved",
    "127.1": "reserved",
    "": "reserved",
}


@pytest.mark.parametrize(("address", "scope"), SCOPES.items())
def test_scope(address: str, scope: str) -> None:
    guard = Guard()
    assert guard.classify(address).scope == scope
    assert guard.permits(address) == (scope == "global")


def test_exemptions_open_what_they_name_and_nothing_else() -> None:
    guard = Guard(["127.0.0.0/8", "::1", "64:ff9b::/96"])
    assert guard.classify("127.9.9.9").scope == "allowed"
    assert guard.permits("::1")
    assert not guard.permits("10.0.0.1")
    assert not guard.permits("::ffff:127.0.0.1")
    # A translation prefix opens the addresses behind it only as far as these are open.
    assert guard.permits("64:ff9b::808:808")
    assert not guard.permits("64:ff9b::a00:1")
    with pytest.raises(ValueError, match="intranet"):
        Guard(["intranet"])


@pytest.mark.parametrize(
    ("outer", "inner"),
    [
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("::ffff:0:10.0.0.1", "10.0.0.1"),
        ("64:ff9b::a00:1", "10.0.0.1"),
        ("2002:a00:1::", "10.0.0.1"),
        ("2001:0:4136:e378:8000:63bf:f5ff:fffe", "10.0.0.1"),
        ("2400::1", None),
        ("10.0.0.1", None),
    ],
)
def test_embedded_addresses(outer: str, inner: str | None) -> None:
    found = embedded_ipv4(ipaddress.ip_address(outer))
    assert (None if found is None else str(found)) == inner


@given(st.ip_addresses())
def test_never_looser_than_the_standard_library(address: ipaddress.IPv4Address) -> None:
    if Guard().permits(str(address)):
        assert address.is_global
        assert not address.is_multicast


URLS = {
    "http://www.example.gov.cn/": None,
    "https://www.example.gov.cn:443/a?b#c": None,
    "https://中国政府.政务/": None,
    "http://www_1.example.gov.cn/": None,
    "http://8.8.8.8/": None,
    "http://[2400:3200::1]/": None,
    "http://12306.cn/": None,
    "http://www.example.gov.cn./": None,
    "HTTP://WWW.EXAMPLE.GOV.CN/": None,
    "http://127.0.0.1/": "address 127.0.0.1 is loopback",
    "http://[::1]/": "address ::1 is loopback",
    "http://[::ffff:8.8.8.8]/": "address ::ffff:8.8.8.8 is mapped",
    "http://www.example.gov.cn:8080/": "port 8080",
    "http://www.example.gov.cn:0/": "port 0",
    "ftp://www.example.gov.cn/": "scheme ftp",
    "//www.example.gov.cn/": "scheme missing",
    "data:text/html,x": "scheme data",
    "http://a@www.example.gov.cn/": "userinfo",
    "http://www.example.gov.cn@10.0.0.1/": "userinfo",
    "http://:@x.cn/": "userinfo",
    "http:///": "malformed",
    "http://[::1/": "malformed",
    "http://x:y/": "malformed",
    "http://2130706433/": "host-spelling '2130706433'",
    "http://0x7f000001/": "host-spelling '0x7f000001'",
    "http://0177.0.0.1/": "host-spelling '0177.0.0.1'",
    "http://127.1/": "host-spelling '127.1'",
    "http://127.0.0.1./": "host-spelling '127.0.0.1.'",
    "http://１２７.0.0.1/": "host-spelling '１２７.0.0.1'",
    "http://①②⑦.0.0.1/": "host-spelling '①②⑦.0.0.1'",
    "http://8.8.8.8。/": "host-spelling '8.8.8.8。'",
    "http://%31%32%37.0.0.1/": "host-spelling '%31%32%37.0.0.1'",
    "http://a\\b/": "host-spelling 'a\\\\b'",
    "http://a b/": "host-spelling 'a b'",
    "http://.example/": "host-spelling '.example'",
    "http://[fe80::1%25eth0]/": "host-spelling 'fe80::1%25eth0'",
    "http://" + "a" * 254 + "/": "malformed",
}


@pytest.mark.parametrize(("url", "problem"), URLS.items())
def test_urls(url: str, problem: str | None) -> None:
    assert Guard().check_url(url) == problem


@given(st.text())
def test_no_text_raises(text: str) -> None:
    guard = Guard()
    guard.check_url(text)
    guard.check_url(f"http://{text}/")
    assert not guard.permits(text) or ipaddress.ip_address(text).is_global
