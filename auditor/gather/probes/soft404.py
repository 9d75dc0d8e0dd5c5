"""What the site answers for pages that cannot exist."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from auditor.derive.error_pages import address_kind, error_mark
from auditor.gather.fetch import Fetched
from auditor.gather.probes._page import facts_of
from auditor.gather.probes._ports import origin, own_port
from auditor.gather.soft_errors import impossible_beside
from auditor.gather.tools import Tools
from auditor.model.artifact import Soft404Answer, Soft404Probe
from auditor.model.site import Site

#: Kinds of pages beside which a name that cannot exist is asked for.
MAX_KINDS = 10


async def probe_soft404(
    tools: Tools, site: Site, examples: Mapping[str, str] | None = None
) -> Soft404Probe:
    """Ask for a page and a folder that cannot exist, and for an impossible name beside each of
    the example pages (each with its own mark: a query whose nonsense shows the page itself says
    nothing).

    `status` is 200 only when page and folder were answered so; else the first honest status. The
    names are the same in every run, so that caches and logs show one visitor.
    """
    probe = await _of_root(tools, site)
    if probe.reason is not None:
        return probe
    answers: list[Soft404Answer] = []
    for url, own in (examples or {}).items():
        fetched = await tools.fetcher.fetch(impossible_beside(url))
        if _is_found(fetched):
            answer = _answer(fetched)
            if answer.mark and not (answer.by_query and answer.mark == own):
                answers.append(answer)
    return replace(probe, answers=tuple(answers))


def examples_of(urls: Iterable[str]) -> list[str]:
    """One page of each of the most frequent kinds."""
    first: dict[tuple[str, ...], str] = {}
    counts: Counter[tuple[str, ...]] = Counter()
    for url in urls:
        kind = address_kind(url)
        counts[kind] += 1
        first.setdefault(kind, url)
    kinds = sorted(counts, key=lambda kind: (-counts[kind], kind))
    return [first[kind] for kind in kinds[:MAX_KINDS]]


def _is_found(fetched: Fetched) -> bool:
    return fetched.record.reason is None and 200 <= fetched.record.status < 300


def _answer(fetched: Fetched) -> Soft404Answer:
    facts = facts_of(fetched)
    record = fetched.record
    return Soft404Answer(
        url=record.url,
        final_url=record.final_url,
        mark=error_mark(facts),
        text_chars=facts.text_chars,
        by_query="?" in record.url,
    )


async def _of_root(tools: Tools, site: Site) -> Soft404Probe:
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
