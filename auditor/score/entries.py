"""What a scheme file may hold: pydantic models of its YAML."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, Field

from auditor.config.fields import Decimal, Line, Switch, Whole, Word, decimal_number, word
from auditor.config.problems import quoted
from auditor.config.rule_files import Rule, TextEntry, member_of, texts
from auditor.model.finding import Severity
from auditor.model.scheme import Grade, Indicator, Method, Scheme
from auditor.model.scheme import Rule as CountingRule
from auditor.model.site import SiteType


def _day(value: object) -> date | None:
    if value is None:
        return None
    raw = word(value)
    try:
        return date.fromisoformat(raw)
    except ValueError:
        raise ValueError(f"must be a date like 2019-04-01, not {quoted(raw)}") from None


def _id(value: object) -> str:
    raw = word(value)
    if len(raw) <= 64 and re.fullmatch(r"[A-Za-z0-9]+([.-][A-Za-z0-9]+)*", raw):
        return raw
    raise ValueError(f"must be letters, digits, dots and hyphens, not {quoted(raw)}")


def _factor(value: object) -> float:
    """A number, or a fraction such as 4/3 that no decimal number can say."""
    parts = str(value).split("/") if isinstance(value, str) else []
    if len(parts) == 2 and all(part.isascii() and part.isdigit() for part in parts):
        if not int(parts[1]):
            raise ValueError("must not divide by zero")
        return int(parts[0]) / int(parts[1])
    return decimal_number(value)


Factor = Annotated[float, BeforeValidator(_factor), Field(ge=1, le=10)]
Day = Annotated[date | None, BeforeValidator(_day)]
Points = Annotated[Decimal, Field(ge=0, le=1000)]
Types = Annotated[
    tuple[Annotated[SiteType, member_of(SiteType)], ...], Field(min_length=1, max_length=5)
]
Id = Annotated[str, BeforeValidator(_id)]


class IndicatorEntry(Rule):
    """One indicator, as written."""

    id: Id
    name: TextEntry
    clause: TextEntry
    grade: Annotated[Grade, member_of(Grade)]
    severity: Annotated[Severity, member_of(Severity)]
    checks: tuple[Word, ...]
    group: Word
    rule: Annotated[CountingRule, member_of(CountingRule)] = CountingRule.ANY
    threshold: Annotated[Whole, Field(ge=1, le=10_000)] = 1
    count_places: Switch = False
    points: Points | None = None
    cap: Points | None = None
    quote: Line = ""
    applies_to: Types = tuple(SiteType)
    needs_services: Switch = False
    effective_from: Day = None
    effective_to: Day = None

    def indicator(self) -> Indicator:
        """The indicator as the rest of the program knows it."""
        values = {name: getattr(self, name) for name in type(self).model_fields}
        return Indicator(**values | {"name": self.name.text(), "clause": self.clause.text()})


class SchemeEntry(Rule):
    """A scheme without its indicators, as written."""

    id: Id
    version: Word
    title: TextEntry
    source: TextEntry
    method: Annotated[Method, member_of(Method)]
    groups: Annotated[dict[str, TextEntry], Field(min_length=1)]
    total: Annotated[Decimal, Field(gt=0, le=1000)] = 100.0
    pass_line: Points | None = None
    bonus_line: Points | None = None
    bonus_total: Points = 0.0
    services_group: Line = ""
    services_factor: Factor = 1.0
    scored_types: Types = tuple(SiteType)
    min_coverage: Annotated[Decimal, Field(ge=0, le=1)] = 0.9
    indicators: tuple[object, ...]

    def scheme(self, indicators: tuple[Indicator, ...], sha256: str) -> Scheme:
        """The scheme as the rest of the program knows it."""
        values = {name: getattr(self, name) for name in type(self).model_fields}
        changed = {
            "title": self.title.text(),
            "source": self.source.text(),
            "groups": texts(self.groups),
            "indicators": indicators,
            "sha256": sha256,
        }
        return Scheme(**values | changed)
