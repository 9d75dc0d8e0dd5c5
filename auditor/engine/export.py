"""Rows of a stored run, streamed: pages and links. The keys are a stable surface; rows of
findings and columns are those of `result.json`, and come from its report format."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

from auditor.derive.urls import host_of
from auditor.model.page import LinkKind
from auditor.model.site import Site
from auditor.store import Store

ExportRow = dict[str, Any]


def page_rows(store: Store, run_id: str, site: Site) -> Iterator[ExportRow]:
    """Every page that was fetched or tried, by URL."""
    for row in store.page_rows(run_id, site.id):
        yield {"site": site.id, **{key: _plain(value) for key, value in asdict(row).items()}}


def link_rows(store: Store, run_id: str, site: Site) -> Iterator[ExportRow]:
    """Every link of every page with what is known of its target. Target states are held in
    memory: a status and a verdict per URL. Of a guessed address nothing bad is said."""
    states = {row.url: (row.status, row.verdict) for row in store.url_states(run_id, site.id)}
    for page in store.pages(run_id, site.id):
        for link in page.links:
            if not link.url:
                continue
            status, verdict = states.get(link.url, (0, ""))
            if link.guessed and verdict != "ok":
                verdict = ""
            yield {
                "site": site.id,
                "source": page.url,
                "target": link.url,
                "text": link.text,
                "kind": (link.kind or LinkKind.PAGE).value,
                "place": link.place,
                "status": status,
                "verdict": verdict or "unchecked",
                "in_site": host_of(link.url) in site.hosts,
            }


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return value
