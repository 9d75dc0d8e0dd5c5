"""The command line over sites on loopback: in this process for speed, as one of its own where
signals or the end of the process matter."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest
import yaml

from auditor.cli import main
from tests.hostile.names import Names
from tests.hostile.web import Web
from tests.integration.site_lab import Content, scripts

Server = TypeVar("Server", Web, Names)
ROOT = Path(__file__).parents[2]


@contextmanager
def served(pages: Mapping[str, Content]) -> Iterator[Web]:
    """The site at a port of loopback, served by a thread."""
    with running(Web(scripts(pages))) as web:
        yield web


@contextmanager
def running(server: Server) -> Iterator[Server]:
    """A server in the event loop of a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result(10)
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(server.__aexit__(None, None, None), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


@dataclass
class Shell:
    """Runs commands in a folder."""

    folder: Path
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch

    def __call__(self, *arguments: str) -> Ended:
        """Run `auditor` in this process."""
        self.monkeypatch.chdir(self.folder)
        self.monkeypatch.setattr(sys, "argv", ["auditor", *arguments])
        self.capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        said = self.capsys.readouterr()
        code = left.value.code
        assert isinstance(code, int)
        return Ended(code, said.out, said.err)

    def audit(self, web: Web, *arguments: str) -> Ended:
        """Audit the site of a server, without the browser."""
        return self("audit", web.url("/"), *loopback(web), "--no-browser", *arguments)

    def config(self, **groups: object) -> Path:
        """Write a config.yaml."""
        path = self.folder / "config.yaml"
        path.write_text(yaml.safe_dump(groups, allow_unicode=True), "utf-8")
        return path


def loopback(*webs: Web) -> list[str]:
    """Options that open the guard for these servers."""
    ports = [word for web in webs for word in ("--allow-port", str(web.port))]
    return ["--allow", "127.0.0.0/8", *ports]


def spawn(folder: Path, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    """`auditor` as a process of its own, in a group of its own; its output goes into pipes."""
    return subprocess.Popen(
        [sys.executable, "-m", "auditor", *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(ROOT)} | environment,
    )


#: Runs a command and then writes its peak memory (KiB) to a file. A process started by pytest
#: itself would report pytest's own peak: the kernel counts what it held between fork and exec.
_MEASURED = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[2:])
with open(sys.argv[1], "w") as file:
    file.write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(code)
"""


def run_measured(folder: Path, *arguments: str) -> tuple[int, str, int]:
    """`auditor` run to its end: exit code, standard error and peak memory in KiB."""
    peak = folder / "peak-memory"
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, str(peak), sys.executable, "-m", "auditor", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=240,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    return done.returncode, done.stderr, int(peak.read_text())
