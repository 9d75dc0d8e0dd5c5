"""Artifacts that need all pages of a site: each fold sees every page once, in URL order."""

from __future__ import annotations

from typing import Any, ClassVar, Protocol

from auditor.model.page import PageFacts


class Fold(Protocol):
    """A derivation over all pages. The constructor's parameter types are its needs; `produces`
    is the artifact type; the state it keeps is bounded."""

    produces: ClassVar[type]

    def __init__(self, *needs: Any) -> None: ...

    def add(self, page: PageFacts) -> None:
        """Take one page into account."""
        ...

    def result(self) -> object:
        """The artifact over all pages seen."""
        ...


#: Every fold, in the order in which they run. An artifact of one may not be a need of another.
FOLDS: tuple[type[Fold], ...] = ()
