"""`findings.csv`: the issue list for spreadsheets, UTF-8 with BOM, one row per issue.

Rows are written as they are made. Cells that a spreadsheet would take for a formula begin with an
apostrophe.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from auditor.api import RunResult
from reports._clean import csv_cell
from reports._files import replacing
from reports._issuelist import IssueList
from reports._sentence import Value
from reports._texts import Texts

__all__ = ["write"]

NAME = "findings.csv"


def write(
    result: RunResult, out: Path, *, lang: str = "zh-CN", evidence: Path | None = None
) -> tuple[Path, ...]:
    """Write `findings.csv` to `out`; `evidence` is part of the interface that reports share."""
    issues = IssueList(result, Texts(lang))
    target = out / NAME
    with replacing(target) as stream:
        text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(issues.headings)
        for site in result.sites:
            writer.writerows([_cell(value) for value in row] for row in issues.rows(site))
        text.flush()
        text.detach()
    return (target,)


def _cell(value: Value) -> Value:
    return csv_cell(value) if isinstance(value, str) else value
