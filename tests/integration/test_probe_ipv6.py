"""The home page over both families, each pinned, and the hosts that it needs."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from auditor.derive.page import page_facts
from auditor.gather.guard import Guard
from auditor.gather.probes.ipv6 import probe_ipv6
from auditor.gather.probes.linked_hosts import organisation_of, probe_linked_hosts
from auditor.model.artifact import (
    AddressFact,
    DnsAnswer,
    DnsAnswers,
    HomePage,
    Ipv6Endpoint,
    Ipv6Probe,
    LinkedHosts,
    Missed,
)
from auditor.model.finding import Reason
from auditor.model.site import Vantage
from tests.hostile.names import rcode, records
from tests.hostile.web import Talk, Web
from tests.integration.probe_lab import (
    HOST,
    Authority,
    both,
    free_pair,
    html,
    lab,
    page,
    site,
)

NEWS = "".join(f"<li>示例县第{number}次政务公开工作推进会议召开</li>" for number in range(20))
HOME = html("示例县人民政府", f"<ul>{NEWS}</ul><p>2026年11月20日 访问量 12345 次</p>")
LATER = html("示例县人民政府", f"<ul>{NEWS}</ul><p>2026年11月21日 访问量 99999 次</p>")
NGINX = html("Welcome to nginx!", "<h1>Welcome to nginx!</h1><p>Further configuration is required.")
VANTAGE = Vantage(ipv6=True)


def dns(ipv4: str = "127.0.0.1", ipv6: str = "::1", rcode: str = "NOERROR") -> DnsAnswers:
    guard = Guard(("127.0.0.0/8", "::1"))
    return DnsAnswers(
        HOST,
        DnsAnswer(HOST, "A", values=(ipv4,)),
        DnsAnswer(HOST, "AAAA", rcode, (ipv6,) if ipv6 else ()),
        (guard.classify(ipv4),) if ipv4 else (),
        (guard.classify(ipv6),) if ipv6 else (),
    )


async def probe(
    v4: Any, v6: Any, vantage: Vantage = VANTAGE, **lab_settings: Any
) -> tuple[Ipv6Probe, list[Web]]:
    """Probe a site with these scripts for its home page; None means that nothing listens."""
    port, _ = free_pair()
    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(lab(port, **lab_settings))
        webs = [
            await stack.enter_async_context(Web({"*": script}, host=host, port=port))
            for host, script in (("127.0.0.1", v4), ("::1", v6))
            if script is not None
        ]
        found = await probe_ipv6(here.tools, site(port), dns(), vantage)
    assert isinstance(found, Ipv6Probe)
    return found, webs


def only(found: Ipv6Probe, family: int) -> Ipv6Endpoint:
    (item,) = found.of_family(family)
    return item


async def test_every_address_is_tried_by_itself() -> None:
    port, _ = free_pair()
    two = replace(dns(), ipv4=tuple(AddressFact(f"127.0.0.{n}", "allowed") for n in (1, 2)))
    async with lab(port) as here, Web({"*": page(HOME)}, host="127.0.0.2", port=port):
        found = await probe_ipv6(here.tools, site(port), two, VANTAGE)
    assert isinstance(found, Ipv6Probe)
    assert [(item.address, item.opened) for item in found.of_family(4)] == [
        ("127.0.0.1", False),
        ("127.0.0.2", True),
    ]


async def test_the_same_page_but_for_its_counter() -> None:
    found, webs = await probe(page(HOME), page(LATER))
    v6 = only(found, 6)
    assert (v6.address, v6.opened, v6.status, v6.title) == ("::1", True, 200, "示例县人民政府")
    assert v6.similarity == 1.0
    assert {request.peer for request in webs[1].log} == {"::1"}
    assert webs[1].log[0].headers["Host"] == f"{HOST}:{webs[1].port}"


async def test_another_page_is_believed_after_a_second_look_only() -> None:
    found, webs = await probe(page(HOME), page(NGINX))
    assert (only(found, 6).similarity or 0) < 0.3
    assert len(webs[1].log) == 2

    async def once(talk: Talk) -> None:
        await talk.answer(200, NGINX if talk.visit == 1 else HOME)

    found, _ = await probe(page(HOME), once)
    assert only(found, 6).similarity == 1.0


async def test_the_page_teaches_its_own_noise() -> None:
    async def rotating(talk: Talk) -> None:
        letter = "甲乙丙丁戊己庚辛"[talk.visit % 8]
        body = f"<ul>{NEWS}</ul><p>{letter * 2 + '推荐文章不同内容'}</p>" + f"{letter}" * 100
        await talk.answer(200, html("示例县人民政府", body))

    found, _ = await probe(rotating, page(HOME))
    assert 0.0 < found.noise < 1.0


async def test_a_refusal_while_ipv4_works() -> None:
    found, _ = await probe(page(HOME), None)
    v6 = only(found, 6)
    assert (v6.opened, v6.reason, v6.similarity) == (False, Reason.REFUSED, None)


async def test_a_refusal_while_ipv4_fails_too_proves_nothing() -> None:
    async def dying(talk: Talk) -> None:
        # Answers the first try and its twin, then no more.
        if talk.visit <= 2:
            await talk.answer(200, HOME)
        else:
            talk.reset()

    found, _ = await probe(dying, None)
    assert only(found, 6).opened is None


@pytest.mark.parametrize("status", [403, 404, 429, 500])
async def test_an_error_status_is_no_page_to_compare(status: int) -> None:
    found, _ = await probe(page(HOME), page(NGINX, status))
    v6 = only(found, 6)
    assert (v6.status, v6.similarity, v6.opened) == (status, None, True)


async def test_a_redirect_to_another_host_is_an_answer_and_is_not_followed() -> None:
    async def away(talk: Talk) -> None:
        await talk.redirect("http://elsewhere.example.com/")

    found, _ = await probe(page(HOME), away)
    v6 = only(found, 6)
    assert (v6.status, v6.reason) == (302, None)


async def test_a_redirect_on_the_host_stays_on_the_address() -> None:
    async def inwards(talk: Talk) -> None:
        if talk.request.path == "/":
            await talk.redirect("/index.html")
        else:
            await talk.answer(200, HOME)

    found, webs = await probe(inwards, inwards)
    assert (only(found, 6).status, only(found, 6).similarity) == (200, 1.0)
    assert [item.path for item in webs[1].log] == ["/", "/index.html"]


async def test_silence_after_the_connection_is_an_open_port() -> None:
    async def mute(talk: Talk) -> None:
        await talk.writer.wait_closed()

    found, _ = await probe(page(HOME), mute, timeout_s=0.5)
    v6 = only(found, 6)
    assert (v6.reason, v6.opened) == (Reason.TIMEOUT, True)


async def test_https_is_tried_with_the_certificate_of_each_family(tmp_path: Path) -> None:
    port, secure = free_pair()
    authority = Authority.create(tmp_path)
    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(lab(port, secure, ca_file=str(authority.file)))
        for web in both(port, {"*": page(HOME)}):
            await stack.enter_async_context(web)
        for host, name in (("127.0.0.1", HOST), ("::1", "other.example.gov.cn")):
            tls = authority.context(name)
            web = Web({"*": page(HOME)}, host=host, port=secure, tls=tls)
            await stack.enter_async_context(web)
        found = await probe_ipv6(here.tools, site(port), dns(), VANTAGE)
    assert isinstance(found, Ipv6Probe)
    by = {(item.family, item.port): item for item in found.endpoints}
    assert by[4, secure].reason is None
    assert len(by[4, secure].certificate) == 64
    bad = by[6, secure]
    assert (bad.reason, bad.detail, bad.opened) == (Reason.TLS, "wrong-name", True)
    assert bad.certificate not in {"", by[4, secure].certificate}
    # The page behind the bad certificate is read all the same.
    assert (bad.status, bad.similarity) == (200, 1.0)


async def test_pinned_tries_leave_other_requests_where_they_were() -> None:
    port, _ = free_pair()
    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(lab(port))
        webs = [await stack.enter_async_context(web) for web in both(port, {"*": page(HOME)})]
        await probe_ipv6(here.tools, site(port), dns(), VANTAGE)
        tried = len(webs[1].log)
        await here.tools.fetcher.fetch(site(port).homepage)
    assert len(webs[1].log) == tried > 0


async def test_what_cannot_be_tried_is_missed() -> None:
    async with lab(80) as here:
        nothing = await probe_ipv6(here.tools, site(80), dns(ipv6="", rcode="NODATA"), VANTAGE)
        assert nothing == Ipv6Probe(())
        failed = await probe_ipv6(here.tools, site(80), dns(ipv6="", rcode="SERVFAIL"), VANTAGE)
        assert isinstance(failed, Missed)
        assert failed.reason is Reason.DNS_FAILURE
        far = await probe_ipv6(here.tools, site(80), dns(ipv6="2400:3200::1"), Vantage(ipv6=False))
        assert isinstance(far, Missed)
        assert far.reason is Reason.NO_IPV6


async def test_the_hosts_of_resources_and_links() -> None:
    scripts = {"*": page(HOME)}
    port, _ = free_pair()
    img, sub, deep = "img.example.com", "jyj.example.gov.cn", "bs.example.gov.cn"
    rules = {
        (img, "AAAA"): rcode("NOERROR", zone="example.com"),
        (sub, "AAAA"): records(f"{sub}. 60 AAAA ::1"),
        (deep, "AAAA"): records(f"{deep}. 60 AAAA fd00::1"),
    }
    body = (
        f'<img src="http://{img}:{port}/a.png"><img src="http://{img}:{port}/b.png">'
        f'<a href="http://{sub}:{port}/1.html">教育局</a><a href="/own.html">本站</a>'
        f'<a href="http://www.elsewhere.com/">别处</a>'
    )
    facts = page_facts(html("示例县人民政府", body), url=f"http://{HOST}:{port}/")
    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(lab(port, rules=rules))
        await stack.enter_async_context(Web(scripts, host="::1", port=port))
        pairs = [(f"http://{HOST}:{port}/own.html", f"http://{deep}:{port}/x")]
        found = await probe_linked_hosts(here.tools, site(port), HomePage(facts), pairs)
    by = {(item.role, item.host): item for item in found.hosts}
    assert set(by) == {
        ("resource", img),
        ("second-level", sub),
        ("second-level", HOST),
        ("third-level", deep),
    }
    assert (by["resource", img].urls, by["resource", img].aaaa.rcode) == (2, "NODATA")
    assert (by["resource", img].usable, by["resource", img].works) == (False, None)
    assert (by["second-level", sub].usable, by["second-level", sub].works) == (True, True)
    # Links that the home page has already belong to the second level, and each counts once.
    assert (by["third-level", deep].usable, by["third-level", deep].urls) == (False, 1)


async def test_a_host_that_refuses_over_ipv6_does_not_work() -> None:
    facts = page_facts(html("x", '<a href="/own.html">本站</a>'), url=f"http://{HOST}:9/")
    async with lab(9) as here:
        found: LinkedHosts = await probe_linked_hosts(here.tools, site(9), HomePage(facts))
    assert [(item.usable, item.works) for item in found.hosts] == [(True, False)]


@pytest.mark.parametrize(
    ("host", "organisation"),
    [
        ("www.zichuan.gov.cn", "zichuan.gov.cn"),
        ("jyj.zichuan.gov.cn", "zichuan.gov.cn"),
        ("www.a.sd.cn", "a.sd.cn"),
        ("localhost", "localhost"),
    ],
)
def test_the_organisation_of_a_host(host: str, organisation: str) -> None:
    assert organisation_of(host) == organisation
