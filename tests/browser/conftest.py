"""One browser and one misbehaving site for all tests of this folder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web

from auditor.gather.browser import Browser, BrowserBinary
from auditor.gather.guard import Guard
from auditor.gather.resolver import Resolver
from auditor.gather.throttle import Throttle
from tests.browser.pages import Site, serve
from tests.hostile.certificates import make, server_context
from tests.hostile.names import Names, rcode, records

AGENT = "govsite-auditor/test (+https://www.example.gov.cn/contact)"


class Lab:
    """The test site, and browsers that may reach it and nothing else."""

    def __init__(self, site: Site, secure_port: int, names: Names) -> None:
        self.site = site
        self.secure_port = secure_port
        self.names = names
        self.guard = Guard(allow=["127.0.0.0/8"], ports=[80, 443, site.port, secure_port])
        self.binary = Browser.find(None)

    def browser(
        self,
        *,
        timeout_s: float = 60,
        evidence: Path | None = None,
        scratch: Path | None = None,
        workers: int = 1,
    ) -> Browser:
        """A browser that has not been started yet."""
        assert isinstance(self.binary, BrowserBinary)
        return Browser(
            self.binary,
            guard=self.guard,
            resolver=Resolver([self.names.where], guard=self.guard, timeout_s=1),
            throttle=Throttle(delay_s=0, per_host=8, per_ip=8, adaptive=False),
            user_agent=AGENT,
            page_timeout_s=timeout_s,
            evidence_dir=evidence,
            scratch=scratch,
            workers=workers,
        )


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def lab(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lab]:
    """The laboratory. Its certificate is self-signed, and for another name."""
    folder = tmp_path_factory.mktemp("certificate")
    rules = {
        ("www.example.gov.cn", "A"): records("www.example.gov.cn. 60 A 127.0.0.1"),
        ("www.example.gov.cn", "AAAA"): rcode("NOERROR"),
        ("inner.example.gov.cn", "A"): records("inner.example.gov.cn. 60 A 10.0.0.7"),
        ("inner.example.gov.cn", "AAAA"): rcode("NOERROR"),
        ("gone.example.gov.cn", "A"): rcode("NXDOMAIN"),
        ("gone.example.gov.cn", "AAAA"): rcode("NXDOMAIN"),
    }
    async with Names(rules) as names:
        site, runner = await serve()
        tls = server_context(folder, make("wrong.example"))
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
        yield Lab(site, runner.addresses[1][1], names)
        await runner.cleanup()


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def browser(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    """A browser shared by the tests of ordinary pages, with screenshots."""
    folder = tmp_path_factory.mktemp("evidence")
    async with lab.browser(evidence=folder) as running:
        yield running
