"""YAML is read as written; what is ambiguous or dangerous is refused with its line."""

from __future__ import annotations

import time

import pytest

from auditor.config.problems import ConfigError
from auditor.config.strict_yaml import Plain, parse_yaml, scan_yaml


def problems(text: str) -> list[tuple[int, str]]:
    with pytest.raises(ConfigError) as caught:
        parse_yaml(text, "x.yaml")
    return [(item.line, item.message) for item in caught.value.problems]


@pytest.mark.parametrize("scalar", ["no", "010", "370302:12", "2020-01-01", "1e3", "on", "0x1f"])
def test_unquoted_scalars_stay_text(scalar: str) -> None:
    root = parse_yaml(f"a: {scalar}", "x.yaml").root
    assert root == {"a": scalar}
    assert isinstance(root["a"], Plain)


def test_quoted_scalars_are_not_plain() -> None:
    root = parse_yaml("a: 'null'\nb: \"5\"\nc: |\n  true\n", "x.yaml").root
    assert root == {"a": "null", "b": "5", "c": "true\n"}
    assert not any(isinstance(value, Plain) for value in root.values())


@pytest.mark.parametrize("scalar", ["", "~", "null", "NULL"])
def test_nulls(scalar: str) -> None:
    assert parse_yaml(f"a: {scalar}", "x.yaml").root == {"a": None}


def test_sequences_are_tuples_and_lines_are_known() -> None:
    document = parse_yaml("a:\n  - b\n  - c:\n      d: e\n", "x.yaml")
    assert document.root == {"a": ("b", {"c": {"d": "e"}})}
    assert document.line_of(("a", 1, "c", "d")) == 4
    assert document.line_of(("a", 1, "c", "missing")) == 3
    assert document.line_of(("z",)) == 0


def test_every_mistake_is_reported_with_its_line() -> None:
    text = "a: &x 1\nb: *x\na: 2\nc: !!python/name:os.system\nd: {e: 1, e: 2}\n"
    found = problems(text)
    assert [line for line, _ in found] == [2, 3, 4, 5]
    assert "alias *x" in found[0][1]
    assert found[1][1] == 'duplicate key "a"; it is already in line 1'
    assert "tag" in found[2][1]
    assert "duplicate" in found[3][1]


def test_reading_goes_on_after_a_duplicate_key_and_the_first_value_counts() -> None:
    document, found = scan_yaml("a: 1\na: 2\nb: 3\n", "x.yaml")
    assert document.root == {"a": "1", "b": "3"}
    assert len(found) == 1


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\n---\nb: 2\n", 2, "second document"),
        ("a: [1, 2\nb: 3\n", 2, "not valid YAML"),
        ("a:\n\tb: 1\n", 2, "spaces, not tabs"),
        ("a: 1\nb: \x01\n", 2, "control character"),
        ("? [a, b]\n: 1\n", 1, "cannot be a key"),
        ("- " * 100_000, 1, "levels deep"),
        ("[" * 100_000, 1, "levels deep"),
        ("{a: " * 30 + "1" + "}" * 30, 1, "levels deep"),
    ],
)
def test_what_stops_reading(text: str, line: int, words: str) -> None:
    assert [(found, words in message) for found, message in problems(text)] == [(line, True)]


def test_an_alias_as_key_is_refused() -> None:
    assert any("alias" in message for _, message in problems("a: &x b\n*x : c\n"))


def test_bomb_is_refused_at_once() -> None:
    rows = ['a0: &a0 ["lol"]']
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40)]
    start = time.perf_counter()
    assert len(problems("\n".join(rows))) > 1
    assert time.perf_counter() - start < 2


def test_number_of_values_is_limited() -> None:
    assert "more than 500000 values" in problems("[" + "1," * 600_000 + "]")[0][1]
