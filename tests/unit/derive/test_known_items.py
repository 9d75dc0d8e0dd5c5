"""Which pages the site search is tested with."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from auditor.derive.known_items import KnownItemChoice, KnownItems, item_title
from auditor.model.page import Heading, Meta, PageFacts, PageKind, PublishedOn
from auditor.model.site import RunContext, Site

SITE = Site("x", "示例县人民政府", "http://www.example.gov.cn/")
CONTEXT = RunContext("r", datetime(2026, 11, 20, 4, 0, tzinfo=UTC))
TODAY = date(2026, 11, 20)


def article(
    name: str, *, days: int | None = 30, column: str = "tzgg", title: str = ""
) -> PageFacts:
    url = f"http://www.example.gov.cn/{column}/{name}.html"
    published = PublishedOn() if days is None else PublishedOn(TODAY - timedelta(days), "visible")
    full = title or f"关于第{name}号事项的通知公告"
    return PageFacts(
        url, url, kind=PageKind.ARTICLE, title=f"{full}_示例县人民政府", published=published
    )


def choose(*pages: PageFacts, wanted: int = 12) -> KnownItems:
    fold = KnownItemChoice(SITE, CONTEXT, wanted)
    for page in sorted(pages, key=lambda item: item.url):
        fold.add(page)
    return fold.result()


def test_articles_a_week_old_are_chosen_with_their_own_title() -> None:
    (item,) = choose(article("1")).items
    assert item.title == "关于第1号事项的通知公告"
    assert item.published_on == TODAY - timedelta(30)


@pytest.mark.parametrize(("days", "chosen"), [(6, 0), (7, 1), (4000, 1)])
def test_what_is_too_new_is_left_out(days: int, chosen: int) -> None:
    assert len(choose(article("1", days=days)).items) == chosen


@pytest.mark.parametrize(
    "page",
    [
        replace(article("1"), status=404),
        replace(article("1"), kind=PageKind.LIST),
        replace(article("1"), final_url="http://other.example.com/1.html"),
        article("1", title="短标题"),
        article("1", title="404 页面不存在或已删除"),
        article("1", title="长" * 61),
    ],
)
def test_what_is_no_known_item(page: PageFacts) -> None:
    assert choose(page).items == ()


def test_shared_titles_are_no_known_items() -> None:
    twins = [article(name, title="关于举行听证会的公告") for name in ("1", "2")]
    (item,) = choose(*twins, article("3")).items
    assert item.url.endswith("/3.html")


def test_columns_and_ages_take_turns() -> None:
    many = [article(str(number), column="dt") for number in range(50)]
    old = [article(str(number), days=800, column="zcwj") for number in range(50, 60)]
    chosen = choose(*many, *old, article("99", days=200, column="jzxx"), wanted=4).items
    columns = [item.url.split("/")[3] for item in chosen]
    assert {"dt", "zcwj", "jzxx"} <= set(columns)


def test_undated_pages_come_last() -> None:
    chosen = choose(article("1", days=None), article("2"), wanted=2).items
    assert [item.url.rpartition("/")[2] for item in chosen] == ["2.html", "1.html"]


def test_the_choice_does_not_depend_on_the_order_of_pages() -> None:
    pages = [article(str(number), column=f"c{number % 7}") for number in range(100)]
    fold = KnownItemChoice(SITE, CONTEXT)
    for page in reversed(pages):
        fold.add(page)
    assert fold.result() == choose(*pages)


def test_the_title_comes_from_meta_then_heading_then_title() -> None:
    page = article("1", title="县政府办公室-关于调整公交线路的公告")
    assert item_title(page) == "县政府办公室-关于调整公交线路的公告"
    headed = replace(page, headings=(Heading(1, "关于调整公交线路的公告"),))
    assert item_title(headed) == "关于调整公交线路的公告"
    metas = (Meta("ArticleTitle", " 关于调整 公交线路的公告（二） "),)
    assert item_title(replace(headed, metas=metas)) == "关于调整 公交线路的公告（二）"
