"""Which pages the site search is tested with (known-item retrieval).

A page whose title is known must be found by that title. The choice is spread over columns and
ages, leaves out what is too new to be indexed, and is the same for the same pages.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar
from urllib.parse import urlsplit

from auditor.model.page import PageFacts, PageKind
from auditor.model.site import RunContext, Site

#: STANDARDS section 7: only items at least 7 days old; the delay of the index is another matter.
MIN_AGE_DAYS = 7
#: Queries that the protocol spends on known items.
WANTED = 12
_MIN_CHARS, _MAX_CHARS = 6, 60
_PER_STRATUM = 3
_MAX_STRATA = 400
_MAX_TITLES = 50_000
_AGE_BANDS = (90, 365)
#: What stands between an article's title and the site's name in `<title>`.
_SEPARATOR = re.compile(r"\s*(?:[_|｜丨]|\s[-–—]+\s|--+|>>|»)\s*")
#: Titles of pages that are furniture: an error page, or a list with the column's name.
_FURNITURE = re.compile(
    r"404|not found|页面不存在|出错|首页|列表|搜索|检索|网站地图", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class KnownItem:
    """A page that the site search should find by its title."""

    url: str
    title: str
    published_on: date | None = None


@dataclass(frozen=True, slots=True)
class KnownItems:
    """The chosen pages, the ones to query first in front."""

    items: tuple[KnownItem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Candidate:
    rank: bytes
    item: KnownItem


class KnownItemChoice:
    """Chooses at most `wanted` known items. Dated pages go before undated ones, which may be
    too new. A title that several pages share is no known item."""

    produces: ClassVar[type] = KnownItems

    def __init__(self, site: Site, context: RunContext, wanted: int = WANTED) -> None:
        self._hosts = site.hosts
        self._home = site.homepage
        self._today = context.today
        self._wanted = wanted
        self._titles: Counter[bytes] = Counter()
        self._strata: dict[tuple[str, int], list[_Candidate]] = {}

    def add(self, page: PageFacts) -> None:
        """Take one page into account."""
        title = item_title(page)
        if len(self._titles) < _MAX_TITLES or _hash(title) in self._titles:
            self._titles[_hash(title)] += 1
        if not self._suits(page, title):
            return
        item = KnownItem(page.final_url or page.url, title, page.published.value)
        self._keep(self._stratum(page), _Candidate(_hash(item.url), item))

    def result(self) -> KnownItems:
        """The choice: strata in turn, in the order of their hashes."""
        lanes = [
            [item for item in sorted(lane, key=lambda each: each.rank) if self._unique(item)]
            for _, lane in sorted(self._strata.items(), key=lambda pair: _stratum_order(pair[0]))
        ]
        chosen: list[KnownItem] = []
        for turn in range(_PER_STRATUM):
            chosen += [lane[turn].item for lane in lanes if len(lane) > turn]
        dated = [item for item in chosen if item.published_on is not None]
        undated = [item for item in chosen if item.published_on is None]
        return KnownItems(tuple((dated + undated)[: self._wanted]))

    def _suits(self, page: PageFacts, title: str) -> bool:
        if page.status != 200 or page.kind is not PageKind.ARTICLE or page.url == self._home:
            return False
        if not _MIN_CHARS <= len(title) <= _MAX_CHARS or _FURNITURE.search(title):
            return False
        if _host(page.final_url or page.url) not in self._hosts:
            return False
        newest = self._today - timedelta(days=MIN_AGE_DAYS)
        return page.published.value is None or page.published.value <= newest

    def _stratum(self, page: PageFacts) -> tuple[str, int]:
        """The page's column (breadcrumb, else first folder of its address) and its age band."""
        trail = page.breadcrumb[-2:-1] or page.breadcrumb[-1:]
        column = trail[0] if trail else urlsplit(page.url).path.strip("/").split("/")[0]
        if page.published.value is None:
            return column, len(_AGE_BANDS) + 1
        days = (self._today - page.published.value).days
        return column, sum(days > limit for limit in _AGE_BANDS)

    def _keep(self, stratum: tuple[str, int], candidate: _Candidate) -> None:
        if stratum not in self._strata and len(self._strata) >= _MAX_STRATA:
            return
        lane = self._strata.setdefault(stratum, [])
        lane.append(candidate)
        lane.sort(key=lambda each: each.rank)
        # One more than wanted of each, since shared titles are only known at the end.
        del lane[2 * _PER_STRATUM :]

    def _unique(self, candidate: _Candidate) -> bool:
        return self._titles[_hash(candidate.item.title)] == 1


def item_title(page: PageFacts) -> str:
    """The page's own title without the site's name: official meta, else heading, else `<title>`
    up to the first separator."""
    official = (page.meta("ArticleTitle") or "").strip()
    if official:
        return " ".join(official.split())
    short = _SEPARATOR.split(page.title.strip())[0].strip()
    for heading in page.headings:
        text = " ".join(heading.text.split())
        if heading.level <= 2 and len(text) >= _MIN_CHARS and text in page.title:
            return text
    return " ".join(short.split())


def _stratum_order(stratum: tuple[str, int]) -> bytes:
    return _hash(f"{stratum[0]}\n{stratum[1]}")


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8]


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""
