"""Settings from defaults, file, environment and command line, the later ones first.

All sources are laid over each other as text and then validated once, so that every mistake of
every source is reported together, each with its place.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_origin

from pydantic import BaseModel, ValidationError

from auditor.config.fields import from_command_line
from auditor.config.problems import ConfigError, Problem, odd_character, quoted, suggestion
from auditor.config.register import load_register
from auditor.config.settings import Settings
from auditor.config.sites import Row, SiteEntry, compare_rows
from auditor.config.strict_yaml import Document, Plain, YamlPath, parse_yaml, read_text, scan_yaml
from auditor.config.validation import groups, leaf_keys, problems_of
from auditor.model.site import Register

_PREFIX = "AUDITOR_"
#: Kubernetes and Docker describe a service named `auditor` to every container by such variables;
#: AUDITOR_TEST_ belongs to the tests.
_FOREIGN = re.compile(
    r"AUDITOR_(SERVICE_(HOST|PORT).*|PORT(_[0-9]+_(TCP|UDP).*)?|NAME|ENV_.*|TEST_.*)"
)
_NOTHING: Mapping[str, Any] = MappingProxyType({})
_KEYS = tuple(leaf_keys(Settings))


def load_settings(
    path: Path | None,
    *,
    overrides: Mapping[str, object] = _NOTHING,
    environ: Mapping[str, str] = _NOTHING,
) -> Settings:
    """Settings from `overrides` (dotted keys; None is "not given"), `AUDITOR_*` variables of
    `environ`, the file, and the defaults, in this order of precedence.

    `AUDITOR_CRAWL__MAX_PAGES` sets `crawl.max_pages`; an empty variable counts as not set; lists
    are written `a,b` or `[a, b]`. Raises `ConfigError`, and nothing else, with every mistake.
    """
    layers = _Layers()
    layers.collect(path, overrides, environ)
    settings = layers.validate()
    if layers.problems or settings is None:
        raise ConfigError(layers.problems)
    return settings


def load_config(
    path: Path | None,
    *,
    overrides: Mapping[str, object] = _NOTHING,
    environ: Mapping[str, str] = _NOTHING,
) -> tuple[Settings, Register]:
    """Settings and register in one step, so that the mistakes of both are reported together."""
    problems: list[Problem] = []
    settings, register = Settings(), Register(())
    try:
        settings = load_settings(path, overrides=overrides, environ=environ)
    except ConfigError as error:
        problems.extend(error.problems)
        settings = _register_alone(path, overrides, environ)
    try:
        register = load_register(settings, register_base(settings, path))
    except ConfigError as error:
        problems.extend(error.problems)
    if problems:
        raise ConfigError(problems)
    return settings, register


def register_base(settings: Settings, path: Path | None) -> Path:
    """Where a relative path of the register starts: the folder of the file that names it, or the
    working directory when the environment or the command line names it."""
    named_elsewhere = settings.origins.get("register") in {"env", "cli"}
    return Path() if path is None or named_elsewhere else path.parent


def _register_alone(
    path: Path | None, overrides: Mapping[str, object], environ: Mapping[str, str]
) -> Settings:
    """Settings that hold nothing but the register, from sources with mistakes elsewhere."""
    layers = _Layers()
    layers.collect(path, overrides, environ)
    layers.tree = {key: value for key, value in layers.tree.items() if key == "register"}
    return layers.validate() or Settings()


class _Layers:
    """The sources laid over each other, and where each value comes from."""

    def __init__(self) -> None:
        self.tree: dict[str, Any] = {}
        self.problems: list[Problem] = []
        self._document = Document("", None, {})
        self._above: dict[YamlPath, tuple[str, str]] = {}

    def collect(
        self, path: Path | None, overrides: Mapping[str, object], environ: Mapping[str, str]
    ) -> None:
        """Lay all sources over each other, the weakest first."""
        if path is not None:
            self._add_file(path)
        self._add_environment(environ)
        self._add_overrides(overrides)

    def _add_file(self, path: Path) -> None:
        try:
            self._document, problems = scan_yaml(read_text(path), str(path))
        except ConfigError as error:
            self.problems.extend(error.problems)
            return
        self.problems.extend(problems)
        root = self._document.root
        if isinstance(root, dict):
            # `crawl:` with all its keys commented out is a group that changes nothing.
            empty = {key for key in groups(Settings) if key in root and root[key] is None}
            self.tree = {key: value for key, value in root.items() if key not in empty}
        elif root is not None:
            self.problems.append(Problem(str(path), 1, "must be a group of keys, like `crawl:`"))

    def _add_environment(self, environ: Mapping[str, str]) -> None:
        for name in sorted(environ):
            raw = environ[name]
            if not name.startswith(_PREFIX) or not raw or _FOREIGN.fullmatch(name):
                continue
            key = name.removeprefix(_PREFIX).lower().replace("__", ".")
            if key in _KEYS:
                self._set(key, raw, "env", name)
            else:
                message = f"unknown variable {quoted(name)}{_similar_variable(key)}"
                self.problems.append(Problem("environment", 0, message))

    def _add_overrides(self, overrides: Mapping[str, object]) -> None:
        for key, value in overrides.items():
            if value is None:
                continue
            if key in _KEYS:
                self._set(key, value, "cli", "command line")
            else:
                message = f"unknown key {quoted(key)}{suggestion(key, _KEYS)}"
                self.problems.append(Problem("command line", 0, message))

    def _set(self, key: str, value: object, origin: str, source: str) -> None:
        path = tuple(key.split("."))
        group = self.tree
        for step in path[:-1]:
            inner = group.get(step, {})
            if not isinstance(inner, dict):
                return  # the file has a mistake here, which is reported on its own
            group[step] = dict(inner)
            group = group[step]
        self._above[path] = (origin, source)
        try:
            group[path[-1]] = _read_value(key, value, source)
        except ConfigError as error:
            self.problems.extend(error.problems)

    def validate(self) -> Settings | None:
        """The settings, or None after adding what is wrong to `problems`."""
        if "register" in self.tree:
            self._validate_register()
        try:
            settings = Settings.model_validate(self.tree)
        except ValidationError as error:
            self.problems.extend(problems_of(error, Settings, self._place))
            return None
        return settings.with_origins({key: self._origin(key) for key in _KEYS})

    def _validate_register(self) -> None:
        """Replace the inline list by entries; drop it when it is wrong and already reported."""
        source = self.tree["register"]
        if isinstance(source, tuple):
            self.tree["register"] = self._entries(source)
            if source:
                return
        elif isinstance(source, str) and source.strip() and odd_character(source) == "":
            return
        file, line = self._place(("register",))
        message = "register: must be the path of a CSV or XLSX file, or a list of sites"
        self.problems.append(Problem(file, line, message))
        del self.tree["register"]

    def _entries(self, source: tuple[object, ...]) -> tuple[SiteEntry, ...]:
        entries, rows = [], []
        for index, item in enumerate(source):
            place = partial(self._place_below, ("register", index))
            if isinstance(item, dict):
                rows.append(Row(*place(()), item))
            try:
                entries.append(SiteEntry.model_validate(item))
            except ValidationError as error:
                self.problems.extend(problems_of(error, SiteEntry, place))
        self.problems.extend(compare_rows(rows))
        return tuple(entries)

    def _place_below(self, above: YamlPath, path: YamlPath) -> tuple[str, int]:
        return self._place((*above, *path))

    def _place(self, path: YamlPath) -> tuple[str, int]:
        for end in range(len(path), 0, -1):
            if path[:end] in self._above:
                return self._above[path[:end]][1], 0
        return self._document.file, self._document.line_of(path)

    def _origin(self, key: str) -> str:
        path = tuple(key.split("."))
        if path in self._above:
            return self._above[path][0]
        if path in self._document.lines:
            return f"{self._document.file}:{self._document.lines[path]}"
        return "default"


def _similar_variable(key: str) -> str:
    near = difflib.get_close_matches(key[:80], _KEYS, n=1, cutoff=0.6)
    return f"; did you mean {quoted(_variable(near[0]))}?" if near else ""


def _variable(key: str) -> str:
    return _PREFIX + key.replace(".", "__").upper()


def _read_value(key: str, value: object, source: str) -> object:
    """A value from outside the file in the form that the models take."""
    if not isinstance(value, str):
        return from_command_line(value)
    origin = get_origin(_annotation(key))
    if value in {"null", "~"}:
        return None
    if origin is tuple and not value.lstrip().startswith("["):
        return tuple(Plain(item.strip()) for item in value.split(",") if item.strip())
    if origin in {tuple, Mapping}:
        return parse_yaml(value, source).root
    return Plain(value)


def _annotation(key: str) -> object:
    model: type[BaseModel] = Settings
    *above, last = key.split(".")
    for step in above:
        model = groups(model)[step]
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    return fields[last].annotation
