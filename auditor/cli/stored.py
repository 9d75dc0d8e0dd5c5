"""Commands that read the store and never touch the network: `judge`, `report`, `export`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from auditor.cli.options import (
    ConfigOption,
    DatabaseOption,
    FormatOption,
    LangOption,
    OtherSchemeOption,
    OutOption,
    RunArgument,
)


class What(StrEnum):
    """What `export` streams."""

    FINDINGS = "findings"
    PAGES = "pages"
    LINKS = "links"
    COLUMNS = "columns"


class RowFormat(StrEnum):
    """How `export` writes rows."""

    JSONL = "jsonl"
    CSV = "csv"


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("judge")(judge)
    app.command("report")(report)
    app.command("export")(export)


def judge(
    run: RunArgument = "last",
    config: ConfigOption = None,
    database: DatabaseOption = None,
    scheme: OtherSchemeOption = None,
) -> None:
    """Judge a stored run again with the checks installed now, without any network.

    The same checks give the same findings, byte for byte. Write the reports with
    `auditor report RUN` afterwards.
    """
    from auditor.cli.common import stored_run
    from auditor.engine.result import judge_site

    with stored_run(run, config, database, {"scheme": scheme or None}) as (store, plan, _):
        run_id = plan.judging.context.run_id
        for row in store.site_rows(run_id):
            judgement = judge_site(plan, store, row.site)
            typer.echo(f"{row.site.id}\t{len(judgement.issues)} issues")


def report(
    run: RunArgument = "last",
    out: OutOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
    config: ConfigOption = None,
    database: DatabaseOption = None,
    scheme: OtherSchemeOption = None,
) -> None:
    """Write the reports of a stored run again, without any network."""
    from auditor.cli.common import stored_run, write_reports
    from auditor.engine.evidence import RunFolder, archive_leftovers
    from auditor.engine.result import judge_missing
    from auditor.engine.workshop import evidence_keeper

    overrides = {
        "reports.formats": format or None,
        "reports.lang": lang,
        "scheme": scheme or None,
    }
    with stored_run(run, config, database, overrides) as (store, plan, settings):
        judge_missing(plan, store)
        folder = store.run_artifact(plan.judging.context.run_id, RunFolder)
        known = Path(folder.path).parent if isinstance(folder, RunFolder) else None
        if isinstance(folder, RunFolder):
            run_row = store.run(plan.judging.context.run_id)
            keeper = evidence_keeper(Path(folder.path), run_row, settings)
            archive_leftovers(keeper, store, datetime.now(UTC))
        target = out or known or Path(f"audit-{plan.judging.context.run_id}")
        _, written = write_reports(plan, store, settings, target)
        index = target / "index.html"
        typer.echo(str(index if index in written else target))


def export(
    run: RunArgument = "last",
    what: Annotated[What, typer.Option(help="Which rows.")] = What.FINDINGS,
    format: Annotated[RowFormat, typer.Option(help="How to write them.")] = RowFormat.JSONL,
    config: ConfigOption = None,
    database: DatabaseOption = None,
) -> None:
    """Stream rows of a stored run to stdout: findings, pages, links or columns, as UTF-8."""
    from auditor.cli.common import stored_run
    from auditor.cli.rows import export_rows, write_csv, write_jsonl
    from auditor.engine.result import judge_missing

    # Data is UTF-8 whatever the terminal is.
    sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
    with stored_run(run, config, database, {}) as (store, plan, _):
        judge_missing(plan, store)
        rows = export_rows(what.value, plan, store)
        if format is RowFormat.JSONL:
            write_jsonl(rows, sys.stdout)
        else:
            write_csv(rows, sys.stdout)
