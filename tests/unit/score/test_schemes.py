"""Loading schemes: the built-in ones, and every mistake that a file can hold."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from auditor.config import ConfigError
from auditor.config.rule_files import installed_roots, known_names
from auditor.engine.catalogue import load_checks
from auditor.model.finding import Severity, Text
from auditor.model.scheme import Grade, Method, Rule, Scheme
from auditor.model.site import SiteType
from auditor.score import load_schemes

ROOTS = installed_roots()
BUILT_IN = ("gb19-2019", "zichuan-2019")

HEAD = """\
id: mine
version: "1"
title: {zh: 标题, en: title}
source: {zh: 出处, en: source}
method: points
pass_line: 60
services_group: services
services_factor: 4/3
scored_types: [portal]
bonus_total: 5
groups:
  part2: {zh: 扣分, en: deductions}
  services: {zh: 办事服务, en: services}
indicators:
"""
ITEM = """\
  - id: A-1
    name: {zh: 名称, en: name}
    clause: {zh: 条款, en: clause}
    grade: V
    severity: deduction
    group: part2
    checks: [site-homepage]
"""


def load(tmp_path: Path, content: str, known: set[str] | None = None) -> Scheme:
    (tmp_path / "mine.yaml").write_text(content, encoding="utf-8")
    return load_schemes(["mine.yaml"], (), known_checks=known, base=tmp_path)[0]


def mistakes(tmp_path: Path, content: str, known: set[str] | None = None) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, content, known)
    folder = f"{tmp_path}/"
    return [str(problem).replace(folder, "") for problem in caught.value.problems]


@pytest.fixture(scope="module")
def built_in() -> dict[str, Scheme]:
    return {item.id: item for item in load_schemes(BUILT_IN, ROOTS)}


def test_built_in_schemes_are_offered() -> None:
    assert set(known_names("schemes", ROOTS)) >= set(BUILT_IN)


def test_gb19_scores_by_the_verified_rule(built_in: dict[str, Scheme]) -> None:
    made = built_in["gb19-2019"]
    assert (made.total, made.pass_line, made.bonus_line, made.bonus_total) == (100, 60, 80, 30)
    assert made.services_factor == 4 / 3
    assert made.scored_types == (SiteType.PORTAL,)
    assert all(item.points is None for item in made.indicators)


@pytest.mark.parametrize(
    ("id", "threshold", "checks"),
    [
        ("COL-02", 5, ("columns-news", "columns-documents")),
        ("COL-03", 10, ("columns-other",)),
        ("COL-04", 5, ("columns-blank",)),
    ],
)
def test_counting_vetoes_have_the_exact_thresholds(
    built_in: dict[str, Scheme], id: str, threshold: int, checks: tuple[str, ...]
) -> None:
    item = next(item for item in built_in["gb19-2019"].indicators if item.id == id)
    assert (item.rule, item.threshold, item.checks) == (Rule.COUNT, threshold, checks)
    assert (item.severity, item.grade) == (Severity.VETO, Grade.V)


def test_reachability_needs_history(built_in: dict[str, Scheme]) -> None:
    item = next(item for item in built_in["gb19-2019"].indicators if item.id == "AVL-01")
    assert (item.rule, item.severity) == (Rule.HISTORY, Severity.VETO)


def test_every_check_stands_in_a_scheme(built_in: dict[str, Scheme]) -> None:
    cited = {
        check for made in built_in.values() for item in made.indicators for check in item.checks
    }
    assert sorted(set(load_checks()) - cited) == []


def test_the_plan_of_2019_cites_no_later_law(built_in: dict[str, Scheme]) -> None:
    made = built_in["zichuan-2019"]
    assert made.method is Method.SHARE
    for item in made.indicators:
        assert item.effective_from == date(2019, 7, 25)
        assert item.clause.zh.startswith("川政办字〔2019〕43号")


@pytest.mark.parametrize("name", BUILT_IN)
def test_later_law_does_not_reach_back(built_in: dict[str, Scheme], name: str) -> None:
    for item in built_in[name].indicators:
        if "无障碍环境建设法" in item.clause.zh:
            assert item.effective_from == date(2023, 9, 1)
        if item.severity is Severity.VETO:
            assert item.effective_from is not None


def test_a_users_scheme(tmp_path: Path) -> None:
    made = load(tmp_path, HEAD + ITEM + "    points: 5\n    cap: 12.5\n    quote: 原文\n")
    item = made.indicators[0]
    assert (made.id, made.groups["services"]) == ("mine", Text("办事服务", "services"))
    assert (item.points, item.cap, item.quote) == (5.0, 12.5, "原文")
    assert len(made.sha256) == 64


def test_optional_keys_may_be_null_and_factors_plain_numbers(tmp_path: Path) -> None:
    head = HEAD.replace("services_factor: 4/3", "services_factor: 1.25")
    made = load(tmp_path, f"{head}{ITEM}    effective_from: null\n    points: null\n")
    assert made.services_factor == 1.25
    assert (made.indicators[0].effective_from, made.indicators[0].points) == (None, None)


def test_unknown_names_are_refused_with_a_suggestion() -> None:
    with pytest.raises(ConfigError, match=r'no schemes file is called "gb19-2091".*gb19-2019'):
        load_schemes(["gb19-2091"], ROOTS)
    with pytest.raises(ConfigError, match=r'"gb19-2019" is named 2 times'):
        load_schemes(["gb19-2019", "gb19-2019"], ROOTS)
    with pytest.raises(ConfigError, match="file not found"):
        load_schemes(["nothing.yaml"], ROOTS)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("grade: V", "grade: R", ":19: A-1: must be advice: the clause has grade R"),
        ("grade: V", "grade: X", ':18: grade: must be one of V, L, P, C, R, E, not "X"'),
        ("severity: deduction", "severity: vetoo", 'did you mean "veto"?'),
        (", en: name}", "}", ":16: name.en is missing"),
        ("group: part2", "group: part", ':20: A-1: no group is called "part"; did you mean'),
        ("checks: [site-homepage]", "checks: []", ":21: A-1: must not be empty unless"),
        ("checks: [site-homepage]", "checks: [a, a]", ":21: A-1: names a check twice"),
        ("id: mine", "id: other", ":1: must be mine, the name of the file"),
        ("services_group: services", "services_group: no", ':7: no group is called "no"'),
        ("services_factor: 4/3", "services_factor: 4/0", ":8: services_factor: must not divide"),
        ("id: A-1", "id: A 1", ":15: id: must be letters, digits, dots and hyphens"),
    ],
)
def test_mistakes_are_named_with_their_line(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert any(says in line for line in mistakes(tmp_path, (HEAD + ITEM).replace(old, new, 1)))


@pytest.mark.parametrize(
    ("extra", "says"),
    [
        ("threshold: 3", "mine.yaml:22: A-1: needs rule: count"),
        ("cap: 3", "mine.yaml:22: A-1: has no points to cap"),
        ("pionts: 3", 'mine.yaml:22: unknown key "pionts"; did you mean "points"?'),
        ("effective_from: 2019-13-01", "must be a date like 2019-04-01"),
        ("effective_to: 2019-01-01\n    effective_from: 2020-01-01", "lies before effective_from"),
        ("points: 5\n    cap: 101", "the caps of deduction add up to 101, more than 100"),
        ("points: -1", "must be at least 0"),
    ],
)
def test_mistakes_in_further_keys(tmp_path: Path, extra: str, says: str) -> None:
    found = mistakes(tmp_path, f"{HEAD}{ITEM}    {extra}\n")
    assert any(says in line for line in found), found


@pytest.mark.parametrize("grade", ["R", "E", "C"])
@pytest.mark.parametrize("extra", ["points: 5", "quote: 原文"])
def test_unverified_clauses_carry_no_points_and_no_quotation(
    tmp_path: Path, grade: str, extra: str
) -> None:
    item = ITEM.replace("grade: V", f"grade: {grade}").replace("deduction", "advice")
    assert load(tmp_path, HEAD + item).indicators[0].severity is Severity.ADVICE
    found = mistakes(tmp_path, f"{HEAD}{item}    {extra}\n")
    assert any(f"the clause has grade {grade}" in line for line in found)


def test_a_paraphrase_is_no_quotation(tmp_path: Path) -> None:
    item = ITEM.replace("grade: V", "grade: P") + "    points: 5\n"
    assert load(tmp_path, HEAD + item).indicators[0].points == 5.0
    assert "quotation" in mistakes(tmp_path, HEAD + item + "    quote: 原文\n")[0]


@pytest.mark.parametrize("grade", ["R", "E", "C"])
def test_unverified_clauses_are_no_vetoes(tmp_path: Path, grade: str) -> None:
    item = ITEM.replace("grade: V", f"grade: {grade}").replace("deduction", "veto")
    assert "must be advice" in mistakes(tmp_path, HEAD + item)[0]


def test_unknown_checks_are_named(tmp_path: Path) -> None:
    known = {"site-homepage", "site-dead-links"}
    assert load(tmp_path, HEAD + ITEM, known).id == "mine"
    wrong = ITEM.replace("site-homepage", "site-homepages")
    assert mistakes(tmp_path, HEAD + wrong, known) == [
        'mine.yaml:21: A-1: no check is called "site-homepages"; did you mean "site-homepage"?'
    ]


def test_every_mistake_of_every_file_is_reported_at_once(tmp_path: Path) -> None:
    wrong = HEAD + ITEM.replace("grade: V", "grade: Q") + ITEM.replace("part2", "part9")
    (tmp_path / "a.yaml").write_text(wrong + ITEM, encoding="utf-8")
    (tmp_path / "b.yaml").write_text("id: b\nid: b\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_schemes(["a.yaml", "b.yaml"], (), base=tmp_path)
    text = str(caught.value)
    for part in ("grade", "part9", "A-1 stands 2 times", "must be a, the name", "duplicate key"):
        assert part in text
