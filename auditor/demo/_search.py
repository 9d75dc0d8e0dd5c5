"""Site search of the district: a good one, one that finds nothing, and one that breaks."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import parse_qsl, urlencode

from markupsafe import Markup, escape

from auditor.demo._content import Article
from auditor.demo._render import SiteRenderer
from auditor.demo._resource import Resource

_PER_PAGE = 10
_LONGEST_QUERY = 100
#: Share of the query's character pairs that a title must have when it lacks the query itself:
#: one mistyped character in a title of ten leaves about 0.8.
_ALIKE = 0.6
_NOISE = re.compile(r"[\s\W_]+")
_RANGES = (("", "不限时间"), ("30", "近一个月"), ("365", "近一年"))
_SORTS = (("", "按相关度"), ("time", "按时间"))


@dataclass(frozen=True, slots=True)
class _Asked:
    """A query as sent; `raw` is its text before folding."""

    raw: str
    column: str
    within: str
    sort: str
    page: int

    @property
    def folded(self) -> str:
        """The text without punctuation, in one width and case."""
        return _fold(self.raw)

    def url(self, **change: str) -> str:
        """Address of the same query with some parameters changed."""
        values = {"q": self.raw, "column": self.column, "range": self.within, "sort": self.sort}
        kept = {key: value for key, value in {**values, **change}.items() if value}
        return "/search?" + urlencode(kept)


def answer(renderer: SiteRenderer, query: str) -> Resource:
    """The result page for a raw query string, as the site's `search` says."""
    behaviour = renderer.site.search
    if behaviour == "broken":
        return Resource("系统错误：无法连接检索服务".encode(), status=500)
    asked = _read(query)
    if behaviour == "empty":
        return _empty(renderer, asked)
    return _good(renderer, asked)


def _read(query: str) -> _Asked:
    try:
        pairs = dict(parse_qsl(query, errors="strict"))
    except UnicodeDecodeError:
        # Browsers send a form in the encoding of its page.
        pairs = dict(parse_qsl(query, encoding="gb18030", errors="replace"))
    page = pairs.get("page", "1")
    return _Asked(
        raw=pairs.get("q", "").strip()[:_LONGEST_QUERY],
        column=pairs.get("column", ""),
        within=pairs.get("range", ""),
        sort=pairs.get("sort", ""),
        page=int(page) if page.isascii() and page.isdigit() else 1,
    )


def _empty(renderer: SiteRenderer, asked: _Asked) -> Resource:
    """Says that nothing was found, whatever is asked, and repeats the query unescaped."""
    return _page(renderer, message=Markup(f"没有找到与“{asked.raw}”相关的信息"))


def _good(renderer: SiteRenderer, asked: _Asked) -> Resource:
    if not asked.folded:
        return _page(renderer, message="请输入关键词后再搜索")
    found = _ranked(renderer, asked)
    if not found:
        return _page(
            renderer,
            message=f"没有找到与“{asked.raw}”相关的信息",
            advice=("请检查输入的文字有无错误", "请尝试更短的关键词", "也可以从站点地图查找"),
        )
    start = (asked.page - 1) * _PER_PAGE
    pages = -(-len(found) // _PER_PAGE)
    return _page(
        renderer,
        total=len(found),
        results=[_result(item, asked) for item in found[start : start + _PER_PAGE]],
        page_links=[asked.url(page=str(number + 1)) for number in range(min(pages, 10))],
        options=_options(renderer, asked),
    )


def _page(renderer: SiteRenderer, **values: object) -> Resource:
    return renderer.page("search.html", "/search", title=f"站内搜索_{renderer.site.name}", **values)


def _options(renderer: SiteRenderer, asked: _Asked) -> list[dict[str, object]]:
    columns = [("", "全部")]
    columns += [(c.slug, c.name) for c in renderer.site.columns if c.slug in renderer.searchable()]
    return [
        {
            "label": label,
            "choices": [
                {"name": name, "url": asked.url(**{key: value}), "on": value == current}
                for value, name in choices
            ],
        }
        for label, key, choices, current in (
            ("信息分类", "column", columns, asked.column),
            ("时间范围", "range", _RANGES, asked.within),
            ("排序方式", "sort", _SORTS, asked.sort),
        )
    ]


def _ranked(renderer: SiteRenderer, asked: _Asked) -> list[Article]:
    scored = []
    for slug, articles in renderer.searchable().items():
        if asked.column and slug != asked.column:
            continue
        for article in articles:
            score = _score(article, asked.folded)
            if score and _is_within(article.day, asked.within, renderer.around.as_of):
                scored.append((score, article))
    if asked.sort == "time":
        scored.sort(key=lambda pair: (-pair[1].day.toordinal(), pair[1].number))
    else:
        scored.sort(key=lambda pair: (-pair[0], -pair[1].day.toordinal(), pair[1].number))
    return [article for _, article in scored]


def _is_within(day: date, days: str, as_of: date) -> bool:
    return not days.isdigit() or day >= as_of - timedelta(days=int(days))


def _score(article: Article, query: str) -> float:
    """3 for the very title, 2 within it, 1 within the text, less for a title that is alike."""
    title = _fold(article.title)
    if title == query:
        return 3.0
    if query in title:
        return 2.0
    document = article.extra.get("document")
    if document and query == _fold(document["文号"]):
        return 2.5
    alike = _alike(query, title)
    if alike >= _ALIKE:
        return 1.0 + alike / 2
    return 1.0 if len(query) > 1 and query in _fold("".join(article.paragraphs)) else 0.0


def _alike(query: str, title: str) -> float:
    pairs = {query[place : place + 2] for place in range(len(query) - 1)}
    if len(pairs) < 3:
        return 0.0
    return sum(pair in title for pair in pairs) / len(pairs)


def _fold(text: str) -> str:
    return _NOISE.sub("", unicodedata.normalize("NFKC", text)).lower()


def _result(article: Article, asked: _Asked) -> dict[str, object]:
    text = "".join(article.paragraphs)
    return {
        "path": article.path,
        "marked": _marked(article.title, asked.raw),
        "snippet": _marked(text[:90], asked.raw),
        "column_name": article.column.name,
        "day": article.day,
    }


def _marked(text: str, query: str) -> Markup:
    if query not in text:
        return escape(text)
    before, _, after = text.partition(query)
    return escape(before) + Markup("<em>{}</em>").format(query) + escape(after)
