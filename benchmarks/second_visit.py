"""The second audit of an unchanged site against the first, by wall clock.

Run: python benchmarks/second_visit.py [--pages 3000] [--only etag|body|lists] [--later DAYS]
Three ways: the server sends ETags (304 for every page), it sends no validators at all (every body
comes again and is compared by its hash), and `crawl.mode: list-first` (lists and a sample only).
Nothing but the second audit differs from the first: the same settings, the same database, delay 0.
Prints the wall time of the site's audit (from claim to judgement, as the database has it) and of
the whole process (the interpreter's start, proofs of the network, reports). Bars: 6, 4 and 20
times. Pauses are not work: what the generated pages miss is put there first, since a dead link is
looked at twice ten seconds apart, and the check with the spaced sample of the home page is left
out. One process works at a time; on a busy machine both audits suffer.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sqlite3
import sys
import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from big_site import write_site
from crawl import Measured, configure, name_server, nginx, run

_NO_VALIDATORS = 'etag off; if_modified_since off; add_header Last-Modified "";'
#: What the server is told, the mode of the second audit, and the bar.
WAYS = {
    "etag": ("", "full", 6.0),
    "body": (_NO_VALIDATORS, "full", 4.0),
    "lists": ("", "list-first", 20.0),
}
_LAST = (
    "select (julianday(a.finished_at) - julianday(a.started_at)) * 86400,"
    " (select count(*) from pages p where p.audit_id = a.audit_id and p.outcome = 'ok'),"
    " (select count(*) from issues i where i.audit_id = a.audit_id)"
    " from site_audits a join runs r on r.run_id = a.run_id order by r.started_at desc limit 1"
)


@dataclass(frozen=True)
class Audit:
    """One audit: the whole process, and the site's part of it (seconds, pages, issues)."""

    process: Measured
    site_s: float
    pages: int
    issues: int


def settle(base: Path, port: int, dns_port: int, mode: str) -> dict[str, Any]:
    """Write the configuration; all of it."""
    configure(base, port, dns_port)
    settings: dict[str, Any] = json.loads((base / "config.yaml").read_text())
    settings["crawl"]["mode"] = mode
    settings["checks"] = {"exclude": ["site-reachability"]}
    settings["evidence"] = {"store": "none"}
    (base / "config.yaml").write_text(json.dumps(settings))
    return settings


def complete(base: Path) -> None:
    """Audit once for the byte code, and put there what the pages link to and is not there."""
    with nginx(base) as port, name_server() as dns_port:
        settle(base, port, dns_port, "full")
        audit(base)
        with closing(sqlite3.connect(base / "bench.db")) as database:
            for (url,) in database.execute("select url from urls where status = 404"):
                path = base / "site" / urlsplit(url).path.lstrip("/")
                path = path / "index.html" if url.endswith("/") else path
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(f"<!DOCTYPE html><title>{path.name}</title><p>{path}</p>" * 9)


def audit(base: Path, *options: str) -> Audit:
    """Audit the site once more, over the same database."""
    command = [sys.executable, "-m", "auditor", "run", "-c", "config.yaml", "-o", "out", *options]
    rows: list[tuple[float, int, int]] = []

    def pages(_: bytes) -> int:
        with closing(sqlite3.connect(base / "bench.db")) as database:
            rows.append(database.execute(_LAST).fetchone())
        return rows[0][1]

    process = run(base, command, pages)
    return Audit(process, *rows[0])


def show(name: str, item: Audit) -> None:
    """One line per audit."""
    print(
        f"  {name:<7} {item.pages} pages, {item.issues} issues: site {item.site_s:.2f} s, process "
        f"{item.process.wall_s:.2f} s wall, {item.process.cpu_s:.2f} s CPU, peak "
        f"{item.process.peak_mb:.0f} MB, load {os.getloadavg()[0]:.1f}",
        flush=True,
    )


def measure(base: Path, way: str, later: int) -> None:
    """First and second audit in one way."""
    extra, mode, bar = WAYS[way]
    for left in base.glob("bench.db*"):
        left.unlink()
    with nginx(base, extra) as port, name_server() as dns_port:
        moment = datetime.now(UTC)
        settle(base, port, dns_port, "full")
        first = audit(base, "--as-of", moment.isoformat())
        settings = settle(base, port, dns_port, mode)
        second = audit(base, "--as-of", (moment + timedelta(days=later)).isoformat())
    shown = {name: settings[name] for name in ("crawl", "politeness", "evidence", "checks")}
    print(f"{way}: {json.dumps(shown)}")
    show("first", first)
    show("second", second)
    print(
        f"  {way}: site {first.site_s / second.site_s:.1f} times as fast (bar {bar:g}), process "
        f"{first.process.wall_s / second.process.wall_s:.1f} times, CPU "
        f"{first.process.cpu_s / second.process.cpu_s:.1f} times",
        flush=True,
    )


def main() -> None:
    """Generate, serve, audit twice in each way, print."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--pages", type=int, default=3000)
    options.add_argument("--rounds", type=int, default=1)
    options.add_argument("--only", choices=sorted(WAYS))
    options.add_argument(
        "--later", type=int, default=0, metavar="DAYS", help="day of the second judgement"
    )
    chosen = options.parse_args()
    names = ("govsite-auditor", "aiohttp", "lxml", "SQLAlchemy")
    print("Python", platform.python_version(), *(f"{name} {version(name)}" for name in names))
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        base.chmod(0o755)  # started by root, nginx reads the pages as another user
        written = write_site(base / "site", chosen.pages)
        print(f"{written} pages, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        complete(base)
        for _ in range(chosen.rounds):
            for way in [chosen.only] if chosen.only else WAYS:
                measure(base, way, chosen.later)


if __name__ == "__main__":
    main()
