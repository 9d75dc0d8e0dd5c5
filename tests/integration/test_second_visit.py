"""The second visit of a site: nothing is read twice, nothing new missed, nothing gone kept."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from auditor.engine.second_visit import Visit, basis_of, settle
from auditor.gather.crawl import CrawlLimits
from auditor.model.artifact import CrawlSummary
from tests.hostile.web import Script, Talk
from tests.integration.probe_lab import page
from tests.integration.site_lab import linked, moved, status
from tests.integration.visit_lab import FIRST_DAY, Killed, Mortal, dated, tagged, visits

HTML = ("Content-Type", "text/html")
#: One worker, so that requests come in the order of the queue.
ONE = CrawlLimits(workers=1)
SECTIONS = [f"/s{number}/" for number in range(3)]
ARTICLES = [f"{section}a{number}.html" for section in SECTIONS for number in range(4)]


def articles_of(section: str) -> list[str]:
    return [path for path in ARTICLES if path.startswith(section)]


def district(script: object = tagged) -> dict[str, Script]:
    """A home page, three sections and their articles; each article links to the home page."""
    make = script
    assert callable(make)
    pages = {"/": make(linked(*SECTIONS, title="首页"))}
    for section in SECTIONS:
        pages[section] = make(linked(*articles_of(section), title=f"栏目{section}"))
    return pages | {path: make(linked("/", title=path)) for path in ARTICLES}


async def test_pages_with_an_etag_are_asked_for_and_not_sent_again(tmp_path: Path) -> None:
    async with visits(tmp_path, district()) as site:
        first, second = await site.visit(), await site.visit()
    for path in (*SECTIONS, *ARTICLES):
        assert ["If-None-Match" in item.headers for item in second.requests(path)] == [True]
    assert first.pages == second.pages | {"/": first.pages["/"]}
    revisit = second.revisit
    assert (revisit.unchanged, revisit.changed, revisit.new, revisit.gone) == (16, 0, 0, 0)
    assert second.summary.pages == first.summary.pages == 16
    for path in ARTICLES:
        earlier, later = first.rows[path], second.rows[path]
        assert earlier.fetched_at == later.fetched_at, "the content is as old as it was"
        assert earlier.confirmed_at is not None
        assert later.confirmed_at is not None
        assert earlier.confirmed_at < later.confirmed_at


async def test_without_validators_the_same_body_is_the_same_page(tmp_path: Path) -> None:
    async with visits(tmp_path, district(page)) as site:
        first, second = await site.visit(), await site.visit()
    assert not any("If-None-Match" in item.headers for item in second.asked)
    assert second.revisit.unchanged == 16
    assert second.rows[ARTICLES[0]].fetched_at == first.rows[ARTICLES[0]].fetched_at


async def test_a_counter_in_the_header_is_no_change_but_gives_new_facts(tmp_path: Path) -> None:
    pages = district(page)
    async with visits(tmp_path, pages) as site:
        pages["/s0/a0.html"] = page(linked("/", title="/s0/a0.html", more="<!-- 4711 -->"))
        first = await site.visit()
        pages["/s0/a0.html"] = page(linked("/", title="/s0/a0.html", more="<!-- 4712 -->"))
        second = await site.visit()
    assert second.revisit.unchanged == 16
    assert second.pages["/s0/a0.html"].sha256 != first.pages["/s0/a0.html"].sha256


async def test_changed_and_new_pages_are_read(tmp_path: Path) -> None:
    pages = district()
    async with visits(tmp_path, pages) as site:
        await site.visit(limits=ONE)
        pages["/s1/"] = tagged(linked("/s1/new.html", *articles_of("/s1/"), title="栏目/s1/"))
        pages["/s1/new.html"] = tagged(linked("/s1/", title="新闻"))
        second = await site.visit(limits=ONE)
    revisit = second.revisit
    assert (revisit.unchanged, revisit.changed, revisit.new, revisit.gone) == (15, 1, 1, 0)
    assert second.pages["/s1/new.html"].parent_url.endswith("/s1/")
    asked = [item.path for item in second.asked]
    assert asked.index("/s1/new.html") < asked.index("/s2/a3.html"), "what is new comes first"


async def test_what_nothing_links_to_any_more_does_not_belong_to_the_site(tmp_path: Path) -> None:
    pages = district()
    async with visits(tmp_path, pages) as site:
        await site.visit()
        pages["/"] = tagged(linked("/s0/", "/s1/", title="首页"))
        second = await site.visit()
        third = await site.visit()
    assert set(second.pages) == set(third.pages)
    assert not [path for path in second.pages if path.startswith("/s2/")]
    assert second.summary.pages == 11
    assert second.revisit.gone == 5
    assert third.revisit.gone == 0
    assert not [item for item in third.asked if item.path.startswith("/s2/")]


async def test_a_page_that_moved_is_found_under_its_new_parent(tmp_path: Path) -> None:
    pages = district()
    async with visits(tmp_path, pages) as site:
        await site.visit()
        pages["/s0/"] = tagged(linked(*articles_of("/s0/")[1:], title="栏目/s0/"))
        pages["/s0/a1.html"] = tagged(linked("/", "/s0/a0.html", title="/s0/a1.html"))
        second = await site.visit()
    assert second.summary.pages == 16
    moved_page = second.pages["/s0/a0.html"]
    assert moved_page.parent_url.endswith("/s0/a1.html")
    assert second.rows["/s0/a0.html"].parent.endswith("/s0/a1.html")


async def test_pages_below_one_that_could_not_be_read_are_kept(tmp_path: Path) -> None:
    pages = district()
    async with visits(tmp_path, pages) as site:
        await site.visit()
        pages["/"] = tagged(linked("/s0/", "/s1/", title="首页"))
        pages["/s1/"] = status(503)
        second = await site.visit()
    assert set(second.pages) == {"/", "/s0/", *articles_of("/s0/"), *articles_of("/s1/")}
    assert second.rows["/s1/"].status == 503


async def test_pages_below_one_that_is_gone_go_with_it(tmp_path: Path) -> None:
    pages = district()
    async with visits(tmp_path, pages) as site:
        await site.visit()
        del pages["/s1/"]
        second = await site.visit()
    assert not [path for path in second.pages if path.startswith("/s1/")]
    assert second.revisit.gone == 5
    assert second.rows["/s1/"].status == 404, "the home page still links to it"


async def test_a_page_with_two_names_stays_one_page(tmp_path: Path) -> None:
    pages = district()
    pages["/s0/a0.html"] = moved("/s0/real.html")
    pages["/s0/real.html"] = tagged(linked("/", title="实"))
    async with visits(tmp_path, pages) as site:
        first, second, third = [await site.visit() for _ in range(3)]
    assert first.summary.pages == second.summary.pages == third.summary.pages == 16
    assert "/s0/real.html" not in third.pages
    assert third.pages["/s0/a0.html"].final_url.endswith("/s0/real.html")
    assert third.revisit.unchanged == 16


async def test_a_page_that_leads_elsewhere_now_is_read_again(tmp_path: Path) -> None:
    pages = district()
    async with visits(tmp_path, pages) as site:
        await site.visit()
        tag = tagged(linked("/", title="/s0/a0.html"))
        pages["/s0/a0.html"], pages["/s0/other.html"] = moved("/s0/other.html"), tag
        second = await site.visit()
    assert second.pages["/s0/a0.html"].final_url.endswith("/s0/other.html")
    assert second.rows["/s0/a0.html"].status == 200


async def test_last_modified_counts_only_when_it_is_older_than_the_answer(tmp_path: Path) -> None:
    pages = district()
    body = linked("/", title="页")
    old = FIRST_DAY - timedelta(days=30)
    pages["/s0/a0.html"] = dated(body, old, FIRST_DAY)
    pages["/s0/a1.html"] = dated(body, FIRST_DAY, FIRST_DAY)  # made for each request
    async with visits(tmp_path, pages) as site:
        await site.visit()
        second = await site.visit()
    (static,) = second.requests("/s0/a0.html")
    (dynamic,) = second.requests("/s0/a1.html")
    assert "If-Modified-Since" in static.headers
    assert "If-Modified-Since" not in dynamic.headers
    assert second.revisit.unchanged == 16


@pytest.mark.parametrize("batches", [0, 1, 3, 7])
async def test_a_second_visit_that_was_killed_goes_on(
    tmp_path: Path, batches: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auditor.gather.crawl._batch.BATCH_PAGES", 1)
    pages = district()
    async with visits(tmp_path, pages) as site:
        await site.visit()
        pages["/s0/"] = tagged(linked(*articles_of("/s0/")[1:], "/n.html", title="栏目/s0/"))
        pages["/n.html"] = tagged(linked("/", title="新"))
        record = site.claim()
        with pytest.raises(Killed):
            await site.visit(record=record, sink=Mortal(record, batches))
        resumed = await site.visit(record=site.attempt(record.book.run_id))
    assert set(resumed.pages) == {"/", *SECTIONS, *ARTICLES, "/n.html"} - {"/s0/a0.html"}
    revisit = resumed.revisit
    assert (revisit.unchanged, revisit.changed, revisit.new, revisit.gone) == (14, 1, 1, 1)


async def test_a_crawl_with_other_settings_starts_anew(tmp_path: Path) -> None:
    async with visits(tmp_path, district()) as site:
        await site.visit()
        second = await site.visit(limits=CrawlLimits(workers=2, max_depth=9))
    assert second.summary.revisit is None
    assert second.compared.change == 0
    assert not any("If-None-Match" in item.headers for item in second.asked)


async def test_a_fall_is_told_and_an_empty_crawl_is_no_measure(tmp_path: Path) -> None:
    async with visits(tmp_path, district()) as site:
        first = await site.visit()
        assert first.summary.compared_with is None
        down = site.claim()
        basis = await basis_of(down, site.site, CrawlLimits(workers=2))
        summary = await settle(down, site.site, Visit(basis), CrawlSummary(0, "unreachable"))
        assert summary.compared_with is not None
        assert summary.compared_with.change == -1
        assert summary.compared_with.fell
        await down.keep(CrawlSummary, summary)
        await down.finish("done")
        third = await site.visit()
    compared = third.compared
    assert (compared.run, compared.pages, compared.change) == (first.run_id, 16, 0)
    assert not compared.fell
    assert third.revisit.unchanged == 16, "what the site showed before it was down still counts"
    stored = third.store.artifact(third.run_id, "example", CrawlSummary)
    assert stored == third.summary


async def test_pages_that_were_read_are_read_again_though_their_pattern_was_stopped(
    tmp_path: Path,
) -> None:
    async def calendar(talk: Talk) -> None:
        """A page that names the next one, and says nothing new."""
        day = int(talk.request.path.rpartition("=")[2])
        await talk.answer(200, linked(f"/day?n={day + 1}", title="日历"), HTML)

    async with visits(tmp_path, district() | {"/day": calendar}) as site:
        site.web.scripts["/"] = tagged(linked(*SECTIONS, "/day?n=1", title="首页"))
        deep = CrawlLimits(workers=2, max_depth=900)
        first, second = await site.visit(limits=deep), await site.visit(limits=deep)
    assert first.summary.traps
    assert first.summary.pages < 300
    assert set(first.pages) <= set(second.pages)
    assert second.revisit.unchanged == first.summary.pages
    assert second.revisit.new < 5, "the trap's next page is no news"
