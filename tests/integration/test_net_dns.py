"""The resolver against name servers that misbehave: rcodes apart, chains walked, bounded."""

from __future__ import annotations

import asyncio
from time import monotonic

import pytest

from auditor.gather.guard import Guard
from auditor.gather.resolver import Resolver, parse_server
from tests.hostile.names import Names, Rule, rcode, records, silence, turns
from tests.hostile.tools import LOOPBACK

NAME = "www.example.gov.cn"
A = records(f"{NAME}. 60 A 127.0.0.1")


def resolver(*servers: str, timeout_s: float = 0.3) -> Resolver:
    return Resolver(servers, guard=Guard(LOOPBACK), timeout_s=timeout_s)


def chain(length: int, end: str = "") -> tuple[str, ...]:
    links = [f"{NAME}. 60 CNAME c0.x."]
    links += [f"c{n}.x. 60 CNAME c{n + 1}.x." for n in range(length - 1)]
    return (*links, end) if end else tuple(links)


@pytest.mark.parametrize(
    ("rule", "code", "asked"),
    [
        (A, "NOERROR", 1),
        (rcode("NXDOMAIN"), "NXDOMAIN", 1),
        (rcode("NOERROR"), "NODATA", 1),
        (rcode("REFUSED"), "REFUSED", 2),
        (rcode("SERVFAIL"), "SERVFAIL", 2),
        (rcode("NOTIMP"), "SERVFAIL", 2),
        (silence, "TIMEOUT", 2),
        (turns(silence, A), "NOERROR", 2),
        (turns(rcode("SERVFAIL"), A), "NOERROR", 2),
        (lambda visit: b"rubbish", "TIMEOUT", 2),
        (rcode("NXDOMAIN", *chain(2)), "DANGLING-CNAME", 1),
        (rcode("NOERROR", *chain(2)), "NODATA", 1),
        (records(*chain(1, f"c0.x. 60 CNAME {NAME}.")), "CNAME-LOOP", 1),
        (records(*chain(20, "c19.x. 60 A 127.0.0.1")), "LONG-CHAIN", 1),
        (records(*chain(16, "c15.x. 60 A 127.0.0.1")), "NOERROR", 1),
    ],
)
async def test_outcomes_are_kept_apart(rule: Rule, code: str, asked: int) -> None:
    async with Names({(NAME, "A"): rule}) as dns:
        answer = await resolver(dns.where).ask(NAME, "A")
    assert answer.rcode == code
    assert dns.asked(NAME, "A") == asked
    assert answer.values == (("127.0.0.1",) if code == "NOERROR" else ())
    assert answer.observed == (code not in {"SERVFAIL", "REFUSED", "TIMEOUT"})
    assert answer.asked_at is not None


async def test_silence_is_bounded() -> None:
    async with Names({(NAME, "*"): silence}) as dns:
        started = monotonic()
        assert await resolver(dns.where).addresses(NAME) == ()
        assert monotonic() - started < 1.2  # two tries, both types at once


async def test_a_question_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each step of a chain may take its two tries; all of them together may not."""
    monkeypatch.setattr("auditor.gather.resolver._TOTAL_S", 0.2)
    async with Names({(NAME, "A"): silence}) as dns:
        answer = await resolver(dns.where).ask(NAME, "A")
    assert (answer.rcode, answer.detail) == ("TIMEOUT", "too many questions in turn")


async def test_chain_over_servers_that_answer_piecemeal() -> None:
    rules = {
        (NAME, "A"): records(f"{NAME}. 60 CNAME cdn.example."),
        ("cdn.example", "A"): records("cdn.example. 30 CNAME edge.example."),
        ("edge.example", "A"): records("edge.example. 99 A 127.0.0.7"),
    }
    async with Names(rules) as dns:
        answer = await resolver(dns.where).ask(NAME, "A")
    assert answer.chain == ("cdn.example", "edge.example")
    assert (answer.rcode, answer.values, answer.ttl) == ("NOERROR", ("127.0.0.7",), 30)


async def test_piecemeal_loop_and_piecemeal_dead_end() -> None:
    rules = {
        (NAME, "A"): records(f"{NAME}. 60 CNAME a.x."),
        ("a.x", "A"): records("a.x. 60 CNAME b.x."),
        ("b.x", "A"): records("b.x. 60 CNAME a.x."),
        ("dead.x", "A"): records("dead.x. 60 CNAME gone.x."),
    }
    async with Names(rules) as dns:
        asking = resolver(dns.where)
        assert (await asking.ask(NAME, "A")).rcode == "CNAME-LOOP"
        dead = await asking.ask("dead.x", "A")
    assert (dead.rcode, dead.chain) == ("DANGLING-CNAME", ("gone.x",))


@pytest.mark.parametrize(
    ("links", "code"),
    [
        ({NAME: "a.x", "a.x": NAME}, "CNAME-LOOP"),
        ({NAME: "c0.x"} | {f"c{n}.x": f"c{n + 1}.x" for n in range(20)}, "LONG-CHAIN"),
        ({NAME: "gone.x"}, "DANGLING-CNAME"),
    ],
)
async def test_a_servfail_is_explained_by_its_chain(links: dict[str, str], code: str) -> None:
    """Recursive servers give up over loops and long chains with a bare SERVFAIL."""
    rules = {(name, "A"): rcode("SERVFAIL") for name in links}
    rules |= {(name, "CNAME"): records(f"{name}. 60 CNAME {to}.") for name, to in links.items()}
    async with Names(rules) as dns:
        answer = await resolver(dns.where).ask(NAME, "A")
    assert answer.rcode == code
    assert answer.chain[0] == links[NAME]


async def test_a_negative_answer_is_confirmed_by_another_server() -> None:
    no, yes = Names({(NAME, "A"): rcode("NXDOMAIN")}), Names({(NAME, "A"): A})
    down = Names({(NAME, "A"): rcode("SERVFAIL")})
    async with no as first, yes as second, down as third:
        agreed = await resolver(first.where).ask(NAME, "A", confirm=True)
        assert (agreed.rcode, agreed.confirmed) == ("NXDOMAIN", True)
        found = await resolver(first.where, second.where).ask(NAME, "A", confirm=True)
        assert (found.rcode, found.values) == ("NOERROR", ("127.0.0.1",))
        alone = await resolver(first.where, third.where).ask(NAME, "A", confirm=True)
        # The second server failed, so the first was asked once more in its stead.
        assert (alone.rcode, alone.confirmed) == ("NXDOMAIN", True)
        unasked = await resolver(first.where).ask(NAME, "A")
        assert not unasked.confirmed


async def test_disagreement_between_negative_answers_is_not_confirmation() -> None:
    no, none = Names({(NAME, "A"): rcode("NXDOMAIN")}), Names({(NAME, "A"): rcode("NOERROR")})
    async with no as first, none as second:
        answer = await resolver(first.where, second.where).ask(NAME, "A", confirm=True)
    assert not answer.confirmed


async def test_cache_keeps_answers_for_their_time_and_asks_once_at_once() -> None:
    async with Names({(NAME, "A"): A, ("no.x", "A"): rcode("NXDOMAIN")}) as dns:
        asking = resolver(dns.where)
        answers = await asyncio.gather(*(asking.ask(NAME, "A") for _ in range(20)))
        assert len(set(answers)) == 1
        assert dns.asked(NAME, "A") == 1
        for _ in range(3):
            await asking.ask("no.x", "A")
            await asking.ask("NO.X.", "A")
        assert dns.asked("no.x", "A") == 1
        # An unconfirmed answer in the cache does not do for whoever needs confirmation.
        await asking.ask("no.x", "A", confirm=True)
        await asking.ask("no.x", "A", confirm=True)
        assert dns.asked("no.x", "A") == 3
        assert asking._locks == {}


async def test_a_cancelled_question_does_not_spoil_the_others() -> None:
    rule = turns(silence, A)
    async with Names({(NAME, "A"): rule}) as dns:
        asking = resolver(dns.where)
        first = asyncio.create_task(asking.ask(NAME, "A"))
        await asyncio.sleep(0.05)
        second = asyncio.create_task(asking.ask(NAME, "A"))
        await asyncio.sleep(0)
        first.cancel()
        assert (await second).values == ("127.0.0.1",)
        with pytest.raises(asyncio.CancelledError):
            await first
        assert asking._locks == {}


async def test_long_answers_come_over_tcp() -> None:
    many = records(*(f"{NAME}. 60 A 127.0.{n // 250}.{n % 250}" for n in range(400)))
    async with Names({(NAME, "A"): many}, udp_limit=1232) as dns:
        answer = await resolver(dns.where).ask(NAME, "A")
    assert [item[2] for item in dns.log] == ["udp", "tcp"]
    assert len(answer.values) == 256


async def test_addresses_of_both_families_with_their_scopes() -> None:
    rules = {
        (NAME, "A"): records(f"{NAME}. 60 A 127.0.0.1", f"{NAME}. 60 A 10.0.0.1"),
        (NAME, "AAAA"): records(f"{NAME}. 60 AAAA ::1", f"{NAME}. 60 AAAA fd00::1"),
    }
    async with Names(rules) as dns:
        asking = resolver(dns.where)
        facts = await asking.addresses(NAME)
        assert [(item.address, item.scope) for item in facts] == [
            ("10.0.0.1", "private"),
            ("127.0.0.1", "allowed"),
            ("::1", "allowed"),
            ("fd00::1", "ula"),
        ]
        assert {item.address for item in await asking.addresses(NAME, 6)} == {"::1", "fd00::1"}
        assert len(dns.log) == 2
        assert (await asking.addresses("127.0.0.9"))[0].address == "127.0.0.9"
        assert await asking.addresses("127.0.0.9", 6) == ()
        assert [item.address for item in await asking.addresses("localhost")] == [
            "127.0.0.1",
            "::1",
        ]


async def test_direct_questions_and_zones() -> None:
    soa = "example.gov.cn. 60 SOA ns.example.gov.cn. root.example.gov.cn. 1 2 3 4 60"
    rules = {
        ("example.gov.cn", "SOA"): records(soa),
        (NAME, "SOA"): rcode("NOERROR"),
        ("x.y.example.gov.cn", "SOA"): rcode("NXDOMAIN"),
        ("example.gov.cn", "NS"): records("example.gov.cn. 60 NS NS1.example.gov.cn."),
    }
    async with Names(rules) as dns:
        asking = resolver(dns.where)
        assert await asking.zone_of(NAME) == "example.gov.cn"
        assert await asking.zone_of("x.y.example.gov.cn") == "example.gov.cn"
        assert (await asking.ask("example.gov.cn", "NS")).values == ("ns1.example.gov.cn",)
        for tcp in (False, True):
            direct = await asking.ask_server(
                "127.0.0.1", "example.gov.cn", "SOA", port=dns.port, tcp=tcp
            )
            assert direct.rcode == "NOERROR"
        assert [item[2] for item in dns.log[-2:]] == ["udp", "tcp"]
        denied = await asking.ask_server("10.0.0.1", "example.gov.cn", "SOA")
        assert (denied.rcode, denied.detail) == ("TIMEOUT", "address-not-allowed")


async def test_over_ipv6_and_with_unreachable_servers() -> None:
    async with Names({(NAME, "A"): A}, host="::1") as dns:
        assert (await resolver(dns.where).ask(NAME, "A")).values == ("127.0.0.1",)
        closed = dns.port
    dead = await resolver(f"127.0.0.1:{closed}").ask(NAME, "A")
    assert (dead.rcode, dead.observed) == ("TIMEOUT", False)


@pytest.mark.parametrize("name", ["a..b", "a" * 64 + ".cn", "x." * 130 + "cn", "\ud800.cn", ""])
async def test_names_that_are_none(name: str) -> None:
    answer = await resolver("127.0.0.1:9").ask(name, "A")
    assert answer.values == ()


def test_server_addresses() -> None:
    assert parse_server("127.0.0.1") == ("127.0.0.1", 53)
    assert parse_server("127.0.0.1:5353") == ("127.0.0.1", 5353)
    assert parse_server("[::1]:5353") == ("::1", 5353)
    assert parse_server("::1") == ("::1", 53)
    for wrong in ("", "localhost", "127.0.0.1:0", "127.0.0.1:70000", "::1:5353x", "[::1"):
        with pytest.raises(ValueError, match=r"not|does"):
            parse_server(wrong)
