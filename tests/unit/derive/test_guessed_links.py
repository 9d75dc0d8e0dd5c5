"""A guess that leads nowhere is nobody's dead link."""

from __future__ import annotations

from auditor.derive.broken_links import BrokenLinksFold
from auditor.model.artifact import BadTarget, BadTargets
from tests.unit.derive.pages import facts

PAGER = '<script>createPageHTML(3, 0, "index", "html");</script>'
SECOND = "http://www.example.gov.cn/zwgk/tzgg/index_2.html"


def broken(*pages: str) -> list[str]:
    target = BadTarget(SECOND, 404, "certain", None, True, 2, None)
    fold = BrokenLinksFold(BadTargets({SECOND: target}, 1, 0))
    for number, html in enumerate(pages):
        fold.add(facts(html, url=f"http://www.example.gov.cn/zwgk/tzgg/{number or 'index'}.html"))
    return [link.target.url for link in fold.result().links]


def test_a_page_that_a_pager_announces() -> None:
    assert broken(PAGER) == []


def test_the_same_page_behind_a_plain_link() -> None:
    assert broken(PAGER, '<a href="index_2.html">下一页</a>') == [SECOND]
