"""The home page among all pages."""

from __future__ import annotations

from typing import ClassVar

from auditor.derive.urls import canonical
from auditor.model.artifact import HomePage, Missed
from auditor.model.finding import Reason
from auditor.model.page import PageFacts
from auditor.model.site import Site


class HomePageFold:
    """Picks the home page; `Missed` when it was not stored."""

    produces: ClassVar[type] = HomePage

    def __init__(self, site: Site) -> None:
        self._url = canonical(site.homepage)
        self._found: PageFacts | None = None

    def add(self, page: PageFacts) -> None:
        """Keep the page if it is the home page."""
        if page.url == self._url:
            self._found = page

    def result(self) -> HomePage | Missed:
        """The home page's facts."""
        if self._found is None:
            return Missed(Reason.NOT_GATHERED, self._url)
        return HomePage(self._found, rendered=self._found.rendered)
