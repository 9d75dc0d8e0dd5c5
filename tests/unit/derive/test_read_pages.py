"""Which pages were read, and what their dates are."""

from __future__ import annotations

from datetime import date

from auditor.derive.read_pages import ReadPages
from auditor.model.page import PageFacts, PageKind, PublishedOn

DAY = date(2026, 11, 20)


def page(
    url: str, day: date | None = None, *, source: str = "visible", **more: object
) -> PageFacts:
    facts: dict[str, object] = {"kind": PageKind.ARTICLE, "main_chars": 500, **more}
    return PageFacts(url, published=PublishedOn(day, source), **{"final_url": url, **facts})  # type: ignore[arg-type]


def test_an_article_and_its_date_under_both_addresses() -> None:
    read = ReadPages()
    read.add(page("http://a/1", DAY, final_url="http://a/one"))
    for url in ("http://a/1", "http://a/one"):
        assert hash(url) in read
        assert read.is_article(hash(url))
        assert read.day(hash(url)) == DAY
    assert hash("http://a/2") not in read
    assert read.day(hash("http://a/2")) is None


def test_lists_and_short_pages_are_no_articles() -> None:
    read = ReadPages()
    read.add(page("http://a/list", DAY, kind=PageKind.LIST))
    read.add(page("http://a/short", DAY, main_chars=10))
    read.add(page("http://a/shell", script_shell=True))
    assert not any(read.is_article(hash(f"http://a/{name}")) for name in ("list", "short", "shell"))
    assert read.day(hash("http://a/list")) is None
    assert read.day(hash("http://a/short")) == DAY


def test_a_date_in_the_address_alone_is_none() -> None:
    read = ReadPages()
    read.add(page("http://a/1", DAY, source="url"))
    assert read.day(hash("http://a/1")) is None


def test_what_another_name_of_the_page_said_is_kept() -> None:
    read = ReadPages()
    read.add(page("http://a/1", DAY))
    read.add(page("http://a/2", final_url="http://a/1", main_chars=10))
    assert read.is_article(hash("http://a/1"))
    assert read.day(hash("http://a/1")) == DAY
