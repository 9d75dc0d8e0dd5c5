"""Two sites audited by two worker processes, against the same round in one process.

Run: python benchmarks/workers.py [--pages 3000] [--sites 2] [--workers 2] [--rounds 1]
nginx serves the same generated pages at several addresses of loopback, without any delay, so that
the processor is what limits. Prints the wall time of the whole command, start-up, judging and
reports included; the round in one process runs before and after, and its mean counts. Wall time
means little on a machine that does something else: look at the load.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
from importlib.metadata import version
from pathlib import Path

from big_site import write_site
from crawl import Measured, audit, configure, name_server, nginx


def several_sites(base: Path, sites: int, port: int, dns_port: int) -> None:
    """Our configuration for the same pages at several addresses."""
    print("audit: ", json.dumps(configure(base, port, dns_port)), flush=True)
    config = base / "config.yaml"
    values = json.loads(config.read_text())
    values["register"] = [
        {"id": f"s{place}", "name": f"s{place}", "homepage": f"http://127.0.0.{place}:{port}/"}
        for place in range(1, sites + 1)
    ]
    config.write_text(json.dumps(values))


def show(workers: int, item: Measured) -> None:
    """One line per run."""
    print(
        f"{workers} process(es): {item.pages} pages, wall {item.wall_s:.1f} s, all processes "
        f"{item.cpu_s:.1f} CPU s, load {os.getloadavg()[0]:.1f}",
        flush=True,
    )


def measure(base: Path, workers: int) -> None:
    """One round: one process, several, one again."""
    before = audit(base, "--workers", "1")
    show(1, before)
    several = audit(base, "--workers", str(workers))
    show(workers, several)
    after = audit(base, "--workers", "1")
    show(1, after)
    if before.pages != several.pages:
        print(f"not the same pages: {before.pages} and {several.pages}")
    alone_s, alone_cpu_s = (before.wall_s + after.wall_s) / 2, (before.cpu_s + after.cpu_s) / 2
    print(
        f"{workers} workers against one process: {alone_s / several.wall_s:.2f} times as fast, "
        f"{several.cpu_s / alone_cpu_s:.2f} times the CPU"
    )


def main() -> None:
    """Generate, serve, measure, print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--pages", type=int, default=3000, help="of each site")
    options.add_argument("--sites", type=int, default=2)
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--rounds", type=int, default=1)
    chosen = options.parse_args()
    names = ("govsite-auditor", "distributed", "lxml", "sqlalchemy")
    print("Python", platform.python_version(), *(f"{name} {version(name)}" for name in names))
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder)
        top.chmod(0o755)  # started by root, nginx reads the pages as another user
        base = top / "work"
        base.mkdir(mode=0o755)
        written = write_site(base / "site", chosen.pages)
        print(f"{chosen.sites} sites of {written} pages, {os.cpu_count()} cores")
        addresses = (f"listen 127.0.0.{place}:{{port}};" for place in range(2, chosen.sites + 1))
        with nginx(base, " ".join(addresses)) as port, name_server() as dns_port:
            several_sites(base, chosen.sites, port, dns_port)
            audit(base, "--max-pages", "1")  # byte code
            for _ in range(chosen.rounds):
                measure(base, chosen.workers)


if __name__ == "__main__":
    main()
