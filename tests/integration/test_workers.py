"""Several worker processes: they find what one process finds, and nothing of them is left over."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from auditor.gather.crawl._batch import BATCH_PAGES
from tests.hostile.web import Request, Web
from tests.integration.cli_lab import Shell, running
from tests.integration.round_lab import (
    asked,
    children,
    configure,
    finish,
    found,
    gone,
    interrupt_all,
    small_site,
    start,
    stored,
    until,
    workers_of,
)
from tests.integration.site_lab import linked, scripts
from tests.politeness import Rules, Visit, violations

pytestmark = pytest.mark.slow

ARTICLES = 80
#: Three addresses of the machine, hence three groups of sites for two workers.
HOSTS = {"a": "127.0.0.1", "b": "127.0.0.2", "c": "127.0.0.3"}
#: Slow enough that something can happen to a round.
SLOWLY = {"politeness": {"delay_s": 0.1, "per_host": 2}}
UNDER_WAY = 8


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    with running(Web(scripts(small_site(ARTICLES)), host="0.0.0.0")) as server:
        yield server


def sites(web: Web) -> dict[str, str]:
    return {site_id: web.url("/", host) for site_id, host in HOSTS.items()}


@pytest.fixture(scope="module")
def alone(web: Web, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What one process finds."""
    folder = tmp_path_factory.mktemp("alone")
    configure(folder, sites(web))
    finish(start(folder))
    return found(folder)


@pytest.fixture
def round_folder(web: Web, tmp_path: Path) -> Path:
    configure(tmp_path, sites(web), engine={"workers": 2}, **SLOWLY)
    return tmp_path


def test_every_end_of_a_round(web: Web, round_folder: Path, alone: Any) -> None:
    """One round, ended in every way and resumed: nothing is left running, and at last the result
    is that of one process."""
    scratch = Path(tempfile.mkdtemp(dir="/tmp"))
    since = len(web.log)

    process = begin(round_folder, scratch, pages=1)
    everything = children(process.pid)
    interrupt_all(process)
    time.sleep(0.2)
    interrupt_all(process)  # the second Ctrl-C
    ended_within(process, 2)
    assert gone(everything)

    process = begin(round_folder, scratch, pages=30)
    everything = children(process.pid)
    process.kill()
    process.communicate()
    assert gone(everything)

    process = begin(round_folder, scratch, pages=60)
    everything = children(process.pid)
    interrupt_all(process)  # a terminal's Ctrl-C reaches the workers as well
    said = ended_within(process, 10)
    assert "Traceback" not in said
    assert "--resume" in said
    assert gone(everything)
    assert found(round_folder) != alone

    process = begin(round_folder, scratch, pages=90)
    before = workers_of(process.pid)
    assert len(before) == 2
    os.kill(before[0], signal.SIGKILL)
    until(process, lambda: len(set(workers_of(process.pid)) - set(before)) == 1)
    everything = children(process.pid)
    said = finish(process)
    assert found(round_folder) == alone
    assert gone(everything)
    assert "distributed" not in said
    again = asked(web, since)
    assert set(again) == {
        f"{host}:{web.port}/a{number}.html" for host in HOSTS.values() for number in range(ARTICLES)
    }
    assert sum(again.values()) - len(again) <= 4 * len(HOSTS) * (BATCH_PAGES + UNDER_WAY)
    assert os.listdir(scratch) == []
    scratch.rmdir()


def begin(folder: Path, scratch: Path, *, pages: int) -> subprocess.Popen[str]:
    """Start or resume the round, and return when so many pages are stored, and a few more."""
    resumed = ["--resume", "last"] if stored(folder, "runs") else []
    at_least = max(pages, stored(folder) + 1)
    process = start(folder, *resumed, TMPDIR=str(scratch))
    until(process, lambda: stored(folder) >= at_least)
    return process


def ended_within(process: subprocess.Popen[str], seconds: float) -> str:
    """Wait for the end after an interruption; what was said."""
    started = time.monotonic()
    said = finish(process, 130)
    assert time.monotonic() - started < seconds
    return said


def test_workers_keep_one_pace(tmp_path: Path) -> None:
    """Two sites link to each other and to a third host: to each host and address, the requests
    of both processes together keep delay and limits."""
    rules = Rules(delay_s=0.3, per_host=1, per_ip=1, slack_s=0.25)
    with running(Web({}, host="0.0.0.0")) as web:
        there = [web.url(f"/x{number}", host) for number in range(12) for host in HOSTS.values()]
        web.scripts |= scripts({"/": linked(*there), **{f"/x{n}": ["/"] for n in range(12)}})
        configure(
            tmp_path,
            {"a": web.url("/", HOSTS["a"]), "b": web.url("/", HOSTS["b"])},
            engine={"workers": 2},
            politeness={"delay_s": rules.delay_s, "per_host": 1, "per_ip": 1},
        )
        finish(start(tmp_path))
    log = [as_visit(request) for request in web.log]
    asked_of = Counter(visit.host for visit in log)
    assert asked_of[HOSTS["c"]] >= 24, "both processes test the links to the third host"
    assert [str(breach) for breach in violations(log, rules)] == []


def as_visit(request: Request) -> Visit:
    """A host here is its own address. Connections without a request are no matter."""
    host = request.headers["Host"].partition(":")[0]
    method = request.line.split(" ")[0]
    agent = request.headers["User-Agent"]
    return Visit(host, host, request.path, request.started, request.ended, method, agent)


def test_without_workers_nothing_of_dask_is_loaded(web: Web, tmp_path: Path) -> None:
    configure(tmp_path, {"a": web.url("/")}, crawl={"max_pages": 2})
    command = [sys.executable, "-X", "importtime", "-m", "auditor", "run", "--no-browser"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert "auditor.engine.local" in ended.stderr
    assert "dask" not in ended.stderr
    assert "distributed" not in ended.stderr


def test_a_missing_package_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    shell = Shell(tmp_path, capsys, monkeypatch)
    ended = shell("audit", "http://127.0.0.1:9/", "--no-browser", "--workers", "2")
    assert ended.code == 4
    assert "pip install 'distributed" in ended.err
    assert os.listdir(tmp_path) == []


def test_several_machines_cannot_share_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = Shell(tmp_path, capsys, monkeypatch)
    shell.config(engine={"scheduler": "tcp://10.1.2.3:8786"})
    ended = shell("audit", "http://127.0.0.1:9/", "--no-browser", "-c", "config.yaml")
    assert ended.code == 2
    assert "PostgreSQL" in ended.err


def test_no_scheduler_is_an_error_of_the_environment(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auditor.engine.dask_engine.RECONNECT_S", 0.5)
    shell = Shell(tmp_path, capsys, monkeypatch)
    shell.config(engine={"scheduler": "tcp://127.0.0.1:9"})
    ended = shell("audit", "http://127.0.0.1:9/", "--no-browser", "-c", "config.yaml")
    assert ended.code == 4
    assert "No Dask scheduler answers at tcp://127.0.0.1:9" in ended.err
    assert "--resume last" in ended.err
