"""Full static audit of a generated site against bare crawls of the same site.

Run: python benchmarks/crawl.py [--pages 3000] [--encoding utf-8|gbk] [--rounds 1] [--gbk]
The rivals: Scrapy's CrawlSpider as its documentation shows it (`stock`), a Scrapy spider tuned by
hand (`tuned`), and the floor: aiohttp fetches a list of the pages, lxml parses each once (`bare`).
`--gbk` audits the same site in GBK as well. Prints pages per CPU second (user and system, of the
process alone, start-up included), the ratios and the peak memory. Byte code is warm on all sides.
On a busy machine the second of a core is worth less, so our audit runs before and after the rivals
of each round, and its mean counts.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import dns.exception
import dns.message
import dns.rcode
from big_site import write_site
from scrapy_spider import SETTINGS

HERE = Path(__file__).resolve().parent
NGINX = """
worker_processes 1; daemon off; pid {base}/nginx.pid; error_log {base}/error.log;
events {{ worker_connections 512; }}
http {{
  types {{ text/html html; }} default_type text/html;
  access_log off; sendfile on; keepalive_requests 100000;
  client_body_temp_path {base}/t1; proxy_temp_path {base}/t2; fastcgi_temp_path {base}/t3;
  uwsgi_temp_path {base}/t4; scgi_temp_path {base}/t5;
  server {{ listen 127.0.0.1:{port}; root {base}/site; index index.html; {extra} }}
}}
"""
RIVALS = ("stock", "tuned", "bare")
_COUNT = "select count(*) from pages where outcome = 'ok'"


@dataclass(frozen=True)
class Measured:
    """One run: pages, CPU seconds, wall seconds, peak resident memory (MB)."""

    pages: int
    cpu_s: float
    wall_s: float
    peak_mb: float

    @property
    def rate(self) -> float:
        return self.pages / self.cpu_s


def run(base: Path, command: list[str], pages_of: Callable[[bytes], int]) -> Measured:
    """Run a command to its end and measure the process."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(base.parent / "pycache")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    started = time.monotonic()
    with (base / "run.log").open("wb") as log:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=log, cwd=base, env=environment
        )
        assert process.stdout is not None
        out = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall_s = time.monotonic() - started
    pages = pages_of(out)
    # 3: names that only the Internet knows were not looked up
    if process.returncode not in (0, 3) or not pages:
        log_end = (base / "run.log").read_text(errors="replace")[-2000:]
        sys.exit(f"{' '.join(command)}\nexit {process.returncode}, {pages} pages\n{log_end}")
    return Measured(pages, usage.ru_utime + usage.ru_stime, wall_s, usage.ru_maxrss / 1024)


@contextmanager
def nginx(base: Path, extra: str = "") -> Iterator[int]:
    """Serve `base/site` on the port that is given; `extra`: more directives for the server,
    which may name the `{port}`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    (base / "nginx.conf").write_text(
        NGINX.format(base=base, port=port, extra=extra.format(port=port))
    )
    binary = shutil.which("nginx") or "/usr/sbin/nginx"
    server = subprocess.Popen([binary, "-c", str(base / "nginx.conf"), "-p", str(base)])
    try:
        for _ in range(100):
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        server.terminate()
        server.wait()


@contextmanager
def name_server() -> Iterator[int]:
    """A name server that knows no name, so that no time-out is waited for; its port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        threading.Thread(target=_deny, args=(server,), daemon=True).start()
        yield int(server.getsockname()[1])


def _deny(server: socket.socket) -> None:
    while True:
        try:
            data, client = server.recvfrom(4096)
            answer = dns.message.make_response(dns.message.from_wire(data))
            answer.set_rcode(dns.rcode.NXDOMAIN)
            server.sendto(answer.to_wire(), client)
        except dns.exception.DNSException:
            continue
        except OSError:
            return  # closed


def configure(base: Path, port: int, dns_port: int) -> dict[str, object]:
    """Write our configuration; the parts that bear on speed, for the record."""
    chosen: dict[str, object] = {
        "crawl": {"max_pages": 1_000_000, "max_seconds": 86_400, "include_offsite_links": False},
        "politeness": {"delay_s": 0, "per_host": 16, "per_ip": 16, "adaptive": False},
        "browser": {"enabled": False},
        "search": {"max_queries": 0},
        "reports": {"formats": ["json"]},
        "evidence": {"store": "none"},
    }
    home = f"http://127.0.0.1:{port}/index.html"
    rest = {
        "register": [{"id": "bench", "name": "bench", "homepage": home}],
        "network": {
            "allow": ["127.0.0.0/8"],
            "allow_ports": [80, 443, port],
            "resolvers": [f"127.0.0.1:{dns_port}"],
        },
        "database": f"sqlite:///{base}/bench.db",
    }
    (base / "config.yaml").write_text(json.dumps({**chosen, **rest}))
    return chosen


def audit(base: Path, *options: str) -> Measured:
    """Our audit: every static check, facts and findings stored, result.json written."""
    for left in base.glob("bench.db*"):
        left.unlink()
    command = [sys.executable, "-m", "auditor", "run", "-c", "config.yaml", "-o", "out", *options]

    def pages(_: bytes) -> int:
        with sqlite3.connect(base / "bench.db") as database:
            return int(database.execute(_COUNT).fetchone()[0])

    return run(base, command, pages)


def rival(base: Path, kind: str, port: int) -> Measured:
    """A bare crawl: fetch, extract links or parse, count."""
    root = f"http://127.0.0.1:{port}/"
    if kind == "bare":
        site = base / "site"
        urls = (f"{root}{page.relative_to(site)}\n" for page in sorted(site.rglob("*.html")))
        (base / "urls.txt").write_text("".join(urls))
        command = [sys.executable, str(HERE / "bare_fetch.py"), "urls.txt"]
    else:
        command = [sys.executable, str(HERE / "scrapy_spider.py"), kind, f"{root}index.html"]
    return run(base, command, lambda out: int(out.split()[-1]) if out.split() else 0)


def show(name: str, item: Measured) -> None:
    """One line per run."""
    print(
        f"{name:<14} {item.pages} pages, {item.rate:.0f} per CPU second "
        f"({1000 * item.cpu_s / item.pages:.2f} ms each), wall {item.wall_s:.0f} s, "
        f"peak {item.peak_mb:.0f} MB, load {os.getloadavg()[0]:.1f}",
        flush=True,
    )


def compare(ours: Sequence[Measured], kind: str, theirs: Measured) -> None:
    """The ratio that counts."""
    rate = sum(item.pages for item in ours) / sum(item.cpu_s for item in ours)
    if kind in ("bare", "gbk"):
        names = ("audit", "bare") if kind == "bare" else ("gbk", "utf-8")
        ratio = theirs.rate / rate if kind == "bare" else rate / theirs.rate
        print(f"{names[0]} / {names[1]}: {ratio:.2f} times the CPU per page")
    else:
        print(f"audit / scrapy {kind}: {rate / theirs.rate:.2f} times the pages per CPU second")
    if abs(ours[0].pages - theirs.pages) > ours[0].pages / 100:
        print(f"  (not the same pages: {ours[0].pages} and {theirs.pages})")


@contextmanager
def served(base: Path, pages: int, encoding: str) -> Iterator[int]:
    """A generated site and our configuration for it; the port of the site's server."""
    base.mkdir(mode=0o755)
    written = write_site(base / "site", pages, encoding)
    print(f"{written} pages in {encoding}, {os.cpu_count()} cores")
    with nginx(base) as port, name_server() as dns_port:
        print("audit: ", json.dumps(configure(base, port, dns_port)), flush=True)
        audit(base, "--max-pages", "1")  # byte code
        yield port


def measure(base: Path, port: int, gbk: Path | None) -> None:
    """One round: ours, the rivals, ours again."""
    before = audit(base)
    show("audit", before)
    others = {kind: rival(base, kind, port) for kind in RIVALS}
    if gbk is not None:
        others["gbk"] = audit(gbk)
    for kind, other in others.items():
        show(kind, other)
    after = audit(base)
    show("audit", after)
    for kind, other in others.items():
        compare((before, after), kind, other)


def main() -> None:
    """Generate, serve, measure, print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--pages", type=int, default=3000)
    options.add_argument("--encoding", default="utf-8")
    options.add_argument("--rounds", type=int, default=1)
    options.add_argument("--gbk", action="store_true", help="audit the site in GBK as well")
    chosen = options.parse_args()
    names = ("govsite-auditor", "scrapy", "twisted", "aiohttp", "lxml")
    print("Python", platform.python_version(), *(f"{name} {version(name)}" for name in names))
    print("scrapy:", json.dumps(SETTINGS), flush=True)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        base = Path(folder)
        base.chmod(0o755)  # started by root, nginx reads the pages as another user
        port = stack.enter_context(served(base / "first", chosen.pages, chosen.encoding))
        gbk = base / "gbk" if chosen.gbk else None
        if gbk is not None:
            stack.enter_context(served(gbk, chosen.pages, "gbk"))
        for _ in range(chosen.rounds):
            measure(base / "first", port, gbk)


if __name__ == "__main__":
    main()
