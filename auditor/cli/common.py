"""What several commands share: loading and checking what was asked for, writing reports."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from importlib import import_module
from importlib.metadata import entry_points
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from auditor.cli.bundle import bring_archives
from auditor.cli.errors import EnvironmentProblem
from auditor.config import ConfigError, Problem, Settings, load_settings
from auditor.config.problems import quoted, suggestion
from auditor.config.templates import load_template
from auditor.engine.audit import JudgePlan
from auditor.engine.catalogue import (
    CatalogueError,
    foreign_packages,
    load_checks,
    select_checks,
)
from auditor.engine.evidence import RunFolder
from auditor.engine.params import params_problems
from auditor.engine.result import ResultPlan, build_result
from auditor.model.check import Check
from auditor.model.column import ColumnTemplate
from auditor.model.result import RunResult
from auditor.model.scheme import Scheme
from auditor.model.site import Register, RunContext, Site, Vantage
from auditor.score.schemes import load_schemes
from auditor.store import Store

#: Entry points of the report formats.
REPORTS = "auditor.reports"


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


def check_settings(settings: Settings, sites: Sequence[Site] = ()) -> dict[str, Check]:
    """The checks that the settings select. `ConfigError` lists every check, threshold, scheme,
    column template and report format that they name and that is not installed."""
    problems = list(_unknown_names(settings))
    chosen: dict[str, Check] = {}
    try:
        chosen = _chosen_checks(settings)
    except CatalogueError as error:
        key = "checks.include" if settings.checks.include else "checks.exclude"
        problems.append(_problem(settings, key, str(error)))
    for load in (lambda: schemes_of(settings), lambda: templates_of(sites)):
        try:
            load()
        except ConfigError as error:
            problems.extend(error.problems)
    if problems:
        raise ConfigError(problems)
    return chosen


def _chosen_checks(settings: Settings) -> dict[str, Check]:
    return select_checks(
        load_checks(), include=settings.checks.include, exclude=settings.checks.exclude
    )


def _unknown_names(settings: Settings) -> Iterator[Problem]:
    checks = load_checks()
    for check_id, values in settings.checks.params.items():
        if check_id not in checks:
            message = f"no check is called {quoted(check_id)}{suggestion(check_id, checks)}"
            yield _problem(settings, "checks.params", message)
            continue
        for message in params_problems(checks[check_id], values):
            yield _problem(settings, "checks.params", message)
    formats = sorted(point.name for point in entry_points(group=REPORTS))
    for name in settings.reports.formats:
        if name not in formats:
            hint = suggestion(name, formats) or f"; choose from {', '.join(formats)}"
            message = f"there is no report format {quoted(name)}{hint}"
            yield _problem(settings, "reports.formats", message)


def _problem(settings: Settings, key: str, message: str) -> Problem:
    """A mistake at the place where a key was given."""
    origin = settings.origins.get(key, "")
    file, _, line = origin.rpartition(":")
    if line.isdigit():
        return Problem(file, int(line), message)
    place = {"cli": "command line", "env": "environment"}.get(origin, "configuration")
    return Problem(place, 0, message)


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
        settings = settings_of_run(row.config_json, current, overrides)
        check_settings(settings)
        yield store, result_plan(store, row.run_id, row.as_of, settings), settings
    finally:
        store.close()


def settings_of_run(
    config_json: str, current: Settings, overrides: Mapping[str, object]
) -> Settings:
    """The settings that a run began with, but for what the command line overrides (dotted keys)
    and for what only concerns output or where the audits run. `current` holds the overrides as
    validated values."""
    ran = Settings.model_validate_json(config_json)
    where = {"database": current.database, "engine": current.engine}
    kept = ran.model_copy(update={"reports": current.reports, **where})
    for key, value in overrides.items():
        if value is not None:
            group, _, name = key.partition(".")
            part = getattr(current, group)
            if name:
                changed = {name: getattr(part, name)}
                part = getattr(kept, group).model_copy(update=changed)
            kept = kept.model_copy(update={group: part})
    return kept.with_origins(current.origins)


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
            tuple(_chosen_checks(settings).values()),
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
    writers = {point.name: point for point in entry_points(group=REPORTS)}
    out.mkdir(parents=True, exist_ok=True)
    folder = store.run_artifact(result.run_id, RunFolder)
    evidence = Path(folder.path) if isinstance(folder, RunFolder) else None
    written = bring_archives(result, evidence, out)
    # HTML comes last: it links to the other files that are there.
    for name in sorted(dict.fromkeys(settings.reports.formats), key=lambda name: name == "html"):
        module = import_module(writers[name].value)
        written += module.write(result, out, lang=settings.reports.lang, evidence=evidence)
    manifest = entry_points(group="auditor.manifest")
    for point in manifest:
        written.append(point.load()(out))
    return result, written
