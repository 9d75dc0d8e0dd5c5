"""Identity over all pages: what the home page says, and on how many pages each part stands."""

from __future__ import annotations

from collections import Counter
from typing import ClassVar

from auditor.derive.urls import canonical
from auditor.model.artifact import Missed, SiteIdentity
from auditor.model.finding import Reason
from auditor.model.page import Identity, PageFacts
from auditor.model.site import Site

#: Parts of `Identity` that are counted over pages.
PARTS = (
    "site_code",
    "icp",
    "police",
    "organiser",
    "contact",
    "gov_mark",
    "error_report_entry",
    "sitemap_link",
    "barrier_free_entry",
)


class SiteIdentityFold:
    """Counts the parts of the footer over all pages that answered 200."""

    produces: ClassVar[type] = SiteIdentity

    def __init__(self, site: Site) -> None:
        self._home_url = canonical(site.homepage)
        self._home: PageFacts | None = None
        self._seen: Counter[str] = Counter()
        self._pages = 0
        self._scripted = 0

    def add(self, page: PageFacts) -> None:
        """Count one page."""
        if page.url == self._home_url:
            self._home = page
        self._pages += 1
        self._scripted += page.identity.rendered_by_script
        self._seen.update(part for part in PARTS if _has(page.identity, part))

    def result(self) -> SiteIdentity | Missed:
        """The site's identity; missed when the home page is not among the pages."""
        if self._home is None:
            return Missed(Reason.NOT_GATHERED, self._home_url)
        return SiteIdentity(
            home=self._home.identity,
            home_url=self._home.final_url or self._home.url,
            pages=self._pages,
            seen_on={part: self._seen[part] for part in PARTS},
            rendered_by_script=2 * self._scripted > self._pages,
            captured_at=self._home.captured_at,
            sha256=self._home.sha256,
        )


def _has(identity: Identity, part: str) -> bool:
    return bool(getattr(identity, part))
