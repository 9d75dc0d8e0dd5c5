"""Small facts about a site that more than one report prints."""

from __future__ import annotations

from datetime import date

from auditor.api import Column, RunResult, SiteResult
from reports._moments import local_day


def veto_names(site: SiteResult, lang: str) -> tuple[str, ...]:
    """Names of the vetoes that stand against a site under any scheme, each once."""
    names: dict[str, str] = {}
    for assessment in site.assessments:
        for item in assessment.items:
            if item.indicator.id in assessment.vetoes:
                names[item.indicator.id] = item.indicator.name.of(lang)
    return tuple(names.values())


def age_days(column: Column, result: RunResult) -> int | None:
    """Days from the newest item to the day of judgement in China; None without a date."""
    return None if column.newest_on is None else days_since(column.newest_on, result)


def days_since(day: date, result: RunResult) -> int:
    """Days from `day` to the day of judgement; negative for days to come."""
    return (local_day(result.as_of) - day).days
