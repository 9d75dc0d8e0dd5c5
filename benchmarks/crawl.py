"""Full static audit of a generated site against Scrapy's bare crawl of the same site.

Run: python benchmarks/crawl.py [--pages 3000] [--encoding utf-8|gbk] [--rounds 1]
Prints pages per CPU second (user and system, of the process alone), the ratio, and peak memory.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from big_site import write_site

HERE = Path(__file__).parent
NGINX = """
worker_processes 1; daemon off; pid {base}/nginx.pid; error_log {base}/error.log;
events {{ worker_connections 512; }}
http {{
  types {{ text/html html; }} default_type text/html;
  access_log off; sendfile on; keepalive_requests 100000;
  client_body_temp_path {base}/t1; proxy_temp_path {base}/t2; fastcgi_temp_path {base}/t3;
  uwsgi_temp_path {base}/t4; scgi_temp_path {base}/t5;
  server {{ listen 127.0.0.1:{port}; root {base}/site; index index.html; }}
}}
"""


@dataclass(frozen=True)
class Measured:
    """One run: pages, CPU seconds, wall seconds, peak resident memory (MB)."""

    name: str
    pages: int
    cpu_s: float
    wall_s: float
    peak_mb: float

    @property
    def rate(self) -> float:
        return self.pages / self.cpu_s


def run(name: str, command: list[str], pages_of: object) -> Measured:
    """Run a command to its end and measure the process."""
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=HERE)
    out, errors = _wait(process)
    usage = _USAGE.pop(process.pid)
    pages = pages_of(out)  # type: ignore[operator]
    if not pages:
        sys.exit(f"{name} crawled nothing:\n{errors.decode()[-2000:]}")
    cpu = usage.ru_utime + usage.ru_stime
    return Measured(name, pages, cpu, time.monotonic() - started, usage.ru_maxrss / 1024)


_USAGE: dict[int, resource.struct_rusage] = {}


def _wait(process: subprocess.Popen[bytes]) -> tuple[bytes, bytes]:
    """Output and, through wait4, the resources of this one process."""
    assert process.stdout is not None
    assert process.stderr is not None
    out = process.stdout.read()
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    _USAGE[process.pid] = usage
    return out, errors


@contextmanager
def nginx(base: Path) -> Iterator[str]:
    """Serve `base/site`; the home page's URL."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (base / "nginx.conf").write_text(NGINX.format(base=base, port=port))
    binary = shutil.which("nginx") or "/usr/sbin/nginx"
    server = subprocess.Popen([binary, "-c", str(base / "nginx.conf"), "-p", str(base)])
    try:
        for _ in range(100):
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/index.html"
    finally:
        server.terminate()
        server.wait()


def audit(base: Path, url: str) -> Measured:
    """Our audit: every static check, facts and findings stored, reports written."""
    port = url.split(":")[2].split("/")[0]
    config = base / "config.yaml"
    config.write_text(
        json.dumps(
            {
                "register": [{"id": "bench", "name": "bench", "homepage": url}],
                "crawl": {"max_pages": 1000000, "include_offsite_links": False},
                "politeness": {"delay_s": 0, "per_host": 16, "per_ip": 16, "adaptive": False},
                "network": {
                    "allow": ["127.0.0.0/8"],
                    "allow_ports": [80, 443, int(port)],
                    "resolvers": ["127.0.0.1:9"],
                },
                "browser": {"enabled": False},
                "search": {"max_queries": 0},
                "checks": {"include": ["accessibility", "columns", "domain", "site"]},
                "reports": {"formats": ["json"]},
                "database": f"sqlite:///{base}/bench.db",
            }
        )
    )
    (base / "bench.db").unlink(missing_ok=True)
    command = [sys.executable, "-m", "auditor", "run", "-c", str(config), "-o", str(base / "out")]

    def pages(_: bytes) -> int:
        with sqlite3.connect(base / "bench.db") as database:
            return int(database.execute("select count(*) from pages").fetchone()[0])

    return run("auditor (full static audit)", command, pages)


def rival(kind: str, url: str) -> Measured:
    """Scrapy's bare crawl: fetch, extract links, count."""
    command = [sys.executable, str(HERE / "scrapy_spider.py"), kind, url]
    return run(f"scrapy {kind} (bare crawl)", command, lambda out: int(out.split()[-1]))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--pages", type=int, default=3000)
    options.add_argument("--encoding", default="utf-8")
    options.add_argument("--rounds", type=int, default=1)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        written = write_site(base / "site", chosen.pages, chosen.encoding)
        print(f"{written} pages, {chosen.encoding}; load {os.getloadavg()[0]:.1f}")
        names = ("scrapy", "aiohttp", "lxml")
        print(platform.python_version(), *(f"{name} {version(name)}" for name in names))
        with nginx(base) as url:
            for _ in range(chosen.rounds):
                ours = audit(base, url)
                for other in (rival("stock", url), rival("tuned", url)):
                    show(other)
                    print(f"  ratio {ours.rate / other.rate:.2f}")
                show(ours)


def show(item: Measured) -> None:
    print(
        f"{item.name}: {item.pages} pages, {item.rate:.0f} pages per CPU second, "
        f"{1000 * item.cpu_s / item.pages:.2f} ms, wall {item.wall_s:.1f} s, "
        f"peak {item.peak_mb:.0f} MB"
    )


if __name__ == "__main__":
    main()
