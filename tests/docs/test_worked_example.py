"""The worked example of `docs/contributors.md`, taken out of the page and run."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import auditor.api as api
from auditor.cli.common import data_roots
from auditor.engine.catalogue import load_checks
from auditor.engine.judge import judge
from auditor.score.schemes import load_schemes
from tests.checks.examples import COMMENT, given, load
from tests.checks.test_examples import TestEveryCheck as Rules
from tests.checks.test_examples import call
from tests.docs.pages import CONTRIBUTORS, ROOT, files_in

FILES = files_in(CONTRIBUTORS)
CHECK_FILE, *EXAMPLE_FILES, SCHEME_FILE = FILES
CHECK_ID = "accessibility-table-caption"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("example")
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return root


@pytest.fixture(scope="module")
def check(folder: Path) -> Iterator[api.Check]:
    name = "checks.accessibility.accessibility_table_caption"
    spec = importlib.util.spec_from_file_location(name, folder / CHECK_FILE)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
        yield module.accessibility_table_caption
    finally:
        del sys.modules[name]


def test_three_places_are_touched() -> None:
    places = {CHECK_FILE, *(str(Path(name).parent) for name in EXAMPLE_FILES), SCHEME_FILE}
    assert places == {
        "checks/accessibility/accessibility_table_caption.py",
        f"tests/checks/{CHECK_ID}",
        "checks/data/schemes/gb19-2019.yaml",
    }
    assert not (ROOT / CHECK_FILE).exists(), "the example must not be a check of the product"


@pytest.mark.parametrize("name", EXAMPLE_FILES)
def test_examples(check: api.Check, folder: Path, name: str) -> None:
    head, source = load(folder / name)
    findings = call(check, given(head, source))
    seen = [(item.outcome.value, item.message.key, item.message.params) for item in findings]
    assert len(seen) == len(head["expect"])
    for (outcome, key, params), expected in zip(seen, head["expect"], strict=True):
        assert (outcome, key) == (expected["outcome"], expected["key"])
        assert expected.get("params", {}).items() <= params.items()
        assert Path(name).name.startswith(outcome)
    assert all(item.evidence for item in findings if item.outcome is api.Outcome.FAILED)


def test_the_check_keeps_the_rules(check: api.Check) -> None:
    assert check.id == CHECK_ID
    Rules().test_texts_agree(check)
    Rules().test_shape(check)
    for reason in api.Reason:
        Rules().test_a_missed_artifact_is_never_a_failure(check, reason)


def test_thresholds_come_from_the_configuration(check: api.Check, folder: Path) -> None:
    head, source = load(folder / f"tests/checks/{CHECK_ID}/failed-1.html")
    values = given(head, source)
    page, site = values.pop(api.PageFacts), values[api.Site]
    assert isinstance(page, api.PageFacts)
    assert isinstance(site, api.Site)

    def outcomes(limit: int) -> set[api.Outcome]:
        judged = judge(
            checks=[check],
            folds=(),
            site=site,
            given=values,
            pages=[page],
            params={CHECK_ID: {"max_rows": limit}},
        )
        return {outcome for tally in judged.tallies for outcome in tally.counts}

    assert outcomes(11) == {api.Outcome.FAILED}
    assert outcomes(12) == {api.Outcome.INAPPLICABLE}


def test_the_scheme_line(folder: Path) -> None:
    text = (ROOT / SCHEME_FILE).read_text("utf-8").rstrip("\n")
    path = folder / "longer" / "gb19-2019.yaml"
    path.parent.mkdir()
    path.write_text(f"{text}\n{FILES[SCHEME_FILE]}", "utf-8")
    (scheme,) = load_schemes([str(path)], data_roots())
    added = scheme.indicators[-1]
    assert added.checks == (CHECK_ID,)
    assert added.severity is api.Severity.ADVICE
    assert added.group in scheme.groups


def test_the_code_passes_lint_and_format(folder: Path) -> None:
    ruff = [sys.executable, "-m", "ruff"]
    options = ["--config", str(ROOT / "pyproject.toml"), str(folder / CHECK_FILE)]
    for command in (["check", "--no-cache"], ["format", "--check", "--no-cache"]):
        done = subprocess.run(
            [*ruff, *command, *options], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_examples_are_pages() -> None:
    for name in EXAMPLE_FILES:
        assert COMMENT.match(FILES[name]), name


def test_a_plug_in_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (toml,) = files_in(CONTRIBUTORS, "plug-in").values()
    point = toml.splitlines()[1].replace('"', "")
    package = tmp_path / "our_province_checks"
    package.mkdir()
    (package / "__init__.py").write_text('"""Our checks."""\n')
    text = FILES[CHECK_FILE].replace(CHECK_ID, "ours-table-caption")
    (package / "table_caption.py").write_text(text, "utf-8")
    info = tmp_path / "our_province_checks-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: our-province-checks\nVersion: 1\n")
    (info / "entry_points.txt").write_text(f"[auditor.checks]\n{point}\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert "ours-table-caption" in load_checks()
