"""A visit that reads lists: what is new is found, what is settled is taken over and sampled."""

from __future__ import annotations

from pathlib import Path

from tests.hostile.web import Script
from tests.integration.site_lab import linked, status
from tests.integration.visit_lab import tagged, visits

LISTS = ["/", "/s0/", "/s1/", "/s2/"]
ARTICLES = [f"/s{section}/a{number}.html" for section in range(3) for number in range(4)]


def articles_of(section: str) -> list[str]:
    return [path for path in ARTICLES if path.startswith(section)]


def district() -> dict[str, Script]:
    """A home page, three lists and their articles."""
    pages = {"/": tagged(linked(*LISTS[1:], title="首页"))}
    for section in LISTS[1:]:
        pages[section] = tagged(linked(*articles_of(section), title=f"栏目{section}"))
    return pages | {path: tagged(linked("/", title=path)) for path in ARTICLES}


async def test_only_lists_and_a_sample_are_asked_for(tmp_path: Path) -> None:
    async with visits(tmp_path, district()) as site:
        first = await site.visit()
        second = await site.visit(settled_sample=0.1)
        third = await site.visit(settled_sample=0.1)
    for visit in (second, third):
        asked = [item.path for item in visit.asked if item.path in (*LISTS, *ARTICLES)]
        assert set(LISTS) < set(asked)
        sampled = sorted(set(asked) - set(LISTS))
        assert len(sampled) == len(asked) - len(LISTS) == 2
        assert {"If-None-Match" in item.headers for item in visit.requests(sampled[0])} == {False}
        revisit = visit.revisit
        assert (revisit.mode, revisit.taken_over, revisit.sampled) == ("list-first", 10, 2)
        assert (revisit.unchanged, revisit.changed, revisit.new, revisit.gone) == (6, 0, 0, 0)
        assert revisit.settled_changed_total == 0
        assert revisit.oldest is not None
        assert visit.summary.pages == 16
        assert {path: page.sha256 for path, page in visit.pages.items()} == {
            path: page.sha256 for path, page in first.pages.items()
        }
        for path in set(ARTICLES) - set(sampled):
            assert visit.rows[path].confirmed_at is not None
    settled = set(ARTICLES) - {item.path for item in (*second.asked, *third.asked)}
    assert {third.rows[path].confirmed_at for path in settled} == {
        first.rows[path].confirmed_at for path in settled
    }, "pages that were not asked for are as old as they were"
    assert second.revisit.seed != third.revisit.seed


async def test_new_pages_and_changed_entries_are_read(tmp_path: Path) -> None:
    pages = district()
    async with visits(tmp_path, pages) as site:
        await site.visit()
        rest = "".join(f'<li><a href="{path}">去 {path}</a></li>' for path in ARTICLES[1:4])
        body = linked("/s0/new.html", title="栏目/s0/")
        renamed = f'<li><a href="/s0/a0.html">更正：办事指南</a></li>{rest}'.encode()
        pages["/s0/"] = tagged(body.replace(b"</ul>", renamed + b"</ul>"))
        pages["/s0/a0.html"] = tagged(linked("/", title="更正：办事指南"))
        pages["/s0/new.html"] = tagged(linked("/", title="新"))
        second = await site.visit(settled_sample=0)
    asked = {item.path for item in second.asked} & {*ARTICLES, "/s0/new.html"}
    assert asked == {"/s0/a0.html", "/s0/new.html"}
    assert second.pages["/s0/a0.html"].title == "更正：办事指南"
    revisit = second.revisit
    assert (revisit.changed, revisit.new, revisit.taken_over) == (2, 1, 11)


async def test_entries_that_only_moved_to_another_list_are_settled(tmp_path: Path) -> None:
    pages = district()
    async with visits(tmp_path, pages) as site:
        await site.visit()
        pages["/s0/"] = tagged(linked(*ARTICLES[:3], title="栏目/s0/"))
        pages["/s1/"] = tagged(linked(*ARTICLES[3:8], title="栏目/s1/"))
        second = await site.visit(settled_sample=0)
    assert not [item.path for item in second.asked if item.path in ARTICLES]
    assert second.summary.pages == 16
    assert second.pages["/s0/a3.html"].parent_url.endswith("/s1/")


async def test_pages_that_lists_dropped_are_looked_at(tmp_path: Path) -> None:
    pages = district()
    async with visits(tmp_path, pages) as site:
        await site.visit()
        pages["/s0/"] = tagged(linked(*ARTICLES[2:4], title="栏目/s0/"))
        pages["/s0/a0.html"] = status(404)
        second = await site.visit(settled_sample=0)
    assert {"/s0/a0.html", "/s0/a1.html"}.isdisjoint(second.pages), "nothing links to them"
    assert second.revisit.gone == 2
    assert second.summary.pages == 14


async def test_changes_that_no_list_tells_of_widen_the_sample(tmp_path: Path) -> None:
    pages = district()
    async with visits(tmp_path, pages) as site:
        await site.visit()
        for path in ARTICLES:
            pages[path] = tagged(linked("/", "http://casino.example/", title=path))
        second = await site.visit(settled_sample=0.05)
    revisit = second.revisit
    assert revisit.sampled == revisit.settled_changed_total == 12, "one, two, four and the rest"
    assert revisit.taken_over == 0
    assert len(revisit.settled_changed) == 12
    for path in ARTICLES:
        assert len(second.requests(path)) == 1


async def test_one_quiet_sample_ends_the_widening(tmp_path: Path) -> None:
    pages = district()
    async with visits(tmp_path, pages) as site:
        await site.visit()
        second = await site.visit(settled_sample=0.3)
        assert second.revisit.sampled == 4


async def test_without_an_earlier_audit_everything_is_read(tmp_path: Path) -> None:
    async with visits(tmp_path, district()) as site:
        first = await site.visit(settled_sample=0.02)
    assert first.summary.revisit is None
    assert first.summary.pages == 16
