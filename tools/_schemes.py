"""The schemes (指标体系) that come with the product, in Chinese: clauses are Chinese texts."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from auditor.api import Grade, Indicator, Method, Rule, Scheme
from auditor.cli.common import data_roots
from auditor.score.schemes import FOLDER, load_schemes
from reports._texts import Texts
from tools._markdown import code, page, plain, table

_INTRO = """\
指标体系是数据（YAML），不是程序：同一次检测可以按不同文件评定。
在 `config.yaml` 中写 `scheme: [编号]`，或写自己的 YAML 文件路径；
第一个指标体系决定网站的结论和得分。

**等级**说明我们对条款文字的把握程度：

{grades}

只有 V、L、P 级条款可以作为单项否决或扣分；C、R、E 级只作“提示”。
程序在读取指标体系时强制执行这条规则。"""
_HEADS = ("编号", "指标", "条款", "等级", "性质", "判定方式", "检查项")


@cache
def installed_schemes() -> tuple[Scheme, ...]:
    """Every scheme of the entry point `auditor.schemes`, by id."""
    roots = data_roots()
    names = {
        item.name.removesuffix(".yaml")
        for root in roots
        for item in root.joinpath(FOLDER).iterdir()
        if item.name.endswith(".yaml")
    }
    return load_schemes(sorted(names), roots)


def schemes() -> str:
    """The page: grades, and a table of indicators for each scheme."""
    texts = Texts("zh-CN")
    grades = table(("等级", "含义"), ((item.value, texts.word("grade", item)) for item in Grade))
    blocks = [_INTRO.format(grades=grades)]
    for scheme in installed_schemes():
        blocks += _scheme(scheme, texts)
    return page("指标体系", *blocks)


def _scheme(scheme: Scheme, texts: Texts) -> Iterator[str]:
    yield f"## {scheme.id}"
    yield f"{plain(scheme.title.zh)}（版本 {scheme.version}）。依据：{plain(scheme.source.zh)}。"
    yield _arithmetic(scheme, texts)
    for group in (*scheme.groups, ""):
        rows = [_row(item, texts) for item in scheme.indicators if item.group == group]
        if rows:
            title = scheme.groups[group].zh if group else "其他"
            yield f"### {scheme.id}：{plain(title)}"
            yield table(_HEADS, rows)


def _arithmetic(scheme: Scheme, texts: Texts) -> str:
    scored = "、".join(texts.word("site_type", kind) for kind in scheme.scored_types)
    priced = sum(item.points is not None for item in scheme.indicators)
    parts = [
        f"计算方法：{texts.word('method', scheme.method)}",
        f"计分的网站类型：{scored}",
        f"作出合格结论所需的最低检测覆盖率：{scheme.min_coverage:.0%}",
    ]
    if scheme.pass_line is not None:
        parts.append(f"合格线 {scheme.pass_line:g}")
    if scheme.method is Method.POINTS:
        parts.append(f"有分值的指标 {priced} 项，共 {len(scheme.indicators)} 项")
    return "；".join(parts) + "。"


def _row(item: Indicator, texts: Texts) -> tuple[str, ...]:
    rule = texts.word("rule", item.rule)
    return (
        code(item.id),
        plain(item.name.zh),
        plain(item.clause.zh),
        item.grade.value,
        texts.word("severity", item.severity),
        f"{rule}（{item.threshold}）" if item.rule is Rule.COUNT else rule,
        "、".join(map(code, item.checks)) or "无（人工）",
    )
