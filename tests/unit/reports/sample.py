"""A sample run with every state, outcome, severity and grade, and the strings that break reports.

Everything is made up. `sample()` gives the same value every time; `many(...)` a run whose sites
are built when they are asked for and forgotten afterwards.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import overload

import tests.unit.reports.sample_rules as rules
import tests.unit.reports.sample_site as parts
from auditor.api import (
    ArchiveFile,
    Assessment,
    Column,
    ColumnState,
    CrawlComparison,
    CrawlSummary,
    EvidenceArchive,
    FetchRecord,
    Finding,
    HomeFetch,
    Issue,
    ItemResult,
    ItemState,
    Message,
    Outcome,
    Reason,
    Revisit,
    RunResult,
    Site,
    SiteResult,
    SiteType,
    Text,
    Vantage,
    Verdict,
)

AS_OF = datetime(2026, 11, 22, 16, 30, tzinfo=UTC)

#: Strings that a hostile page would send. Each must come out harmless in every format.
LAST = CrawlComparison("20261108-040000-5a5a", 100, -0.36, AS_OF - timedelta(days=14))
REVISIT = Revisit(
    run=LAST.run,
    mode="list-first",
    unchanged=12,
    changed=3,
    new=2,
    gone=38,
    taken_over=47,
    oldest=LAST.crawled_at,
    sampled=2,
    seed="20261122-163000-1b1b",
    settled_changed=("http://qx-health.example/<script>alert(1)</script>",),
    settled_changed_total=1,
)
HOSTILE = (
    "<script>alert(1)</script>",
    "\u202egnp.exe\u202c abc",
    "bell\x07 esc\x1b[31m nul\x00 c1\x9b",
    "=1+1",
    "＝1+1",
    "line\u2028separator\u2029paragraph",
    "lone \ud800 surrogate",
    "\"'><img src=x onerror=alert(1)>",
    "{{ 7*7 }} {% raw %}",
    "x" * 10_000,
)


def sample() -> RunResult:
    """The run."""
    sites = (
        portal(), education(), health(), hostile(), blocked(), gone(), town(), stopped(), crashed(),
    )  # fmt: skip
    return RunResult(
        run_id="20261122-163000-7f3a",
        started_at=AS_OF,
        finished_at=AS_OF + timedelta(minutes=47),
        as_of=AS_OF,
        tool_version="0.1.0",
        config_sha256="c" * 64,
        vantage=Vantage(ipv6=False, browser=True, detail="没有 IPv6 默认路由"),
        coverage=0.7312,
        schemes=(rules.NATIONAL, rules.DISTRICT),
        checks=rules.CHECKS,
        sites=sites,
        title="青溪区政府网站自动检测报告（样例）",
    )


def _site(key: str, name: str, **more: object) -> Site:
    values: dict[str, object] = {"organisation": f"{name}办公室", "site_code": "9903020001"}
    return Site(key, name, f"http://{key}.gov.example/", **{**values, **more})  # type: ignore[arg-type]


def _result(site: Site, issues: Sequence[Issue], verdict: Verdict, **more: object) -> SiteResult:
    severity = {issue.id: parts.severity_of(issue) for issue in issues}
    indicators = {issue.id: parts.indicators_of(issue) for issue in issues}
    values: dict[str, object] = {
        "score": None, "coverage": 1.0, "assessments": (), "tallies": parts.tallies(issues),
        "untested": (),
    }  # fmt: skip
    return SiteResult(
        site=site, verdict=verdict, issues=tuple(issues), severity=severity,
        indicators=indicators, **{**values, **more},  # type: ignore[arg-type]
    )  # fmt: skip


def portal() -> SiteResult:
    """A big site: vetoed, with every kind of detail."""
    site = _site("qx-portal", "青溪区人民政府", type=SiteType.PORTAL)
    issues = parts.portal_issues(site)
    items = parts.items(issues)
    national = Assessment(
        "sample-national", Verdict.UNQUALIFIED, None, 0.88, items,
        (Text("出现单项否决情形：栏目不更新", "Vetoed: columns not updated"),
         Text("站点无法访问：监测样本不足，不作判定", "Unreachable: too few measurements")),
        vetoes=("veto-columns",),
    )  # fmt: skip
    district = Assessment(
        "sample-district", Verdict.PROVISIONAL, 50.0, 0.5,
        (ItemResult(rules.IPV6, ItemState.UNDECIDED, note=Text("监测点无 IPv6", "No IPv6")),
         ItemResult(rules.HEALTH, ItemState.MET)),
        (Text("覆盖率低于 90%，暂定", "Coverage below 90 %, provisional"),),
    )  # fmt: skip
    return _result(
        site, issues, Verdict.UNQUALIFIED, coverage=0.88, assessments=(national, district),
        untested=(("ipv6-homepage", Finding(Outcome.UNTESTED, Message(Reason.NO_IPV6))),
                  ("site-homepage", Finding(Outcome.UNTESTED, Message(Reason.NEEDS_HISTORY)))),
        columns=parts.columns(site), crawl=parts.crawl(), home=parts.home(site),
        dns=parts.dns(site), ipv6=parts.ipv6(), tls=parts.tls(site),
        search=parts.search(site), axe=parts.axe(site), archive=parts.archive(site),
    )  # fmt: skip


def education() -> SiteResult:
    """Provisional with a score."""
    site = _site("qx-edu", "青溪区教育和体育局")
    issues = parts.small_issues(site)
    assessed = Assessment(
        "sample-national", Verdict.PROVISIONAL, 96.0, 0.74, parts.items(issues),
        (Text("检测覆盖率 74%，低于 90%，结果暂定", "Coverage 74 %, below 90 %"),),
    )  # fmt: skip
    late = Finding(Outcome.UNTESTED, Message("timeout", {"detail": "30 s"}))
    return _result(
        site, issues, Verdict.PROVISIONAL, score=96.0, coverage=0.74, assessments=(assessed,),
        untested=(("search-known-item", late),), columns=parts.columns(site)[:2],
        crawl=replace(parts.crawl(), stopped_because="complete", left=0, blocked=0),
        archive=parts.archive(site, "disk-nearly-full"),
    )  # fmt: skip


def health() -> SiteResult:
    """Qualified, with one suspicion."""
    site = _site("qx-health", "青溪区卫生健康局")
    issue = parts.issue(
        site, "search-latency", 1, seconds=3.25, limit_s=2, outcome=Outcome.CANT_TELL
    )
    assessed = Assessment(
        "sample-national", Verdict.QUALIFIED, 94.0, 0.97, parts.items([issue]),
        (Text("得分 94，不低于 60", "Score 94, not below 60"),),
    )  # fmt: skip
    return _result(
        site, [issue], Verdict.QUALIFIED, score=94.0, coverage=0.97, assessments=(assessed,),
        crawl=CrawlSummary(64, "complete", compared_with=LAST, revisit=REVISIT),
        tls=parts.tls(site), dns=parts.dns(site), ipv6=parts.ipv6(),
    )  # fmt: skip


def hostile() -> SiteResult:
    """Every string from a page is an attack."""
    site = _site("qx-hostile", f"恶意站{HOSTILE[0]}{HOSTILE[1]}", organisation=HOSTILE[3])
    issues = parts.hostile_issues(site, HOSTILE)
    columns = tuple(
        Column(text, path=text, url=f"javascript:alert({index})", state=ColumnState.BLANK)
        for index, text in enumerate(HOSTILE)
    )
    assessed = Assessment(
        "sample-national", Verdict.UNQUALIFIED, 41.5, 0.91, parts.items(issues),
        (Text(HOSTILE[0], HOSTILE[1]),),
    )  # fmt: skip
    return _result(
        site, issues, Verdict.UNQUALIFIED, score=41.5, coverage=0.91, assessments=(assessed,),
        columns=columns, search=parts.hostile_search(site, HOSTILE), error=HOSTILE[2],
        crawl=replace(parts.crawl(), blocked_by=HOSTILE[0]), axe=parts.hostile_axe(HOSTILE),
        archive=EvidenceArchive(HOSTILE[0], (ArchiveFile(HOSTILE[1], HOSTILE[2], 1, 1),), 1,
                                HOSTILE[3]),
    )  # fmt: skip


def blocked() -> SiteResult:
    """Behind a firewall: nothing can be said."""
    site = _site("qx-waf", "青溪区行政审批局")
    untested = tuple(
        (check_id, Finding(Outcome.UNTESTED, Message(Reason.BLOCKED))) for check_id in rules.CHECKS
    )
    return _result(
        site, [parts.issue(site, "site-blocked", 1, outcome=Outcome.CANT_TELL)],
        Verdict.NOT_ASSESSED, coverage=0.05, untested=untested,
        crawl=CrawlSummary(1, "blocked", left=0, blocked=3, blocked_by="样例防护系统"),
    )  # fmt: skip


def gone() -> SiteResult:
    """The name does not exist; one finding per reason shows every reason's text."""
    site = _site("qx-gone", "青溪区档案馆", type=SiteType.INSTITUTION)
    tried = FetchRecord(site.homepage, reason=Reason.NXDOMAIN, captured_at=AS_OF)
    untested = tuple(
        (check_id, Finding(Outcome.UNTESTED, Message(reason)))
        for check_id, reason in zip([*rules.CHECKS] * 2, Reason, strict=False)
    )
    return _result(
        site, (), Verdict.NOT_ASSESSED, coverage=0.0, untested=untested,
        home=HomeFetch((tried, tried)), crawl=CrawlSummary(0, "unreachable"), tallies=(),
    )  # fmt: skip


def town() -> SiteResult:
    """Judged by vetoes alone: qualified without a score, nothing found."""
    site = _site("qx-town", "青溪区石桥镇人民政府", type=SiteType.TOWNSHIP)
    reasons = (Text("未发现单项否决情形", "No veto found"),)
    assessed = Assessment("sample-national", Verdict.QUALIFIED, None, 1.0, parts.items(()), reasons)
    return _result(
        site, (), Verdict.QUALIFIED, assessments=(assessed,), crawl=CrawlSummary(31, "complete")
    )


def stopped() -> SiteResult:
    """The run was stopped before this site."""
    site = _site("qx-late", "青溪区民政局")
    return _result(site, (), Verdict.NOT_ASSESSED, coverage=0.0, state="cancelled", tallies=())


def crashed() -> SiteResult:
    """The audit itself broke."""
    site = _site("qx-crash", "青溪区柳河镇人民政府", type=SiteType.TOWNSHIP)
    return _result(
        site, (), Verdict.NOT_ASSESSED, coverage=0.0, state="failed", tallies=(),
        error="内部错误：存储写入失败",
    )  # fmt: skip


class LazySites(Sequence[SiteResult]):
    """Sites made when asked for; `alive` sites are never held."""

    def __init__(self, sites: int, issues: int) -> None:
        self._sites, self._issues = sites, issues

    def __len__(self) -> int:
        return self._sites

    @overload
    def __getitem__(self, index: int) -> SiteResult: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[SiteResult]: ...

    def __getitem__(self, index: int | slice) -> SiteResult | Sequence[SiteResult]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(self._sites))]
        if not 0 <= index < self._sites:
            raise IndexError(index)
        return self._make(index)

    def __iter__(self) -> Iterator[SiteResult]:
        return (self._make(index) for index in range(self._sites))

    def _make(self, index: int) -> SiteResult:
        gc.collect()  # so that a test of memory sees what is held, not what is waiting
        site = _site(f"bulk-{index:04d}", f"样例网站{index}")
        checks = [key for key in rules.CHECKS if key != "site-blocked"]
        issues = [
            parts.issue(
                site, checks[number % len(checks)], number, host=site.host, column=f"栏目{number}",
                url=f"{site.homepage}p{number}.html", places=3,
            )
            for number in range(1, self._issues + 1)
        ]  # fmt: skip
        return _result(site, issues, Verdict.UNQUALIFIED, score=55.0, crawl=parts.crawl())


def many(sites: int, issues: int) -> RunResult:
    """A run of `sites` sites with `issues` issues each."""
    return replace(sample(), sites=LazySites(sites, issues))  # type: ignore[arg-type]
