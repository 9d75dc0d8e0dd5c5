"""Error pages in disguise: pages that answer 200 and show what the site shows for addresses that
do not exist (soft 404)."""

from __future__ import annotations

import re
from typing import ClassVar, Final
from urllib.parse import unquote, urlsplit

from auditor.derive.text import text_hash
from auditor.derive.urls import canonical
from auditor.model.artifact import ErrorPage, ErrorPages, Soft404Answer, Soft404Probe
from auditor.model.page import PageFacts
from auditor.model.site import Site

#: Pages kept; the count goes on.
MAX_PAGES = 200
_WORDS: Final = re.compile(
    r"404|页面?(?:未|没)(?:有)?找到|找不到|不存在|已(?:经)?(?:被)?(?:删除|下线|移除)|无法(?:找到|访问)"
    r"|走丢|出错|错误|not\s+found",
    re.I,
)
#: Text beyond which the words of an error page count only in title and headings.
_WORD_CHARS: Final = 500
_MARK_CHARS: Final = 4_000
#: What an error page may say anew each time: numbers, dates, ids.
_CHANGING: Final = re.compile(r"[0-9A-Za-z]*\d[0-9A-Za-z]*|[\s:：,，.。\-/年月日]+")
#: Lengths that two renderings of one error page may differ by (characters, and a tenth).
_NEAR: Final = 200
_INDEX: Final = re.compile(r"/(?:index|default|main|home)\w*(?:\.\w+)?$", re.I)


def error_mark(page: PageFacts) -> str:
    """Stands for what the page says, whatever its address, the time and the numbers in it; "" for
    a page without text."""
    path = urlsplit(page.url).path
    text = f"{page.title} {page.text[:_MARK_CHARS]}"
    if len(path) > 1:
        text = text.replace(page.url, "").replace(path, "").replace(unquote(path), "")
    return text_hash(_CHANGING.sub(" ", text).strip())


def address_kind(url: str) -> tuple[str, ...]:
    """Addresses that one application may be expected to answer alike: those of one script, or of
    one top folder and ending."""
    parts = urlsplit(url)
    if parts.query:
        return parts.netloc, parts.path, "?"
    return parts.netloc, "/".join(parts.path.split("/")[:2]), ending_of(parts.path)


def ending_of(path: str) -> str:
    """`.html`, `/` for a folder, "" for a name without ending."""
    last = path.rpartition("/")[2]
    if not last:
        return "/"
    return last[last.rfind(".") :].lower() if "." in last else ""


class ErrorPagesFold:
    """Compares every page's main text with the one that the soft-404 probe got."""

    produces: ClassVar[type] = ErrorPages

    def __init__(self, site: Site, probe: Soft404Probe) -> None:
        self._home = canonical(site.homepage)
        self._fingerprint = probe.fingerprint if probe.status == 200 else ""
        self._answers = probe.answers
        self._pages: list[ErrorPage] = []
        self._total = 0

    def add(self, page: PageFacts) -> None:
        """Keep the page when it shows the same as an address that does not exist."""
        if not (self._fingerprint or self._answers):
            return
        if page.script_shell or page.url == self._home or _INDEX.search(page.url):
            return
        sure = bool(self._fingerprint) and page.main_text_hash == self._fingerprint
        if not sure:
            answer = self._same_as(page)
            if answer is None:
                return
            sure = not answer.by_query
        self._total += 1
        if len(self._pages) < MAX_PAGES:
            self._pages.append(_error_page(page, says_so=sure and _says_so(page)))

    def _same_as(self, page: PageFacts) -> Soft404Answer | None:
        """The answer for nonsense that the page equals. A search without results says the same
        for every nonsense, lawfully; so equality of answers to queries proves little."""
        near = [
            answer
            for answer in self._answers
            if abs(answer.text_chars - page.text_chars) <= _NEAR + answer.text_chars // 10
        ]
        if not near:
            return None
        kind, mark = address_kind(page.url), error_mark(page)
        return next((it for it in near if it.mark == mark and address_kind(it.url) == kind), None)

    def result(self) -> ErrorPages:
        """The pages in URL order."""
        return ErrorPages(tuple(self._pages), self._total)


def _says_so(page: PageFacts) -> bool:
    heads = " ".join((page.title, *(heading.text for heading in page.headings)))
    short = page.text if page.text_chars <= _WORD_CHARS else ""
    return _WORDS.search(f"{heads} {short}") is not None


def _error_page(page: PageFacts, *, says_so: bool) -> ErrorPage:
    return ErrorPage(
        url=page.final_url or page.url,
        parent_url=page.parent_url,
        parent_text=page.parent_text,
        says_so=says_so,
        title=page.title[:120],
        captured_at=page.captured_at,
        sha256=page.sha256,
    )
