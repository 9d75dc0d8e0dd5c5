"""Rounds over a few sites on loopback, run as processes of their own: what they find, which pages
they asked for, and what they leave running."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.web import Talk, Web
from tests.integration.cli_lab import spawn
from tests.integration.site_lab import Content, linked, moved

#: A few checks that need the crawl, the link test and the judge, and no browser.
CHECKS = (
    "accessibility-page-language",
    "accessibility-image-text",
    "site-dead-links",
    "site-dead-resources",
)
#: What differs between two audits of the same site; of archived records, only whether they are.
_OF_THE_MOMENT = {"captured_at", "archive"}
_ARCHIVED = {"warc", "warc_record"}


def small_site(articles: int = 60, *, dead: bool = False) -> dict[str, Content]:
    """A site whose home page links to everything, with pictures that nobody describes. Dead links
    are looked at twice, ten seconds apart, and so cost time."""
    paths = [f"/a{number}.html" for number in range(articles)]
    home = linked(*paths, "/old", *(["/gone"] if dead else []))
    pages: dict[str, Content] = {"/": home, "/old": moved("/new.html"), "/new.html": ["/"]}
    pages["/p.png"] = picture
    for number, path in enumerate(paths):
        links = ["/", f"/dead{number % 11}"] if dead else ["/"]
        more = f'<img src="/p.png?{number % 7}">' if number % 5 == 0 else ""
        pages[path] = linked(*links, title=path, more=more)
    return pages


async def picture(talk: Talk) -> None:
    """A script that answers with something like a picture."""
    await talk.answer(200, b"\x89PNG\r\n\x1a\n", ("Content-Type", "image/png"))


def configure(folder: Path, sites: Mapping[str, str], **groups: object) -> Path:
    """A folder with a config.yaml for these home pages by site id."""
    folder.mkdir(parents=True, exist_ok=True)
    ports = sorted({int(url.split(":")[2].split("/")[0]) for url in sites.values()})
    values: dict[str, object] = {
        "register": [
            {"id": site_id, "name": f"{site_id}局", "homepage": url}
            for site_id, url in sites.items()
        ],
        "network": {"allow": ["127.0.0.0/8"], "allow_ports": ports},
        "checks": {"include": list(CHECKS)},
        "politeness": {"delay_s": 0},
        "coverage_limit": 0,
        "as_of": "2026-11-20",
    }
    path = folder / "config.yaml"
    path.write_text(json.dumps(values | groups), "utf-8")
    return path


def start(folder: Path, *more: str, **environment: str) -> subprocess.Popen[str]:
    """`auditor run` in the folder; reports in `out`."""
    arguments = ["run", "--no-browser", "--no-progress", "--format", "json", "--format", "csv"]
    return spawn(folder, *arguments, "-o", "out", *more, **environment)


def finish(process: subprocess.Popen[str], code: int = 0) -> str:
    """Wait for a round and return what it said."""
    out, err = process.communicate(timeout=180)
    assert process.returncode == code, err
    return out + err


def found(folder: Path) -> Any:
    """The result without what belongs to the moment: times, and names of archives."""
    result = json.loads((folder / "out" / "result.json").read_text("utf-8"))
    return _lasting({"sites": result["sites"], "coverage": result["run"]["coverage"]})


def _lasting(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: bool(item) if key in _ARCHIVED else _lasting(item)
            for key, item in value.items()
            if key not in _OF_THE_MOMENT
        }
    if isinstance(value, list):
        return [_lasting(item) for item in value]
    return value


def asked(web: Web, since: int = 0) -> Counter[str]:
    """How often each page was asked for, by host and path. (Soft 404 is looked for at made-up
    addresses, which may begin like those of pages.)"""
    return Counter(
        item.headers["Host"] + item.path
        for item in web.log[since:]
        if re.fullmatch(r"/a\d{1,4}\.html", item.path)
    )


def stored(folder: Path, table: str = "pages") -> int:
    """Rows of a table so far; 0 before it is there."""
    import sqlite3

    try:
        with sqlite3.connect(f"file:{folder}/auditor.db?mode=ro", uri=True) as database:
            return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def until(process: subprocess.Popen[str], reached: Any, limit_s: float = 240) -> None:
    """Wait until a condition holds while the process runs."""
    deadline = time.monotonic() + limit_s
    while not reached():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            pytest.fail(f"ended too early: {process.communicate()}")
        time.sleep(0.02)


def children(pid: int) -> list[int]:
    """Processes below a process, nearest first."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                after_name = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents.setdefault(int(after_name[1]), []).append(int(entry.name))
    below = list(parents.get(pid, ()))
    for child in below:  # grows while it is read
        below += parents.get(child, ())
    return below


def workers_of(pid: int) -> list[int]:
    """Worker processes of a coordinator."""
    return [child for child in children(pid) if b"spawn_main" in _command(child)]


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def alive(pids: Sequence[int]) -> list[bytes]:
    """Command lines of those that still run (zombies have none)."""
    return [command for command in map(_command, pids) if command]


def gone(pids: Sequence[int], limit_s: float = 5) -> bool:
    """Whether all processes end within a short time."""
    deadline = time.monotonic() + limit_s
    while alive(pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not alive(pids)


def interrupt_all(process: subprocess.Popen[str], number: int = signal.SIGINT) -> None:
    """What a terminal does on Ctrl-C: the signal goes to every process of the group."""
    os.killpg(process.pid, number)
