"""Every page that a visitor can reach is found, and none is invented."""

from __future__ import annotations

import asyncio

import pytest

from auditor.derive.broken_links import BrokenLinksFold
from auditor.model.artifact import BadTarget, BadTargets
from tests.integration.site_lab import Walk, walk
from tests.integration.ways_lab import FORBIDDEN, IN_VAIN, WAYS, site_pages, truth


@pytest.fixture(scope="module")
def done() -> Walk:
    return asyncio.run(walk(site_pages()))


def test_all_pages_are_found_and_none_is_invented(done: Walk) -> None:
    assert set(done.sink.pages) == truth()
    assert done.summary.stopped_because == "complete"
    assert done.summary.failed == 0
    assert done.summary.left == len(FORBIDDEN), "known, and left alone"


def test_nothing_is_asked_in_vain_but_what_may_be_there(done: Walk) -> None:
    asked = {request.path for request in done.web.log}
    assert asked.isdisjoint(FORBIDDEN)
    dead = {path for path, item in done.sink.done.items() if item.status == 404}
    assert dead == IN_VAIN


def test_a_guess_is_nobodys_dead_link(done: Walk) -> None:
    bad = {
        item.url: BadTarget(item.url, item.status, item.verdict, item.reason, in_site=True)
        for _, _, batch in done.sink.batches
        for item in batch
        if item.verdict != "ok"
    }
    assert bad
    fold = BrokenLinksFold(BadTargets(bad, len(bad), 0))
    for page in done.sink.pages.values():
        assert page.facts is not None
        fold.add(page.facts)
    assert fold.result().links == ()


@pytest.mark.parametrize("name", sorted(WAYS))
def test_each_way_is_known_to_lead_there(done: Walk, name: str) -> None:
    way = WAYS[name]
    for path in way.leads_to:
        facts = done.sink.pages[path].facts
        assert facts is not None
        assert facts.parent_url.endswith(f"/{name}/index.html")
