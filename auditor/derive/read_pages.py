"""The pages of a site that were read: which of them are articles, and their dates."""

from __future__ import annotations

from datetime import date
from typing import Final

from auditor.model.page import PageFacts, PageKind

#: Text of a page below which it may be a form or a redirection.
_ARTICLE_CHARS: Final = 60
_UNREAD: Final = (False, 0)


class ReadPages:
    """Pages by the hash of their address. A site has hundreds of thousands, so each costs one
    entry of a dictionary: notes that say the same are one object."""

    def __init__(self) -> None:
        # Whether it is an article, and the ordinal of its date or 0.
        self._pages: dict[int, tuple[bool, int]] = {}
        self._notes: dict[tuple[bool, int], tuple[bool, int]] = {}

    def __contains__(self, address: object) -> bool:
        return address in self._pages

    def add(self, page: PageFacts) -> None:
        """Note a page under the address asked for and the one that answered."""
        single = page.kind in (PageKind.ARTICLE, PageKind.OTHER)
        article = single and page.main_chars >= _ARTICLE_CHARS and not page.script_shell
        day = page.published.value if single and page.published.source != "url" else None
        for address in {hash(page.url), hash(page.final_url or page.url)}:
            before = self._pages.get(address, _UNREAD)
            note = (article or before[0], day.toordinal() if day else before[1])
            self._pages[address] = self._notes.setdefault(note, note)

    def is_article(self, address: int) -> bool:
        """True when the page at the address is one article."""
        return self._pages.get(address, _UNREAD)[0]

    def day(self, address: int) -> date | None:
        """The date that the page at the address prints."""
        ordinal = self._pages.get(address, _UNREAD)[1]
        return date.fromordinal(ordinal) if ordinal else None
