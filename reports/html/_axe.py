"""Browser findings by rule over all rendered pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from auditor.api import AxeNode, AxePage, AxeRule, AxeRun

#: Example elements shown per rule.
_EXAMPLES = 3
_IMPACTS = ("critical", "serious", "moderate", "minor")


@dataclass(frozen=True, slots=True)
class RuleUse:
    """One rule: on how many pages it fired, on how many elements, with the first examples as
    (page URL, element)."""

    id: str
    impact: str
    help: str
    tags: tuple[str, ...]
    pages: int
    elements: int
    examples: tuple[tuple[str, AxeNode], ...]


@dataclass(slots=True)
class _Count:
    rule: AxeRule
    pages: int = 0
    elements: int = 0
    examples: list[tuple[str, AxeNode]] = field(default_factory=list)


def by_rule(run: AxeRun, lang: str, *, incomplete: bool = False) -> tuple[RuleUse, ...]:
    """Violations (or, with `incomplete`, what a person must judge), gravest first."""
    counts: dict[str, _Count] = {}
    for page in run.pages:
        for rule in page.incomplete if incomplete else page.violations:
            count = counts.setdefault(rule.id, _Count(rule))
            count.pages += 1
            count.elements += rule.nodes_total
            count.examples += _examples(page, rule.nodes, _EXAMPLES - len(count.examples))
    uses = (_use(count, lang) for count in counts.values())
    return tuple(sorted(uses, key=lambda use: (_gravity(use.impact), -use.elements, use.id)))


def _examples(page: AxePage, nodes: Iterable[AxeNode], room: int) -> list[tuple[str, AxeNode]]:
    """Elements with a screenshot first: they say most."""
    ordered = sorted(nodes, key=lambda node: not node.screenshot)
    return [(page.url, node) for node in ordered[: max(room, 0)]]


def _use(count: _Count, lang: str) -> RuleUse:
    rule = count.rule
    text = rule.help_en if lang.startswith("en") else rule.help
    return RuleUse(
        rule.id, rule.impact, text or rule.help_en, rule.tags, count.pages, count.elements,
        tuple(count.examples),
    )  # fmt: skip


def _gravity(impact: str) -> int:
    return _IMPACTS.index(impact) if impact in _IMPACTS else len(_IMPACTS)
