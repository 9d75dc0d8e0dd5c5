"""Ctrl-C, SIGTERM and kill -9: the process ends in time, says how to go on, and that works."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.web import Web
from tests.integration.cli_lab import loopback, served, spawn
from tests.integration.probe_lab import page
from tests.integration.site_lab import linked

pytestmark = pytest.mark.slow

#: The checks that an audit makes which is interrupted in a phase, and whether in the browser.
QUICK = ("accessibility-page-language",)
FOUND = (*QUICK, "ipv6-aaaa-record", "search-form")
AXE = (*QUICK, "site-dead-resources", "accessibility-axe-perceivable")
PAGES = 41
LIMIT_S = 10.0


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    """A site with a dead image, a search and something for axe."""
    articles = [f"/a{number}.html" for number in range(PAGES - 1)]
    body = linked("/", *articles[:3], more='<img src="/gone.png" width=9 height=9>')
    form = '<form action="/search"><input name="q"><input type="submit" value="搜索"></form>'
    site = {path: page(body) for path in articles}
    site["/"] = page(linked(*articles, more=form))
    site["/search"] = page(linked("/a1.html", title="搜索结果"))
    with served(site) as server:
        yield server


def command(
    web: Web, folder: Path, checks: Sequence[str], *more: str, delay_s: float = 0.02
) -> list[str]:
    """The audit that is interrupted; its configuration makes it quick."""
    config = folder.parent / "quick.yaml"
    if not config.exists():
        config.write_text(
            f"politeness: {{delay_s: {delay_s}}}\nsearch: {{delay_s: 0.5, max_queries: 8}}\n"
        )
    chosen = [word for check in checks for word in ("--check", check)]
    browser = [] if checks == AXE else ["--no-browser"]
    out = ["--format", "json", "--format", "html", "-c", str(config), "-o", str(folder)]
    return ["audit", web.url("/"), *loopback(web), *chosen, *browser, *out, *more]


def issues(folder: Path) -> Counter[tuple[str, str, str, int]]:
    """What the result says, whenever it was found."""
    result = json.loads((folder / "result.json").read_text("utf-8"))
    found = Counter[Any]()
    for site in result["sites"]:
        found.update(
            (item["id"], item["check_id"], item["outcome"], item["count"])
            for item in site["findings"]
        )
        found.update((item["check_id"], item["reason"], "", 0) for item in site["untested"])
        found["pages", str(site["crawl"]["pages"]), site["crawl"]["stopped_because"], 0] += 1
    return found


@pytest.fixture(scope="module")
def uninterrupted(
    web: Web, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Sequence[str]], Counter[Any]]:
    """What an audit finds that nobody interrupts."""

    @cache
    def run(checks: Sequence[str]) -> Counter[Any]:
        folder = tmp_path_factory.mktemp("whole") / "o"
        with spawn(folder.parent, *command(web, folder, checks)) as process:
            _, err = process.communicate(timeout=180)
        assert process.returncode == 0, err
        return issues(folder)

    return run


def interrupt(process: subprocess.Popen[str], at: str, number: int, delay_s: float = 0.0) -> str:
    """Send a signal when a line appears, and return everything that was said."""
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        if at in line:
            break
    else:
        pytest.fail(f"never said {at!r}: {''.join(said)}")
    time.sleep(delay_s)
    process.send_signal(number)
    started = time.monotonic()
    watchdog = threading.Timer(LIMIT_S + 20, process.kill)
    watchdog.start()
    said += process.stderr
    process.wait()
    watchdog.cancel()
    assert time.monotonic() - started < LIMIT_S
    return "".join(said)


def browsers_in(scratch: Path) -> list[str]:
    """Browser processes that use a profile in this folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                environment = (entry / "environ").read_bytes().decode("utf-8", "replace")
            except OSError:
                continue
            if f"HOME={scratch}" in environment:
                found.append(entry.name)
    return found


@pytest.mark.browser
@pytest.mark.parametrize(
    ("checks", "interruptions"),
    [
        (
            FOUND,
            [
                (": names", signal.SIGINT, 0.0),
                (": crawling", signal.SIGTERM, 0.5),
                (": search", signal.SIGINT, 0.5),
            ],
        ),
        (AXE, [(": links", signal.SIGTERM, 2.0), (": browser", signal.SIGINT, 2.0)]),
    ],
)
def test_stopped_in_phase_after_phase(
    web: Web,
    tmp_path: Path,
    uninterrupted: Callable[[Sequence[str]], Counter[Any]],
    checks: Sequence[str],
    interruptions: list[tuple[str, int, float]],
) -> None:
    folder = tmp_path / "out put"
    scratch = Path(tempfile.mkdtemp(dir="/tmp"))
    arguments = command(web, folder, checks)
    for at, number, delay_s in interruptions:
        with spawn(tmp_path, *arguments, TMPDIR=str(scratch)) as process:
            said = interrupt(process, at, number, delay_s)
            assert process.stdout is not None
            out = process.stdout.read()
        assert process.returncode == 128 + number, said
        assert out.strip() == str(folder / "index.html")
        result = json.loads((folder / "result.json").read_text("utf-8"))
        assert result["run"]["finished_at"] is None
        assert browsers_in(scratch) == []
        hint = re.search(r"go on with:\n  (.*)", said)
        assert hint is not None, said
        program, *arguments = shlex.split(hint[1])
        assert (program, arguments[:2]) == (sys.executable, ["-m", "auditor"])
        arguments = arguments[2:]
    assert os.listdir(scratch) == []
    scratch.rmdir()
    for _ in range(2):  # a run that is finished has nothing to go on with
        asked = len(web.log)
        with spawn(tmp_path, *arguments) as process:
            _, err = process.communicate(timeout=180)
        assert process.returncode == 0, err
        assert issues(folder) == uninterrupted(checks)
    assert len(web.log) == asked


def test_a_second_signal_ends_at_once(web: Web, tmp_path: Path) -> None:
    with spawn(tmp_path, *command(web, tmp_path / "o", QUICK)) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if ": crawling" in line:
                break
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        started = time.monotonic()
        said = process.stderr.read()
    assert process.returncode == 130
    assert time.monotonic() - started < 2
    assert "--resume" in said
    assert "write the reports" in said


def test_killed_in_the_crawl_and_resumed(
    web: Web, tmp_path: Path, uninterrupted: Callable[[Sequence[str]], Counter[Any]]
) -> None:
    folder = tmp_path / "o"
    with spawn(tmp_path, *command(web, folder, FOUND, delay_s=0.25)) as process:
        while len(pages_of(tmp_path)) < 5:
            assert process.poll() is None
            time.sleep(0.1)
        process.kill()
    assert len(pages_of(tmp_path)) < PAGES
    with spawn(tmp_path, *command(web, folder, FOUND, "--resume", "last")) as process:
        _, err = process.communicate(timeout=180)
    assert process.returncode == 0, err
    assert len(pages_of(tmp_path)) == len(set(pages_of(tmp_path))) == PAGES
    assert issues(folder) == uninterrupted(FOUND)


def pages_of(folder: Path) -> list[str]:
    """Pages stored so far."""
    try:
        with sqlite3.connect(f"file:{folder}/auditor.db?mode=ro", uri=True) as database:
            return [row[0] for row in database.execute("SELECT url FROM pages")]
    except sqlite3.OperationalError:  # not made yet
        return []


def test_run_goes_on_without_the_configuration(web: Web, tmp_path: Path) -> None:
    """The run keeps its settings; the folder's config.yaml may have gone or changed."""
    first = tmp_path / "first"
    first.mkdir()
    (first / "config.yaml").write_text(
        json.dumps(
            {
                "register": [{"id": "a", "name": "甲局", "homepage": web.url("/")}],
                "network": {"allow": ["127.0.0.0/8"], "allow_ports": [web.port]},
                "checks": {"include": ["accessibility-page-language"]},
                "crawl": {"max_pages": 30},
                "politeness": {"delay_s": 0.1},
                "database": f"sqlite:///{tmp_path}/a.db",
            }
        )
    )
    with spawn(first, "run", "--no-browser", "-o", str(tmp_path / "o")) as process:
        interrupt(process, ": crawling", signal.SIGINT, 1.0)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    database = f"sqlite:///{tmp_path}/a.db"
    with spawn(elsewhere, "run", "--resume", "last", "--database", database) as process:
        out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    result = json.loads((tmp_path / "o" / "result.json").read_text("utf-8"))
    assert result["sites"][0]["crawl"]["pages"] == 30
    assert out.strip() == str(tmp_path / "o" / "index.html")
    assert os.listdir(elsewhere) == []
