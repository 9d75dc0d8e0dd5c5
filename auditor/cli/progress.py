"""What a person sees while a round runs: bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

from time import monotonic
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.text import Text

#: Bars shown at once; further sites are only counted in the top line.
MAX_BARS = 12
#: Seconds between two plain lines of one site.
LINE_EVERY_S = 10.0
_PHASES = {
    "dns": "names",
    "home": "home page",
    "tls": "HTTPS",
    "ipv6": "IPv6",
    "crawl": "crawling",
    "links": "links",
    "hosts": "hosts",
    "search": "search",
    "browser": "browser",
    "judge": "judging",
}


class PlainProgress:
    """One line for each event, for logs and pipes."""

    def __init__(self, sites: int, console: Console) -> None:
        self._console = console
        self._sites = sites
        self._ended = 0
        self._said: dict[str, float] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def started(self, site_id: str, name: str, budget: int) -> None:
        """Say that a site begins."""
        self._line(f"{site_id}: started ({name})")

    def phase(self, site_id: str, phase: str) -> None:
        """Say which phase begins."""
        self._line(f"{site_id}: {_PHASES.get(phase, phase)}")

    def pages(self, site_id: str, done: int, waiting: int) -> None:
        """Say how far the crawl is, every few seconds."""
        now = monotonic()
        if now - self._said.get(site_id, 0.0) >= LINE_EVERY_S:
            self._said[site_id] = now
            self._line(f"{site_id}: {done} pages, {waiting} waiting")

    def finished(self, site_id: str, state: str, issues: int) -> None:
        """Say how a site ended."""
        self._ended += 1
        self._line(f"{site_id}: {state}, {issues} issues [{self._ended}/{self._sites}]")

    def _line(self, text: str) -> None:
        self._console.print(Text(text), soft_wrap=True)


class LiveProgress:
    """A bar per site under way, and one for the round."""

    def __init__(self, sites: int, console: Console) -> None:
        self._bars = Bars(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[note]}", markup=False),
            TimeElapsedColumn(),
            console=console,
            transient=False,
        )
        self._round = self._bars.add_task("sites", total=sites, note="")
        self._tasks: dict[str, TaskID] = {}
        self._since: dict[str, float] = {}
        self._names: dict[str, str] = {}

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def started(self, site_id: str, name: str, budget: int) -> None:
        """Add a bar while there is room. A site whose worker died is begun again."""
        self._names[site_id] = name
        if site_id not in self._tasks and len(self._tasks) < MAX_BARS:
            self._tasks[site_id] = self._bars.add_task(name[:24], total=None, note="")

    def phase(self, site_id: str, phase: str) -> None:
        """Show the phase beside the bar."""
        self._since.setdefault(site_id, monotonic())
        self._note(site_id, _PHASES.get(phase, phase))

    def pages(self, site_id: str, done: int, waiting: int) -> None:
        """Show pages, rate and the time that the known rest would take."""
        seconds = max(monotonic() - self._since.setdefault(site_id, monotonic()), 0.001)
        rate = done / seconds
        eta = f", {waiting / rate:.0f} s left" if rate and waiting else ""
        task = self._tasks.get(site_id)
        if task is not None:
            note = f"crawling {rate:.1f}/s{eta}"
            self._bars.update(task, completed=done, total=done + waiting, note=note)

    def finished(self, site_id: str, state: str, issues: int) -> None:
        """Count the site and make room for the next bar."""
        self._bars.advance(self._round)
        task = self._tasks.pop(site_id, None)
        if task is not None:
            self._bars.remove_task(task)
        self._bars.console.print(
            Text(f"{self._names.get(site_id, site_id)}: {state}, {issues} issues")
        )

    def _note(self, site_id: str, note: str) -> None:
        task = self._tasks.get(site_id)
        if task is not None:
            self._bars.update(task, note=note)


def open_progress(
    sites: int, *, quiet: bool = False, plain: bool = False
) -> PlainProgress | LiveProgress:
    """The display that fits stderr: bars on a terminal, lines otherwise, nothing when quiet."""
    console = Console(stderr=True, quiet=quiet, highlight=False)
    if console.is_terminal and not plain:
        return LiveProgress(sites, console)
    return PlainProgress(sites, console)
