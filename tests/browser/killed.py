"""Run by a test: opens a page, prints the browser's processes, and kills itself."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from auditor.gather.browser import Browser, BrowserBinary
from auditor.gather.guard import Guard
from auditor.gather.resolver import Resolver
from auditor.gather.throttle import Throttle


async def main(port: int, scratch: Path) -> None:
    """Never returns."""
    guard = Guard(allow=["127.0.0.0/8"], ports=[port])
    binary = Browser.find(None)
    assert isinstance(binary, BrowserBinary)
    browser = Browser(
        binary,
        guard=guard,
        resolver=Resolver(["127.0.0.1:9"], guard=guard),
        throttle=Throttle(delay_s=0, per_host=8, per_ip=8, adaptive=False),
        user_agent="killed",
        page_timeout_s=60,
        scratch=scratch,
    )
    async with browser:
        await browser.axe([f"http://127.0.0.1:{port}/plain"])
        print(*browser.processes(), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)


asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2])))
