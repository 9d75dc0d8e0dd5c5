"""YAML that means what it says.

PyYAML's `safe_load` lets the last of two equal keys win, reads `no` as False, `010` as 8 and
`370302:12` as a number in base 60, and follows aliases that unfold without end. Here the events
of the parser are put together by hand: duplicate keys, aliases, tags and further documents are
refused, depth and size are limited, and an unquoted scalar stays the text that was written
(`Plain`): the model that receives it decides what it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from auditor.config.files import decode, read_file
from auditor.config.problems import ConfigError, Problem, quoted

#: A path inside a document: keys of mappings and indexes of sequences.
YamlPath = tuple[str | int, ...]

SIZE_LIMIT_BYTES = 16 << 20
_DEPTH_LIMIT = 20
_NODE_LIMIT = 500_000
_PROBLEM_LIMIT = 200
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Plain(str):
    """An unquoted scalar, as written."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML document. Mappings are dicts, sequences tuples, scalars `Plain`, `str` (quoted) or
    None. `lines` gives the line, from 1, of each key and item by its path."""

    file: str
    root: object
    lines: Mapping[YamlPath, int]

    def line_of(self, path: YamlPath) -> int:
        """Line of the node at `path`, or of the nearest node above it; 0 if there is none."""
        for end in range(len(path), 0, -1):
            if path[:end] in self.lines:
                return self.lines[path[:end]]
        return 0


def read_yaml(path: Path) -> Document:
    """Read a YAML file. Raises `ConfigError`, and nothing else, with every mistake found."""
    return parse_yaml(read_text(path), str(path))


def read_text(path: Path) -> str:
    """The text of a YAML file. Raises `ConfigError`."""
    return decode(read_file(path, SIZE_LIMIT_BYTES), str(path))


def parse_yaml(text: str, file: str) -> Document:
    """Parse YAML text; `file` is the name used in problems. Raises `ConfigError`."""
    document, problems = scan_yaml(text, file)
    if problems:
        raise ConfigError(problems)
    return document


def scan_yaml(text: str, file: str) -> tuple[Document, list[Problem]]:
    """Parse YAML text and go on after mistakes, for callers with further mistakes to report.

    After a duplicate key, an alias or a tag the document is whole; after what no parser can read
    it is empty.
    """
    builder = _Builder(file)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
    except yaml.YAMLError as error:
        builder.problems.append(_syntax_problem(error, text, file))
    except _Stop as error:
        builder.problems.append(Problem(file, error.line, error.reason))
    return Document(file, builder.root, builder.lines), builder.problems


class _Stop(Exception):
    """A mistake after which reading on makes no sense."""

    def __init__(self, line: int, reason: str) -> None:
        self.line = line
        self.reason = reason
        super().__init__(reason)


@dataclass(slots=True)
class _Frame:
    """A mapping or sequence that is still open."""

    path: YamlPath
    mapping: dict[str, object] | None
    items: list[object] = field(default_factory=list)
    key: str | None = None

    def child_path(self) -> YamlPath:
        step = len(self.items) if self.mapping is None else self.key or ""
        return (*self.path, step)

    def value(self) -> object:
        return tuple(self.items) if self.mapping is None else self.mapping


class _Builder:
    """Puts events together without recursion, so that depth cannot exhaust the stack."""

    def __init__(self, file: str) -> None:
        self.root: object = None
        self.lines: dict[YamlPath, int] = {}
        self.problems: list[Problem] = []
        self._file = file
        self._stack: list[_Frame] = []
        self._nodes = 0
        self._documents = 0

    def take(self, event: yaml.Event) -> None:
        """Take the parser's next event."""
        line = event.start_mark.line + 1 if event.start_mark else 0
        match event:
            case yaml.DocumentStartEvent():
                self._start_document(line)
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                self._refuse_tag(event.tag, line)
                self._open(isinstance(event, yaml.MappingStartEvent), line)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._put(self._stack.pop().value())
            case yaml.ScalarEvent():
                self._refuse_tag(event.tag, line)
                self._scalar(event, line)
            case yaml.AliasEvent():
                self._alias(str(event.anchor), line)

    def _alias(self, anchor: str, line: int) -> None:
        self._problem(line, f"alias *{anchor} is not supported; write the value out")
        if self._expects_key():
            self._use_key(f"*{anchor}", line)
        else:
            self._put(None)

    def _start_document(self, line: int) -> None:
        self._documents += 1
        if self._documents > 1:
            raise _Stop(line, "a second document (---) is not supported")

    def _refuse_tag(self, tag: str | None, line: int) -> None:
        if tag is not None:
            self._problem(line, f"tag {quoted(tag)} is not supported; quote the value for text")

    def _open(self, is_mapping: bool, line: int) -> None:
        self._count(line)
        if self._expects_key():
            raise _Stop(line, "a list or a group cannot be a key")
        if len(self._stack) >= _DEPTH_LIMIT:
            raise _Stop(line, f"is nested more than {_DEPTH_LIMIT} levels deep")
        path = self._here(line)
        self._stack.append(_Frame(path, {} if is_mapping else None))

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> None:
        self._count(line)
        plain = not event.style
        if self._expects_key():
            self._use_key(str(event.value), line)
            return
        self._here(line)
        if plain and event.value in _NULLS:
            self._put(None)
        else:
            self._put(Plain(event.value) if plain else str(event.value))

    def _expects_key(self) -> bool:
        if not self._stack:
            return False
        frame = self._stack[-1]
        return frame.mapping is not None and frame.key is None

    def _use_key(self, key: str, line: int) -> None:
        frame = self._stack[-1]
        frame.key = key
        path = frame.child_path()
        if path in self.lines:
            first = self.lines[path]
            self._problem(line, f"duplicate key {quoted(key)}; it is already in line {first}")
        self.lines.setdefault(path, line)

    def _here(self, line: int) -> YamlPath:
        if not self._stack:
            return ()
        path = self._stack[-1].child_path()
        self.lines.setdefault(path, line)
        return path

    def _put(self, value: object) -> None:
        if not self._stack:
            self.root = value
            return
        frame = self._stack[-1]
        if frame.mapping is None:
            frame.items.append(value)
        elif frame.key is not None:
            frame.mapping.setdefault(frame.key, value)
            frame.key = None

    def _count(self, line: int) -> None:
        self._nodes += 1
        if self._nodes > _NODE_LIMIT:
            raise _Stop(line, f"holds more than {_NODE_LIMIT} values")

    def _problem(self, line: int, message: str) -> None:
        self.problems.append(Problem(self._file, line, message))
        if len(self.problems) >= _PROBLEM_LIMIT:
            raise _Stop(line, "has too many mistakes; the rest was not read")


def _syntax_problem(error: yaml.YAMLError, text: str, file: str) -> Problem:
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        what = getattr(error, "problem", None) or "cannot be understood"
        return Problem(
            file, mark.line + 1, f"is not valid YAML: {what}{_tab_hint(text, mark.line)}"
        )
    position = getattr(error, "position", None)
    line = text.count("\n", 0, position) + 1 if isinstance(position, int) else 0
    return Problem(file, line, "holds a control character")


def _tab_hint(text: str, index: int) -> str:
    lines = text.splitlines()
    if (
        index < len(lines)
        and "\t" in lines[index][: len(lines[index]) - len(lines[index].lstrip())]
    ):
        return " (indent with spaces, not tabs)"
    return ""
