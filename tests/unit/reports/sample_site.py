"""Parts of the sample sites: issues, artifacts, columns."""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import tests.unit.reports.sample_rules as rules
from auditor.api import (
    AddressFact,
    ArchiveFile,
    AxeNode,
    AxePage,
    AxeRule,
    AxeRun,
    CheckTally,
    Column,
    ColumnClass,
    ColumnState,
    CrawlSummary,
    DnsAnswer,
    DnsAnswers,
    EvidenceArchive,
    EvidenceRef,
    FetchRecord,
    Form,
    HomeFetch,
    Ipv6Endpoint,
    Ipv6Probe,
    Issue,
    ItemResult,
    ItemState,
    Message,
    NameServer,
    Outcome,
    Reason,
    RobotsFile,
    SearchProbe,
    SearchQuery,
    SearchResult,
    Severity,
    Site,
    Subject,
    SubjectKind,
    Text,
    TlsProbe,
    Trap,
)

SEEN = datetime(2026, 11, 22, 16, 41, 7, 250_000, tzinfo=UTC)
SHOT = "element-1.png"


def issue(
    site: Site,
    check_id: str,
    number: int,
    *,
    outcome: Outcome = Outcome.FAILED,
    places: int = 1,
    excerpt: str = '<a href="/zwgk/2026/t1.html">关于印发工作要点的通知</a>',
    screenshot: str = "",
    **params: str | int | float,
) -> Issue:
    """An issue with `places` places in the site."""
    digest = hashlib.sha256(f"{site.id} {check_id} {number}".encode()).hexdigest()
    evidence = tuple(
        EvidenceRef(
            url=f"{site.homepage}zwgk/page-{number}-{place}.html",
            captured_at=SEEN + timedelta(seconds=place),
            sha256=digest,
            locator=f"(//a)[{place + 3}]",
            excerpt=excerpt,
            parent_url=f"{site.homepage}zwgk/",
            link_text="政务公开",
            warc=f"{site.id}.warc.gz#{1000 + place}",
            screenshot=screenshot,
            warc_record=f"urn:uuid:{place}",
        )
        for place in range(min(places, 5))
    )
    kind = SubjectKind.COLUMN if check_id.startswith("columns") else SubjectKind.PAGE
    name = str(params.get("column", f"{site.homepage}zwgk/page-{number}-0.html"))
    return Issue(
        id=digest[:20], number=number, check_id=check_id, outcome=outcome,
        message=Message("problem", params), subject=Subject(kind, name), count=places,
        evidence=evidence,
        subject_warc=f"{site.id}.warc.gz#999" if kind is SubjectKind.PAGE else "",
    )  # fmt: skip


def severity_of(item: Issue) -> Severity:
    """As the national scheme of the sample has it."""
    if item.check_id in rules.VETO.checks:
        return Severity.VETO
    scored = (
        *rules.DEAD.checks,
        *rules.SEARCH.checks,
        *rules.IDENTITY.checks,
        *rules.CODING.checks,
    )
    return Severity.DEDUCTION if item.check_id in scored else Severity.ADVICE


def indicators_of(item: Issue) -> tuple[str, ...]:
    """Ids of the indicators that use the issue's check."""
    used = (*rules.NATIONAL.indicators, *rules.DISTRICT.indicators)
    return tuple(indicator.id for indicator in used if item.check_id in indicator.checks)


def tallies(issues: Sequence[Issue]) -> tuple[CheckTally, ...]:
    """Passed everywhere but where issues say otherwise."""
    rows = []
    for check_id in rules.CHECKS:
        counts = {Outcome.PASSED: 40}
        for item in issues:
            if item.check_id == check_id:
                counts[item.outcome] = counts.get(item.outcome, 0) + item.count
        missed = {Reason.TIMEOUT.value: 2} if check_id == "site-encoding" else {}
        rows.append(CheckTally(check_id, counts, missed))
    return tuple(rows)


def items(issues: Iterable[Issue]) -> tuple[ItemResult, ...]:
    """What the national scheme makes of the issues; every state occurs."""
    found = []
    for indicator in rules.NATIONAL.indicators:
        mine = [one for one in issues if one.check_id in indicator.checks]
        ids, count = tuple(one.id for one in mine), len(mine)
        if indicator is rules.HISTORY:
            note = Text("监测样本不足，不作判定", "Too few measurements, not decided")
            found.append(ItemResult(indicator, ItemState.UNDECIDED, note=note))
        elif not indicator.grade.binding:
            found.append(ItemResult(indicator, ItemState.ADVICE, ids, count))
        elif not mine:
            state = ItemState.INAPPLICABLE if indicator is rules.CODING else ItemState.MET
            found.append(ItemResult(indicator, state, deducted=0.0 if indicator.cap else None))
        elif all(one.outcome is Outcome.CANT_TELL for one in mine):
            found.append(ItemResult(indicator, ItemState.CANDIDATE, ids, count))
        else:
            points = indicator.points
            lost = None if points is None else min(points * count, indicator.cap or 100.0)
            found.append(ItemResult(indicator, ItemState.BREACHED, ids, count, lost))
    return tuple(found)


def portal_issues(site: Site) -> list[Issue]:
    """Many issues of many kinds; 36 dead links."""
    stale = [
        issue(site, "columns-news", number, column=name, newest_on="2026-10-19", age_days=35,
              limit_days=14)
        for number, name in enumerate(("部门动态", "镇街动态", "今日要闻"), start=1)
    ]  # fmt: skip
    blank = [issue(site, "columns-blank", 4, column="会议公开"),
             issue(site, "columns-blank", 5, column="政府公报")]  # fmt: skip
    dead = [
        issue(site, "site-dead-links", number, places=number * 7 % 40 + 1, text="办事指南",
              target=f"{site.homepage}bszn/{number}.html", status=404)
        for number in range(6, 42)
    ]  # fmt: skip
    return [
        *stale, *blank, *dead,
        issue(site, "domain-site-code", 42, found="9903020009", register="9903020001"),
        issue(site, "ipv6-aaaa-record", 43, host=site.host),
        issue(site, "accessibility-axe-perceivable", 44, places=212, count=212,
              rule="color-contrast", screenshot=SHOT),
        issue(site, "accessibility-image-text", 45, places=9, url=f"{site.homepage}img/1.jpg"),
        issue(site, "search-known-item", 46, query="2026年政务公开工作要点", rank=0, limit=10),
        issue(site, "search-latency", 47, seconds=4.81234, limit_s=2.0, outcome=Outcome.CANT_TELL),
        issue(site, "site-encoding", 48, declared="gb2312", outcome=Outcome.CANT_TELL, places=3),
    ]  # fmt: skip


def small_issues(site: Site) -> list[Issue]:
    """A handful."""
    return [
        issue(site, "domain-icp", 1),
        issue(
            site,
            "site-dead-links",
            2,
            places=3,
            text="更多",
            target=f"{site.homepage}x",
            status=404,
        ),
        issue(site, "accessibility-image-text", 3, places=14, url=f"{site.homepage}banner.png"),
    ]


def hostile_issues(site: Site, strings: Sequence[str]) -> list[Issue]:
    """One issue per hostile string, in every field that a page can fill."""
    found = []
    for number, text in enumerate(strings, start=1):
        places = (
            EvidenceRef(
                text, SEEN, "d" * 64, text, text, text, text, text, "../../etc/passwd", text
            ),
            EvidenceRef(f"http://a.example/?q={text}", None, "", text, text, "javascript:alert(2)"),
        )
        message = Message("problem", {"text": text, "target": text, "status": 404})
        subject = Subject([*SubjectKind][number % len(SubjectKind)], text)
        found.append(
            Issue(f"{number:020x}", number, "site-dead-links", Outcome.FAILED, message, subject, 2,
                  places)
        )  # fmt: skip
    odd = Message("no-such-key", {"count": float("nan"), "x": strings[0]})
    missing = Subject(SubjectKind.SITE, site.id)
    found.append(Issue("f" * 20, 99, "gone-check", Outcome.CANT_TELL, odd, missing, 1, ()))
    return found


def columns(site: Site) -> tuple[Column, ...]:
    """One column of each state."""
    page = site.homepage
    return (
        Column("今日要闻", "首页 > 新闻 > 今日要闻", f"{page}xw/", "news", ColumnClass.NEWS, 120, 0,
               date(2026, 10, 19), "区政府召开会议", f"{page}xw/1.html", 14, True,
               ColumnState.STALE),
        Column("通知公告", "首页 > 通知公告", f"{page}tz/", "notice", ColumnClass.NOTICE, 340, 2,
               date(2026, 11, 20), "关于放假的通知", f"{page}tz/9.html", 183, True,
               ColumnState.FRESH),
        Column("会议公开", "首页 > 会议公开", f"{page}hy/", "meeting", ColumnClass.OTHER, 0,
               state=ColumnState.BLANK, blank_phrase="此栏目暂无任何信息"),
        Column("政府公报", template_id="gazette", state=ColumnState.MISSING),
        Column("机构职能", "首页 > 机构职能", f"{page}jg/", None, ColumnClass.STATIC, 3, 3,
               state=ColumnState.CANT_TELL, observed=False),
        Column("预告", "首页 > 预告", f"{page}yg/", None, ColumnClass.NEWS, 5, 0, date(2026, 12, 1),
               state=ColumnState.CANT_TELL),
    )  # fmt: skip


def crawl() -> CrawlSummary:
    """A crawl that met limits and traps."""
    robots = RobotsFile("http://qx.gov.example/robots.txt", "ok", False, 1.0, ("http://a/s.xml",),
                        "受主管单位委托检查")  # fmt: skip
    traps = (Trap("/calendar?month=*", "endless-calendar", 1204),)
    return CrawlSummary(
        5000, "max-pages", 812, 17, 4, "样例防护系统", robots, traps, 2811.4, SEEN, SEEN
    )


def archive(site: Site, problem: str = "") -> EvidenceArchive:
    """Two attempts' archives, with something lost."""
    files = tuple(
        ArchiveFile(f"{site.id}-{attempt}.warc.gz", f"{attempt}" * 64, 123_456, 2_005)
        for attempt in (1, 2)
    )
    return EvidenceArchive("cited", files, 3 if problem else 0, problem)


def home(site: Site) -> HomeFetch:
    """First attempt late, second fine."""
    late = FetchRecord(site.homepage, reason=Reason.TIMEOUT, seconds=30.0, captured_at=SEEN)
    fine = FetchRecord(site.homepage, site.homepage, 200, seconds=0.42, captured_at=SEEN,
                       sha256="e" * 64, size_bytes=40_960, address="192.0.2.10")  # fmt: skip
    return HomeFetch((late, fine))


def dns(site: Site) -> DnsAnswers:
    """An address of each family and two name servers."""
    v4, v6 = AddressFact("192.0.2.10", "global"), AddressFact("2001:db8::10", "documentation")
    return DnsAnswers(
        site.host,
        DnsAnswer(site.host, "A", values=(v4.address,), ttl=600, asked_at=SEEN),
        DnsAnswer(site.host, "AAAA", "NODATA", confirmed=True, asked_at=SEEN),
        (v4,), (v6,), "gov.example",
        DnsAnswer("gov.example", "NS", values=("ns1.gov.example", "ns2.gov.example")),
        (NameServer("ns1.gov.example", (v4,), (v6,), True, None, "监测点不具备 IPv6"),
         NameServer("ns2.gov.example", (v4,), (), False, None)),
    )  # fmt: skip


def ipv6() -> Ipv6Probe:
    """Opened, refused, not tried."""
    return Ipv6Probe((
        Ipv6Endpoint("192.0.2.10", 4, 80, True, None, 200, "http://a/", "首页", 0.31),
        Ipv6Endpoint("192.0.2.10", 4, 443, False, None),
        Ipv6Endpoint("2001:db8::10", 6, 80, None, Reason.NO_IPV6),
        Ipv6Endpoint("2001:db8::10", 6, 443, True, None, 200, "https://a/", "首页", 0.9, 0.994),
    ), 0.01)  # fmt: skip


def tls(site: Site) -> TlsProbe:
    """Working HTTPS."""
    return TlsProbe(site.host, protocol="TLSv1.3", not_after=datetime(2027, 3, 1, tzinfo=UTC),
                    names=(site.host, f"www.{site.host}"), redirects_to_https=False,
                    captured_at=SEEN)  # fmt: skip


def search(site: Site) -> SearchProbe:
    """Queries of each kind."""
    base = f"{site.homepage}search?q="
    results = tuple(
        SearchResult(rank, f"{site.homepage}{rank}.html", f"结果 {rank}") for rank in (1, 2, 3)
    )
    return SearchProbe(
        Form("search", f"{site.homepage}search", "get", "q"),
        (site.homepage,), template_found=True, facets=("标题", "正文"), sorts=("时间", "相关度"),
        queries=(
            SearchQuery("known-item", "2026年政务公开工作要点", f"{base}1", 200, None, 0.8, results,
                        f"{site.homepage}3.html", "2026年政务公开工作要点", captured_at=SEEN),
            SearchQuery("known-item", "关于印发预案的通知", f"{base}2", 200, None, 1.2, (),
                        f"{site.homepage}9.html", "关于印发预案的通知", "没有找到相关结果"),
            SearchQuery("nonsense", "qzxv0193", f"{base}3", 200, None, 0.7),
            SearchQuery("long", "长" * 400, f"{base}4", 500, Reason.HTTP_ERROR, 2.1),
            SearchQuery("markup", "<b>x</b>", f"{base}5", 200, None, 0.5, echo_unescaped=True),
        ),
    )  # fmt: skip


def hostile_search(site: Site, strings: Sequence[str]) -> SearchProbe:
    """Attack strings come back from the search."""
    queries = tuple(
        SearchQuery("known-item", text, text, 200, None, 0.1, (SearchResult(1, text, text),), text,
                    text, text)
        for text in strings
    )  # fmt: skip
    return SearchProbe(None, tuple(strings), off_site=strings[0], entry=strings[3], queries=queries)


def axe(site: Site) -> AxeRun:
    """Two judged pages and one that was not."""
    node = AxeNode("#main > p:nth-child(2)", '<p class="grey">发布机构</p>', "对比度 2.1", SHOT)
    other = AxeNode("img.logo", '<img src="logo.png">', "没有替代文字")
    contrast = AxeRule("color-contrast", "serious", "文字与背景对比度不足", "Contrast too low",
                       ("wcag2aa", "wcag143"), (node, other), 212)  # fmt: skip
    image = AxeRule("image-alt", "critical", "图片须有替代文字", "Images need text", ("wcag2a",),
                    (other,), 4)  # fmt: skip
    return AxeRun((
        AxePage(site.homepage, engine="4.14.1", violations=(contrast, image), passes=38,
                captured_at=SEEN, sha256="f" * 64),
        AxePage(f"{site.homepage}xw/", engine="4.14.1", violations=(contrast,), incomplete=(image,),
                passes=36, partial=True, frames_skipped=2),
        AxePage(f"{site.homepage}hy/", Reason.BROWSER, "渲染超时"),
    ))  # fmt: skip


def hostile_axe(strings: Sequence[str]) -> AxeRun:
    """Attack strings in what axe says."""
    nodes = tuple(AxeNode(text, text, text, text) for text in strings)
    rule = AxeRule(strings[0], strings[3], strings[1], strings[2], (strings[0],), nodes, len(nodes))
    return AxeRun((AxePage(strings[0], engine=strings[0], violations=(rule,)),))


def write_screenshots(evidence: Path) -> None:
    """Put the screenshot that the sample names into an evidence folder."""
    folder = evidence / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / SHOT).write_bytes(png(320, 90))


def png(width: int, height: int) -> bytes:
    """A plain grey image."""
    rows = b"".join(b"\0" + b"\xd0" * width for _ in range(height))
    parts = ((b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
             (b"IDAT", zlib.compress(rows)), (b"IEND", b""))  # fmt: skip
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
