"""One hostile or dead site beside healthy ones: how much later are the healthy ones done?

Run: python benchmarks/hostile_neighbour.py [--sites 6] [--pages 60] [--delay 0.2] [--shared]
nginx serves the healthy sites; a server of our own plays the bad one, on an address of its own or,
with --shared, on the first healthy site's. `hostile`: a home page that links to pages which hang,
drip, never end or are bombs; `dead`: takes every connection and says nothing. Each kind runs
between two rounds without it, whose mean counts. Printed: the mean time of the healthy sites'
crawls.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import multiprocessing
import os
import platform
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from statistics import mean

from big_site import write_site
from crawl import audit, name_server, nginx
from site_times import address, listening, site_times, write_config

KINDS = ("hang", "drip", "endless", "bomb", "nest", "reset")
LINKS = 60
_OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
_BOMB = gzip.compress(b"\0" * 200_000_000, 9)


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Play the part that the path names."""
    try:
        request = await reader.readuntil(b"\r\n\r\n")
        path = request.split(b" ")[1].decode("latin-1")
        kind = path.strip("/").partition("/")[0]
        if path.startswith(("/robots.txt", "/sitemap")):
            writer.write(b"HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n")
        elif kind in KINDS:
            await _play(kind, writer)
        else:
            links = "".join(
                f"<a href=/{kind}/{number}.html>x</a>" for number in range(LINKS) for kind in KINDS
            )
            body = f"<html><title>x</title>{links}</html>".encode()
            writer.write(_OK + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()
    except (OSError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()


async def _play(kind: str, writer: asyncio.StreamWriter) -> None:
    if kind == "reset":
        writer.transport.abort()
    elif kind == "hang":
        await asyncio.sleep(3600)
    elif kind == "bomb":
        writer.write(_OK + b"Content-Encoding: gzip\r\n\r\n" + _BOMB)
    elif kind == "nest":
        writer.write(_OK + b"\r\n" + b"<div>" * 100_000)
    else:
        writer.write(_OK + b"\r\n")
        while True:
            writer.write(b"x" if kind == "drip" else b"x" * 65536)
            await writer.drain()
            await asyncio.sleep(0.5 if kind == "drip" else 0)


async def _silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(3600)


def _run(server: socket.socket, dead: bool) -> None:
    async def serve() -> None:
        running = await asyncio.start_server(_silence if dead else _serve, sock=server)
        await running.serve_forever()

    asyncio.run(serve())


@contextmanager
def bad_site(where: str, *, dead: bool) -> Iterator[int]:
    """The bad server in a process of its own; its port."""
    with socket.create_server((where, 0)) as server:
        port = int(server.getsockname()[1])
        process = multiprocessing.Process(target=_run, args=(server, dead), daemon=True)
        process.start()
        try:
            yield port
        finally:
            process.kill()
            process.join()


def crawls(base: Path, label: str) -> float:
    """One round: the mean time of the healthy sites' crawls."""
    whole = audit(base, "--workers", "1")
    times = site_times(base)
    bad = times.pop("bad", None)
    taken = mean(item.crawl_s for item in times.values())
    beside = f", the bad one {bad.crawl_s:.0f} s for {bad.pages} pages" if bad else ""
    print(
        f"{label:<8} healthy crawls {taken:.2f} s (slowest "
        f"{max(item.crawl_s for item in times.values()):.2f} s){beside}, {whole.cpu_s:.0f} CPU s, "
        f"peak {whole.peak_mb:.0f} MB, load {os.getloadavg()[0]:.1f}",
        flush=True,
    )
    return taken


def main() -> None:
    """Generate, serve, measure, print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sites", type=int, default=6, help="healthy ones")
    options.add_argument("--pages", type=int, default=60, help="of each site")
    options.add_argument("--delay", type=float, default=0.2, help="seconds between two requests")
    options.add_argument("--max-seconds", type=int, default=60, help="for each crawl")
    options.add_argument("--shared", action="store_true", help="on a healthy site's address")
    chosen = options.parse_args()
    names = ("govsite-auditor", "aiohttp", "lxml")
    print("Python", platform.python_version(), *(f"{name} {version(name)}" for name in names))
    politeness: dict[str, object] = {
        "delay_s": chosen.delay,
        "per_host": 2,
        "per_ip": 4,
        "adaptive": False,  # on a busy machine it would answer to our own slowness
    }
    budget = {"max_pages": chosen.pages, "max_seconds": chosen.max_seconds}
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        base.chmod(0o755)  # started by root, nginx reads the pages as another user
        write_site(base / "site", chosen.pages)
        with nginx(base, listening(chosen.sites)) as port, name_server() as dns_port:
            homes = {
                f"s{place}": f"http://{address(place)}:{port}/" for place in range(chosen.sites)
            }

            def without() -> float:
                write_config(base, port, dns_port, homes, politeness, **budget)
                return crawls(base, "alone")

            before = without()
            where = address(0 if chosen.shared else chosen.sites)
            for label in ("hostile", "dead"):
                with bad_site(where, dead=label == "dead") as bad_port:
                    all_homes = {**homes, "bad": f"http://{where}:{bad_port}/"}
                    write_config(base, port, dns_port, all_homes, politeness, [bad_port], **budget)
                    beside = crawls(base, label)
                after = without()
                later = beside / mean((before, after)) - 1
                print(f"{label} neighbour: healthy crawls take {100 * later:+.1f} %", flush=True)
                before = after


if __name__ == "__main__":
    main()
