"""Which clause an issue stands on, and how much of it may be printed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from auditor.api import Grade, Indicator, Scheme


@dataclass(frozen=True, slots=True)
class Clause:
    """An indicator together with the scheme that it belongs to."""

    scheme: Scheme
    indicator: Indicator

    @property
    def quote(self) -> str:
        """The verbatim sentence; "" unless the wording was read in full (grades V and L)."""
        return self.indicator.quote if self.indicator.grade in {Grade.V, Grade.L} else ""

    def group(self, lang: str) -> str:
        """Name of the indicator's group (一级指标); "" when it has none."""
        key = self.indicator.group
        named = self.scheme.groups.get(key)
        return named.of(lang) if named else key

    @property
    def points(self) -> float | None:
        """Points per issue; None where the clause may not carry any."""
        return self.indicator.points if self.indicator.grade.binding else None


class Law:
    """Indicators of all schemes of a run, by id. Two schemes may use the same id."""

    def __init__(self, schemes: Iterable[Scheme]) -> None:
        self._by_id: dict[str, list[Clause]] = {}
        for scheme in schemes:
            for indicator in scheme.indicators:
                clause = Clause(scheme, indicator)
                self._by_id.setdefault(indicator.id, []).append(clause)
                self._by_id.setdefault(f"{scheme.id}/{indicator.id}", []).append(clause)

    def clauses(self, indicator_ids: Iterable[str]) -> tuple[Clause, ...]:
        """The clauses of these indicator ids, in order, each once; unknown ids are skipped."""
        found = (clause for key in indicator_ids for clause in self._by_id.get(key, ()))
        return tuple({(c.scheme.id, c.indicator.id): c for c in found}.values())
