"""The queue of a crawl: what is known, and what is new."""

from __future__ import annotations

from auditor.gather.crawl.frontier import Frontier
from auditor.model.page import Link


def link(url: str, via: str = "href") -> Link:
    return Link(url, url, via=via)


def test_links_are_fresh_once() -> None:
    frontier = Frontier(seen=["http://a/known"])
    links = [link("http://a/1"), link("http://a/known"), link("http://a/1"), link("http://a/2")]
    assert [item.url for item in frontier.fresh(links)] == ["http://a/1", "http://a/2"]
    assert frontier.fresh(links) == []
    assert not frontier.is_new("http://a/2")


def test_links_that_lead_nowhere_are_never_fresh() -> None:
    assert Frontier().fresh([link(""), link("")]) == []


def test_an_interface_may_still_be_found_as_a_page() -> None:
    frontier = Frontier()
    assert frontier.fresh([link("http://a/list", via="interface")]) == []
    assert len(frontier.fresh([link("http://a/list")])) == 1
