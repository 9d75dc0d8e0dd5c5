"""What keeping evidence costs per page: the spool that every page goes through, the archive that
the cited ones end in, and, as rival, warcio writing every page to WARC at once.

Run: python benchmarks/evidence.py [--pages 1000] [--encoding utf-8|gbk] [--gzip]
Pages are those of the crawl benchmark (41 KB, 150 links); `--gzip` takes them as a server sends
them that compresses. Prints CPU milliseconds (user and system, all threads) per page and the size
beside that of the pages. Several rounds, the best counts.
"""

from __future__ import annotations

import argparse
import gzip
import os
import platform
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from io import BytesIO
from pathlib import Path

from big_site import write_site
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from auditor.gather._exchange import Exchange
from auditor.gather._hop import Hop, Order
from auditor.gather._target import Origin, Target
from auditor.gather.evidence import ArchiveLabel, Spool, WarcFile, read_spool

BATCH = 50
ROUNDS = 3
NOW = datetime(2026, 11, 23, tzinfo=UTC)
HOST = "www.example.gov.cn"
ORIGIN = Origin("http", HOST, 80, HOST, f"http://{HOST}")
SENT = (("Host", HOST), ("User-Agent", "govsite-auditor/0"), ("Accept-Encoding", "gzip, deflate"))


def order(url: str) -> Order:
    """The order of a page."""
    return Order(
        url=url,
        method="GET",
        headers=SENT,
        body_limit=10**7,
        timeout_s=30.0,
        family=0,
        address=None,
        follow=True,
        max_redirects=10,
        insist=False,
        verify=False,
    )


def answers(folder: Path, packed: bool) -> list[Hop]:
    """The pages below a folder as the fetcher hands them over, digests made."""
    hops = []
    for path in sorted(folder.rglob("*.html")):
        body = path.read_bytes()
        raw = gzip.compress(body, 6) if packed else body
        headers = [("Server", "nginx"), ("Content-Type", "text/html"), ("ETag", '"1"')]
        headers += [("Content-Encoding", "gzip")] if packed else []
        headers += [("Content-Length", str(len(raw)))]
        exchange = Exchange(
            status=200, phrase="OK", headers=tuple(headers), raw=raw, body=body, captured_at=NOW
        )
        _ = exchange.sha256
        target = Target(ORIGIN, f"/{path.relative_to(folder)}")
        hops.append(Hop(target, exchange, "192.0.2.1", sent=SENT))
    return hops


def spool(hops: Sequence[Hop], folder: Path) -> Path:
    """All pages through the spool, a checkpoint after each batch."""
    kept = Spool(folder / "spool", keep_free=0)
    for number, hop in enumerate(hops, 1):
        kept.add(order(hop.target.url), [hop])
        if number % BATCH == 0:
            kept.flush()
    kept.close()
    return kept.path


def search(hops: Sequence[Hop], folder: Path) -> Path:
    """Read the spool to its end, as the search for cited pages does."""
    for _ in read_spool(folder / "spool"):
        pass
    return folder / "spool"


def archive(hops: Sequence[Hop], folder: Path) -> Path:
    """Everything from the spool into a WARC file."""
    with WarcFile(folder, ArchiveLabel("all.warc.gz", "benchmark", {}), NOW) as warc:
        for trail in read_spool(folder / "spool"):
            warc.add(trail)
    return warc.path


def at_once(hops: Sequence[Hop], folder: Path) -> Path:
    """The rival: warcio writes request and response of every page."""
    path = folder / "rival.warc.gz"
    with path.open("wb") as out:
        writer = WARCWriter(out, gzip=True)
        for hop in hops:
            url, exchange = hop.target.url, hop.exchange
            response = writer.create_warc_record(
                url,
                "response",
                payload=BytesIO(exchange.raw),
                http_headers=StatusAndHeaders("200 OK", list(exchange.headers), "HTTP/1.1"),
            )
            request = writer.create_warc_record(
                url,
                "request",
                http_headers=StatusAndHeaders(
                    "GET / HTTP/1.1", list(hop.sent), is_http_request=True
                ),
            )
            writer.write_request_response_pair(request, response)
    return path


STEPS: dict[str, Callable[[Sequence[Hop], Path], Path]] = {
    "spool (every page, during the crawl)": spool,
    "search the spool (once, after judging)": search,
    "archive (cited pages only)": archive,
    "warcio for every page (rival)": at_once,
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--encoding", choices=["utf-8", "gbk"], default="utf-8")
    parser.add_argument("--gzip", action="store_true", help="as a compressing server sends them")
    chosen = parser.parse_args()
    base = Path(tempfile.mkdtemp(prefix="evidence-"))
    try:
        write_site(base / "site", chosen.pages, chosen.encoding)
        hops = answers(base / "site", chosen.gzip)
        sent = sum(len(hop.exchange.raw) for hop in hops)
        whole = sum(len(hop.exchange.body) for hop in hops)
        print(f"{len(hops)} pages of {whole / len(hops) / 1000:.1f} KB", end=", ")
        print(f"{sent / len(hops) / 1000:.1f} KB on the wire, load {os.getloadavg()[0]:.1f}")
        print(f"Python {platform.python_version()}, warcio {version('warcio')}")
        for name, step in STEPS.items():
            best = float("inf")
            for _ in range(ROUNDS):
                started = time.process_time()
                path = step(hops, base)
                best = min(best, time.process_time() - started)
            size = path.stat().st_size
            print(f"{name:40} {1000 * best / len(hops):6.3f} ms/page  {whole / size:5.1f} : 1")
    finally:
        shutil.rmtree(base)


if __name__ == "__main__":
    main()
