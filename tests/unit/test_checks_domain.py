"""The domain checks beyond single examples: names, error pages, and findings with one cause."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import pytest

from auditor.api import (
    HomePage,
    Identity,
    Outcome,
    PageFacts,
    PageKind,
    RunContext,
    Site,
    SiteIdentity,
)
from auditor.derive.page import page_facts
from auditor.engine.catalogue import load_checks
from auditor.engine.judge import judge
from auditor.store.rows import Judgement
from checks.domain._common import host_of, is_address, is_below, is_government, zone_of
from checks.domain._identity import is_readable
from checks.domain._pages import content_of, is_error_page

SITE = Site("example", "示例县人民政府", "http://www.example.gov.cn/")
CONTEXT = RunContext("run", datetime(2026, 11, 20, 4, tzinfo=UTC))
CHECKS = load_checks()


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://WWW.Example.gov.cn:8443/a?b#c", "www.example.gov.cn"),
        ("http://user:pw@www.example.gov.cn/", "www.example.gov.cn"),
        ("http://www.example.gov.cn.", "www.example.gov.cn"),
        ("http://[2400:3200::1]:80/", "[2400:3200::1]"),
        ("http://示例.政务/首页", "示例.政务"),
        ("//www.example.gov.cn/", ""),
        ("javascript:void(0)", ""),
        ("", ""),
        ("http://[", ""),
    ],
)
def test_host_of_an_address(url: str, host: str) -> None:
    assert host_of(url) == host


def test_names_and_zones() -> None:
    assert zone_of("xxgk.jyj.example.gov.cn") == "example.gov.cn"
    assert zone_of("www.example.com") == ""
    assert is_below("a.example.gov.cn", "example.gov.cn")
    assert not is_below("myexample.gov.cn", "example.gov.cn")
    assert not is_below("a.example.gov.cn", "")
    assert is_government("示例县.政务")
    assert not is_government("gov.cn.example.com")
    assert is_address("198.18.0.1")
    assert is_address("2400:3200::1")
    assert not is_address("1.example.gov.cn")


def _page(url: str, html: str, **known: object) -> PageFacts:
    return page_facts(html.encode(), url=url, content_type="text/html; charset=utf-8", **known)  # type: ignore[arg-type]


def test_an_article_about_errors_is_no_error_page() -> None:
    body = "网页打不开时，浏览器会显示“404”。技术人员解释说，这表示所请求的页面不存在。" * 12
    article = _page("http://a.gov.cn/1.html", f"<title>“404”的由来</title><p>{body}</p>")
    short = _page("http://a.gov.cn/2.html", "<title>404</title><p>您访问的页面不存在</p>")
    tagged = _page(
        "http://a.gov.cn/3.html",
        '<title>“404”的由来</title><meta name="pubdate" content="2026-11-01 10:00"><p>短讯</p>',
    )
    assert [is_error_page(page) for page in (article, short, tagged)] == [False, True, False]


def test_the_first_filled_tag_counts() -> None:
    page = _page(
        "http://a.gov.cn/",
        '<meta content=" " name="siteidcode"><meta content=" 3799000001 " name="SiteIDCode">',
    )
    assert content_of(page, "SiteIDCode") == "3799000001"


@pytest.mark.parametrize(
    ("facts", "scripted", "readable"),
    [
        ({"text_chars": 900}, False, True),
        ({"text_chars": 900}, True, False),
        ({"text_chars": 900, "rendered": True}, True, True),
        ({"text_chars": 10}, False, False),
        ({"text_chars": 900, "script_shell": True, "rendered": True}, False, False),
        ({"text_chars": 900, "status": 500}, False, False),
    ],
)
def test_absence_proves_something_only_on_a_readable_page(
    facts: dict[str, object], scripted: bool, readable: bool
) -> None:
    page = PageFacts(SITE.homepage, SITE.homepage, main_chars=500, **facts)  # type: ignore[arg-type]
    identity = SiteIdentity(Identity(rendered_by_script=scripted), SITE.homepage, pages=1)
    assert is_readable(identity, HomePage(page)) is readable


def _judge(pages: Iterable[PageFacts], *ids: str) -> Judgement:
    return judge(
        checks=[CHECKS[name] for name in ids],
        folds=(),
        site=SITE,
        given={Site: SITE, RunContext: CONTEXT},
        pages=pages,
    )


def test_one_template_is_one_issue_per_tag() -> None:
    html = '<title>通知</title><meta name="SiteName" content="示例县"><p>各村请于本周内完成。</p>'
    pages = [_page(f"http://www.example.gov.cn/{n:03}.html", html) for n in range(500)]
    found = _judge(pages, "domain-site-meta")
    assert [(issue.message.params["name"], issue.count) for issue in found.issues] == [
        ("SiteDomain", 500),
        ("SiteIDCode", 500),
    ]
    assert {len(issue.evidence) for issue in found.issues} == {20}


def test_one_wrong_form_of_pubdate_is_one_issue() -> None:
    pages = [
        _page(
            f"http://www.example.gov.cn/{n}.html",
            f'<title>通知</title><meta name="PubDate" content="{value}"><p>正文</p>',
        )
        for n, value in enumerate(("2026年1月02日", "2026年3月04日", "2026/01/05", "2026-01-06"))
    ]
    found = _judge(pages, "domain-pubdate-format")
    assert sorted(issue.count for issue in found.issues) == [1, 2]


def test_tags_of_articles_are_asked_of_articles_only() -> None:
    html = "<title>概况</title><p>示例县位于示例省中部，面积一千平方公里。</p>"
    pages = [
        _page("http://www.example.gov.cn/", html, home=True),
        _page("http://www.example.gov.cn/gk.html", html),
    ]
    assert [page.kind for page in pages] == [PageKind.HOME, PageKind.OTHER]
    found = _judge(pages, "domain-article-meta", "domain-column-meta", "domain-pubdate-format")
    assert not found.issues
    assert all(set(tally.counts) == {Outcome.INAPPLICABLE} for tally in found.tallies)


@pytest.mark.parametrize(
    "content",
    ["{0}{host}", "%s" * 50, "'\"><script>", "2026-99-99 99:99", "9" * 10_000, "\u202e2026", " "],
)
def test_hostile_tags_are_judged_without_an_error(content: str) -> None:
    escaped = content.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    metas = "".join(
        f'<meta name="{name}" content="{escaped}">'
        for name in ("SiteName", "SiteDomain", "SiteIDCode", "ArticleTitle", "PubDate")
    )
    page = _page("http://www.example.gov.cn/1.html", f"<title>t</title>{metas}<p>正文</p>")
    names = [name for name in CHECKS if name.startswith("domain-") and name.endswith("meta")]
    found = _judge([page], *names, "domain-pubdate-format")
    assert not found.untested
    assert all(len(str(issue.message.params)) < 400 for issue in found.issues)
