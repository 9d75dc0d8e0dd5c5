"""What an audit tells whoever watches it."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Receives what happens, site by site. Calls are cheap and never block."""

    def started(self, site_id: str, name: str, budget: int) -> None:
        """A site audit begins; `budget` is its largest number of pages."""
        ...

    def phase(self, site_id: str, phase: str) -> None:
        """The audit enters a phase (`dns`, `crawl`, `links`, `search`, `browser`, `judge` ...)."""
        ...

    def pages(self, site_id: str, done: int, waiting: int) -> None:
        """Pages stored so far, and known pages still waiting."""
        ...

    def finished(self, site_id: str, state: str, issues: int) -> None:
        """The audit ended in a state with so many issues."""
        ...


class Silent:
    """Tells nobody."""

    def started(self, site_id: str, name: str, budget: int) -> None:
        """Nothing."""

    def phase(self, site_id: str, phase: str) -> None:
        """Nothing."""

    def pages(self, site_id: str, done: int, waiting: int) -> None:
        """Nothing."""

    def finished(self, site_id: str, state: str, issues: int) -> None:
        """Nothing."""
