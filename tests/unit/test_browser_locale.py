"""The vendored engine is the published one, and every text of it that people read is Chinese."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from auditor.gather.browser import _axe
from auditor.gather.browser._axe import locale
from checks.accessibility._axe import axe_messages

ROOT = Path(__file__).parents[2]
VENDOR = ROOT / "auditor/gather/browser/vendor/axe-core"
#: sha256 of axe.min.js in the npm package axe-core 4.14.1.
PUBLISHED = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
RULES = json.loads((ROOT / "checks/data/axe/rules.json").read_text("utf-8"))
ENGLISH = re.compile(
    r"""(?:"(?P<a>[a-z0-9-]+)"|(?<=[{,])(?P<b>[a-z]\w*)):\{description:"""
    r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'),"""
    r"""help:(?:"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>(?:[^'\\]|\\.)*)')"""
)
PLACEHOLDER = re.compile(r"\$\{[^}]*\}?")


def leaves(texts: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    for key, value in texts.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{path}/{key}")
        else:
            yield f"{path}/{key}", value


def english() -> dict[str, str]:
    """The names that are inside axe.min.js itself, by rule."""
    return {
        match["a"] or match["b"]: (match["double"] or match["single"]).replace("\\u2019", "’")
        for match in ENGLISH.finditer((VENDOR / "axe.min.js").read_text("utf-8"))
    }


def is_chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


def test_vendored_files_are_the_published_ones() -> None:
    listed = (VENDOR / "SHA256SUMS").read_text("ascii").splitlines()
    assert len(listed) == 4
    for line in listed:
        digest, name = line.split()
        assert sha256((VENDOR / name).read_bytes()).hexdigest() == digest, name
    assert sha256((VENDOR / "axe.min.js").read_bytes()).hexdigest() == PUBLISHED
    assert "Mozilla Public License" in (VENDOR / "LICENSE").read_text("utf-8")
    assert (VENDOR / "axe.min.js").read_bytes().startswith(b"/*! axe v4.14.1\n")


def test_a_changed_engine_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = tmp_path / "axe.min.js"
    changed.write_text("alert(1)")
    monkeypatch.setattr(_axe, "SCRIPT", changed)
    _axe._script.cache_clear()
    with pytest.raises(_axe.BrowserFailure, match="checksum"):
        _axe._script()
    _axe._script.cache_clear()


def test_every_rule_of_the_engine_has_a_chinese_name() -> None:
    names = english()
    assert len(names) > 100
    for rule in names:
        assert is_chinese(locale()["rules"][rule]["help"]), rule
        assert is_chinese(locale()["rules"][rule]["description"]), rule


def test_every_text_of_the_locale_is_chinese() -> None:
    for path, text in leaves(locale()):
        assert is_chinese(text) or path in {"/lang", "/checks/error-occurred/pass"}, path


def test_our_texts_keep_the_placeholders_whole() -> None:
    for path, text in leaves(locale()):
        for placeholder in PLACEHOLDER.findall(text):
            assert placeholder.endswith("}"), f"{path}: {placeholder}"


def test_the_checks_know_every_rule() -> None:
    names = english()
    assert set(RULES) == set(names)
    for name, rule in RULES.items():
        assert rule["zh"] == locale()["rules"][name]["help"], name
        assert rule["en"] == names[name], name
        assert rule["principle"] in {"perceivable", "operable", "understandable", "robust"}


def test_every_rule_belongs_to_one_check() -> None:
    seen = [
        key
        for principle in ("perceivable", "operable", "understandable", "robust")
        for key in axe_messages(principle)
        if key in RULES
    ]
    assert sorted(seen) == sorted(RULES)
