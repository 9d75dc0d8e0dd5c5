"""search-facets: results can be narrowed along several dimensions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.api import Finding, Outcome, SearchProbe, Text, check, msg
from checks.search._common import NO_FORM, no_form, query_evidence, why_unread

MESSAGES = {
    "several": Text(
        zh="搜索结果可按 {count} 个维度筛选：{names}；排序方式：{sorts}。",
        en="Results can be narrowed by {count} dimensions: {names}; orders: {sorts}.",
    ),
    "few": Text(
        zh="搜索结果只提供 {count} 个筛选维度（{names}），少于 {wanted} 个；排序方式：{sorts}。",
        en="Results can be narrowed by {count} dimension(s) only ({names}), fewer than {wanted}; "
        "orders: {sorts}.",
    ),
    "no-form": NO_FORM,
}


@dataclass(frozen=True, slots=True)
class Params:
    """Thresholds. `dimensions`: what "multi-dimensional" (多维度) takes at least."""

    dimensions: int = 2


@check(
    id="search-facets",
    scope="site",
    title=Text(zh="搜索多维度分类", en="Facets of the search"),
    why=Text(
        zh="川政办字〔2019〕43号要求搜索“提供多维度分类展现”，实现“搜索即服务”；"
        "国办发〔2017〕47号有同样表述（据转述）。",
        en="川政办字〔2019〕43号 asks for a multi-dimensional classification of results; "
        "国办发〔2017〕47号 says the same (read in paraphrase).",
    ),
    fix=Text(
        zh="在结果页提供按位置（标题/全文）、时间、栏目、信息类型等条件的筛选。",
        en="Let users narrow results by place (title, full text), time, column and kind.",
    ),
    messages=MESSAGES,
)
def search_facets(probe: SearchProbe, params: Params) -> Iterator[Finding]:
    """Counts the dimensions by which a result page lets users narrow the results.

    Why: asked for by the plan. How: words of links, options and headings that the result page
    has and the home page has not; it cannot see controls drawn as images or by script, nor
    whether they work. Fix: filters on the result page.
    """
    if probe.form is None:
        yield no_form()
        return
    shown = next((query for query in probe.queries if query.results), None)
    names = sorted({label.partition("：")[0] for label in probe.facets})
    if shown is None and len(names) < params.dimensions:
        # Controls may be left out of a page that has nothing to narrow.
        yield why_unread(probe)
        return
    values: dict[str, str | int] = {
        "count": len(names),
        "names": "、".join(names) or "—",
        "sorts": "、".join(probe.sorts) or "—",
    }
    if len(names) >= params.dimensions:
        yield Finding(Outcome.PASSED, msg("several", **values))
    elif shown is not None:
        message = msg("few", wanted=params.dimensions, **values)
        yield Finding(Outcome.FAILED, message, evidence=(query_evidence(shown),))
