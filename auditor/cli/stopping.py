"""Signals: one asks for an orderly end, and the process keeps its word about the time."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from auditor.cli.errors import Exit
from auditor.engine.stop import Stop

#: After a signal: seconds until judging and reporting are given up, and until the process ends
#: whatever it does.
HURRY_S = 6.0
LIMIT_S = 9.0
_CODES = {signal.SIGINT: Exit.INTERRUPTED, signal.SIGTERM: Exit.TERMINATED}


class Signals:
    """The first SIGINT or SIGTERM sets `stop`; a second one, or `LIMIT_S` seconds, ends the
    process at once. Everything that was stored stays, since it was stored in transactions."""

    def __init__(self, farewell: Callable[[], None]) -> None:
        self.stop = Stop()
        self.code: Exit | None = None
        self._farewell = farewell
        self._since = 0.0
        self._timer: threading.Timer | None = None

    def late(self) -> bool:
        """True when no more work should be begun; may be asked from any thread."""
        return self.code is not None and monotonic() - self._since > HURRY_S

    def received(self, number: signal.Signals) -> None:
        """Handle a signal, in the event loop."""
        if self.code is not None:
            self._end()
        self.code = _CODES[number]
        self._since = monotonic()
        # A thread, because the loop may be waiting for one of its own to end.
        self._timer = threading.Timer(LIMIT_S, self._end)
        self._timer.daemon = True
        self._timer.start()
        self.stop.set()

    def _end(self) -> None:
        self._farewell()
        os._exit(int(self.code or Exit.INTERRUPTED))


@contextmanager
def handling_signals(farewell: Callable[[], None]) -> Iterator[Signals]:
    """Handle SIGINT and SIGTERM inside the block. `farewell` says how to go on, when there is no
    time for more. The process still ends in time if its end itself takes long."""
    signals = Signals(farewell)
    loop = asyncio.get_running_loop()
    for number in _CODES:
        loop.add_signal_handler(number, signals.received, number)
    try:
        yield signals
    finally:
        for number in _CODES:
            loop.remove_signal_handler(number)
