"""Everything that users can type or set is documented, and documents agree with the code."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import yaml

from auditor.cli.errors import Exit
from auditor.config import Settings, load_config
from auditor.config.sites import SiteEntry
from auditor.config.validation import leaf_keys
from auditor.engine.catalogue import load_checks
from auditor.model.finding import Outcome, Reason
from auditor.model.scheme import Grade, Verdict
from tests.docs.pages import DOCS, ROOT, documents, files_in
from tools._commands import EXIT_MEANINGS, command_names
from tools.reference import PAGES

READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")
CONFIGURATION = (DOCS / "configuration.md", DOCS / "configuration.zh-CN.md")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} (.+)$", re.M)
FENCE = re.compile(r"^```.*?^```$", re.S | re.M)
ROW = re.compile(r"^\| `([a-z0-9_.]+)` \| `([^|]*)` \| .*\S \|$", re.M)
SITE_ROW = re.compile(r"^\| `([a-z_]+)` \| [^`|]+ \|", re.M)
COMMAND = re.compile(r"(?:^|[`/])(?:auditor|bin/audit) ([a-z]+)\b", re.M)
FRAGMENT_TYPES = {"new-check", "removed-check", "verdict-change", "data", "feature", "fix"}


def by_name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("name", PAGES)
def test_generated_pages_are_fresh(name: str) -> None:
    assert (DOCS / name).read_text("utf-8") == PAGES[name](), "run `make docs`"


@pytest.mark.parametrize("path", READMES, ids=by_name)
class TestReadme:
    def test_begins_with_the_two_commands_and_a_picture(self, path: Path) -> None:
        head = "\n".join(path.read_text("utf-8").splitlines()[:12])
        assert head.index("bin/audit") < head.index("bin/test") < head.index("docs/images/")

    def test_names_every_command(self, path: Path) -> None:
        text = path.read_text("utf-8")
        missing = [name for name in command_names() if f"| `auditor {name}" not in text]
        assert missing == []

    def test_names_every_exit_code(self, path: Path) -> None:
        text = path.read_text("utf-8")
        rows = re.findall(r"^\| ([0-9、, ]+) \|", text, re.M)
        codes = {int(code) for row in rows for code in re.split(r"[、, ]+", row)}
        assert codes == set(map(int, Exit))

    def test_names_outcomes_verdicts_and_grades(self, path: Path) -> None:
        text = path.read_text("utf-8")
        assert [word for word in (*Outcome, *Verdict) if f"`{word}`" not in text] == []
        assert [grade for grade in Grade if not re.search(rf"\b{grade}\b", text)] == []

    def test_its_district_can_be_loaded(self, path: Path, tmp_path: Path) -> None:
        for name, text in files_in(path).items():
            (tmp_path / name).write_text(text, "utf-8")
        settings, register = load_config(tmp_path / "config.yaml")
        assert [site.id for site in register.sites] == ["portal", "edu"]
        assert register.sites[0].aliases == ("example.gov.cn",)
        assert settings.crawl.max_pages == 2000


@pytest.mark.parametrize("path", CONFIGURATION, ids=by_name)
class TestConfiguration:
    def test_every_key_with_its_default(self, path: Path) -> None:
        written = dict(ROW.findall(path.read_text("utf-8")))
        assert sorted(written) == sorted(leaf_keys(Settings))
        defaults = Settings().public()
        for key, text in written.items():
            assert yaml.safe_load(text) == _value(defaults, key), key

    def test_every_column_of_the_register(self, path: Path) -> None:
        text = path.read_text("utf-8")
        columns = SITE_ROW.findall(text[text.index("`homepage`") - 400 :])
        assert set(SiteEntry.model_fields) <= set(columns)


def test_the_two_languages_have_the_same_keys_in_the_same_order() -> None:
    english, chinese = (ROW.findall(path.read_text("utf-8")) for path in CONFIGURATION)
    assert english == chinese


def test_every_option_is_in_the_reference() -> None:
    text = (DOCS / "commands.md").read_text("utf-8")
    assert [name for name in command_names() if f"## `auditor {name}`" not in text] == []
    assert set(EXIT_MEANINGS) == set(Exit)


@pytest.mark.parametrize("name", ["catalogue.md", "catalogue.zh-CN.md"])
def test_every_check_is_in_the_catalogue(name: str) -> None:
    headings = set(HEADING.findall((DOCS / name).read_text("utf-8")))
    assert set(load_checks()) <= headings


def test_grades_are_explained_to_inspectors() -> None:
    text = (DOCS / "inspectors.zh-CN.md").read_text("utf-8")
    assert [grade for grade in Grade if f"| {grade} | " not in text] == []


@pytest.mark.parametrize("path", documents(), ids=by_name)
def test_links_resolve(path: Path) -> None:
    text = FENCE.sub("", path.read_text("utf-8"))
    for target in LINK.findall(text):
        if "://" in target:
            continue
        name, _, anchor = unquote(target).partition("#")
        found = (path.parent / name).resolve() if name else path
        assert found.exists(), f"{by_name(path)} links to {target}"
        if anchor:
            assert anchor in _anchors(found), f"{by_name(path)} links to {target}"


@pytest.mark.parametrize("path", documents(), ids=by_name)
def test_commands_in_examples_exist(path: Path) -> None:
    """`auditor recheck` must not be promised before it exists."""
    text = path.read_text("utf-8")
    code = (*FENCE.findall(text), *re.findall(r"`[^`\n]+`", FENCE.sub("", text)))
    known = {name.split()[0] for name in command_names()}
    used = {word for part in code for word in COMMAND.findall(part)}
    assert used <= known


def test_reasons_in_the_operators_guide_are_those_of_reports() -> None:
    words = yaml.safe_load((ROOT / "reports/texts/vocabulary.yaml").read_text("utf-8"))["reason"]
    text = (DOCS / "operators.zh-CN.md").read_text("utf-8")
    for reason in (Reason.BLOCKED, Reason.NO_IPV6):
        assert f"未检测（{words[reason.value][0]}）" in text


def test_pictures_are_small() -> None:
    for name in ("report-district.png", "report-site.png"):
        data = (DOCS / "images" / name).read_bytes()
        assert data.startswith(b"\x89PNG")
        assert len(data) < 300_000, name


def test_decisions_are_numbered() -> None:
    names = sorted(path.name for path in (DOCS / "adr").glob("*.md"))
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    for name in names:
        text = (DOCS / "adr" / name).read_text("utf-8")
        parts = re.findall(r"^## (.+)$", text, re.M)
        assert parts == ["Context", "Decision", "Consequences"], name


def test_fragments_have_a_type() -> None:
    for path in (ROOT / "changes").iterdir():
        if path.name != "README.md":
            assert path.suffixes[-2:][0].removeprefix(".") in FRAGMENT_TYPES, path.name


def _value(data: Any, key: str) -> Any:
    for part in key.split("."):
        data = data[part]
    return data


def _anchors(path: Path) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    headings = HEADING.findall(FENCE.sub("", path.read_text("utf-8")))
    return {re.sub(r"[^\w\- ]", "", item.lower()).strip().replace(" ", "-") for item in headings}
