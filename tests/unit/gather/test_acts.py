"""Links that do something are told from pages that write about doing it."""

from __future__ import annotations

import pytest

from auditor.gather.crawl.traps import acts

SITE = "http://www.example.gov.cn"


@pytest.mark.parametrize(
    "path",
    [
        "/manage/logout.jsp",
        "/news/delete.jsp?n=3",
        "/news/deleteNews.do?x=1",
        "/news/delete.html?id=3",
        "/news/remove.htm?a=1&newsId=3",
        "/item?action=delete",
        "/vote?n=5",
    ],
)
def test_what_does_something(path: str) -> None:
    assert acts(SITE + path)


@pytest.mark.parametrize(
    "path",
    [
        "/help/remove_duplicates.html?lang=zh",
        "/help/remove_duplicates.html",
        "/news/list.jsp?page=2",
        "/logout-guide/index.html",
    ],
)
def test_what_only_writes_about_it(path: str) -> None:
    assert not acts(SITE + path)
