"""The fixed shape of `inspect --json`."""

# ruff: noqa: E501 - examples of markup read better on one line

from __future__ import annotations

import json
from datetime import date

from auditor.derive.inspect import column_name, inspect_json
from tests.unit.derive.pages import facts

HTML = (
    "<html><head><meta charset=utf-8><title>通知_示例县</title><meta name=sitename content=示例县人民政府>"
    "<meta name=PubDate content='2026-11-25 10:00'><meta name=Keywords content=''>"
    "<meta name=viewport content=x></head><body><div>您的位置：<a href=/>首页</a> &gt; "
    "<a href=/t/>通知公告</a> &gt; 正文</div><p>发布日期：2026-11-24</p>"
    "<a href=a.html>甲</a><a href=a.html#2>甲</a><a href=http://other.cn/>乙</a><a href=f.pdf>丙</a>"
    "<form action=/s><input name=q></form></body></html>"
)


def test_the_whole_shape() -> None:
    shape = inspect_json(facts(HTML), date(2026, 11, 22))
    assert json.loads(json.dumps(shape)) == {
        "url": "http://www.example.gov.cn/zwgk/tzgg/index.html",
        "encoding": {"used": "utf-8", "declared": "utf-8", "source": "meta"},
        "title": "通知_示例县",
        "official_meta": {
            "SiteName": "示例县人民政府",
            "PubDate": "2026-11-25 10:00",
            "Keywords": "",
        },
        "published_on": {
            "value": "2026-11-24",
            "source": "visible",
            "disagreements": ["meta=2026-11-25", "as_of=2026-11-22"],
        },
        "column": "通知公告",
        "identity": {
            "site_code": None,
            "icp": None,
            "police": None,
            "organiser": None,
            "gov_mark": None,
            "error_report_entry": None,
            "rendered_by_script": False,
        },
        "links": {"internal": 3, "external": 1, "attachments": 1},
        "forms": [
            {
                "kind": "search",
                "action": "http://www.example.gov.cn/s",
                "method": "get",
                "field": "q",
            }
        ],
        "text_chars": 40,
    }


def test_nothing_known() -> None:
    shape = inspect_json(facts(""))
    assert shape["published_on"] == {"value": None, "source": "none", "disagreements": []}
    assert shape["column"] is None


def test_column_tag_before_breadcrumb() -> None:
    page = facts(
        "<meta name=ColumnName content=要闻>当前位置：<a href=/>首页</a> &gt; <a href=/x>别名</a>"
    )
    assert column_name(page) == "要闻"
