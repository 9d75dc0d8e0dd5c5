"""Which address a request goes to, and what is said when there is none."""

from __future__ import annotations

import pytest

from auditor.gather._exchange import Exchanger
from auditor.gather._target import Origin, Target
from auditor.gather.guard import Guard
from tests.hostile.http_cases import HELLO, answer
from tests.hostile.names import Names, rcode, records, silence
from tests.hostile.tools import fetcher
from tests.hostile.web import Talk, Web

HOST = "www.example.gov.cn"


def zone(*lines: str) -> dict[tuple[str, str], object]:
    rules: dict[tuple[str, str], object] = {}
    for rdtype in ("A", "AAAA"):
        wanted = [f"{HOST}. 60 {line}" for line in lines if line.startswith(rdtype + " ")]
        rules[HOST, rdtype] = records(*wanted) if wanted else rcode("NOERROR")
    return rules


async def test_family_and_address_pins() -> None:
    async with (
        Web({"*": answer(HELLO)}) as four,
        Web({"*": answer(HELLO)}, host="::1", port=four.port) as six,
        Names(zone("A 127.0.0.1", "A 127.0.0.2", "AAAA ::1")) as dns,
        fetcher(four.port, dns=dns.where) as client,
    ):
        url = four.url("/", host=HOST)
        assert (await client.fetch(url)).record.address == "127.0.0.1"
        assert (await client.fetch(url, family=6)).record.address == "::1"
        assert (await client.fetch(url, family=4)).record.address == "127.0.0.1"
        assert (await client.fetch(url, address="::1")).record.address == "::1"
        assert (len(four.log), len(six.log)) == (2, 2)
        assert six.log[0].headers["Host"] == f"{HOST}:{four.port}"
        # Pins hold although pooled connections to the other addresses are open.
        pinned = (await client.fetch(url, address="127.0.0.2")).record
        assert pinned.reason == "connection-refused"
        denied = (await client.fetch(url, address="192.168.1.1")).record
        assert (denied.reason, denied.detail) == ("address-not-allowed", "192.168.1.1 is private")


async def test_an_address_pin_holds_for_its_host_only() -> None:
    rules = zone("A 127.0.0.1") | {("b.gov.cn", "A"): records("b.gov.cn. 60 A 127.0.0.3")}
    async with (
        Web({"/": answer(HELLO)}, host="127.0.0.3") as other,
        Web({}, host="127.0.0.2", port=other.port) as web,
        Names(rules) as dns,
        fetcher(web.port, dns=dns.where) as client,
    ):

        async def away(talk: Talk) -> None:
            await talk.redirect(other.url("/", host="b.gov.cn"))

        web.scripts["/"] = away
        fetched = await client.fetch(web.url("/", host=HOST), address="127.0.0.2")
    assert [hop.address for hop in fetched.hops] == ["127.0.0.2"]
    assert (fetched.record.address, fetched.body) == ("127.0.0.3", HELLO)


async def test_another_address_is_tried_when_one_refuses() -> None:
    async with (
        Web({"*": answer(HELLO)}, host="127.0.0.3") as web,
        Names(zone("A 127.0.0.2", "A 127.0.0.3")) as dns,
        fetcher(web.port, dns=dns.where) as client,
    ):
        for _ in range(3):
            record = (await client.fetch(web.url("/", host=HOST))).record
            assert (record.address, record.status) == ("127.0.0.3", 200)
        assert dns.asked(HOST, "A") == 1


async def test_only_permitted_addresses_of_a_mixed_answer() -> None:
    async with (
        Web({"*": answer(HELLO)}, host="127.0.0.3") as web,
        Names(zone("A 10.0.0.1", "A 127.0.0.3", "AAAA ::ffff:10.0.0.1")) as dns,
        fetcher(web.port, dns=dns.where) as client,
    ):
        assert (await client.fetch(web.url("/", host=HOST))).record.address == "127.0.0.3"


@pytest.mark.parametrize(
    ("rule", "reason", "detail"),
    [
        (rcode("NXDOMAIN"), "nxdomain", "NXDOMAIN"),
        (rcode("NOERROR"), "no-address", "NODATA"),
        (rcode("SERVFAIL"), "dns-failure", "SERVFAIL"),
        (rcode("REFUSED"), "dns-failure", "REFUSED"),
        (silence, "dns-failure", "TIMEOUT"),
        (rcode("NXDOMAIN", f"{HOST}. 60 CNAME gone.example."), "nxdomain", "DANGLING-CNAME"),
        (
            records(f"{HOST}. 60 CNAME a.x.", "a.x. 60 CNAME b.x.", "b.x. 60 CNAME a.x."),
            "dns-failure",
            "CNAME-LOOP",
        ),
        (records(f"{HOST}. 60 A 10.0.0.1"), "address-not-allowed", "10.0.0.1 is private"),
    ],
)
async def test_names_without_usable_address(rule: object, reason: str, detail: str) -> None:
    rules = {(HOST, "*"): rule, (HOST, "AAAA"): rcode("NOERROR") if "A 10" in detail else rule}
    async with Names(rules) as dns, fetcher(80, dns=dns.where, timeout_s=5) as client:
        record = (await client.fetch(f"http://{HOST}/", family=4)).record
    assert (record.reason, record.detail, record.status) == (reason, detail, 0)


async def test_the_socket_has_the_last_word() -> None:
    """Even a target that slipped past every earlier check gets no connection."""
    async with Web({"*": answer(HELLO)}) as web:
        exchanger = Exchanger(Guard(), None)
        try:
            for host in ("127.0.0.1", "www.example.gov.cn"):
                origin = Origin("http", host, web.port, host, f"http://{host}")
                out = await exchanger.run(
                    Target(origin, "/"),
                    host,
                    method="GET",
                    headers=(),
                    limit=1000,
                    deadline_s=2,
                    verify=True,
                )
                assert out.reason == "address-not-allowed"
        finally:
            await exchanger.close()
    assert web.log == []


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "address-not-allowed"),
        ("http://", "protocol-error"),
        ("http://[", "protocol-error"),
        ("http://a..b/", "address-not-allowed"),
        (f"http://{'a' * 64}.cn/", "protocol-error"),
        ("http://exa mple/", "address-not-allowed"),
        ("http://\ud800/", "protocol-error"),
        ("http://％３１/", "address-not-allowed"),
        ("http://x:99999/", "protocol-error"),
        ("mailto:a@b.cn", "address-not-allowed"),
    ],
)
async def test_odd_urls_are_values_not_errors(url: str, reason: str) -> None:
    async with fetcher(80) as client:
        fetched = await client.fetch(url)
    assert fetched.record.reason == reason
    assert fetched.record.url == url
