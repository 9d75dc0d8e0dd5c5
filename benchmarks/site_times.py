"""How long each site of the last round took, read from the results database; and many addresses."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from crawl import configure

from auditor.model.artifact import CrawlSummary
from auditor.store import Store


@dataclass(frozen=True)
class SiteTime:
    """One site: its crawl and its whole audit in seconds, and its pages."""

    pages: int
    crawl_s: float
    total_s: float


def site_times(base: Path) -> dict[str, SiteTime]:
    """Times by site id."""
    found = {}
    with Store.open(f"sqlite:///{base}/bench.db", create=False) as store:
        run_id = store.run("last").run_id
        for row in store.site_rows(run_id):
            crawl = store.artifact(run_id, row.site.id, CrawlSummary)
            if isinstance(crawl, CrawlSummary) and row.started_at and row.finished_at:
                total_s = (row.finished_at - row.started_at).total_seconds()
                found[row.site.id] = SiteTime(crawl.pages, crawl.seconds, total_s)
    return found


def address(place: int) -> str:
    """The address of the so-many-th site, 127.0.0.1 for the first."""
    return f"127.0.{place // 250}.{place % 250 + 1}"


def listening(sites: int) -> str:
    """nginx directives for the addresses of all sites but the first."""
    return " ".join(f"listen {address(place)}:{{port}};" for place in range(1, sites))


def write_config(
    base: Path,
    port: int,
    dns_port: int,
    homes: dict[str, str],
    politeness: dict[str, object],
    ports: Sequence[int] = (),
    *,
    max_pages: int,
    max_seconds: int = 86_400,
) -> None:
    """Our configuration for these home pages, printed for the record."""
    chosen = {**configure(base, port, dns_port), "politeness": politeness}
    chosen["crawl"] = {
        "max_pages": max_pages,
        "max_seconds": max_seconds,
        "page_timeout_s": 10,
        "include_offsite_links": False,
    }
    chosen["checks"] = {"exclude": ["site-reachability"]}  # spaced visits take their time
    print("audit: ", json.dumps(chosen), flush=True)
    values = json.loads((base / "config.yaml").read_text()) | chosen
    values["network"]["allow_ports"] += [*ports]
    values["register"] = [
        {"id": name, "name": name, "homepage": home} for name, home in homes.items()
    ]
    (base / "config.yaml").write_text(json.dumps(values))
