"""Handing over what a function asks for by the types of its parameters."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, get_type_hints

from auditor.model.artifact import Missed
from auditor.model.finding import Reason

#: Artifacts by type. A value is an instance of its key, or a `Missed` in its place.
Given = Mapping[type, object]


def supply(needs: Mapping[str, type], given: Given) -> dict[str, object] | Missed:
    """Arguments for the needs, or the first `Missed` among them."""
    arguments: dict[str, object] = {}
    for name, wanted in needs.items():
        value = given.get(wanted)
        if value is None:
            return Missed(Reason.NOT_GATHERED, wanted.__name__)
        if isinstance(value, Missed):
            return value
        arguments[name] = value
    return arguments


@cache
def needs_of(function: Callable[..., Any]) -> Mapping[str, type]:
    """Parameter names of a function or class and the types that they ask for. Parameters with a
    default are no needs."""
    target = function.__init__ if inspect.isclass(function) else function
    hints = get_type_hints(target)
    parameters = inspect.signature(function).parameters.values()
    return {item.name: hints[item.name] for item in parameters if item.default is item.empty}
