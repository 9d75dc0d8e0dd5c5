"""Memory of one process that audits a large site of small pages.

Run: python benchmarks/memory.py [--pages 20000 100000] [--every 1.0]
Prints the peak of the proportional set size (PSS, from /proc/PID/smaps_rollup, Linux) of each audit
and its growth per further page from one size to the next. The pages are small, for what is kept
of a page does not depend on its length; their links reach widely, so that the queue is long.
"""

from __future__ import annotations

import argparse
import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from crawl import configure, name_server, nginx

PER_FOLDER = 500
#: Links of a page to the pages 2n+1 and 2n+2 reach them all; these are links to far ones.
FAR = (7, 101, 1_009, 10_007)
#: Prime numbers of characters to choose from, so that no two titles are alike.
_SIZES = (5_003, 4_999, 4_993, 4_987, 4_973, 4_969, 4_967, 4_957)
PAGE = """<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8">
<title>{title}_示例县人民政府</title><meta name="ArticleTitle" content="{title}">
<meta name="PubDate" content="2026-11-20 09:30"></head><body><div id="header"><ul class="nav">
<li><a href="/">首页</a></li><li><a href="/0/1.html">公告</a></li></ul></div><div id="main">
<h1>{title}</h1><p>示例县人民政府公告：关于{title}的事项已经办结，特此公告。</p>
<ul>{links}</ul></div><div id="footer">主办：示例县人民政府</div></body></html>
"""


@dataclass(frozen=True)
class Measured:
    """One audit: pages, peak PSS (MB), CPU seconds, wall seconds."""

    pages: int
    peak_mb: float
    cpu_s: float
    wall_s: float


def write_small(folder: Path, pages: int) -> None:
    """Write so many pages below `folder`; each leads to two others and to some far away."""
    for number in range(pages):
        near = (2 * number + 1, 2 * number + 2)
        following = {*near, *((number + step) % pages for step in FAR)}
        links = "".join(
            f'<li><a href="{_address(n)}">{_title(n)}</a> 2026-11-{n % 28 + 1:02d}</li>'
            for n in sorted(following)
            if n < pages
        )
        path = folder / _address(number).lstrip("/")
        if number % PER_FOLDER in (0, 1):
            path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PAGE.format(title=_title(number), links=links), encoding="utf-8")


def _title(number: int) -> str:
    """Eight characters that hardly any other page has in this row: what says nothing new is
    taken for a trap."""
    return "".join(chr(0x4E00 + (number + 1) * 7_919 % size) for size in _SIZES)


def _address(number: int) -> str:
    return f"/{number // PER_FOLDER}/{number}.html" if number else "/index.html"


def pss_mb(pid: int) -> float:
    """Proportional set size of a process (MB); 0 when it has ended."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0


def audit(base: Path, every_s: float) -> Measured:
    """Audit the site and watch the process."""
    command = [sys.executable, "-m", "auditor", "run", "-c", "config.yaml", "-o", "out"]
    started = time.monotonic()
    with (base / "run.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=base, stdout=subprocess.DEVNULL, stderr=log)
        ended, peak = threading.Event(), [0.0]

        def watch() -> None:
            while not ended.wait(every_s):
                peak[0] = max(peak[0], pss_mb(process.pid))

        watcher = threading.Thread(target=watch)
        watcher.start()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        ended.set()
        watcher.join()
    with sqlite3.connect(base / "bench.db") as database:
        pages = int(database.execute("select count(*) from pages").fetchone()[0])
    if process.returncode not in (0, 3):
        sys.exit((base / "run.log").read_text(errors="replace")[-2000:])
    return Measured(pages, peak[0], usage.ru_utime + usage.ru_stime, time.monotonic() - started)


def main() -> None:
    """Generate, serve, measure, print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--pages", type=int, nargs="+", default=[20_000, 100_000])
    options.add_argument("--every", type=float, default=1.0, help="seconds between two looks")
    chosen = options.parse_args()
    print("Python", platform.python_version(), "govsite-auditor", version("govsite-auditor"))
    before: Measured | None = None
    for pages in sorted(chosen.pages):
        with tempfile.TemporaryDirectory() as folder:
            base = Path(folder)
            base.chmod(0o755)  # started by root, nginx reads the pages as another user
            write_small(base / "site", pages)
            with nginx(base) as port, name_server() as dns_port:
                configure(base, port, dns_port)
                seen = audit(base, chosen.every)
        growth = ""
        if before is not None and seen.pages > before.pages:
            grown = (seen.peak_mb - before.peak_mb) * 2**20 / (seen.pages - before.pages)
            growth = f", {grown:.0f} B per further page"
        print(
            f"{seen.pages} pages: peak {seen.peak_mb:.0f} MB PSS{growth}, CPU {seen.cpu_s:.0f} s "
            f"({1000 * seen.cpu_s / seen.pages:.2f} ms each), wall {seen.wall_s:.0f} s, "
            f"load {os.getloadavg()[0]:.1f}",
            flush=True,
        )
        before = seen


if __name__ == "__main__":
    main()
