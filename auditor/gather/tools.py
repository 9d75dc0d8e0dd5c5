"""What every gatherer works with, handed over in one value."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from auditor.gather.fetch import Fetcher
from auditor.gather.guard import Guard
from auditor.gather.resolver import Resolver


@dataclass(frozen=True, slots=True)
class Tools:
    """The network classes of a run, its clock and its way to wait.

    `clock` gives the present moment with a time zone; `sleep` waits so many seconds (tests pass
    one that does not); `name_server_port` is 53 but for laboratories.
    """

    guard: Guard
    resolver: Resolver
    fetcher: Fetcher
    clock: Callable[[], datetime]
    sleep: Callable[[float], Awaitable[None]]
    name_server_port: int = 53
