"""What the site answers for pages that cannot exist."""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit

from auditor.gather.fetch import Fetched
from auditor.gather.probes._page import facts_of
from auditor.gather.probes._ports import origin, own_port
from auditor.gather.tools import Tools
from auditor.model.artifact import Soft404Probe
from auditor.model.site import Site


async def probe_soft404(tools: Tools, site: Site) -> Soft404Probe:
    """Ask for a page and a folder that cannot exist.

    `status` is 200 only when both were answered so; else the first honest status. The names are
    the same in every run, so that caches and logs show one visitor.
    """
    urls = impossible_urls(site)
    answers = [await tools.fetcher.fetch(url) for url in urls]
    host = site.host
    failed = next((item for item in answers if item.record.reason is not None), None)
    if failed is not None:
        return Soft404Probe(
            host, urls, reason=failed.record.reason, captured_at=failed.record.captured_at
        )
    honest = next((item for item in answers if item.record.status != 200), None)
    shown = honest or answers[0]
    moved = _moved_to(shown)
    return Soft404Probe(
        host=host,
        urls=urls,
        status=shown.record.status,
        fingerprint="" if honest else facts_of(shown).main_text_hash,
        redirects_to=moved,
        captured_at=shown.record.captured_at,
    )


def impossible_urls(site: Site) -> tuple[str, str]:
    """Two addresses on the site that nobody published."""
    scheme = urlsplit(site.homepage).scheme or "http"
    root = origin(scheme, site.host, own_port(site))
    token = hashlib.sha256(f"no such page: {site.id}".encode()).hexdigest()[:20]
    return f"{root}/{token}.html", f"{root}/{token[:8]}/{token[8:]}/"


def _moved_to(fetched: Fetched) -> str:
    record = fetched.record
    return record.final_url if record.final_url and record.final_url != record.url else ""
