"""Addresses of pages, in the shapes that content systems of government sites really use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from auditor.demo._spec import ColumnSpec, GroupSpec

_Article = Callable[[ColumnSpec, int, date], str]
_List = Callable[[ColumnSpec, int], str]


def article_path(style: str, column: ColumnSpec, number: int, day: date) -> str:
    """Address of an article; `day` is the date that the address carries where it carries one."""
    return _ARTICLES[style](column, number, day)


def list_path(style: str, column: ColumnSpec, page: int = 1) -> str:
    """Address of a page of a column's list, counted from 1."""
    if style == "app" and column.kind == "static":
        return f"/page/{column.slug}.html"
    return _LISTS[style](column, page)


def group_path(style: str, group: GroupSpec) -> str:
    """Address of the page that shows the newest entries of a menu group."""
    return {
        "trs": f"/{group.dir}/index.html",
        "hanweb": f"/col/col{group.number}/index.html",
        "dated": f"/{group.dir}/index.html",
        "query": f"/channel.php?cid={group.number}",
        "flat": f"/{group.dir}/",
        "app": f"/channel.html?dir={group.dir}",
    }[style]


def _trs_article(column: ColumnSpec, number: int, day: date) -> str:
    return f"/{column.dir}/{column.slug}/t{day:%Y%m%d}_{number}.html"


def _trs_list(column: ColumnSpec, page: int) -> str:
    # createPageHTML() counts from 0, and page 0 has no number.
    name = "index" if page == 1 else f"index_{page - 1}"
    return f"/{column.dir}/{column.slug}/{name}.html"


def _hanweb_article(column: ColumnSpec, number: int, day: date) -> str:
    return f"/art/{day.year}/{day.month}/{day.day}/art_{column.number}_{number}.html"


def _hanweb_list(column: ColumnSpec, page: int) -> str:
    name = "index" if page == 1 else f"index_{page}"
    return f"/col/col{column.number}/{name}.html"


def _dated_article(column: ColumnSpec, number: int, day: date) -> str:
    return f"/{column.slug}/{day:%Y/%m%d}/{number}.html"


def _dated_list(column: ColumnSpec, page: int) -> str:
    return f"/{column.slug}/index.html" if page == 1 else f"/{column.slug}/list_{page}.html"


def _query_article(column: ColumnSpec, number: int, day: date) -> str:
    return f"/show.php?id={number}"


def _query_list(column: ColumnSpec, page: int) -> str:
    return f"/list.php?cid={column.number}" + ("" if page == 1 else f"&page={page}")


def _flat_article(column: ColumnSpec, number: int, day: date) -> str:
    return f"/{column.slug}/a{number}.html"


def _flat_list(column: ColumnSpec, page: int) -> str:
    return f"/{column.slug}/" if page == 1 else f"/{column.slug}/list{page}.html"


def _app_article(column: ColumnSpec, number: int, day: date) -> str:
    return f"/content/{number}.html"


def _app_list(column: ColumnSpec, page: int) -> str:
    return f"/list.html?column={column.slug}" + ("" if page == 1 else f"&page={page}")


_ARTICLES: dict[str, _Article] = {
    "trs": _trs_article,
    "hanweb": _hanweb_article,
    "dated": _dated_article,
    "query": _query_article,
    "flat": _flat_article,
    "app": _app_article,
}
_LISTS: dict[str, _List] = {
    "trs": _trs_list,
    "hanweb": _hanweb_list,
    "dated": _dated_list,
    "query": _query_list,
    "flat": _flat_list,
    "app": _app_list,
}
