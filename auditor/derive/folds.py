"""Artifacts that need all pages of a site: each fold sees every page once, in URL order."""

from __future__ import annotations

from typing import Any, ClassVar, Protocol

from auditor.derive.broken_links import BrokenLinksFold
from auditor.derive.columns import ColumnsFold
from auditor.derive.error_pages import ErrorPagesFold
from auditor.derive.home import HomePageFold
from auditor.derive.host_links import HostLinksFold
from auditor.derive.site_identity import SiteIdentityFold
from auditor.derive.title_use import TitleUseFold
from auditor.model.page import PageFacts


class Fold(Protocol):
    """A derivation over all pages. The constructor's parameter types are its needs; `produces`
    is the artifact type; the state it keeps is bounded."""

    produces: ClassVar[type]

    # A protocol of constructors: each fold has its own parameters.
    __init__: Any

    def add(self, page: PageFacts) -> None:
        """Take one page into account."""
        ...

    def result(self) -> object:
        """The artifact over all pages seen, or `Missed`."""
        ...


#: Every fold of the judge. The product of one may not be a need of another.
FOLDS: tuple[type[Fold], ...] = (
    BrokenLinksFold,
    ColumnsFold,
    ErrorPagesFold,
    HomePageFold,
    HostLinksFold,
    SiteIdentityFold,
    TitleUseFold,
)
