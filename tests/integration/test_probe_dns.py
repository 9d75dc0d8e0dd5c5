"""The DNS probe against scripted name servers."""

from __future__ import annotations

import pytest

from auditor.gather.probes.dns import probe_dns
from auditor.gather.probes.vantage import probe_vantage
from auditor.model.artifact import DnsAnswers, Missed
from auditor.model.finding import Reason
from auditor.model.site import Site
from tests.hostile.names import SOA, Names, Rule, rcode, records, silence, turns
from tests.integration.probe_lab import HOST, NONE, ZONE, lab, site

NS_HOST = f"ns1.{ZONE}"


def zone_rules(*server_addresses: str) -> dict[tuple[str, str], Rule]:
    a = [item for item in server_addresses if ":" not in item]
    aaaa = [item for item in server_addresses if ":" in item]
    return {
        (HOST, "SOA"): rcode("NOERROR", zone=ZONE),
        (ZONE, "SOA"): records(SOA.format(zone=ZONE)),
        (ZONE, "NS"): records(f"{ZONE}. 60 NS {NS_HOST}."),
        (NS_HOST, "A"): records(*(f"{NS_HOST}. 60 A {item}" for item in a)) if a else NONE,
        (NS_HOST, "AAAA"): (
            records(*(f"{NS_HOST}. 60 AAAA {item}" for item in aaaa)) if aaaa else NONE
        ),
    }


async def ask(rules: dict[tuple[str, str], Rule]) -> DnsAnswers:
    async with lab(80, rules=rules) as here:
        answers = await probe_dns(here.tools, site(80))
    assert isinstance(answers, DnsAnswers)
    return answers


async def test_both_families_with_their_kinds() -> None:
    answers = await ask(
        {(HOST, "AAAA"): records(f"{HOST}. 60 AAAA ::1", f"{HOST}. 60 AAAA fd00::1")}
    )
    assert [(fact.address, fact.scope) for fact in answers.ipv4] == [("127.0.0.1", "allowed")]
    assert {fact.address: fact.usable for fact in answers.ipv6} == {"::1": True, "fd00::1": False}


@pytest.mark.parametrize(
    ("rule", "seen", "confirmed"),
    [
        (NONE, "NODATA", True),
        (rcode("NXDOMAIN"), "NXDOMAIN", True),
        (rcode("SERVFAIL"), "SERVFAIL", False),
        (turns(NONE, rcode("SERVFAIL")), "NODATA", False),
    ],
)
async def test_answers_without_records_are_kept_apart(
    rule: Rule, seen: str, confirmed: bool
) -> None:
    answers = await ask({(HOST, "AAAA"): rule})
    assert (answers.aaaa.rcode, answers.aaaa.confirmed) == (seen, confirmed)
    assert answers.ipv6 == ()


async def test_a_record_on_second_thought_counts() -> None:
    answers = await ask({(HOST, "AAAA"): turns(NONE, records(f"{HOST}. 60 AAAA ::1"))})
    assert answers.aaaa.values == ("::1",)


async def test_name_servers_are_asked_over_both_families() -> None:
    async with lab(80, rules=zone_rules("127.0.0.1", "::1")) as here:
        over_ipv6 = Names(here.names.rules, host="::1", port=here.names.port)
        async with over_ipv6:
            answers = await probe_dns(here.tools, site(80))
    assert isinstance(answers, DnsAnswers)
    assert answers.zone == ZONE
    (server,) = answers.name_servers
    assert (server.host, server.answers_v4, server.answers_v6) == (NS_HOST, True, True)
    assert (ZONE, "SOA", "udp") in over_ipv6.log


async def test_a_server_that_refuses_over_ipv6_is_seen_and_silence_is_not_held_against_it() -> None:
    async with lab(80, rules=zone_rules("127.0.0.1", "::1")) as here:
        refusing = Names({(ZONE, "SOA"): rcode("REFUSED")}, host="::1", port=here.names.port)
        async with refusing:
            answers = await probe_dns(here.tools, site(80))
    assert isinstance(answers, DnsAnswers)
    assert answers.name_servers[0].answers_v6 is False
    assert "REFUSED" in answers.name_servers[0].detail
    async with lab(80, rules=zone_rules("127.0.0.1", "::1")) as here:
        mute = Names({(ZONE, "SOA"): silence}, host="::1", port=here.names.port)
        async with mute:
            answers = await probe_dns(here.tools, site(80))
    assert isinstance(answers, DnsAnswers)
    assert (answers.name_servers[0].answers_v4, answers.name_servers[0].answers_v6) == (True, None)
    assert (ZONE, "SOA", "tcp") in mute.log


async def test_servers_whose_addresses_cannot_be_asked_are_marked() -> None:
    answers = await ask(zone_rules("127.0.0.1") | {(NS_HOST, "AAAA"): rcode("SERVFAIL")})
    assert answers.name_servers[0].observed is False


async def test_a_home_page_on_an_address_has_no_names() -> None:
    async with lab(80) as here:
        answers = await probe_dns(here.tools, Site("x", "x", "http://127.0.0.1/"))
    assert isinstance(answers, Missed)
    assert answers.reason is Reason.NOT_REQUESTED
    assert here.names.log == []


async def test_the_vantage_point_is_described() -> None:
    rules = {("ipv4only.arpa", "AAAA"): rcode("NOERROR", zone="arpa")}
    async with lab(80, rules=rules) as here:
        vantage = await probe_vantage(here.tools, ("127.0.0.1", "::1"))
    assert (vantage.ipv4, vantage.ipv6, vantage.dns, vantage.nat64) == (True, True, True, False)


async def test_a_dns64_is_noticed_and_a_missing_route_is_no_ipv6() -> None:
    rules = {("ipv4only.arpa", "AAAA"): records("ipv4only.arpa. 60 AAAA 64:ff9b::c000:aa")}
    async with lab(80, rules=rules) as here:
        vantage = await probe_vantage(here.tools, ("127.0.0.1",))
    assert (vantage.ipv6, vantage.nat64) == (False, True)
    assert "DNS64" in vantage.detail


async def test_no_name_server_no_dns() -> None:
    async with lab(80, rules={("ipv4only.arpa", "AAAA"): silence}) as here:
        vantage = await probe_vantage(here.tools, ("127.0.0.1",))
    assert vantage.dns is False
