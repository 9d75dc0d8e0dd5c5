"""`auditor export`: where its rows come from, and how they are written."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import entry_points
from typing import TextIO

from auditor.cli.common import REPORTS
from auditor.cli.errors import as_json_text
from auditor.engine.export import ExportRow, link_rows, page_rows
from auditor.engine.result import ResultPlan, site_results
from auditor.store import Store

#: What spreadsheets take for a formula, full-width forms included.
_FORMULA = tuple("=+-@\t\r＝＋－＠")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def export_rows(what: str, plan: ResultPlan, store: Store) -> Iterator[ExportRow]:
    """Rows of one kind over all sites: findings | pages | links | columns."""
    run_id = plan.judging.context.run_id
    if what in {"pages", "links"}:
        rows = page_rows if what == "pages" else link_rows
        for row in store.site_rows(run_id):
            yield from rows(store, run_id, row.site)
        return
    (point,) = entry_points(group=REPORTS, name="json")
    report = point.load()
    for site in site_results(plan, store):
        for found in report.rows(what, site, plan.check_infos()):
            yield {"site": site.site.id, **found}


def write_jsonl(rows: Iterable[ExportRow], target: TextIO) -> None:
    """One JSON object per line."""
    for row in rows:
        target.write(as_json_text(row) + "\n")


def write_csv(rows: Iterator[ExportRow], target: TextIO) -> None:
    """CSV for spreadsheets: byte order mark, and no cell that a spreadsheet would run."""
    first = next(rows, None)
    if first is None:
        return
    target.write("\ufeff")
    writer = csv.writer(target)
    writer.writerow(first)
    writer.writerow([_cell(value) for value in first.values()])
    for row in rows:
        writer.writerow([_cell(row.get(key)) for key in first])


def _cell(value: object) -> str:
    if isinstance(value, Mapping | list | tuple):
        return as_json_text(value)
    text = "" if value is None else _CONTROLS.sub("\ufffd", str(value))
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text
