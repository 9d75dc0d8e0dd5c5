"""Loading schemes: strict, every mistake at once, with file and line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from auditor.config.problems import ConfigError, Problem, quoted, suggestion
from auditor.config.rule_files import Root, RuleFile, read_rule_file
from auditor.model.finding import Severity
from auditor.model.scheme import Grade, Indicator, Rule, Scheme
from auditor.score.entries import IndicatorEntry, SchemeEntry

FOLDER = "schemes"


def load_schemes(
    names: Sequence[str],
    roots: Sequence[Root],
    *,
    known_checks: Collection[str] | None = None,
    base: Path | None = None,
) -> tuple[Scheme, ...]:
    """The schemes of ids (`gb19-2019`) or of YAML files relative to `base`, in this order.

    `known_checks` are the ids that indicators may name; None skips that test. Raises
    `ConfigError`, and nothing else, with every mistake in every file.
    """
    schemes: list[Scheme] = []
    problems: list[Problem] = []
    for name in names:
        try:
            schemes.append(_load(read_rule_file(name, FOLDER, roots, base), known_checks))
        except ConfigError as error:
            problems.extend(error.problems)
    for scheme_id, count in Counter(scheme.id for scheme in schemes).items():
        if count > 1:
            problems.append(Problem("scheme", 0, f"{quoted(scheme_id)} is named {count} times"))
    if problems:
        raise ConfigError(problems)
    return tuple(schemes)


def _load(file: RuleFile, known_checks: Collection[str] | None) -> Scheme:
    entry, problems = file.parse(SchemeEntry)
    if entry is None:
        raise ConfigError(problems)
    numbered = list(_indicators(file, entry, problems))
    scheme = entry.scheme(tuple(item for _, item in numbered), file.sha256)
    for index, item in numbered:
        mistakes = (
            *_grade_mistakes(item),
            *_other_mistakes(item, scheme),
            *_unknown_checks(item, known_checks),
        )
        for key, message in mistakes:
            problems.append(file.problem(("indicators", index, key), f"{item.id}: {message}"))
    problems.extend(_scheme_mistakes(file, scheme))
    if problems:
        raise ConfigError(problems)
    return scheme


def _indicators(
    file: RuleFile, entry: SchemeEntry, problems: list[Problem]
) -> Iterator[tuple[int, Indicator]]:
    """The indicators that can be read, with their places in the file."""
    for index in range(len(entry.indicators)):
        item, wrong = file.parse(IndicatorEntry, ("indicators", index))
        problems.extend(wrong)
        if item is not None:
            yield index, item.indicator()


def _grade_mistakes(item: Indicator) -> Iterator[tuple[str, str]]:
    """A clause whose wording nobody verified may not accuse anybody."""
    if not item.grade.binding:
        if item.severity is not Severity.ADVICE:
            yield "severity", f"must be advice: the clause has grade {item.grade}"
        if item.points is not None or item.cap is not None:
            yield "points", f"must have no points: the clause has grade {item.grade}"
    if item.quote and item.grade not in {Grade.V, Grade.L}:
        yield "quote", f"must have no quotation: the clause has grade {item.grade}"


def _other_mistakes(item: Indicator, scheme: Scheme) -> Iterator[tuple[str, str]]:
    scored = item.severity in {Severity.DEDUCTION, Severity.BONUS}
    if not scored and (item.points is not None or item.cap is not None):
        yield "points", f"must have no points: its severity is {item.severity}"
    if item.cap is not None and item.points is None:
        yield "cap", "has no points to cap"
    if item.threshold > 1 and item.rule is not Rule.COUNT:
        yield "threshold", "needs rule: count"
    if item.group not in scheme.groups:
        yield (
            "group",
            f"no group is called {quoted(item.group)}{suggestion(item.group, scheme.groups)}",
        )
    if not item.checks and item.rule not in {Rule.MANUAL, Rule.HISTORY}:
        yield "checks", "must not be empty unless the rule is manual or history"
    if len(set(item.checks)) < len(item.checks):
        yield "checks", "names a check twice"
    if item.effective_from and item.effective_to and item.effective_from > item.effective_to:
        yield "effective_to", "lies before effective_from"


def _unknown_checks(item: Indicator, known: Collection[str] | None) -> Iterator[tuple[str, str]]:
    for check_id in item.checks:
        if known is not None and check_id not in known:
            yield "checks", f"no check is called {quoted(check_id)}{suggestion(check_id, known)}"


def _scheme_mistakes(file: RuleFile, scheme: Scheme) -> Iterator[Problem]:
    if file.name != scheme.id:
        yield file.problem(("id",), f"must be {file.name}, the name of the file")
    for item_id, count in Counter(item.id for item in scheme.indicators).items():
        if count > 1:
            yield file.problem(("indicators",), f"{item_id} stands {count} times")
    if scheme.services_group and scheme.services_group not in scheme.groups:
        near = suggestion(scheme.services_group, scheme.groups)
        message = f"no group is called {quoted(scheme.services_group)}{near}"
        yield file.problem(("services_group",), message)
    for severity, limit in (
        (Severity.DEDUCTION, scheme.total),
        (Severity.BONUS, scheme.bonus_total),
    ):
        caps = sum(item.cap or 0.0 for item in scheme.indicators if item.severity is severity)
        if caps > limit:
            message = f"the caps of {severity} add up to {caps:g}, more than {limit:g}"
            yield file.problem(("indicators",), message)
