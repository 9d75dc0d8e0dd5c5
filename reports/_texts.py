"""The words of the reports' own frame, in both languages, from `texts/*.yaml`.

What checks and schemes say comes with the `RunResult`; only headings, labels and vocabularies are
here. Each file maps table, then key, to a pair of Chinese and English.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from auditor.api import Finding, Reason

Pair = tuple[str, str]


@cache
def tables() -> Mapping[str, Mapping[str, Pair]]:
    """All tables. Raises `ValueError` for a table given twice, or an entry that is not a pair."""
    found: dict[str, dict[str, Pair]] = {}
    for source in sorted(files("reports").joinpath("texts").iterdir(), key=lambda item: item.name):
        raw: dict[str, dict[str, Any]] = yaml.safe_load(source.read_text("utf-8"))
        if twice := found.keys() & raw.keys():
            raise ValueError(f"reports/texts: {sorted(twice)} in more than one file")
        for name, table in raw.items():
            found[name] = {key: _pair(name, key, pair) for key, pair in table.items()}
    return found


def _pair(table: str, key: str, pair: Any) -> Pair:
    if isinstance(pair, list) and len(pair) == 2 and all(isinstance(x, str) and x for x in pair):
        return pair[0], pair[1]
    raise ValueError(f"reports/texts: {table}.{key} is not a pair of texts")


class Texts:
    """The texts of one language. `zh...` is Chinese, `en...` English; others get Chinese."""

    def __init__(self, lang: str) -> None:
        self.lang = "en" if lang.lower().startswith("en") else "zh-CN"
        self._index = 1 if self.lang == "en" else 0

    def __call__(self, key: str, /, **values: object) -> str:
        """The text `table.name` with its values filled in. An unknown key is a `KeyError`."""
        table, _, name = key.partition(".")
        text = tables()[table][name][self._index]
        return text.format(**values) if values else text

    def word(self, table: str, value: object) -> str:
        """The word for a value of a vocabulary; the value itself where it is not in the table,
        since vocabularies of artifacts may grow."""
        pair = tables()[table].get(str(value))
        return pair[self._index] if pair else str(value)

    def untested(self, finding: Finding) -> str:
        """Why a check was not made, in words; "" when the finding names no known reason."""
        reason = reason_of(finding)
        return self.word("reason", reason) if reason else ""


def reason_of(finding: Finding) -> Reason | None:
    """The reason of an `untested` finding: its message key, or its parameter `reason`."""
    for candidate in (finding.message.key, finding.message.params.get("reason")):
        if candidate in set(Reason):
            return Reason(str(candidate))
    return None
