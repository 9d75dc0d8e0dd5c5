"""Column templates: which columns a type of site must have, and how columns are classed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import Field

from auditor.config.fields import Line, Switch, Whole, Word
from auditor.config.problems import ConfigError, Problem
from auditor.config.rule_files import Root, Rule, RuleFile, TextEntry, member_of, read_rule_file
from auditor.model.column import ColumnClass, ColumnTemplate, TemplateColumn
from auditor.model.site import SiteType

_FOLDER = "columns"
_LEXICON = "columns"

#: The template of sites that name none. Institutions and channels have no prescribed columns.
_DEFAULTS = {
    SiteType.PORTAL: "portal",
    SiteType.DEPARTMENT: "department",
    SiteType.TOWNSHIP: "township",
    SiteType.INSTITUTION: "other",
    SiteType.CHANNEL: "other",
}

Class = Annotated[ColumnClass, member_of(ColumnClass)]
Days = Annotated[Whole, Field(ge=1, le=3660)]
Words = Annotated[tuple[Word, ...], Field(min_length=1)]


class _ColumnEntry(Rule):
    """One column of a template, as written."""

    id: Word
    names: Words
    column_class: Class = Field(alias="class")
    required: Switch = True
    max_age_days: Days | None = None
    clause: Line = ""


class _ClassEntry(Rule):
    """Words that mark a class of columns; the first class with a matching word wins."""

    column_class: Class = Field(alias="class")
    words: Words
    max_age_days: Days | None = None


class _Lexicon(Rule):
    classes: tuple[_ClassEntry, ...]
    blank_phrases: Words


class _TemplateFile(Rule):
    id: Word
    title: TextEntry
    columns: tuple[_ColumnEntry, ...]
    lexicon: Word = _LEXICON


def load_template(
    name_or_path: str, site_type: SiteType, roots: Sequence[Root], base: Path | None = None
) -> ColumnTemplate:
    """The template of an id or of a YAML file; for "" the one of the site type.

    Raises `ConfigError` with every mistake in the template and its lexicon.
    """
    file = read_rule_file(name_or_path or _DEFAULTS[site_type], _FOLDER, roots, base)
    entry, problems = file.parse(_TemplateFile)
    if entry is None:
        raise ConfigError(problems)
    problems.extend(_repeated(file, entry))
    lexicon_file = read_rule_file(entry.lexicon, "lexicons", roots, base)
    lexicon, more = lexicon_file.parse(_Lexicon)
    if lexicon is None or problems:
        raise ConfigError([*problems, *more])
    return ColumnTemplate(
        id=entry.id,
        columns=tuple(_column(item) for item in entry.columns),
        class_words=tuple((item.column_class, item.words) for item in lexicon.classes),
        max_age_days=tuple(
            (item.column_class, item.max_age_days)
            for item in lexicon.classes
            if item.max_age_days is not None
        ),
        blank_phrases=lexicon.blank_phrases,
    )


def _repeated(file: RuleFile, entry: _TemplateFile) -> list[Problem]:
    """Ids and names stand for one column each."""
    problems = []
    seen: dict[str, str] = {}
    for index, item in enumerate(entry.columns):
        for word in (f"id {item.id}", *item.names):
            first = seen.setdefault(word, item.id)
            if first != item.id or (word.startswith("id ") and _count(entry, item.id) > 1):
                message = f"{word} stands for column {first} already"
                problems.append(file.problem(("columns", index), message))
    if file.name != entry.id:
        problems.append(file.problem(("id",), f"must be {file.name}, the name of the file"))
    return problems


def _count(entry: _TemplateFile, column_id: str) -> int:
    return sum(1 for item in entry.columns if item.id == column_id)


def _column(item: _ColumnEntry) -> TemplateColumn:
    return TemplateColumn(
        id=item.id,
        names=item.names,
        column_class=item.column_class,
        required=item.required,
        max_age_days=item.max_age_days,
        clause=item.clause,
    )
