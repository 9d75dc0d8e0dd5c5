"""From pydantic's errors to problems in words, with places and suggestions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from auditor.config.problems import Problem, quoted, suggestion
from auditor.config.strict_yaml import YamlPath

Place = Callable[[YamlPath], tuple[str, int]]

_WORDS = {
    "tuple_type": "must be a list, like [a, b]",
    "model_type": "must be a group of keys, one per line below it",
    "model_attributes_type": "must be a group of keys, one per line below it",
    "dict_type": "must be a group of keys, one per line below it",
    "mapping_type": "must be a group of keys, one per line below it",
    "string_type": "must be text",
}


def problems_of(error: ValidationError, model: type[BaseModel], place: Place) -> list[Problem]:
    """One problem per error of pydantic. `place` maps a path of keys to file and line."""
    found = []
    for item in error.errors(include_url=False):
        path = tuple(item["loc"])
        file, line = place(path)
        found.append(Problem(file, line, _message(item, path, model)))
    return found


def _message(item: Mapping[str, Any], path: YamlPath, model: type[BaseModel]) -> str:
    if item["type"] == "extra_forbidden":
        return f"unknown key {quoted(dotted(path))}{_similar_key(path, model)}"
    if item["type"] == "missing":
        return f"{dotted(path)} is missing"
    name = dotted(path)
    return f"{name}: {_reason(item)}" if name else _reason(item)


def _reason(item: Mapping[str, Any]) -> str:
    ctx = item.get("ctx", {})
    match item["type"]:
        case "value_error":
            return str(ctx["error"])
        case "literal_error":
            return _literal(item["input"], str(ctx["expected"]))
        case "greater_than_equal":
            return f"must be at least {_short(ctx['ge'])}, not {quoted(item['input'])}"
        case "greater_than":
            return f"must be more than {_short(ctx['gt'])}, not {quoted(item['input'])}"
        case "less_than_equal":
            return f"must be at most {_short(ctx['le'])}, not {quoted(item['input'])}"
        case "too_short":
            return f"must have at least {ctx['min_length']} entry"
        case "too_long":
            return f"must have at most {ctx['max_length']} entries"
        case "string_too_long":
            return f"must be at most {ctx['max_length']} characters long"
    return f"{_WORDS.get(item['type'], item['msg'])}{_shown(item['input'])}"


def _literal(value: object, expected: str) -> str:
    allowed = [part.strip("' ") for part in expected.replace(" or ", ", ").split(",")]
    hint = suggestion(value, allowed) if isinstance(value, str) else ""
    return f"must be one of {', '.join(allowed)}{_shown(value)}{hint}"


def _shown(value: object) -> str:
    if value is None:
        return ", not empty"
    return f", not {quoted(value)}" if isinstance(value, str | int | float) else ""


def _short(number: float) -> str:
    return f"{number:g}" if isinstance(number, float) else str(number)


def dotted(path: Iterable[str | int]) -> str:
    """`crawl.max_pages`, `register[0].homepage`."""
    name = ""
    for step in path:
        name += f"[{step}]" if isinstance(step, int) else f".{step}" if name else step
    return name


def _similar_key(path: YamlPath, model: type[BaseModel]) -> str:
    """The nearest key in the same group, else the place where a key of this name belongs."""
    key = str(path[-1])
    hint = suggestion(key, _names(_owner(path, model)))
    if hint:
        return hint
    homes = [name for name in leaf_keys(model) if name.rpartition(".")[2] == key]
    return f"; did you mean {quoted(homes[0])}?" if homes else ""


def _owner(path: YamlPath, model: type[BaseModel]) -> type[BaseModel]:
    for step in path[:-1]:
        model = groups(model).get(str(step), model)
    return model


def _names(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def groups(model: type[BaseModel]) -> dict[str, type[BaseModel]]:
    """The fields of a model that are groups of keys."""
    return {
        name: field.annotation
        for name, field in model.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
    }


def leaf_keys(model: type[BaseModel], prefix: str = "") -> list[str]:
    """Every key below a model that holds a value, dotted, in the order of the model."""
    keys = []
    for name, field in model.model_fields.items():
        key = f"{prefix}{field.alias or name}"
        group = groups(model).get(name)
        keys.extend(leaf_keys(group, f"{key}.") if group else [key])
    return keys
