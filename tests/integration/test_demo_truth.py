"""The truth file of the demo district fits the district: what it names is there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from auditor.demo import AS_OF, District, differences, load_truth
from auditor.demo._spec import SiteSpec

pytestmark = pytest.mark.asyncio(loop_scope="module")

#: Addresses that are subjects because nothing good is there.
_GONE = {
    "/zcfc/",
    "/zydt/gone.html",
    "/neibu/",
    "/fuwu/chaxun.html",
    "/search",
    "/images/missing-banner.jpg",
    "/files/nonghu.docx",
    "/files/shuoming.pdf",
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def district() -> AsyncIterator[District]:
    async with District(0, 0, 0) as started:
        yield started


async def test_day_is_the_default_one() -> None:
    assert load_truth().as_of == AS_OF


async def test_every_site_has_expectations(district: District) -> None:
    assert [item.site for item in load_truth().expectations] == [s.id for s in district.spec.sites]


async def test_issues_name_things_that_exist(district: District) -> None:
    truth = load_truth()
    homes = {site.id: district.homepage(site) for site in district.spec.sites}
    for issue in (*truth.findings, *truth.optional):
        assert bool(issue.subject) != bool(issue.title), issue
        assert issue.outcome in {"failed", "cant-tell"}
        if issue.title:
            assert district.lookup(district.article_url(issue.site, issue.title))
        if issue.subject.startswith("/"):
            found = district.lookup(homes[issue.site].rstrip("/") + issue.subject)
            assert (found is None) == (issue.subject in _GONE), issue


def _columns(site: SiteSpec) -> set[str]:
    return {column.name for column in site.columns} | {group.name for group in site.groups}


async def test_columns_named_exist_or_are_missing_on_purpose(district: District) -> None:
    sites = {site.id: site for site in district.spec.sites}
    for issue in load_truth().findings:
        if issue.check_id in {
            "columns-news",
            "columns-documents",
            "columns-other",
            "columns-blank",
        }:
            assert issue.subject in _columns(sites[issue.site])
        if issue.check_id == "columns-missing":
            assert issue.subject not in _columns(sites[issue.site])


async def test_non_defects_exist(district: District) -> None:
    homes = {site.id: district.homepage(site) for site in district.spec.sites}
    for item in load_truth().non_defects:
        assert bool(item.url) != bool(item.title), item
        if item.title:
            assert district.lookup(district.article_url(item.site, item.title)), item
        elif item.url.startswith("/"):
            assert district.lookup(homes[item.site].rstrip("/") + item.url), item


async def test_pages_are_at_least_the_expected(district: District) -> None:
    hosts = {site.host: site.id for site in district.spec.sites}
    counts = Counter(hosts[urlsplit(url).hostname or ""] for url in district.pages())
    for item in load_truth().expectations:
        assert counts[item.site] >= item.pages_min, item


async def test_titles_repeat_only_where_seeded(district: District) -> None:
    titles: Counter[tuple[str, str]] = Counter()
    for url in district.pages():
        page = district.lookup(url)
        assert page is not None
        text = page.body.decode("gb18030" if b"gb2312" in page.body else "utf-8", "replace")
        match = re.search(r"<title>(.*?)</title>", text)
        assert match is not None, url
        titles[urlsplit(url).hostname or "", match[1]] += 1
    repeated = {key for key, count in titles.items() if count > 1}
    assert repeated == {("qingxi.lanting.gov.cn", "办事指南_兰汀区清溪镇人民政府")}


async def test_other_days_move_every_date() -> None:
    moved = District(0, 0, 0, as_of=AS_OF.replace(year=2027))
    async with moved:
        home = moved.lookup(moved.homepage(moved.spec.sites[0]))
        assert home is not None
        assert "2027-11-1" in home.body.decode()
        assert "2026-11-1" not in home.body.decode()


# --- comparing a result with the truth


def _exact_result(district: District) -> dict[str, Any]:
    """A result that says exactly what the truth file demands."""
    truth = load_truth()
    homes = {site.id: district.homepage(site) for site in district.spec.sites}
    return {
        "sites": [
            {
                "id": item.site,
                "crawl": {"pages": item.pages_min, "stopped_because": item.stopped_because},
                "findings": [
                    {
                        "check_id": issue.check_id,
                        "outcome": issue.outcome,
                        "subject": {"kind": "page", "name": ""},
                        "message": {
                            "key": issue.key or "k",
                            "params": {"detail": issue.detail},
                            "zh": "文",
                        },
                        "count": issue.count or 1,
                        "evidence": [
                            {
                                "url": district.article_url(issue.site, issue.title)
                                if issue.title
                                else homes[issue.site].rstrip("/") + issue.subject
                                if issue.subject.startswith("/")
                                else issue.subject,
                                "excerpt": "",
                                "locator": "",
                            }
                        ],
                    }
                    for issue in truth.findings
                    if issue.site == item.site
                ],
            }
            for item in truth.expectations
        ]
    }


async def test_exact_result_has_no_differences(district: District) -> None:
    assert differences(district, _exact_result(district)) == ()


async def test_differences_are_named(district: District) -> None:
    result = _exact_result(district)
    portal, *_, baishi = result["sites"]
    stray = portal["findings"].pop(0)
    baishi["findings"].append(stray)
    baishi["crawl"]["pages"] = 1
    found = differences(district, result)
    assert [text.split(" ")[1] for text in found] == ["missing", "1", "unexpected"]
    assert differences(district, result, checks={"ipv6-homepage"}) == found[1:2]


async def test_counts_are_compared(district: District) -> None:
    result = _exact_result(district)
    issues = [item for site in result["sites"] for item in site["findings"]]
    dead = next(item for item in issues if item["evidence"][0]["url"].endswith("/zydt/gone.html"))
    dead["count"] = 7
    assert differences(district, result) == (
        "lt-qingxi: site-dead-links failed /zydt/gone.html: count 7",
    )
