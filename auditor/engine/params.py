"""Thresholds of checks: their documented defaults, and what the configuration changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

import msgspec

from auditor.config.problems import quoted, suggestion
from auditor.model.check import Check


class ParamsError(ValueError):
    """Thresholds that a check does not take; one line per mistake in `problems`."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(problems))


def thresholds(check: Check, overrides: Mapping[str, object]) -> Any:
    """The check's `Params` with the overrides in place of the defaults. `ParamsError` for names
    that it does not have and values of another type."""
    problems = tuple(params_problems(check, overrides))
    if problems:
        raise ParamsError(problems)
    return None if check.params is None else msgspec.convert(dict(overrides), check.params)


def params_problems(check: Check, overrides: Mapping[str, object]) -> Iterator[str]:
    """What is wrong with the overrides."""
    known = [field.name for field in fields(check.params)] if check.params else []
    for name in sorted(set(overrides) - set(known)):
        hint = suggestion(name, known) or f"; it has {', '.join(known) or 'none'}"
        yield f"{check.id} has no parameter {quoted(name)}{hint}"
    if check.params is None:
        return
    for name in known:
        if name in overrides:
            try:
                msgspec.convert({name: overrides[name]}, check.params)
            except msgspec.ValidationError as error:
                yield f"{check.id}: {name}: {str(error).split(' - at')[0]}"
