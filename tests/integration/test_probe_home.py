"""The probes of single pages: home page, sample of visits, impossible pages, other names."""

from __future__ import annotations

from auditor.derive.page import page_facts
from auditor.gather.probes.home import probe_home, probe_reachability
from auditor.gather.probes.hosts import probe_hosts
from auditor.gather.probes.soft404 import impossible_urls, probe_soft404
from auditor.model.finding import Reason
from tests.hostile.names import rcode, records
from tests.hostile.web import Talk, Web
from tests.integration.probe_lab import HOST, html, lab, page, site

HOME = html("示例县人民政府", "<p>今天的要闻：示例县召开政务公开工作会议，部署下一阶段任务。</p>")


def statuses(*codes: int, headers: tuple[tuple[str, str], ...] = ()) -> object:
    async def script(talk: Talk) -> None:
        await talk.answer(codes[min(talk.visit, len(codes)) - 1], HOME, *headers)

    return script


async def test_one_good_visit_is_enough() -> None:
    async with Web({"/": page(HOME)}) as web, lab(web.port) as here:
        home = await probe_home(here.tools, site(web.port))
    assert [item.status for item in home.attempts] == [200]
    assert here.naps.taken == []


async def test_a_failing_home_page_is_tried_three_times_with_pauses() -> None:
    async with Web({"/": statuses(502, 502, 200)}) as web, lab(web.port) as here:
        home = await probe_home(here.tools, site(web.port))
    assert [item.status for item in home.attempts] == [502, 502, 200]
    assert here.naps.taken == [5.0, 5.0]


async def test_retry_after_is_kept_between_the_tries() -> None:
    script = statuses(503, 200, headers=(("Retry-After", "1"),))
    async with Web({"/": script}) as web, lab(web.port) as here:
        home = await probe_home(here.tools, site(web.port))
    assert [item.status for item in home.attempts] == [503, 200]
    assert web.log[1].started - web.log[0].ended >= 1.0


async def test_a_dead_name_is_not_tried_again() -> None:
    internet = {("ipv4only.arpa", "A"): records("ipv4only.arpa. 60 A 192.0.0.170")}
    rules = {(HOST, "A"): rcode("NXDOMAIN"), (HOST, "AAAA"): rcode("NXDOMAIN"), **internet}
    async with lab(80, rules=rules) as here:
        home = await probe_home(here.tools, site(80))
    assert [item.reason for item in home.attempts] == [Reason.NXDOMAIN]


async def test_a_resolver_of_an_intranet_proves_no_name_dead() -> None:
    rules = {(HOST, "A"): rcode("NXDOMAIN"), (HOST, "AAAA"): rcode("NXDOMAIN")}
    async with lab(80, rules=rules) as here:
        home = await probe_home(here.tools, site(80))
    assert home.last.reason is Reason.DNS_FAILURE


async def test_a_sample_counts_failures() -> None:
    async with Web({"/": statuses(200, 500, 200)}) as web, lab(web.port) as here:
        sample = await probe_reachability(here.tools, site(web.port), 3, pause_s=7)
    assert (len(sample.probes), sample.failures) == (3, 1)
    assert here.naps.taken == [7, 7]


async def test_an_honest_404_and_a_soft_one() -> None:
    async with Web({"*": page(HOME, 404)}) as web, lab(web.port) as here:
        honest = await probe_soft404(here.tools, site(web.port))
        web.scripts["*"] = page(HOME)
        soft = await probe_soft404(here.tools, site(web.port))
    assert (honest.status, honest.fingerprint) == (404, "")
    assert soft.status == 200
    facts = page_facts(HOME, url="http://x.example.gov.cn/")
    assert soft.fingerprint == facts.main_text_hash != ""


async def test_one_soft_answer_of_two_is_no_soft_404() -> None:
    async with Web({"*": page(HOME, 404)}) as web, lab(web.port) as here:
        first = impossible_urls(site(web.port))[0]
        web.scripts["/" + first.rpartition("/")[2]] = page(HOME)
        mixed = await probe_soft404(here.tools, site(web.port))
    assert mixed.status == 404


async def test_a_redirect_home_is_told_and_a_dead_server_is_no_answer() -> None:
    async def home(talk: Talk) -> None:
        await talk.redirect("/")

    async with Web({"/": page(HOME), "*": home}) as web, lab(web.port) as here:
        moved = await probe_soft404(here.tools, site(web.port))
        target = f"http://{HOST}:{web.port}/"
    assert (moved.status, moved.redirects_to) == (200, target)
    async with lab(9) as here:
        dead = await probe_soft404(here.tools, site(9))
    assert (dead.status, dead.reason) == (0, Reason.REFUSED)


async def test_aliases_and_closed_hosts() -> None:
    other = html("别的单位", "<p>这里是另一个单位的网站，内容与主站完全不同，没有任何关系。</p>")

    async def by_name(talk: Talk) -> None:
        name = talk.request.headers["Host"].split(":")[0]
        if name == "a.example.gov.cn":
            await talk.redirect(f"http://{HOST}:{web.port}/", 301)
        else:
            await talk.answer(200, other if name == "c.example.gov.cn" else HOME)

    names = ("a.example.gov.cn", "b.example.gov.cn", "c.example.gov.cn")
    rules = {(name, "A"): records(f"{name}. 60 A 127.0.0.1") for name in names}
    async with Web({"/": by_name}) as web, lab(web.port, rules=rules) as here:
        here_site = site(
            web.port, aliases=names[:2], closed_hosts=(names[2], "gone.example.gov.cn")
        )
        facts = page_facts(HOME, url=here_site.homepage)
        found = await probe_hosts(here.tools, here_site, facts.main_text_hash)
    a, b, c, gone = found.probes
    assert (a.role, a.redirects_to, a.same_content) == ("alias", here_site.homepage, True)
    assert (b.redirects_to, b.same_content, b.title) == ("", True, "示例县人民政府")
    assert (c.role, c.status, c.same_content) == ("closed", 200, False)
    assert (gone.answer.rcode, gone.answer.confirmed, gone.status) == ("NXDOMAIN", True, 0)


async def test_an_alias_that_refuses_was_not_seen() -> None:
    name = "a.example.gov.cn"
    async with lab(9, rules={(name, "A"): records(f"{name}. 60 A 127.0.0.1")}) as here:
        (probe,) = (await probe_hosts(here.tools, site(9, aliases=(name,)), "")).probes
    assert (probe.reason, probe.same_content) == (Reason.REFUSED, None)
