"""Rounds on the workers of a Dask scheduler: `engine.scheduler` and `auditor worker`."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.hostile.web import Web
from tests.integration.cli_lab import running, spawn
from tests.integration.round_lab import configure, finish, found, small_site, start, stored, until
from tests.integration.site_lab import scripts

pytestmark = pytest.mark.slow

ARTICLES = 60
HOSTS = {"a": "127.0.0.1", "b": "127.0.0.2"}


@contextmanager
def scheduler(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """`dask scheduler` on a port of loopback."""
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1"]
    options = ["--port", str(port), "--dashboard-address", "127.0.0.1:0"]
    with (folder / f"scheduler-{port}.log").open("ab") as log:
        process = subprocess.Popen([*command, *options], cwd=folder, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_the_scheduler_dies_and_comes_back(tmp_path: Path) -> None:
    """The worker finds the new scheduler, the coordinator submits again what is not finished, and
    the result is that of one process."""
    alone, folder, elsewhere = (tmp_path / name for name in ("alone", "cluster", "elsewhere"))
    elsewhere.mkdir()
    port = free_port()
    with running(Web(scripts(small_site(ARTICLES)), host="0.0.0.0")) as web:
        sites = {site_id: web.url("/", host) for site_id, host in HOSTS.items()}
        configure(alone, sites)
        finish(start(alone))
        configure(
            folder,
            sites,
            engine={"scheduler": f"tcp://127.0.0.1:{port}"},
            politeness={"delay_s": 0.2},
        )
        with spawn(elsewhere, "worker", f"tcp://127.0.0.1:{port}") as worker:
            try:
                with scheduler(tmp_path, port):
                    process = start(folder)
                    until(process, lambda: stored(folder) >= 10)
                with scheduler(tmp_path, port):
                    finish(process)
                    worker.send_signal(signal.SIGINT)
                    said = finish(worker, 130)
            finally:
                worker.kill()
        assert found(folder) == found(alone)
    assert said.count("worker_joined") == 2
    assert "Traceback" not in said
    assert list(elsewhere.iterdir()) == []
