"""Hosts that pages link to, counted over schemes and ports."""

from __future__ import annotations

from auditor.derive.host_links import HostLinksFold
from auditor.model.page import Link, PageFacts


def _page(url: str, *targets: str) -> PageFacts:
    links = tuple(Link(target, target, text=f"to {target}") for target in targets)
    return PageFacts(url, url, links=links)


def test_links_are_counted_by_host_over_schemes_and_ports() -> None:
    fold = HostLinksFold()
    fold.add(_page("http://a.cn/", "http://b.cn/1", "http://a.cn:8080/", "http://[2001:db8::1]/"))
    fold.add(_page("http://a.cn/2", "https://b.cn/", "http://b.cn/1", ""))
    assert fold.result().hosts == (
        ("[2001:db8::1]", 1, "http://a.cn/", "to http://[2001:db8::1]/", "http://[2001:db8::1]/"),
        ("a.cn", 1, "http://a.cn/", "to http://a.cn:8080/", "http://a.cn:8080/"),
        ("b.cn", 3, "http://a.cn/", "to http://b.cn/1", "http://b.cn/1"),
    )
