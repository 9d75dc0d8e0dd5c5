"""The check decorator: what a check is, and how it says so in one place."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, is_dataclass
from enum import StrEnum
from typing import Any, get_type_hints

from auditor.model.finding import Finding, Text

CheckFunction = Callable[..., Iterator[Finding]]


class Scope(StrEnum):
    """How often a check is called: once per page, or once per site."""

    PAGE = "page"
    SITE = "site"


@dataclass(frozen=True, slots=True)
class Check:
    """A check with everything that reports and documents say about it.

    `needs` maps the function's parameter names to artifact types; `params` is the dataclass of its
    thresholds, or None. `version` rises whenever the same facts could give another outcome.
    """

    id: str
    scope: Scope
    title: Text
    why: Text
    fix: Text
    messages: Mapping[str, Text]
    function: CheckFunction
    needs: Mapping[str, type]
    params: type | None
    params_name: str
    version: int
    old_ids: tuple[str, ...]
    doc: str

    @property
    def family(self) -> str:
        """The part of the id before the first hyphen, which is also the folder's name."""
        return self.id.split("-", 1)[0]


def check(
    *,
    id: str,
    scope: Scope | str,
    title: Text,
    why: Text,
    fix: Text,
    messages: Mapping[str, Text],
    version: int = 1,
    old_ids: tuple[str, ...] = (),
) -> Callable[[CheckFunction], Check]:
    """Turn a function into a `Check`. Each parameter's annotation is an artifact type that the
    check needs; one parameter may be a dataclass named `Params` with default thresholds."""

    def wrap(function: CheckFunction) -> Check:
        needs: dict[str, type] = {}
        params: type | None = None
        params_name = ""
        hints = get_type_hints(function)
        for name in inspect.signature(function).parameters:
            wanted: Any = hints[name]
            if is_dataclass(wanted) and isinstance(wanted, type) and wanted.__name__ == "Params":
                params, params_name = wanted, name
            else:
                needs[name] = wanted
        return Check(
            id=id,
            scope=Scope(scope),
            title=title,
            why=why,
            fix=fix,
            messages=dict(messages),
            function=function,
            needs=needs,
            params=params,
            params_name=params_name,
            version=version,
            old_ids=old_ids,
            doc=inspect.getdoc(function) or "",
        )

    return wrap
