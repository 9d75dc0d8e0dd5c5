"""`result.json`: the run for machines, schema `auditor-result/1`.

Sites are encoded one at a time, so memory is bounded by the largest site, whatever their number.
The same `RunResult` gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from auditor.api import CheckInfo, RunResult, SiteResult
from reports._files import replacing
from reports.json._document import SCHEMA, ColumnRow, Document, FindingRow
from reports.json._rows import check_row, column_row, finding_row, run_row, scheme_row, site_row

__all__ = ["json_schema", "rows", "write"]

NAME = "result.json"


def write(
    result: RunResult, out: Path, *, lang: str = "zh-CN", evidence: Path | None = None
) -> tuple[Path, ...]:
    """Write `result.json` to `out`. Both languages are always in it; `lang` and `evidence` are
    part of the interface that all reports share."""
    target = out / NAME
    with replacing(target) as stream:
        _write(result, stream)
    return (target,)


def _write(result: RunResult, stream: BinaryIO) -> None:
    encode = msgspec.json.Encoder(order="deterministic").encode
    head = {
        "schema": SCHEMA,
        "run": run_row(result),
        "schemes": [scheme_row(scheme) for scheme in result.schemes],
        "checks": [check_row(info) for _, info in sorted(result.checks.items())],
    }
    stream.write(b"{\n")
    for key, value in head.items():
        stream.write(encode(key) + b": " + encode(value) + b",\n")
    stream.write(b'"sites": [')
    for index, site in enumerate(result.sites):
        stream.write(b",\n" if index else b"\n")
        stream.write(encode(site_row(site, result.checks)))
    stream.write(b"\n]\n}\n")


def rows(what: str, site: SiteResult, checks: Mapping[str, CheckInfo]) -> Iterator[dict[str, Any]]:
    """The `findings` or `columns` of one site as they stand in `result.json`, for
    `auditor export`."""
    made: Iterator[ColumnRow | FindingRow]
    if what == "columns":
        made = map(column_row, site.columns)
    else:
        made = (finding_row(site, issue, checks) for issue in site.issues)
    for row in made:
        yield msgspec.json.decode(msgspec.json.encode(row))


def json_schema() -> dict[str, object]:
    """The JSON Schema (2020-12) of `result.json`."""
    (reference,), definitions = msgspec.json.schema_components(
        [Document], ref_template="#/$defs/{name}"
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": SCHEMA,
        **reference,
        "$defs": dict(sorted(definitions.items())),
    }
