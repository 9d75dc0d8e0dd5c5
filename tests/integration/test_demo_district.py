"""The demo district: its servers answer as described, and its content is what the truth says."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from collections import Counter, deque
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import aiohttp
import dns.asyncquery
import dns.message
import dns.rcode
import dns.rdatatype
import pytest
import pytest_asyncio
import yaml
from aiohttp.abc import AbstractResolver, ResolveResult
from lxml import etree

from auditor.demo import District
from auditor.demo._names import respond

pytestmark = pytest.mark.asyncio(loop_scope="module")

_PAGER = re.compile(r'createPageHTML\((\d+), (\d+), "(\w+)", "(\w+)"\)')


class _Names(AbstractResolver):
    """Resolves by the district's own table, in one family."""

    def __init__(self, district: District, family: int) -> None:
        self._table = district.table
        self._family = family

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        rdtype = "A" if self._family == socket.AF_INET else "AAAA"
        query = dns.message.make_query(host, rdtype)
        found = self._table.answer(query).answer
        return [
            ResolveResult(
                hostname=host, host=item.address, port=port, family=self._family, proto=0, flags=0
            )
            for rrset in found
            for item in rrset
        ]

    async def close(self) -> None:
        pass


def _client(district: District, family: int = socket.AF_INET) -> aiohttp.ClientSession:
    context = ssl.create_default_context(cafile=str(district.ca_file))
    connector = aiohttp.TCPConnector(resolver=_Names(district, family), ssl=context)
    return aiohttp.ClientSession(connector=connector)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def district() -> AsyncIterator[District]:
    async with District(0, 0, 0) as started:
        yield started


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(district: District) -> AsyncIterator[aiohttp.ClientSession]:
    async with _client(district) as session:
        yield session


async def _ask(
    district: District, name: str, rdtype: str, server: str = "127.0.0.1", *, tcp: bool = False
) -> dns.message.Message:
    ask = dns.asyncquery.tcp if tcp else dns.asyncquery.udp
    query = dns.message.make_query(name, rdtype)
    return await ask(query, server, timeout=5, port=district.dns_port)


def _values(reply: dns.message.Message) -> list[str]:
    return [item.to_text() for rrset in reply.answer for item in rrset]


@pytest.mark.parametrize(
    ("name", "rdtype", "rcode", "values"),
    [
        ("www.lanting.gov.cn", "A", "NOERROR", ["127.0.18.10"]),
        ("WWW.Lanting.GOV.cn", "AAAA", "NOERROR", ["::1"]),
        ("wsjkj.lanting.gov.cn", "AAAA", "NOERROR", ["2001:db8:18::12"]),
        ("nyncj.lanting.gov.cn", "AAAA", "NOERROR", []),
        ("lanting-wlj.com", "NS", "NOERROR",
         ["ns1.lanting-dns.example.", "ns2.lanting-dns.example."]),
        ("ns1.lanting-dns.example", "AAAA", "NOERROR", []),
        ("no-such-name.lanting.gov.cn", "A", "NXDOMAIN", []),
        ("xiangcun.lanting.gov.cn", "A", "NXDOMAIN", ["xiangcun.gone.lanting.example."]),
        ("servfail.lanting.example", "A", "SERVFAIL", []),
        ("gov.cn", "A", "NOERROR", []),
        ("ipv4only.arpa", "AAAA", "NOERROR", []),
    ],
)  # fmt: skip
async def test_dns_answers(
    district: District, name: str, rdtype: str, rcode: str, values: list[str]
) -> None:
    reply = await _ask(district, name, rdtype)
    assert dns.rcode.to_text(reply.rcode()) == rcode
    assert sorted(_values(reply)) == values


async def test_dns_over_every_path(district: District) -> None:
    for server in ("127.0.0.1", "::1", "127.0.18.53"):
        for tcp in (False, True):
            reply = await _ask(district, "lanting.gov.cn", "SOA", server, tcp=tcp)
            assert [rrset.rdtype for rrset in reply.answer] == [dns.rdatatype.SOA]


async def test_negative_answers_carry_the_zone(district: District) -> None:
    reply = await _ask(district, "www.lanting-wlj.com", "NS")
    assert not reply.answer
    assert [str(rrset.name) for rrset in reply.authority] == ["lanting-wlj.com."]


async def test_dns_stays_silent_on_noise(district: District) -> None:
    assert respond(district.table, b"\x00\x01garbage") is None


async def test_http_over_both_families(district: District) -> None:
    url = district.homepage(district.spec.sites[0])
    bodies = []
    for family in (socket.AF_INET, socket.AF_INET6):
        async with _client(district, family) as session, session.get(url) as answer:
            assert answer.status == 200
            bodies.append(await answer.read())
    assert bodies[0] == bodies[1]
    assert "兰汀区人民政府" in bodies[0].decode()


async def test_certificates_need_the_districts_authority(district: District) -> None:
    url = district.homepage(district.spec.sites[0])
    connector = aiohttp.TCPConnector(resolver=_Names(district, socket.AF_INET))
    async with aiohttp.ClientSession(connector=connector) as session:
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await session.get(url)


async def test_wrong_certificate_over_ipv6_only(district: District) -> None:
    site = next(site for site in district.spec.sites if site.ipv6 == "other-certificate")
    async with _client(district) as session, session.get(district.homepage(site)) as answer:
        assert answer.status == 200
    async with _client(district, socket.AF_INET6) as session:
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await session.get(district.homepage(site))


async def test_closed_on_ipv6(district: District) -> None:
    site = next(site for site in district.spec.sites if site.own_port)
    async with _client(district) as session, session.get(district.homepage(site)) as answer:
        assert answer.status == 200
    async with _client(district, socket.AF_INET6) as session:
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.get(district.homepage(site))


async def test_aliases(district: District, client: aiohttp.ClientSession) -> None:
    port = district.http_port
    async with client.get(f"http://lanting.gov.cn:{port}/", allow_redirects=False) as answer:
        assert answer.status == 301
        assert answer.headers["Location"] == district.homepage(district.spec.sites[0])
    async with client.get(f"http://wlj.lanting.gov.cn:{port}/", allow_redirects=False) as answer:
        assert answer.status == 200
        assert "兰汀区文化和旅游局" in await answer.text()


async def test_protected_site_challenges(district: District, client: aiohttp.ClientSession) -> None:
    site = next(site for site in district.spec.sites if site.shield)
    async with client.get(district.homepage(site)) as answer:
        assert answer.status == 521
        assert answer.headers["Set-Cookie"].startswith("__jsluid_s=")


async def test_gbk_pages_declare_gb2312_in_the_page_only(
    district: District, client: aiohttp.ClientSession
) -> None:
    url = district.article_url("lt-jytyj", "青少年书法作品展开展，王喆同学等获奖")
    async with client.get(url) as answer:
        assert answer.headers["Content-Type"] == "text/html"
        body = await answer.read()
    assert b"charset=gb2312" in body
    assert "喆" in body.decode("gb18030")
    with pytest.raises(UnicodeDecodeError):
        body.decode("gb2312")


async def test_head_is_refused_where_get_works(
    district: District, client: aiohttp.ClientSession
) -> None:
    url = f"https://museum.lanting.example:{district.https_port}/exhibition"
    async with client.head(url) as answer:
        assert answer.status == 405
    async with client.get(url) as answer:
        assert answer.status == 200


async def test_soft_and_honest_404(district: District, client: aiohttp.ClientSession) -> None:
    statuses = {}
    for site in district.spec.sites:
        async with client.get(district.homepage(site) + "no/such/page.html") as answer:
            statuses[site.id] = answer.status
    assert statuses.pop("lt-whlyj") == 200
    assert statuses.pop("lt-spfwj") == 521
    assert set(statuses.values()) == {404}


async def test_unchanged_pages_answer_304(
    district: District, client: aiohttp.ClientSession
) -> None:
    url = district.homepage(district.spec.sites[0])
    async with client.get(url) as answer:
        tag = answer.headers["ETag"]
    async with client.get(url, headers={"If-None-Match": tag}) as answer:
        assert answer.status == 304


async def test_post_is_never_accepted(district: District, client: aiohttp.ClientSession) -> None:
    async with client.post(district.homepage(district.spec.sites[0]) + "letter") as answer:
        assert answer.status == 405


# --- search -------------------------------------------------------------------------------------


async def _search(client: aiohttp.ClientSession, home: str, query: str) -> tuple[int, str]:
    async with client.get(home + "search", params={"q": query}) as answer:
        return answer.status, (await answer.read()).decode(
            "gb18030" if "jytyj" in home else "utf-8"
        )


async def test_good_search(district: District, client: aiohttp.ClientSession) -> None:
    home = district.homepage(district.spec.sites[0])
    title = "全区政务网站完成安全防护演练"
    _, text = await _search(client, home, title)
    first = etree.fromstring(text, etree.HTMLParser()).xpath("//ol[@class='results']/li[1]//h2//a")
    assert "".join(first[0].itertext()) == title
    for typed in ("全区政务网战完成安全防护演练", "全区政务网站完成安全防护", "兰政发〔2026〕26号"):
        _, text = await _search(client, home, typed)
        assert "共找到" in text
    _, text = await _search(client, home, "qzxv无此内容9731")
    assert "没有找到" in text
    _, text = await _search(client, home, "<b>公开</b>")
    assert "<b>公开" not in text
    status, text = await _search(client, home, "政" * 300)
    assert (status, "没有找到" in text) == (200, True)


async def test_search_understands_gbk_queries(
    district: District, client: aiohttp.ClientSession
) -> None:
    site = next(site for site in district.spec.sites if site.encoding == "gb2312")
    home = district.homepage(site)
    async with client.get(home + "search?q=%CE%E4%CA%F5") as answer:
        assert "没有找到与“武术”" in (await answer.read()).decode("gb18030")


async def test_bad_searches(district: District, client: aiohttp.ClientSession) -> None:
    homes = {site.id: district.homepage(site) for site in district.spec.sites}
    status, _ = await _search(client, homes["lt-nyncj"], "种业")
    assert status == 500
    status, text = await _search(client, homes["lt-whlyj"], "<i>文物</i>")
    assert status == 200
    assert "没有找到与“<i>文物</i>”" in text
    status, _ = await _search(client, homes["lt-qingxi"], "清溪")
    assert status == 404


# --- the whole content --------------------------------------------------------------------------


async def _crawl(client: aiohttp.ClientSession, start: str) -> dict[str, bytes]:
    """Every HTML page that links, pagers by script and the JSON of script-built pages lead to."""
    found: dict[str, bytes] = {}
    waiting = deque([start])
    seen = {start}
    while waiting:
        url = waiting.popleft()
        async with client.get(url) as answer:
            body = await answer.read()
            kind = answer.headers["Content-Type"]
            status = answer.status
        if status != 200:
            continue
        if kind.startswith("text/html"):
            found[url] = body
        for target in _targets(url, body, kind):
            if urlsplit(target).netloc == urlsplit(start).netloc and target not in seen:
                seen.add(target)
                waiting.append(target)
    return found


def _targets(url: str, body: bytes, kind: str) -> list[str]:
    if kind.startswith("application/json"):
        raw = re.findall(r'(?:"url": "|"|href=\\")(/[^"\\]*)', body.decode())
        return [urljoin(url, item.replace("&amp;", "&")) for item in raw]
    if not kind.startswith("text/html"):
        return []
    tree = etree.fromstring(
        body, etree.HTMLParser(encoding="gb18030" if b"gb2312" in body else "utf-8")
    )
    raw = [str(item) for item in tree.xpath("//a/@href | //@data-view | //@data-from")]
    for pages, _, name, extension in _PAGER.findall(body.decode("utf-8", "replace")):
        raw += [f"{name}_{number}.{extension}" for number in range(1, int(pages))]
    return [urljoin(url, item).split("#")[0] for item in raw]


async def test_every_page_can_be_reached(district: District, client: aiohttp.ClientSession) -> None:
    wanted = set(district.pages())
    assert len(wanted) >= 600
    found: dict[str, bytes] = {}
    for site in district.spec.sites:
        if not site.shield:
            found |= await _crawl(client, district.homepage(site))
    assert wanted - set(found) == set()
    portal = [url for url in wanted if urlsplit(url).hostname == "www.lanting.gov.cn"]
    per_host = Counter(urlsplit(url).hostname for url in wanted)
    assert len(portal) == max(per_host.values()) >= 250


async def test_two_starts_give_the_same_bytes() -> None:
    contents = []
    ports = (0, 0, 0)
    for _ in range(2):
        async with District(*ports) as district:
            ports = (district.http_port, district.https_port, district.dns_port)
            async with _client(district) as session:
                pages = {}
                for url in district.pages()[::7]:
                    async with session.get(url) as answer:
                        pages[url] = await answer.read()
                contents.append(pages)
    assert contents[0] == contents[1]


async def test_busy_ports_are_replaced(district: District) -> None:
    again = District(district.http_port, district.https_port, district.dns_port)
    async with again:
        ports = {again.http_port, again.https_port, again.dns_port}
        taken = {district.http_port, district.https_port, district.dns_port}
        assert not ports & taken
        assert again.https_port - again.http_port == 443 - 80


async def test_stops_cleanly() -> None:
    before = asyncio.all_tasks()
    async with District(0, 0, 0) as district:
        authority = district.ca_file
        ports = (district.http_port, district.https_port, district.own_port)
        home = district.homepage(district.spec.sites[0])
        async with _client(district) as session, session.get(home) as answer:
            await answer.read()
    assert not authority.exists()
    for port in ports:
        with socket.socket() as sock, pytest.raises(ConnectionRefusedError):
            sock.connect(("127.0.18.10", port))
    assert {task for task in asyncio.all_tasks() if not task.done()} <= before


async def test_config_can_be_written(district: District, tmp_path: Path) -> None:
    path = district.write_config(tmp_path / "config.yaml")
    config = yaml.safe_load(path.read_text("utf-8"))
    assert config == district.config()
    assert [entry["id"] for entry in config["register"]] == [s.id for s in district.spec.sites]
    assert {entry["type"] for entry in config["register"]} == {"portal", "department", "township"}
