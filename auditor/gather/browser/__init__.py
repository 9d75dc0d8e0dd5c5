"""The browser gatherer: axe-core and rendered documents from a real Chromium.

Everything that the browser sends goes through a guarded proxy of our own (`proxy.py`); every page
has its own tab, a hard deadline, and an outcome.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from copy import copy
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Self

from auditor.gather.browser._axe import BEST_PRACTICE, Verdict, audit
from auditor.gather.browser._binary import BrowserBinary, find
from auditor.gather.browser._chromium import Launch
from auditor.gather.browser._shots import Camera
from auditor.gather.browser._visit import Visit
from auditor.gather.browser._worker import Worker
from auditor.gather.browser.proxy import GuardedProxy
from auditor.gather.guard import Guard
from auditor.gather.resolver import Resolver
from auditor.gather.throttle import Throttle
from auditor.model.artifact import AxePage, AxeRule, AxeRun, Missed
from auditor.model.finding import Reason

__all__ = ["Browser", "BrowserBinary", "Rendered"]

#: Elements shown per page.
MAX_ELEMENT_SHOTS = 16
#: Time kept back for the end of a page; below it no further picture is taken.
_RESERVE_S = 3.0


@dataclass(frozen=True, slots=True)
class Rendered:
    """A document after its scripts ran. `html` is UTF-8 whatever the source's encoding was;
    `status` is 0 where the browser does not tell it; `requests` are the addresses from which the
    page's scripts loaded data."""

    url: str
    final_url: str
    title: str
    html: bytes
    status: int
    captured_at: datetime
    requests: tuple[str, ...] = ()


#: Must not raise or wait.
Observer = Callable[[Rendered], None]


class Browser:
    """Chromium for one run. Use as an async context manager; browsers start with the first page.

    `workers`: browsers at a time; `page_timeout_s`: the hard limit for one page, start not
    included; `evidence_dir`: where `screenshots/` goes, None for no screenshots; `scratch`: where
    profiles go, the system's temporary folder by default. Never raises for what pages do.
    """

    def __init__(
        self,
        binary: BrowserBinary,
        *,
        guard: Guard,
        resolver: Resolver,
        throttle: Throttle,
        user_agent: str,
        workers: int = 1,
        page_timeout_s: float = 30,
        evidence_dir: Path | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        scratch: Path | None = None,
    ) -> None:
        self._binary = binary
        self._guard = guard
        self._user_agent = user_agent
        self._count = max(workers, 1)
        self._page_timeout_s = page_timeout_s
        self._evidence_dir = evidence_dir
        self._clock = clock
        self._scratch = scratch
        self._observer: Observer = lambda document: None
        self._stack = AsyncExitStack()
        self._proxy = GuardedProxy(guard=guard, resolver=resolver, throttle=throttle)
        self._workers: tuple[Worker, ...] = ()
        self._idle: asyncio.LifoQueue[Worker] = asyncio.LifoQueue()

    @classmethod
    def find(cls, binary: str | None) -> BrowserBinary | Missed:
        """The browser at `binary` or on the path, with its driver; `Missed(NO_BROWSER)` with one
        sentence that says what to install. Runs both with `--version`: blocks for a moment."""
        return find(binary)

    async def __aenter__(self) -> Self:
        await self._stack.enter_async_context(self._proxy)
        launch = Launch(
            self._binary,
            self._proxy.port,
            self._user_agent,
            self._page_timeout_s,
            self._scratch,
        )
        self._workers = tuple(Worker(launch, self._proxy) for _ in range(self._count))
        for worker in self._workers:
            self._idle.put_nowait(worker)
            self._stack.push_async_callback(worker.close)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    def observed_by(self, observer: Observer) -> Self:
        """The same browsers for one site's audit: `observer` is shown every document that was
        rendered or judged, from any thread."""
        seen = copy(self)
        seen._observer = observer
        return seen

    @property
    def refused(self) -> int:
        """Connections and requests of pages that were not let out."""
        return self._proxy.refused

    def processes(self) -> tuple[int, ...]:
        """Ids of all living browser processes."""
        return tuple(pid for worker in self._workers for pid in worker.processes())

    async def axe(self, urls: Sequence[str]) -> AxeRun:
        """axe and screenshots of every page, in the order given. A page that could not be judged
        has its reason."""
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._axe_page(url)) for url in urls]
        return AxeRun(tuple(task.result() for task in tasks))

    async def render(self, url: str) -> Rendered | Missed:
        """The document as it is after its scripts ran, for pages that are empty without them."""
        missed = self._refusal(url)
        if missed is not None:
            return missed
        async with self._borrowed() as worker:
            captured_at = self._clock()
            rendered = await worker.do(lambda visit: _render(visit, url, captured_at))
        if isinstance(rendered, Rendered):
            self._observer(rendered)
        return rendered

    async def works(self) -> Missed | None:
        """None when the browser starts and axe finds a known defect in it; for the self-test
        before a run. Touches no network."""
        async with self._borrowed() as worker:
            answer = await worker.do(_self_test)
        if isinstance(answer, Missed):
            return answer
        return None if answer else Missed(Reason.BROWSER, "axe missed a known defect")

    async def _axe_page(self, url: str) -> AxePage:
        missed = self._refusal(url)
        if missed is not None:
            return AxePage(url, missed.reason, missed.detail)
        async with self._borrowed() as worker:
            captured_at = self._clock()
            # What was found stands, even if time runs out for the rest or for the pictures.
            found: list[AxePage] = []
            answer = await worker.do(lambda visit: self._judge(visit, url, captured_at, found))
        if isinstance(answer, AxePage):
            return answer
        if found:
            return replace(found[0], detail=f"cut short: {answer.detail}")
        return AxePage(url, answer.reason, answer.detail, captured_at=captured_at)

    def _judge(
        self, visit: Visit, url: str, captured_at: datetime, found: list[AxePage]
    ) -> AxePage:
        state = visit.open(url)
        final_url, title, html = visit.source()
        digest = sha256(html).hexdigest()
        self._observer(Rendered(url, final_url, title, html, state.status, captured_at))

        def note(verdict: Verdict) -> None:
            found[:] = [_axe_page(url, verdict, captured_at, digest)]

        verdict = audit(visit, state, note)
        camera = Camera(visit, self._evidence_dir)
        shown = _pictured(verdict, camera, visit)
        whole = camera.page() if visit.left_s > _RESERVE_S else ""
        return replace(found[0], screenshot=whole, violations=shown, detail=camera.problem)

    def _refusal(self, url: str) -> Missed | None:
        """The browser opens local files too; only what a crawl may fetch gets that far."""
        refusal = self._guard.check_url(url)
        return None if refusal is None else Missed(Reason.GUARD, refusal)

    @asynccontextmanager
    async def _borrowed(self) -> AsyncIterator[Worker]:
        worker = await self._idle.get()
        try:
            yield worker
        finally:
            self._idle.put_nowait(worker)


def _axe_page(url: str, verdict: Verdict, captured_at: datetime, digest: str) -> AxePage:
    return AxePage(
        url=url,
        engine=verdict.engine,
        violations=verdict.violations,
        incomplete=verdict.incomplete,
        passes=verdict.passes,
        frames_skipped=verdict.frames_skipped,
        partial=verdict.partial,
        captured_at=captured_at,
        sha256=digest,
    )


def _pictured(verdict: Verdict, camera: Camera, visit: Visit) -> tuple[AxeRule, ...]:
    """The violations, with pictures of elements as far as number and time go: one for each rule
    and place, what the standard demands before what is advice."""
    order = sorted(verdict.violations, key=lambda rule: BEST_PRACTICE in rule.tags)
    names: dict[tuple[str, str], str] = {}
    taken = 0
    for rule in order:
        for node in rule.nodes:
            key = rule.id, node.place or node.target
            if key in names or taken >= MAX_ELEMENT_SHOTS or visit.left_s < _RESERVE_S:
                continue
            names[key] = camera.element(verdict.tops.get(node.target, ""))
            taken += bool(names[key])
    return tuple(
        replace(
            rule,
            nodes=tuple(
                replace(node, screenshot=names.get((rule.id, node.place or node.target), ""))
                for node in rule.nodes
            ),
        )
        for rule in verdict.violations
    )


def _render(visit: Visit, url: str, captured_at: datetime) -> Rendered:
    state = visit.open(url)
    final_url, title, html = visit.source()
    return Rendered(url, final_url, title, html, state.status, captured_at, visit.requests())


_KNOWN_BAD = (
    "data:text/html,<title>x</title><main><h1>Self-test of the browser and of axe</h1>"
    "<p>The image below has no text, and axe must say so.</p><img src='data:,'></main>"
)


def _self_test(visit: Visit) -> bool:
    verdict = audit(visit, visit.open(_KNOWN_BAD), lambda _: None)
    return any(rule.id == "image-alt" for rule in verdict.violations)
