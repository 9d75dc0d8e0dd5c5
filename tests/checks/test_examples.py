"""Every check against its example files, and the rules that all checks must keep."""

from __future__ import annotations

import string
from dataclasses import is_dataclass

import pytest

import auditor.api as api
from auditor.engine.catalogue import load_checks
from auditor.engine.needs import supply
from tests.checks.examples import OUTCOMES, Example, examples, given, load

CHECKS = load_checks()
EXAMPLES = examples()


def call(check: api.Check, values: dict[type, object]) -> list[api.Finding]:
    arguments = supply(check.needs, values)
    if isinstance(arguments, api.Missed):
        return [api.Finding(api.Outcome.UNTESTED, api.msg("untested", reason=arguments.reason))]
    extra = {check.params_name: check.params()} if check.params else {}
    return list(check.function(**arguments, **extra))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda item: f"{item.check_id}/{item.path.name}")
def test_example(example: Example) -> None:
    check = CHECKS[example.check_id]
    head, source = load(example.path)
    findings = call(check, given(head, source))
    seen = [(finding.outcome.value, finding.message.key) for finding in findings]
    expected = [(item["outcome"], item["key"]) for item in head["expect"]]
    assert sorted(seen) == sorted(expected)
    assert example.outcome in OUTCOMES
    assert example.outcome in {outcome for outcome, _ in seen}
    for item, finding in zip(
        sorted(head["expect"], key=lambda item: (item["outcome"], item["key"])),
        sorted(findings, key=lambda item: (item.outcome.value, item.message.key)),
        strict=True,
    ):
        for name, value in item.get("params", {}).items():
            assert finding.message.params[name] == value
        if finding.outcome is api.Outcome.FAILED:
            assert finding.evidence, "a failed finding carries evidence"


@pytest.mark.parametrize("check", CHECKS.values(), ids=lambda check: check.id)
class TestEveryCheck:
    def test_has_examples(self, check: api.Check) -> None:
        outcomes = {item.outcome for item in EXAMPLES if item.check_id == check.id}
        assert outcomes >= {"passed", "inapplicable"} or outcomes >= {"passed", "untested"}
        assert outcomes & {"failed", "cant-tell"}, "no example of what it finds"

    def test_texts_agree(self, check: api.Check) -> None:
        for key, text in check.messages.items():
            assert _placeholders(text.zh) == _placeholders(text.en), key
        for text in (check.title, check.why, check.fix):
            assert text.zh
            assert text.en
            assert any("\u4e00" <= letter <= "\u9fff" for letter in text.zh)

    def test_messages_are_in_the_table(self, check: api.Check) -> None:
        for item in EXAMPLES:
            if item.check_id != check.id:
                continue
            head, source = load(item.path)
            for finding in call(check, given(head, source)):
                if finding.message.key == "untested":
                    continue
                text = check.messages[finding.message.key]
                assert _placeholders(text.zh) <= set(finding.message.params)

    def test_shape(self, check: api.Check) -> None:
        assert check.id == check.id.lower()
        assert check.doc, "the docstring documents the check"
        assert check.needs
        assert all(is_dataclass(need) for need in check.needs.values())
        assert (api.PageFacts in check.needs.values()) == (check.scope is api.Scope.PAGE)

    @pytest.mark.parametrize("reason", list(api.Reason), ids=lambda reason: reason.value)
    def test_a_missed_artifact_is_never_a_failure(
        self, check: api.Check, reason: api.Reason
    ) -> None:
        values: dict[type, object] = {need: api.Missed(reason) for need in check.needs.values()}
        outcomes = {finding.outcome for finding in call(check, values)}
        assert outcomes == {api.Outcome.UNTESTED}


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}
