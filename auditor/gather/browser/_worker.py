"""One browser and the thread that drives it, under a watchdog.

Selenium blocks, so each browser has a thread of its own. The event loop watches the clock: when a
page's time is over it kills the process group, which makes the blocked thread return.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import TypeVar

from selenium.common.exceptions import TimeoutException, WebDriverException
from urllib3.exceptions import HTTPError

from auditor.gather.browser._chromium import (
    START_S,
    BrowserFailure,
    Chromium,
    Launch,
    one_line,
)
from auditor.gather.browser._visit import Visit
from auditor.gather.browser.proxy import GuardedProxy
from auditor.model.artifact import Missed
from auditor.model.finding import Reason

#: Pages, and memory of the process group, after which a browser is replaced by a fresh one.
MAX_PAGES = 50
MAX_BYTES = 800 * 2**20
_WEIGH_EVERY = 5
#: Starts that may fail in a row before the browser is given up for this run.
_MAX_FAILED_STARTS = 2
#: How long a killed browser's thread may take to come back.
_RETURN_S = 15.0

_Answer = TypeVar("_Answer")
Work = Callable[[Visit], _Answer]


class Worker:
    """Drives one browser. `do` never hangs: it answers within the page's time and a few
    seconds."""

    def __init__(self, launch: Launch, proxy: GuardedProxy) -> None:
        self._launch = launch
        self._proxy = proxy
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="auditor-browser")
        self._chromium: Chromium | None = None
        self._failed_starts = 0
        self._closed = False
        self._given_up: Missed | None = None

    async def do(self, work: Work[_Answer]) -> _Answer | Missed:
        """Do something with a fresh tab. Every failure is a value: TIMEOUT when the time is
        over, BROWSER when the browser broke, or what the page's own failure means."""
        missed = await self._ready()
        if missed is not None:
            return missed
        timeout_s = self._launch.page_timeout_s
        return await self._watched(lambda: self._visit(work, monotonic() + timeout_s), timeout_s)

    async def close(self) -> None:
        """End the browser and its thread."""
        self._closed = True
        self._signal()
        loop = asyncio.get_running_loop()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_RETURN_S):
                await asyncio.shield(loop.run_in_executor(self._thread, self._discard))
        self._thread.shutdown(wait=False, cancel_futures=True)

    def processes(self) -> tuple[int, ...]:
        """Ids of the browser's living processes."""
        return () if self._chromium is None else self._chromium.members()

    # --- in the event loop ----------------------------------------------------------------------

    async def _ready(self) -> Missed | None:
        if self._given_up is not None:
            return self._given_up
        missed = await self._watched(self._ensure, START_S + 10)
        if missed is None:
            self._failed_starts = 0
            return None
        self._failed_starts += 1
        if self._failed_starts >= _MAX_FAILED_STARTS:
            self._given_up = missed
        return missed

    async def _watched(
        self, call: Callable[[], _Answer | Missed], seconds: float
    ) -> _Answer | Missed:
        loop = asyncio.get_running_loop()
        future = loop.run_in_executor(self._thread, call)
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.shield(future)
        except TimeoutError:
            self._signal()
            # The thread comes back at once, with whatever the dead browser made of its call.
            await asyncio.wait({future}, timeout=_RETURN_S)
            return Missed(Reason.TIMEOUT, f"no answer within {seconds:.0f} s")
        except asyncio.CancelledError:
            self._signal()
            raise

    def _signal(self) -> None:
        if self._chromium is not None:
            self._chromium.signal()

    # --- in the thread --------------------------------------------------------------------------

    def _ensure(self) -> Missed | None:
        """Make sure that a browser in good shape runs."""
        if self._closed:
            return Missed(Reason.CANCELLED)
        if self._chromium is not None and self._worn_out(self._chromium):
            self._discard()
        if self._chromium is None:
            # Known to the event loop before it starts, so that a start can be cut short too.
            self._chromium = Chromium(self._launch)
            try:
                self._chromium.start()
            except BrowserFailure as failure:
                self._chromium = None
                return failure.missed
        return None

    def _visit(self, work: Work[_Answer], deadline: float) -> _Answer | Missed:
        chromium = self._chromium
        if chromium is None:
            return Missed(Reason.BROWSER, "the browser ended")
        try:
            with Visit(chromium, self._proxy, deadline) as visit:
                return work(visit)
        except BrowserFailure as failure:
            if failure.missed.reason is Reason.BROWSER:
                self._discard()
            return failure.missed
        except TimeoutException as error:
            self._discard()
            return Missed(Reason.TIMEOUT, one_line(error))
        except (WebDriverException, HTTPError, OSError) as error:
            self._discard()
            return Missed(Reason.BROWSER, one_line(error))

    def _worn_out(self, chromium: Chromium) -> bool:
        if chromium.pages >= MAX_PAGES or not chromium.members():
            return True
        due = chromium.pages and chromium.pages % _WEIGH_EVERY == 0
        return bool(due) and chromium.memory_bytes() > MAX_BYTES

    def _discard(self) -> None:
        chromium, self._chromium = self._chromium, None
        if chromium is not None:
            chromium.kill()
