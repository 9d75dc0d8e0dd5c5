"""Rule data (schemes, column templates, lexicons): YAML in resource packages or in user's files.

A *root* is a folder with `schemes/`, `columns/` and `lexicons/`; packages offer roots through the
entry-point group `auditor.schemes`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import entry_points
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from auditor.config.fields import text, word
from auditor.config.files import decode
from auditor.config.problems import ConfigError, Problem, quoted, suggestion
from auditor.config.strict_yaml import Document, YamlPath, parse_yaml, read_text
from auditor.config.validation import problems_of
from auditor.model.finding import Text

GROUP = "auditor.schemes"
_SUFFIXES = (".yaml", ".yml")

Root = Traversable | Path
Model = TypeVar("Model", bound=BaseModel)
Member = TypeVar("Member", bound=StrEnum)


class Rule(BaseModel):
    """Base of the models of rule data."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class TextEntry(Rule):
    """A text that must be there in both languages."""

    zh: Annotated[str, BeforeValidator(word), Field(max_length=1000)]
    en: Annotated[str, BeforeValidator(word), Field(max_length=1000)]

    def text(self) -> Text:
        """The text as the rest of the program knows it."""
        return Text(zh=self.zh, en=self.en)


def member_of(kind: type[Member]) -> BeforeValidator:
    """A validator for the value of an enum, with a suggestion for a misspelt one."""

    def check(value: object) -> Member:
        raw = text(value)
        try:
            return kind(str(raw))
        except ValueError:
            known = ", ".join(kind)
            hint = suggestion(raw, list(kind))
            raise ValueError(f"must be one of {known}, not {quoted(raw)}{hint}") from None

    return BeforeValidator(check)


@dataclass(frozen=True, slots=True)
class RuleFile:
    """A parsed rule file. `name` is its id (the file name without suffix)."""

    name: str
    document: Document
    sha256: str

    def parse(self, model: type[Model], path: YamlPath = ()) -> tuple[Model | None, list[Problem]]:
        """The part of the document at `path` as a model, or why it is none."""
        value: object = self.document.root
        for step in path:
            value = value[step] if isinstance(value, dict | tuple) else None  # type: ignore[index]
        try:
            return model.model_validate(value), []
        except ValidationError as error:
            return None, problems_of(error, model, lambda loc: self.place((*path, *loc)))

    def place(self, path: YamlPath) -> tuple[str, int]:
        """File and line of the node at `path`."""
        return self.document.file, self.document.line_of(path)

    def problem(self, path: YamlPath, message: str) -> Problem:
        """A mistake at `path`."""
        return Problem(*self.place(path), message)


def installed_roots() -> tuple[Root, ...]:
    """The rule data of every installed package that offers some, by entry-point name."""
    points = sorted(entry_points(group=GROUP), key=lambda point: point.name)
    return tuple(files(point.load()) for point in points)


def read_rule_file(
    name: str, folder: str, roots: Sequence[Root], base: Path | None = None
) -> RuleFile:
    """The rule file of an id (`gb19-2019`), or of a path (`mine.yaml`) relative to `base`.

    An id is looked for in `folder` of each root; the first root wins. Raises `ConfigError`.
    """
    if name.endswith(_SUFFIXES):
        path = (base or Path()) / name
        return _rule_file(path.stem, read_text(path), str(path))
    found = dict(reversed(list(_offers(folder, roots))))
    if name not in found:
        known = ", ".join(sorted(found)) or "none"
        hint = suggestion(name, found)
        message = f"no {folder} file is called {quoted(name)} (there are: {known}){hint}"
        raise ConfigError([Problem(folder, 0, message)])
    source = found[name]
    shown = str(source) if isinstance(source, Path) else f"{folder}/{source.name}"
    return _rule_file(name, decode(source.read_bytes(), shown), shown)


def known_names(folder: str, roots: Sequence[Root]) -> tuple[str, ...]:
    """Ids of the rule files in `folder` of all roots, sorted."""
    return tuple(sorted({name for name, _ in _offers(folder, roots)}))


def _offers(folder: str, roots: Sequence[Root]) -> Iterator[tuple[str, Root]]:
    for root in roots:
        inside = root.joinpath(folder)
        if inside.is_dir():
            for item in sorted(inside.iterdir(), key=lambda entry: entry.name):
                if item.name.endswith(_SUFFIXES):
                    yield item.name.rpartition(".")[0], item


def _rule_file(name: str, content: str, shown: str) -> RuleFile:
    digest = hashlib.sha256(content.encode()).hexdigest()
    return RuleFile(name, parse_yaml(content, shown), digest)


def texts(entries: Mapping[str, TextEntry]) -> dict[str, Text]:
    """Each entry's text."""
    return {key: entry.text() for key, entry in entries.items()}
