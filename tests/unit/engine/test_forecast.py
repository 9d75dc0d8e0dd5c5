"""The forecast of a round: pace, shared addresses, what will not be finished."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from auditor.config import Settings
from auditor.engine.forecast import Forecast, SiteHistory, forecast, problems_of
from auditor.engine.forecast.advice import size_text, span
from auditor.engine.forecast.workload import interval
from auditor.model.site import Site
from auditor.store.rows import CrawlVolume

MB = 10**6


def sites(*names: str) -> list[Site]:
    return [Site(name, name, f"http://{name}.gov.cn/") for name in names]


def settings(**groups: dict[str, object]) -> Settings:
    return Settings.model_validate(
        {"browser": {"enabled": False}, "search": {"max_queries": 0}} | groups
    )


def crawled(pages: int, **more: object) -> SiteHistory:
    known: dict[str, object] = {
        "run_id": "r1",
        "started_at": datetime(2026, 11, 1, tzinfo=UTC),
        "volume": CrawlVolume(pages, 0, 0, 0, pages * 40_000, pages * 9_000),
        "left": 0,
        "stopped_because": "complete",
        "seconds": 1.0,
        "latency_s": 0.1,
        "crawl_delay_s": 0.0,
        "queries": None,
    }
    return SiteHistory(**(known | more))  # type: ignore[arg-type]


def estimate(
    addresses: dict[str, str], using: Settings | None = None, **histories: SiteHistory
) -> Forecast:
    return forecast(using or settings(), sites(*histories), histories, addresses)


def test_a_site_alone_takes_its_requests_times_the_delay() -> None:
    found = estimate({"a": "1"}, a=crawled(1000))
    (site,) = found.sites
    assert site.work.requests == 1000 + found.assumptions.fixed_requests
    assert site.seconds == found.seconds == pytest.approx(site.work.requests * 0.5)
    assert site.crawl_s == pytest.approx(500)
    assert found.addresses == ()


def test_sites_on_one_address_share_its_rate() -> None:
    one = estimate({"a": "1"}, a=crawled(1000)).seconds
    four = {name: crawled(1000) for name in "abcd"}
    # An address starts twice as often as a host: two sites cost nothing, four twice as long.
    assert estimate({"a": "1", "b": "1"}, a=four["a"], b=four["b"]).seconds == pytest.approx(one)
    shared = estimate(dict.fromkeys("abcd", "1"), **four)
    assert shared.seconds == pytest.approx(2 * one)
    assert [(item.address, item.sites) for item in shared.addresses] == [("1", 4)]
    assert estimate({}, **four).seconds == pytest.approx(one)
    assert estimate({}, **four).unresolved == 4


def test_small_sites_end_first_and_leave_their_share() -> None:
    found = estimate(dict.fromkeys("abc", "1"), a=crawled(75), b=crawled(75), c=crawled(1075))
    a, b, c = (item.seconds for item in found.sites)
    # Three at 4/3 a second until the small ones end (100 requests each), then one at its own 2.
    assert a == b == pytest.approx(75)
    assert c == pytest.approx(75 + 1000 / 2)


@pytest.mark.parametrize(
    ("latency_s", "crawl_delay_s", "more", "seconds"),
    [
        (0.1, 0.0, {}, 0.5),
        (4.25, 0.0, {}, 6.0),
        (100.0, 0.0, {}, 50.0),  # two in flight, each a hundred seconds: beyond every delay
        (4.25, 0.0, {"adaptive": False}, 2.125),
        (0.1, 5.0, {}, 5.0),
        (0.1, 900.0, {}, 30.0),
        (0.1, 5.0, {"obey_robots": False, "robots_override_reason": "ordered"}, 0.5),
    ],
)
def test_the_pace_is_that_of_the_throttle(
    latency_s: float, crawl_delay_s: float, more: dict[str, object], seconds: float
) -> None:
    assert interval(settings(politeness=more), latency_s, crawl_delay_s) == pytest.approx(seconds)


def test_without_a_crawl_the_budget_counts() -> None:
    (site,) = forecast(settings(crawl={"max_pages": 300}), sites("a"), {}, {}).sites
    assert (site.work.pages, site.history) == (300, None)
    assert site.work.requests > 300
    assert site.work.outside == 30


def test_what_a_budget_left_behind_is_expected_too() -> None:
    def pages(**more: object) -> int:
        return estimate({}, a=crawled(1000, **more)).sites[0].work.pages

    assert pages(left=500, stopped_because="max-pages") == 1500
    assert pages(left=500, stopped_because="complete") == 1000  # traps
    assert pages(left=90_000, stopped_because="max-seconds") == 5000


def test_a_crawl_that_the_time_limit_cuts_short_is_named() -> None:
    found = estimate({}, a=crawled(5000), b=crawled(100))
    tight = settings(crawl={"max_seconds": 1000})
    (problem,) = problems_of(tight, found, within_s=None, free_bytes=None)
    assert (problem.kind, problem.site, problem.certain) == ("site-time", "a", True)
    assert "3000 of 5000 pages" in problem.what.en
    assert "crawl.max_seconds: 3000" in problem.remedy.en
    assert "crawl.max_pages: 2000" in problem.remedy.en
    assert problem.remedy.zh
    slow = estimate({}, a=crawled(5000, crawl_delay_s=10.0))
    (problem,) = problems_of(settings(), slow, within_s=None, free_bytes=None)
    assert "delay_s does not help" in problem.remedy.en


def test_the_window_names_its_bottleneck() -> None:
    def remedy(found: Forecast, using: Settings) -> str:
        problems = problems_of(using, found, within_s=60, free_bytes=None)
        return problems[-1].remedy.en if problems[-1].kind == "round-time" else ""

    plain = settings()
    assert "the slowest is a" in remedy(estimate({}, a=crawled(1000)), plain)
    many = {f"s{n}": crawled(1000) for n in range(8)}
    shared = estimate(dict.fromkeys(many, "10.1.1.1"), **many)
    assert "8 sites share 10.1.1.1" in remedy(shared, plain)
    quick = settings(politeness={"delay_s": 0.0, "per_host": 64, "per_ip": 64})
    quickest = estimate({}, quick, a=crawled(5000, latency_s=0.01), b=crawled(5000, latency_s=0.01))
    assert "engine.workers: 2" in remedy(quickest, quick)
    shown = settings(browser={"enabled": True}, politeness={"delay_s": 0.0})
    lots = {f"s{n}": crawled(100) for n in range(20)}
    assert "browser.max_renders" in remedy(estimate({}, shown, **lots), shown)


def test_disk() -> None:
    using = settings(evidence={"store": "all", "screenshots": False})
    found = estimate({}, using, a=crawled(1000))
    assert found.disk_bytes == pytest.approx(9 * MB + 40 * MB / 6, rel=0.01)
    (problem,) = problems_of(using, found, within_s=None, free_bytes=10 * MB)
    assert problem.kind == "disk"
    assert not problems_of(using, found, within_s=10**6, free_bytes=20 * MB)


def test_an_empty_register_costs_nothing() -> None:
    found = forecast(settings(), [], {}, {})
    assert (found.seconds, found.requests, found.disk_bytes) == (0, 0, 0)


def test_durations_and_sizes_as_people_say_them() -> None:
    said = [span(seconds) for seconds in (0, 89, 90, 3599, 12_000, 200_000)]
    assert said == ["0s", "89s", "2min", "1h00min", "3h20min", "2d7h"]
    assert [size_text(n) for n in (0, 1_500_000, 2 * 10**9)] == ["0 KB", "1.5 MB", "2.0 GB"]
