"""What several commands share: options, loading, and writing reports."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from importlib.metadata import entry_points
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated

import typer

from auditor.cli.errors import EnvironmentProblem, UsageProblem
from auditor.config import Settings, load_settings
from auditor.config.templates import load_template
from auditor.engine.audit import JudgePlan
from auditor.engine.catalogue import foreign_packages, load_checks, select_checks
from auditor.engine.result import ResultPlan, build_result
from auditor.model.check import Check
from auditor.model.column import ColumnTemplate
from auditor.model.result import RunResult
from auditor.model.scheme import Scheme
from auditor.model.site import Register, RunContext, Site, Vantage
from auditor.score.schemes import load_schemes
from auditor.store import Store

ConfigOption = Annotated[
    Path | None,
    typer.Option("-c", "--config", help="config.yaml; without it the defaults.", metavar="FILE"),
]
DatabaseOption = Annotated[
    str | None,
    typer.Option("--database", help="Results database (sqlite:///… or postgresql+psycopg://…)."),
]
OutOption = Annotated[
    Path | None, typer.Option("-o", "--out", help="Folder for the reports.", metavar="OUT")
]
FormatOption = Annotated[
    list[str] | None,
    typer.Option("--format", help="html, json, csv, xlsx; may be repeated.", metavar="FORMAT"),
]
LangOption = Annotated[
    str | None, typer.Option("--lang", help="Language of the reports: zh-CN or en.")
]


@dataclass(frozen=True, slots=True)
class RunFolder:
    """Where a run keeps its screenshots; stored with the run."""

    path: str


def settings_of(config: Path | None, overrides: Mapping[str, object]) -> Settings:
    """Settings by precedence: command line, environment, file, defaults."""
    return load_settings(config, overrides=overrides, environ=os.environ)


def refuse_foreign_packages() -> None:
    """Stop when another distribution has overwritten our top-level packages."""
    foreign = foreign_packages()
    if foreign:
        raise EnvironmentProblem(
            f"The packages {', '.join(foreign)} install modules named like ours (auditor, checks, "
            "reports); uninstall them or use a virtual environment of its own."
        )


def data_roots() -> tuple[Traversable, ...]:
    """Resource folders of schemes and column templates, from the entry point `auditor.schemes`."""
    return tuple(files(point.value) for point in entry_points(group="auditor.schemes"))


def chosen_checks(settings: Settings) -> dict[str, Check]:
    """The installed checks that the settings select."""
    return select_checks(
        load_checks(), include=settings.checks.include, exclude=settings.checks.exclude
    )


def schemes_of(settings: Settings) -> tuple[Scheme, ...]:
    """The schemes that the settings name."""
    return load_schemes(settings.scheme, data_roots(), known_checks=None)


def templates_of(sites: Sequence[Site]) -> dict[str, ColumnTemplate]:
    """Each site's column template: its own, or that of its type."""
    roots = data_roots()
    return {site.id: load_template(site.column_template, site.type, roots) for site in sites}


@contextmanager
def stored_run(
    run: str, config: Path | None, database: str | None, overrides: Mapping[str, object]
) -> Iterator[tuple[Store, ResultPlan, Settings]]:
    """A stored run with what is needed to judge it again: the settings that it ran with, but
    for what the command line overrides."""
    refuse_foreign_packages()
    current = settings_of(config, {"database": database, **overrides})
    store = Store.open(current.database, create=False)
    try:
        row = store.run(run)
        settings = _as_run(row.config_json, current, overrides)
        yield store, result_plan(store, row.run_id, row.as_of, settings), settings
    finally:
        store.close()


def _as_run(config_json: str, current: Settings, overrides: Mapping[str, object]) -> Settings:
    """The run's own settings, with the parts of the current ones that only concern output."""
    ran = Settings.model_validate_json(config_json)
    update: dict[str, object] = {"reports": current.reports, "database": current.database}
    if overrides.get("scheme"):
        update["scheme"] = current.scheme
    return ran.model_copy(update=update)


def result_plan(store: Store, run_id: str, as_of: datetime, settings: Settings) -> ResultPlan:
    """The plan by which a run is judged and reported."""
    register = store.run_artifact(run_id, Register)
    vantage = store.run_artifact(run_id, Vantage)
    sites = [row.site for row in store.site_rows(run_id)]
    return ResultPlan(
        judging=JudgePlan(
            RunContext(run_id, as_of, vantage if isinstance(vantage, Vantage) else Vantage()),
            register if isinstance(register, Register) else Register(tuple(sites)),
            templates_of(sites),
            tuple(chosen_checks(settings).values()),
            settings.checks.params,
        ),
        schemes=schemes_of(settings),
        title=settings.reports.title,
    )


def write_reports(
    plan: ResultPlan, store: Store, settings: Settings, out: Path
) -> tuple[RunResult, list[Path]]:
    """Write every wanted format, then the manifest; the files written."""
    result = build_result(plan, store)
    writers = {point.name: point for point in entry_points(group="auditor.reports")}
    unknown = sorted(set(settings.reports.formats) - set(writers))
    if unknown:
        raise UsageProblem(
            f"There is no report format {', '.join(unknown)}; choose from "
            f"{', '.join(sorted(writers))}."
        )
    out.mkdir(parents=True, exist_ok=True)
    folder = store.run_artifact(result.run_id, RunFolder)
    evidence = Path(folder.path) if isinstance(folder, RunFolder) else None
    written: list[Path] = []
    # HTML comes last: it links to the other files that are there.
    for name in sorted(dict.fromkeys(settings.reports.formats), key=lambda name: name == "html"):
        module = import_module(writers[name].value)
        written += module.write(result, out, lang=settings.reports.lang, evidence=evidence)
    manifest = entry_points(group="auditor.manifest")
    for point in manifest:
        written.append(point.load()(out))
    return result, written
