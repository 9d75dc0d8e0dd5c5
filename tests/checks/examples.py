"""Example pages and artifacts of the checks: their tests, and the pictures in their documents.

Page examples are HTML files that begin with a comment holding YAML (`url`, overrides of
`PageFacts` fields, `expect`); site examples are YAML files with `artifacts` by type name and,
optionally, `pages` that run through the folds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import yaml

import auditor.api as api
from auditor.derive.folds import FOLDS, Fold
from auditor.derive.page import page_facts
from auditor.engine.needs import needs_of, supply

FOLDER = Path(__file__).parent
COMMENT = re.compile(r"\A\s*<!--(.*?)-->", re.S)
OUTCOMES = {outcome.value for outcome in api.Outcome}
CAPTURED = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Example:
    """One example file of a check."""

    path: Path

    @property
    def check_id(self) -> str:
        return self.path.parent.name

    @property
    def outcome(self) -> str:
        return self.path.stem.rsplit("-", 1)[0]


def examples() -> list[Example]:
    """Every example file, sorted."""
    paths = [*FOLDER.glob("*/*.html"), *FOLDER.glob("*/*.yaml")]
    return [Example(path) for path in sorted(paths)]


def load(path: Path) -> tuple[dict[str, Any], str]:
    """The example's YAML head and its page source (empty for site examples)."""
    text = path.read_text("utf-8")
    if path.suffix == ".yaml":
        return yaml.safe_load(text), ""
    head = COMMENT.match(text)
    assert head, f"{path} does not begin with a comment"
    return yaml.safe_load(head.group(1)), COMMENT.sub("", text, count=1)


def given(head: dict[str, Any], source: str) -> dict[type, object]:
    """What the engine would hand to the check."""
    defaults = {"id": "example", "name": "示例县人民政府", "homepage": "http://www.example.gov.cn/"}
    site = msgspec.convert({**defaults, **head.get("site", {})}, api.Site)
    as_of = datetime.fromisoformat(f"{head.get('as_of', '2026-11-20')}T12:00:00+08:00")
    values: dict[type, object] = {
        api.Site: site,
        api.RunContext: api.RunContext("example", as_of, api.Vantage(ipv6=True, browser=True)),
        api.Register: api.Register((site,)),
    }
    for name, raw in head.get("artifacts", {}).items():
        values[getattr(api, name)] = _artifact(getattr(api, name), raw)
    if source:
        values[api.PageFacts] = _page(head, source)
    if head.get("pages"):
        _run_folds(head["pages"], values, site)
    return values


def _artifact(wanted: type, raw: Any) -> object:
    if isinstance(raw, dict) and set(raw) <= {"missed", "detail"} and "missed" in raw:
        return api.Missed(api.Reason(raw["missed"]), raw.get("detail", ""))
    return msgspec.convert(_iso(raw), wanted)


def _iso(value: Any) -> Any:
    """YAML dates back to text, which msgspec reads by the field's type."""
    if isinstance(value, dict):
        return {key: _iso(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_iso(item) for item in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def _page(head: dict[str, Any], source: str) -> api.PageFacts:
    encoding = head.get("encoded", "utf-8")
    facts = page_facts(
        source.lstrip().encode(encoding),
        url=head.get("url", "http://www.example.gov.cn/"),
        content_type=head.get("content_type", "text/html; charset=utf-8"),
        captured_at=CAPTURED,
        home=head.get("kind") == "home",
        sha256="0" * 64,
    )
    names = {field.name for field in fields(facts)} - {"url", "encoding", "content_type"}
    raw = {key: value for key, value in head.items() if key in names}
    if "kind" in raw:
        raw["kind"] = api.PageKind(raw["kind"])
    return replace(facts, **raw)


def _run_folds(pages: list[dict[str, Any]], values: dict[type, object], site: api.Site) -> None:
    facts = sorted(
        (
            _page(
                {**page, "kind": page.get("kind", "other")} if "kind" in page else page,
                page["html"],
            )
            for page in pages
        ),
        key=lambda page: page.url,
    )
    running: list[Fold] = []
    for fold in FOLDS:
        arguments = supply(needs_of(fold), values)
        if not isinstance(arguments, api.Missed):
            running.append(fold(**arguments))
    for fold in running:
        for page in facts:
            fold.add(page)
        values[fold.produces] = fold.result()
    for page in facts:
        if page.url == site.homepage:
            values[api.HomePage] = api.HomePage(page)
