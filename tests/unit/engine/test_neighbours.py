"""Sites that share an address stay together."""

from __future__ import annotations

from auditor.engine.neighbours import group_by_address
from auditor.model.site import Site


def site(site_id: str, *aliases: str) -> Site:
    return Site(site_id, site_id, f"http://{site_id}.example.cn/", aliases=aliases)


def grouped(sites: list[Site], addresses: dict[str, list[str]]) -> list[list[str]]:
    return [[item.id for item in group] for group in group_by_address(sites, addresses)]


def test_a_shared_address_joins_sites() -> None:
    sites = [site("a"), site("b"), site("c"), site("d")]
    addresses = {
        "a.example.cn": ["192.0.2.1"],
        "b.example.cn": ["192.0.2.2", "2001:db8::2"],
        "c.example.cn": ["192.0.2.1"],
        "d.example.cn": ["2001:db8::2"],
    }
    assert grouped(sites, addresses) == [["a", "c"], ["b", "d"]]


def test_sites_are_joined_through_others_and_through_aliases() -> None:
    sites = [site("a"), site("b", "old.example.cn"), site("c", "www.c.cn"), site("lone")]
    addresses = {
        "a.example.cn": ["192.0.2.1"],
        "b.example.cn": ["192.0.2.2", "192.0.2.1"],
        "old.example.cn": ["192.0.2.3"],
        "www.c.cn": ["192.0.2.3"],
        "lone.example.cn": ["192.0.2.9"],
    }
    assert grouped(sites, addresses) == [["a", "b", "c"], ["lone"]]


def test_a_shared_name_joins_sites_even_without_an_address() -> None:
    sites = [site("a", "shared.cn"), site("b"), site("c", "shared.cn")]
    assert grouped(sites, {}) == [["a", "c"], ["b"]]


def test_every_site_is_in_one_group_and_the_largest_comes_first() -> None:
    sites = [site(f"s{number}") for number in range(30)]
    addresses = {f"s{number}.example.cn": [f"192.0.2.{number % 7 % 4}"] for number in range(30)}
    groups = grouped(sites, addresses)
    assert sorted(name for group in groups for name in group) == sorted(item.id for item in sites)
    assert [len(group) for group in groups] == sorted(map(len, groups), reverse=True)
    assert len(groups) == 4
