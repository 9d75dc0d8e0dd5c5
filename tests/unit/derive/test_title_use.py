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
