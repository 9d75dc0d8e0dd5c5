"""Finding the checks: built-in ones and plug-ins come through the same entry point."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import EntryPoint, entry_points, packages_distributions
from types import ModuleType

from auditor.model.check import Check
from auditor.model.result import CheckInfo

GROUP = "auditor.checks"
_OURS = ("auditor", "checks", "reports")
_DISTRIBUTION = "govsite-auditor"


class CatalogueError(Exception):
    """The installed checks contradict each other, or another package hides them."""


def load_checks(points: Sequence[EntryPoint] | None = None) -> dict[str, Check]:
    """Every installed check by id, sorted. `CatalogueError` when two share an id."""
    found: dict[str, Check] = {}
    for point in entry_points(group=GROUP) if points is None else points:
        for item in _checks_in(point.load()):
            if found.setdefault(item.id, item) is not item:
                raise CatalogueError(f"two checks are called {item.id!r}")
    return dict(sorted(found.items()))


def select_checks(
    checks: Mapping[str, Check], *, include: Sequence[str] = (), exclude: Sequence[str] = ()
) -> dict[str, Check]:
    """Checks whose id or family is in `include` (empty means all) and not in `exclude`.
    `CatalogueError` names words that fit nothing."""
    known = {name for check in checks.values() for name in (check.id, check.family, *check.old_ids)}
    unknown = sorted({*include, *exclude} - known)
    if unknown:
        raise CatalogueError(f"no check or family is called {', '.join(unknown)}")

    def named(check: Check, names: Sequence[str]) -> bool:
        return bool({check.id, check.family, *check.old_ids} & set(names))

    return {
        check.id: check
        for check in checks.values()
        if (not include or named(check, include)) and not named(check, exclude)
    }


def check_info(check: Check) -> CheckInfo:
    """What reports need of a check."""
    return CheckInfo(
        id=check.id,
        family=check.family,
        title=check.title,
        why=check.why,
        fix=check.fix,
        messages=check.messages,
        version=check.version,
    )


def foreign_packages() -> tuple[str, ...]:
    """Distributions other than ours that claim one of our top-level names, which would overwrite
    our files silently. Editable installs are not listed at all; that is fine."""
    owners = packages_distributions()
    return tuple(
        sorted({dist for name in _OURS for dist in owners.get(name, ()) if dist != _DISTRIBUTION})
    )


def _checks_in(package: ModuleType) -> Iterator[Check]:
    for module in _modules(package):
        for value in vars(module).values():
            if isinstance(value, Check):
                yield value


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    yield package
    for info in pkgutil.iter_modules(getattr(package, "__path__", ())):
        yield importlib.import_module(f"{package.__name__}.{info.name}")
