"""Many polite sites in one process: wall time against the slowest site's pages times the delay.

Run: python benchmarks/many_sites.py [--sites 200] [--pages 500] [--delay 1.0]
nginx serves the same generated pages at one address of loopback per site. The ideal is a crawl in
which nothing but the delay is waited for. Printed: the crawl of the slowest site (from its first
page to its last) and the wall time of the whole command with start-up, probes, link tests, judging
and reports, each against pages x delay. One process has one core: CPU seconds per page times all
pages must stay below the ideal, else the processor is what is measured.
"""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
from importlib.metadata import version
from pathlib import Path

from big_site import write_site
from crawl import audit, name_server, nginx
from site_times import address, listening, site_times, write_config


def measure(base: Path, pages: int, delay_s: float) -> None:
    """One round, and what it took."""
    whole = audit(base, "--workers", "1")
    times = site_times(base)
    slowest = max(times.values(), key=lambda item: item.crawl_s)
    ideal_s = max(item.pages for item in times.values()) * delay_s
    print(
        f"{len(times)} sites, {whole.pages} pages, {whole.cpu_s:.0f} CPU s "
        f"({1000 * whole.cpu_s / whole.pages:.1f} ms a page), peak {whole.peak_mb:.0f} MB, "
        f"load {os.getloadavg()[0]:.1f}"
    )
    print(f"ideal {ideal_s:.0f} s: {pages} pages x {delay_s} s")
    print(f"slowest crawl {slowest.crawl_s:.1f} s: {slowest.crawl_s / ideal_s:.2f} of the ideal")
    print(f"whole command {whole.wall_s:.1f} s: {whole.wall_s / ideal_s:.2f} of the ideal")


def main() -> None:
    """Generate, serve, measure, print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sites", type=int, default=200)
    options.add_argument("--pages", type=int, default=500, help="of each site")
    options.add_argument("--delay", type=float, default=1.0, help="seconds between two requests")
    chosen = options.parse_args()
    names = ("govsite-auditor", "aiohttp", "lxml", "sqlalchemy")
    print("Python", platform.python_version(), *(f"{name} {version(name)}" for name in names))
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        base.chmod(0o755)  # started by root, nginx reads the pages as another user
        write_site(base / "site", chosen.pages)
        with nginx(base, listening(chosen.sites)) as port, name_server() as dns_port:
            homes = {
                f"s{place}": f"http://{address(place)}:{port}/" for place in range(chosen.sites)
            }
            politeness: dict[str, object] = {
                "delay_s": chosen.delay,
                "per_host": 2,
                "per_ip": 4,
                "adaptive": False,
            }
            write_config(base, port, dns_port, homes, politeness, max_pages=chosen.pages)
            measure(base, chosen.pages, chosen.delay)


if __name__ == "__main__":
    main()
