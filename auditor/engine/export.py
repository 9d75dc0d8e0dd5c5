"""Rows of a stored run, streamed: what `auditor export` writes. The keys are a stable surface."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

from auditor.derive.urls import host_of
from auditor.engine.result import ResultPlan
from auditor.model.check import Check
from auditor.model.finding import EvidenceRef, Issue
from auditor.model.page import LinkKind
from auditor.model.site import Site
from auditor.store import Store

ExportRow = dict[str, Any]


def export_rows(what: str, plan: ResultPlan, store: Store) -> Iterator[ExportRow]:
    """Rows of one kind over all sites: findings | pages | links | columns."""
    makers = {"findings": _findings, "pages": _pages, "links": _links, "columns": _columns}
    for row in store.site_rows(plan.judging.context.run_id):
        yield from makers[what](plan, store, row.site)


def _pages(plan: ResultPlan, store: Store, site: Site) -> Iterator[ExportRow]:
    for row in store.page_rows(plan.judging.context.run_id, site.id):
        yield {"site": site.id, **_plain(asdict(row))}


def _links(plan: ResultPlan, store: Store, site: Site) -> Iterator[ExportRow]:
    """Every link of every page with what is known of its target. Target states are held in
    memory: a status and a verdict per URL."""
    run_id = plan.judging.context.run_id
    states = {row.url: (row.status, row.verdict) for row in store.url_states(run_id, site.id)}
    for page in store.pages(run_id, site.id):
        for link in page.links:
            if not link.url:
                continue
            status, verdict = states.get(link.url, (0, ""))
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


def _columns(plan: ResultPlan, store: Store, site: Site) -> Iterator[ExportRow]:
    judgement = store.judgement(plan.judging.context.run_id, site.id)
    for column in judgement.columns if judgement else ():
        yield _plain(
            {
                "site": site.id,
                "name": column.name,
                "path": column.path,
                "url": column.url,
                "template_id": column.template_id,
                "items": column.items,
                "newest_on": column.newest_on,
                "state": column.state.value,
            }
        )


def _findings(plan: ResultPlan, store: Store, site: Site) -> Iterator[ExportRow]:
    judgement = store.judgement(plan.judging.context.run_id, site.id)
    checks = {check.id: check for check in plan.judging.checks}
    for issue in judgement.issues if judgement else ():
        yield {"site": site.id, **_finding(issue, checks.get(issue.check_id))}


def _finding(issue: Issue, check: Check | None) -> ExportRow:
    message = issue.message
    text = check.messages.get(message.key) if check else None
    return {
        "id": issue.id,
        "number": issue.number,
        "check_id": issue.check_id,
        "outcome": issue.outcome.value,
        "subject": {"kind": issue.subject.kind.value, "name": issue.subject.name},
        "message": {
            "key": message.key,
            "params": dict(message.params),
            "zh": text.zh.format_map(message.params) if text else message.key,
            "en": text.en.format_map(message.params) if text else message.key,
        },
        "count": issue.count,
        "evidence": [_evidence(ref) for ref in issue.evidence],
    }


def _evidence(ref: EvidenceRef) -> ExportRow:
    return _plain(asdict(ref))


def _plain(row: dict[str, Any]) -> ExportRow:
    return {key: _scalar(value) for key, value in row.items()}


def _scalar(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return value
