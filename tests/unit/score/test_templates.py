"""Column templates: the built-in ones, and every mistake that a file can hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.config import ConfigError
from auditor.config.rule_files import installed_roots
from auditor.config.templates import load_template
from auditor.model.column import ColumnClass as Class
from auditor.model.column import ColumnTemplate
from auditor.model.site import SiteType

ROOTS = installed_roots()

TEMPLATE = """\
id: mine
title: {zh: 模板, en: template}
columns:
  - {id: news, names: [要闻, 动态], class: news}
  - {id: report, names: [年报], class: other, max_age_days: 400, required: false, clause: 依据}
"""


def load(tmp_path: Path, content: str) -> ColumnTemplate:
    (tmp_path / "mine.yaml").write_text(content, encoding="utf-8")
    return load_template("mine.yaml", SiteType.PORTAL, ROOTS, tmp_path)


@pytest.mark.parametrize(
    ("type_", "id"),
    [
        (SiteType.PORTAL, "portal"),
        (SiteType.DEPARTMENT, "department"),
        (SiteType.TOWNSHIP, "township"),
        (SiteType.INSTITUTION, "other"),
        (SiteType.CHANNEL, "other"),
    ],
)
def test_every_site_type_has_a_template(type_: SiteType, id: str) -> None:
    template = load_template("", type_, ROOTS)
    assert template.id == id
    assert template.age_limit(Class.NEWS) == 14
    assert template.age_limit(Class.NOTICE) == template.age_limit(Class.POLICY) == 183
    assert template.age_limit(Class.PERSONNEL) == 366
    assert template.age_limit(Class.STATIC) is None
    assert "建设中" in template.blank_phrases


@pytest.mark.parametrize("id", ["portal", "department", "township"])
def test_one_name_stands_for_one_column(id: str) -> None:
    template = load_template(id, SiteType.PORTAL, ROOTS)
    names = [name for column in template.columns for name in column.names]
    assert len(names) == len(set(names))
    assert all(column.clause for column in template.columns)
    assert any(column.required for column in template.columns)


def first_class(name: str) -> Class | None:
    template = load_template("portal", SiteType.PORTAL, ROOTS)
    found = (kind for kind, words in template.class_words if any(word in name for word in words))
    return next(found, None)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("今日要闻", Class.NEWS),
        ("部门动态", Class.NEWS),
        ("通知公告", Class.NOTICE),
        ("政策文件", Class.POLICY),
        ("政策解读", Class.INTERPRETATION),
        ("政府信息公开指南", Class.STATIC),
        ("政府信息公开制度", Class.STATIC),
        ("机构职能", Class.STATIC),
        ("人事信息", Class.PERSONNEL),
        ("规划计划", Class.PERSONNEL),
        ("财政预决算", Class.PERSONNEL),
        ("区长信箱", Class.INTERACTION),
        ("意见征集", Class.INTERACTION),
        ("乡村振兴", None),
    ],
)
def test_class_words_take_the_right_class_first(name: str, expected: Class | None) -> None:
    assert first_class(name) is expected


def test_a_users_template(tmp_path: Path) -> None:
    template = load(tmp_path, TEMPLATE)
    news, report = template.columns
    assert (news.names, news.required, news.max_age_days) == (("要闻", "动态"), True, None)
    assert (report.required, report.max_age_days, report.clause) == (False, 400, "依据")
    assert template.age_limit(Class.NEWS) == 14


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("class: news", "class: new", 'did you mean "news"?'),
        ("id: report", "id: news", "mine.yaml:4: id news stands for column news already"),
        ("[年报]", "[要闻]", "mine.yaml:5: 要闻 stands for column news already"),
        ("[年报]", "[]", "mine.yaml:5: columns[1].names: must have at least 1 entry"),
        ("400", "0", "must be at least 1"),
        ("id: mine", "id: yours", "mine.yaml:1: must be mine, the name of the file"),
        ("columns:", "lexicon: nothing\ncolumns:", 'no lexicons file is called "nothing"'),
        (", en: template", "", "title.en is missing"),
        ("required: false", "require: false", "unknown key"),
    ],
)
def test_mistakes_are_named_with_their_line(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, TEMPLATE.replace(old, new, 1))
    assert says in str(caught.value)


def test_unknown_templates_are_refused_with_a_suggestion() -> None:
    with pytest.raises(ConfigError, match=r'"portl".*did you mean "portal"'):
        load_template("portl", SiteType.PORTAL, ROOTS)
