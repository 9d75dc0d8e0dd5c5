"""Shared titles, and which of them the pages print as their headline."""

from __future__ import annotations

from auditor.derive.title_use import TitleUseFold
from tests.unit.derive.pages import facts


def test_headlines_are_told_from_titles_of_templates() -> None:
    fold = TitleUseFold()
    for number in range(4):
        text = f"<p>第{number}个页面的正文。</p>"
        manual = f"<title>插入</title><h1>插入</h1>{text}"
        template = f"<title>工作动态</title><h1>第{number}次会议召开</h1>{text}"
        fold.add(facts(manual, f"http://www.example.gov.cn/help/{number}.html"))
        fold.add(facts(template, f"http://www.example.gov.cn/dt/{number}.html"))
    found = fold.result()
    assert [(title, count) for title, count, _ in found.repeated] == [("工作动态", 4), ("插入", 4)]
    assert found.headlines == ("插入",)
    assert found.pages == 8


def test_copies_of_one_page_share_its_title_rightly() -> None:
    fold = TitleUseFold()
    for name in ("1.html", "1.html?print=1"):
        fold.add(
            facts("<title>通知</title><p>同样的正文。</p>", f"http://www.example.gov.cn/{name}")
        )
    assert fold.result().repeated == ()
    fold.add(facts("<title>通知</title><p>另一篇正文。</p>", "http://www.example.gov.cn/2.html"))
    urls = ("http://www.example.gov.cn/1.html", "http://www.example.gov.cn/2.html")
    assert fold.result().repeated == (("通知", 2, urls),)


def test_a_headline_of_the_first_page_counts() -> None:
    fold = TitleUseFold()
    for number, heading in enumerate(("年报", "年报", "其他")):
        text = f"<title>年报</title><h1>{heading}</h1><p>第{number}篇。</p>"
        fold.add(facts(text, f"http://www.example.gov.cn/{number}.html"))
    assert fold.result().headlines == ("年报",)
