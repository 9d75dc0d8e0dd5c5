"""No check may accuse a site because the auditor could not look.

Every artifact is built as a failed observation leaves it, in every way that gathering knows, and
the real checks are called. What may still fail is listed by name, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest

import auditor.api as api
from auditor.derive.folds import FOLDS
from auditor.derive.page import page_facts
from auditor.engine.catalogue import load_checks
from auditor.engine.judge import judge
from auditor.store.rows import Judgement

CHECKS = load_checks()
NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
HOST = "www.example.gov.cn"
HOME = f"http://{HOST}/"
SITE = api.Site(
    "example",
    "示例县人民政府",
    HOME,
    type=api.SiteType.PORTAL,
    region_code="110101",
    site_code="1101010001",
    icp="京ICP备12345678号-1",
    police="京公网安备11010102000001号",
    aliases=("example.gov.cn",),
    closed_hosts=("old.example.gov.cn",),
)
CONTEXT = api.RunContext("example", NOW, api.Vantage(ipv6=True, browser=True))
TEMPLATE = api.ColumnTemplate(
    id="example",
    columns=(
        api.TemplateColumn("news", ("工作动态",), api.ColumnClass.NEWS),
        api.TemplateColumn("disclosure", ("政府信息公开",), api.ColumnClass.STATIC),
    ),
    class_words=((api.ColumnClass.NEWS, ("动态",)),),
    max_age_days=((api.ColumnClass.NEWS, 14),),
    blank_phrases=("暂无数据", "建设中"),
)
REASONS = tuple(api.Reason)
#: Statuses by which protection, limits and log-in walls answer.
GUARDED = (401, 403, 405, 407, 412, 429, 451, 521)
UNSURE = ("SERVFAIL", "REFUSED", "TIMEOUT")
NEGATIVE = ("NXDOMAIN", "NODATA", "DANGLING-CNAME", "CNAME-LOOP")
Given = dict[type, object]

#: The home page's being there is the subject of site-homepage: a name that is gone or without
#: an address (asked twice, see probe_home) and a refused connection are observations, and it is
#: advice. site-reachability counts visits that got no page; the veto is never decided by one run.
SUBJECT = {
    "site-homepage": {api.Reason.NXDOMAIN, api.Reason.NO_ADDRESS, api.Reason.REFUSED},
    # A name that is gone makes a dead result: the fetcher's word, and advice.
    "search-dead-results": {api.Reason.NXDOMAIN},
    # Visits that got no page are what it counts; about us are only those listed in the check.
    "site-reachability": {
        api.Reason.TIMEOUT,
        api.Reason.RESET,
        api.Reason.REFUSED,
        api.Reason.NXDOMAIN,
        api.Reason.NO_ADDRESS,
        api.Reason.TLS,
        api.Reason.PROTOCOL,
        api.Reason.EMPTY,
        api.Reason.HTTP_ERROR,
        api.Reason.TRUNCATED,
        api.Reason.TOO_LARGE,
    },
}


def record(reason: api.Reason | None = None, status: int = 0, days: int = 0) -> api.FetchRecord:
    return api.FetchRecord(
        HOME, HOME, status, reason, captured_at=NOW - timedelta(days=days), seconds=1.0
    )


def answer(
    rcode: str = "NOERROR", *values: str, rdtype: str = "AAAA", host: str = HOST
) -> api.DnsAnswer:
    return api.DnsAnswer(host, rdtype, rcode, values, asked_at=NOW)


def dns(aaaa: api.DnsAnswer, a: api.DnsAnswer | None = None, **more: object) -> Given:
    values: dict[str, object] = {
        "host": HOST,
        "a": a or answer("NOERROR", "1.2.3.4", rdtype="A"),
        "aaaa": aaaa,
        "ipv4": (api.AddressFact("1.2.3.4", "global"),),
    }
    return {api.DnsAnswers: api.DnsAnswers(**{**values, **more})}  # type: ignore[arg-type]


WITH_IPV6 = dns(
    answer("NOERROR", "2400:3200::5"), ipv6=(api.AddressFact("2400:3200::5", "global"),)
)


def endpoints(reason: api.Reason | None, status: int, opened: bool | None) -> api.Ipv6Probe:
    good = api.Ipv6Endpoint("1.2.3.4", 4, 80, True, status=200, certificate="", final_url=HOME)
    secure = api.Ipv6Endpoint("1.2.3.4", 4, 443, True, status=200, certificate="aa")
    bad = [api.Ipv6Endpoint("2400:3200::5", 6, port, opened, reason, status) for port in (80, 443)]
    return api.Ipv6Probe((good, secure, *bad))


def search(*queries: api.SearchQuery, **more: object) -> Given:
    form = api.Form("search", f"{HOME}search", "get", "q")
    probe = api.SearchProbe(form, (HOME,), queries=queries, **more)  # type: ignore[arg-type]
    return {api.SearchProbe: probe}


def queries(reason: api.Reason | None, status: int) -> tuple[api.SearchQuery, ...]:
    kinds = ["nonsense", "blank", "long", "markup", *["known-item"] * 12]
    return tuple(
        api.SearchQuery(
            kind, f"标题{number}", HOME, status, reason, expected_url=f"{HOME}{number}.html"
        )
        for number, kind in enumerate(kinds)
    )


def broken(verdict: str, reason: api.Reason | None, status: int) -> Given:
    links = tuple(
        api.BrokenLink(
            api.BadTarget(f"{root}{kind.value}", status, verdict, reason, root == HOME),
            kind,
            1,
            (api.LinkSource(HOME, "工作动态", "a", "(//a)[1]"),),
        )
        for kind in api.LinkKind
        for root in (HOME, "http://www.elsewhere.cn/")
    )
    return {api.BrokenLinks: api.BrokenLinks(links, checked=20)}


def unseen_hosts(item: api.DnsAnswer, **more: object) -> Given:
    probes = tuple(
        api.HostProbe(item.name, role, item, **more)  # type: ignore[arg-type]
        for role in ("alias", "closed")
    )
    return {api.HostProbes: api.HostProbes(probes)}


def linked(aaaa: api.DnsAnswer, *, usable: bool, works: bool | None) -> Given:
    roles = ("resource", "second-level", "third-level")
    hosts = tuple(
        api.HostIpv6("static.example.gov.cn", role, 9, aaaa, usable, works) for role in roles
    )
    return {**WITH_IPV6, api.LinkedHosts: api.LinkedHosts(hosts)}


def by_reason(reason: api.Reason) -> Iterator[tuple[str, Given]]:
    """Artifacts that carry the reason themselves."""
    yield "home", {api.HomeFetch: api.HomeFetch((record(reason),) * 3)}
    week = tuple(record(reason, days=day % 8) for day in range(160))
    yield "week", {api.ReachabilitySample: api.ReachabilitySample(week)}
    yield "tls", {api.TlsProbe: api.TlsProbe(HOST, verdict="handshake-failed", reason=reason)}
    found = answer("NOERROR", "1.2.3.4", host="old.example.gov.cn")
    yield "hosts", {**WITH_IPV6, **unseen_hosts(found, reason=reason, same_content=True)}
    yield "ipv6", {**WITH_IPV6, api.Ipv6Probe: endpoints(reason, 0, None)}
    yield "soft-404", {api.Soft404Probe: api.Soft404Probe(HOST, (HOME,), reason=reason)}
    yield "search", search(*queries(reason, 0), template_found=True)
    results = (record(reason),) * 5
    yield "results", search(*queries(None, 200), result_statuses=results)
    pages = tuple(api.AxePage(f"{HOME}{n}", reason) for n in range(3))
    yield "axe", {api.AxeRun: api.AxeRun(pages)}
    for verdict in ("suspected", "blocked", "unchecked"):
        yield f"links-{verdict}", broken(verdict, reason, 0)


def by_status(status: int) -> Iterator[tuple[str, Given]]:
    """The same for answers by which protection turns the auditor away."""
    yield "home", {api.HomeFetch: api.HomeFetch((record(status=status),) * 3)}
    week = tuple(record(status=status, days=day % 8) for day in range(160))
    yield "week", {api.ReachabilitySample: api.ReachabilitySample(week)}
    found = answer("NOERROR", "1.2.3.4", host="old.example.gov.cn")
    yield "hosts", {**WITH_IPV6, **unseen_hosts(found, status=status, url=HOME)}
    yield "ipv6", {**WITH_IPV6, api.Ipv6Probe: endpoints(None, status, True)}
    yield "soft-404", {api.Soft404Probe: api.Soft404Probe(HOST, (HOME,), status=status)}
    yield "search", search(*queries(None, status), template_found=True)
    results = (record(status=status),) * 5
    yield "results", search(*queries(None, 200), result_statuses=results)
    yield "links", broken("blocked", None, status)


def by_rcode(rcode: str) -> Iterator[tuple[str, Given]]:
    """Questions of DNS without an answer, and negative answers that nobody confirmed."""
    a, aaaa = answer(rcode, rdtype="A"), answer(rcode)
    yield "both", dns(aaaa, a, ipv4=())
    yield "aaaa", dns(aaaa)
    ns = api.DnsAnswer("example.gov.cn", "NS", rcode)
    yield "ns", dns(aaaa, zone="example.gov.cn", ns=ns)
    servers = tuple(
        api.NameServer(f"ns{n}.example.gov.cn", observed=False, answers_v4=True) for n in (1, 2)
    )
    known = answer("NOERROR", "ns1.example.gov.cn", "ns2.example.gov.cn", rdtype="NS")
    yield "servers", dns(aaaa, zone="example.gov.cn", ns=known, name_servers=servers)
    for host in ("example.gov.cn", "old.example.gov.cn"):
        yield f"probe-{host}", {**WITH_IPV6, **unseen_hosts(answer(rcode, host=host))}
    yield "linked", linked(answer(rcode, host="static.example.gov.cn"), usable=False, works=None)


def _failed(given: Given) -> set[str]:
    """The checks that fail, over no pages but those of the artifacts."""
    values: Given = {
        api.Site: SITE,
        api.RunContext: CONTEXT,
        api.Register: api.Register((SITE,)),
        # What the artifacts below are judged beside: pages that were seen and say little.
        api.ErrorPages: api.ErrorPages(),
        api.HostProbes: api.HostProbes(),
        **given,
    }
    judged = judge(checks=list(CHECKS.values()), folds=(), site=SITE, given=values, pages=())
    return _accused(judged)


def _accused(judged: Judgement) -> set[str]:
    return {item.check_id for item in judged.issues if item.outcome is api.Outcome.FAILED}


@pytest.mark.parametrize("reason", REASONS, ids=lambda item: item.value)
def test_reasons_inside_artifacts(reason: api.Reason) -> None:
    for name, given in by_reason(reason):
        for check_id in _failed(given):
            assert reason in SUBJECT.get(check_id, set()), f"{check_id} on {name}"


@pytest.mark.parametrize("status", GUARDED)
def test_answers_of_protection(status: int) -> None:
    for name, given in by_status(status):
        assert not _failed(given), name


@pytest.mark.parametrize("rcode", [*UNSURE, *NEGATIVE])
def test_names_that_were_not_found_for_certain(rcode: str) -> None:
    for name, given in by_rcode(rcode):
        assert not _failed(given), name


PAGES: Mapping[str, str] = {
    "nothing": "",
    "empty-body": "<html><head></head><body></body></html>",
    "half": "<!DOCTYPE html><html><head><title>示例县人民政府</title></head><body><div class='to",
    "waf": "<html><head><title>访问被拦截</title></head><body><h1>访问被拦截</h1><p>您的请求存在"
    "异常，已被网站防火墙阻断，如有疑问请联系管理员。</p></body></html>",
    "waf-with-links": "<html><head><title>405</title></head><body><p>很抱歉，由于您访问的URL有可能"
    "对网站造成安全威胁，您的访问被阻断。</p><p>您的请求ID是：0a1b2c3d4e5f60718293a4b5c6d7e8f9</p>"
    "<a href='/'>返回首页</a><a href='/help'>帮助</a></body></html>",
    "challenge": "<html><head><script>$_ts=1</script><script src='/a.js'></script></head>"
    "<body></body></html>",
    "rate-limit": "<html><head><title>提示</title></head><body>访问过于频繁，请稍后再试"
    "</body></html>",
    "shell": "<html><head><title>示例县</title></head><body><div id='app'></div>"
    "<script src='/static/js/app.js'></script></body></html>",
    "frames": "<html><head><title>示例县</title></head><frameset><frame src='/a.html'></frameset>"
    "</html>",
    "error": "<html><head><title>500 系统错误</title></head><body><h1>系统错误</h1></body></html>",
}
#: What the source of even such a page proves about that page: it is HTML that the server sent
#: with status 200, and its head lacks what the check asks for. Nothing of this kind is a veto.
ABOUT_THE_SOURCE = {"accessibility-page-language", "accessibility-page-title", "domain-site-meta"}


def _of_pages(*sources: tuple[str, str], stopped: str = "complete", failed: int = 0) -> set[str]:
    return _accused(_judged(sources, stopped, failed))


def _judged(
    sources: Sequence[tuple[str, str]], stopped: str = "complete", failed: int = 0
) -> Judgement:
    pages = [
        page_facts(
            html.encode(),
            url=url,
            content_type="text/html; charset=utf-8",
            captured_at=NOW,
            home=url == HOME,
            sha256="0" * 64,
        )
        for url, html in sources
    ]
    left = 0 if stopped == "complete" else 9
    values: Given = {
        api.Site: SITE,
        api.RunContext: CONTEXT,
        api.Register: api.Register((SITE,)),
        api.ColumnTemplate: TEMPLATE,
        api.CrawlSummary: api.CrawlSummary(len(pages), stopped, left, failed=failed),
        api.Soft404Probe: api.Soft404Probe(HOST, (), reason=api.Reason.TIMEOUT),
        api.BadTargets: api.BadTargets(),
    }
    checks = list(CHECKS.values())
    return judge(checks=checks, folds=FOLDS, site=SITE, given=values, pages=pages)


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("stopped", ["complete", "max-pages", "blocked", "unreachable"])
def test_pages_that_are_no_pages(name: str, stopped: str) -> None:
    assert _of_pages((HOME, PAGES[name]), stopped=stopped) <= ABOUT_THE_SOURCE


ENTRIES = "".join(
    f'<li><a href="/dt/{n}.html">关于第{n}次工作会议的信息标题</a><span>2026-09-0{n}</span></li>'
    for n in range(1, 8)
)
NAVIGATION = "".join(f'<a href="/{n}/">第{n}栏目</a>' for n in range(6))
COLUMN = f"<title>工作动态</title><h1>工作动态</h1><ul class='list'>{ENTRIES}</ul>"


def _home(body: str) -> tuple[str, str]:
    nav = f'<div class="nav">{NAVIGATION}<a href="/dt/">工作动态</a></div>'
    return HOME, f'<html lang="zh"><title>示例县</title><body>{nav}{body}</body></html>'


@pytest.mark.parametrize(
    ("stopped", "accused"), [("complete", True), ("max-pages", False), ("blocked", False)]
)
def test_a_home_page_that_only_navigates(stopped: str, accused: bool) -> None:
    """All columns count for it, so all of them must have been read."""
    pages = (_home("<p>欢迎访问</p>"), (f"{HOME}dt/", COLUMN))
    assert ("columns-homepage" in _of_pages(*pages, stopped=stopped)) is accused


@pytest.mark.parametrize(("unread", "accused"), [(0, True), (1, False), (2, False)])
def test_entries_of_the_home_page_that_were_not_read(unread: int, accused: bool) -> None:
    """The one whose page timed out may be the one of yesterday."""
    new = "".join(
        f'<li><a href="/dt/x{n}.html">关于第{n}次新的会议的信息标题</a></li>' for n in range(unread)
    )
    home = _home(f'<div class="main"><ul class="list">{new}{ENTRIES}</ul></div>')
    assert ("columns-homepage" in _of_pages(home)) is accused


@pytest.mark.parametrize(("failed", "accused"), [(0, True), (40, False)])
def test_a_column_is_not_missing_where_many_pages_failed(failed: int, accused: bool) -> None:
    found = _of_pages(_home(ENTRIES), (f"{HOME}dt/", COLUMN), failed=failed)
    assert ("columns-missing" in found) is accused


@pytest.mark.parametrize(("unread", "accused"), [(0, True), (1, False), (2, False)])
def test_the_newest_entries_of_a_column_were_not_read(unread: int, accused: bool) -> None:
    """Entries without a date in the list, of which the first ones could not be opened."""
    titles = [f"关于第{n}次新的会议的信息标题" for n in range(9)]
    rows = "".join(f'<li><a href="/dt/x{n}.html">{name}</a></li>' for n, name in enumerate(titles))
    head = "<html lang='zh'><title>工作动态</title><h1>工作动态</h1>"
    column = (f"{HOME}dt/", f"{head}<ul class='list'>{rows}</ul></html>")
    articles = [
        (
            f"{HOME}dt/x{n}.html",
            f"<html lang='zh'><title>{name}</title><h1>{name}</h1><p>发布时间：2026-09-0{9 - n} "
            f"来源：本站</p><p>{'会议研究了有关事项。' * 20}</p></html>",
        )
        for n, name in enumerate(titles)
    ]
    found = _of_pages(_home(""), column, *articles[unread:])
    assert ("columns-news" in found) is accused


@pytest.mark.parametrize("name", PAGES)
def test_such_pages_break_no_check(name: str) -> None:
    judged = _judged([(HOME, PAGES[name])])
    broken = [
        check_id
        for check_id, finding in judged.untested
        if finding.message.params.get("reason") == api.Reason.CRASHED
    ]
    assert broken == []
