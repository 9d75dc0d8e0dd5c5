"""What all reports share: words, sentences, names, manifest."""

from __future__ import annotations

import enum
import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import auditor.api as api
from auditor.api import CheckInfo, Finding, Message, Outcome, Reason, Text
from reports._clean import csv_cell, encodable, visible
from reports._files import UnsafeNameError, replacing, safe_name
from reports._sentence import pieces, sentence
from reports._texts import Texts, reason_of, tables
from reports.manifest import write_manifest

ENUMS = {
    "verdict": api.Verdict,
    "outcome": api.Outcome,
    "severity": api.Severity,
    "site_type": api.SiteType,
    "column_class": api.ColumnClass,
    "column_state": api.ColumnState,
    "item_state": api.ItemState,
    "grade": api.Grade,
    "method": api.Method,
    "rule": api.Rule,
    "subject_kind": api.SubjectKind,
    "reason": api.Reason,
}


@pytest.mark.parametrize(("table", "members"), ENUMS.items(), ids=ENUMS)
def test_every_member_has_a_word(table: str, members: type[enum.StrEnum]) -> None:
    assert {member.value for member in members} == tables()[table].keys()


def test_nothing_is_called_compliant() -> None:
    said = [text for table in tables().values() for pair in table.values() for text in pair]
    assert not [text for text in said if "合规" in text or "compliant" in text.lower()]


def test_unknown_words_are_shown_as_they_are() -> None:
    assert Texts("zh-CN").word("stopped", "some-new-reason") == "some-new-reason"
    assert Texts("EN-gb").word("verdict", "qualified") == "Qualified"


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (Message("timeout"), Reason.TIMEOUT),
        (Message("not-observed", {"reason": "blocked"}), Reason.BLOCKED),
        (Message("not-observed"), None),
    ],
)
def test_reason_of_a_finding(message: Message, reason: Reason | None) -> None:
    assert reason_of(Finding(Outcome.UNTESTED, message)) == reason


def _info(zh: str) -> CheckInfo:
    same = Text("t", "t")
    return CheckInfo("a-b", "a", same, same, same, {"k": Text(zh, zh)})


@pytest.mark.parametrize(
    ("template", "params", "said"),
    [
        ("{a} of {b}", {"a": 1, "b": "two"}, "1 of two"),
        ("{missing}", {}, "{missing}"),
        ("{a.__class__}", {"a": 1}, "{a.__class__}"),
        ("{a[0]}", {"a": "xyz"}, "{a[0]}"),
        ("{a", {"a": 1}, "{a"),
        ("{a:.1f}", {"a": 2.345}, "2.3"),
        ("{a:.1f}", {"a": "text"}, "text"),
        ("{a}", {"a": 0.30000000000000004}, "0.3"),
        ("{{a}}", {"a": 1}, "{a}"),
        ("{a}", {"a": "{b}", "b": "no"}, "{b}"),
    ],
)
def test_sentences(template: str, params: dict[str, str | int | float], said: str) -> None:
    assert sentence(_info(template), Message("k", params), "zh-CN") == said


@given(st.text(), st.dictionaries(st.text(), st.text() | st.floats() | st.integers()))
def test_no_template_raises(template: str, params: dict[str, str | int | float]) -> None:
    assert all(isinstance(piece, str) for piece, _ in pieces(template, params))


def test_values_are_told_from_words() -> None:
    assert list(pieces("a {x} b", {"x": "<"})) == [("a ", False), ("<", True), (" b", False)]


@given(st.text(alphabet=st.characters()) | st.sampled_from(["\ud800", "=\ud800", "\t=1"]))
def test_any_text_can_be_written(text: str) -> None:
    for made in (encodable(text), visible(text), csv_cell(text)):
        made.encode("utf-8")
    assert csv_cell(text)[:1] not in tuple("=+-@\t\r\n＝＋－＠")


def test_invisible_characters_become_visible() -> None:
    assert visible("a\u202eb\x1b\u2028") == "a⟦U+202E⟧b⟦U+001B⟧⟦U+2028⟧"
    assert len(visible("y" * 10_000)) == 300


@pytest.mark.parametrize("name", ["zc-portal", "a", "A.b_c-9"])
def test_plain_names_are_kept(name: str) -> None:
    assert safe_name(name) == name


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../x", "a/b", "a\\b", "/etc", ".x", "a\x00", "a\n", "x" * 101, "a.", "é"],
)
def test_names_that_lead_elsewhere_are_refused(name: str) -> None:
    with pytest.raises(UnsafeNameError):
        safe_name(name)


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old")

    def write() -> None:
        with replacing(target) as stream:
            stream.write(b"half")
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        write()
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
    assert target.read_text() == "old"


def test_manifest_lists_every_file(tmp_path: Path) -> None:
    (tmp_path / "sites" / "a").mkdir(parents=True)
    (tmp_path / "sites" / "a" / "index.html").write_bytes(b"page")
    (tmp_path / "result.json").write_bytes(b"{}")
    (tmp_path / "link").symlink_to("/etc/hostname")
    write_manifest(tmp_path)
    manifest = json.loads(write_manifest(tmp_path).read_text("utf-8"))
    assert manifest["schema"] == "auditor-manifest/1"
    assert manifest["files"] == [
        {"path": "result.json", "bytes": 2, "sha256": hashlib.sha256(b"{}").hexdigest()},
        {"path": "sites/a/index.html", "bytes": 4, "sha256": hashlib.sha256(b"page").hexdigest()},
    ]
