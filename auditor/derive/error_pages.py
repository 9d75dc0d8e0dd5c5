"""Error pages in disguise: pages that answer 200 and show what the site shows for addresses that
do not exist (soft 404)."""

from __future__ import annotations

import re
from typing import ClassVar, Final

from auditor.derive.urls import canonical
from auditor.model.artifact import ErrorPage, ErrorPages, Soft404Probe
from auditor.model.page import PageFacts
from auditor.model.site import Site

#: Pages kept; the count goes on.
MAX_PAGES = 200
_WORDS: Final = re.compile(
    r"404|页面?(?:未|没)(?:有)?找到|找不到|不存在|已(?:经)?(?:被)?(?:删除|下线|移除)|无法(?:找到|访问)"
    r"|走丢|出错|错误|not\s+found",
    re.I,
)
_WORD_CHARS: Final = 3_000


class ErrorPagesFold:
    """Compares every page's main text with the one that the soft-404 probe got."""

    produces: ClassVar[type] = ErrorPages

    def __init__(self, site: Site, probe: Soft404Probe) -> None:
        self._home = canonical(site.homepage)
        self._fingerprint = probe.fingerprint if probe.status == 200 else ""
        self._pages: list[ErrorPage] = []
        self._total = 0

    def add(self, page: PageFacts) -> None:
        """Keep the page when it shows the same as an address that does not exist."""
        same = bool(self._fingerprint) and page.main_text_hash == self._fingerprint
        if not same or page.script_shell or page.url == self._home:
            return
        self._total += 1
        if len(self._pages) < MAX_PAGES:
            self._pages.append(_error_page(page))

    def result(self) -> ErrorPages:
        """The pages in URL order."""
        return ErrorPages(tuple(self._pages), self._total)


def _error_page(page: PageFacts) -> ErrorPage:
    return ErrorPage(
        url=page.final_url or page.url,
        parent_url=page.parent_url,
        parent_text=page.parent_text,
        says_so=_WORDS.search(page.title + page.text[:_WORD_CHARS]) is not None,
        title=page.title[:120],
        captured_at=page.captured_at,
        sha256=page.sha256,
    )
