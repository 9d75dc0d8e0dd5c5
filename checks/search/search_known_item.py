"""search-known-item: pages are found by their titles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.api import Finding, Outcome, SearchProbe, Text, check, msg
from checks.search._common import (
    NO_FORM,
    judge_share,
    judged_known_items,
    no_form,
    query_evidence,
    why_unread,
    wilson,
)

MESSAGES = {
    "found": Text(
        zh="用 {total} 个已发布信息的标题查询，{hits} 个在前 {top} 条结果中找到。",
        en="{hits} of {total} published items were found by title among the first {top} results.",
    ),
    "missed": Text(
        zh="用 {total} 个已发布信息的标题查询，只有 {hits} 个在前 {top} 条结果中找到"
        "（95% 置信上限 {upper}%，低于 {line}%）。",
        en="Only {hits} of {total} published items were found by title among the first {top} "
        "results (upper bound {upper}%, below {line}%).",
    ),
    "uncertain": Text(
        zh="用 {total} 个标题查询找到 {hits} 个，低于 {line}%，但样本少、误差大"
        "（95% 置信上限 {upper}%），请人工复查未找到的标题。",
        en="{hits} of {total} titles were found, below {line}%, but the sample is small (upper "
        "bound {upper}%); please look at the missed ones.",
    ),
    "too-few": Text(
        zh="可用于测试的已发布信息只有 {total} 个（找到 {hits} 个），少于 {wanted} 个，不作判定。",
        en="Only {total} items could be tried ({hits} found), fewer than {wanted}; not judged.",
    ),
    "no-form": NO_FORM,
}


@dataclass(frozen=True, slots=True)
class Params:
    """Thresholds. `top`: results that count as the first page. `line`: share of titles that must
    be found (ours; the official sample is five titles). `min_items`: titles without which
    nothing is said."""

    top: int = 10
    line: float = 0.8
    min_items: int = 5


@check(
    id="search-known-item",
    scope="site",
    title=Text(zh="按标题搜得到", en="Items found by title"),
    why=Text(
        zh="检索功能应当查得到已公开的信息（《政府信息公开条例》第二十四条）。"
        "检查指标中抽查标题、看首页结果的做法原文未核实，本项阈值为工程取值，作提示。",
        en="Retrieval must find what is published (article 24 of 政府信息公开条例). The official "
        "sampling of titles is not verified; the threshold is ours and advice only.",
    ),
    fix=Text(
        zh="检查检索服务的索引是否覆盖全部栏目、是否定期更新；确认标题字段参与检索、"
        "长查询词不会被截断或按“与”关系拆空。",
        en="See that the index covers all columns and is updated, that titles are searched, and "
        "that long queries are not split into nothing.",
    ),
    messages=MESSAGES,
)
def search_known_item(probe: SearchProbe, params: Params) -> Iterator[Finding]:
    """Searches for published pages by their own titles.

    Why: what is published must be retrievable. How: up to a dozen titles from the crawl, spread
    over columns and ages, at least a week old; found means among the first results, by address
    or title. Wilson's 95 % interval keeps small samples from accusing. It cannot judge results
    that a script writes. Fix: the index.
    """
    if probe.form is None:
        yield no_form()
        return
    judged = judged_known_items(probe)
    if not judged:
        yield why_unread(probe)
        return
    missed = [query for query, rank in judged if rank is None or rank > params.top]
    total, hits = len(judged), len(judged) - len(missed)
    evidence = tuple(query_evidence(query) for query in missed[:5])
    if total < params.min_items:
        message = msg("too-few", total=total, hits=hits, wanted=params.min_items)
        yield Finding(Outcome.CANT_TELL, message, evidence=evidence)
        return
    outcome = judge_share(hits, total, params.line)
    if outcome is Outcome.PASSED:
        yield Finding(outcome, msg("found", total=total, hits=hits, top=params.top))
        return
    upper = round(wilson(hits, total)[1] * 100)
    line = round(params.line * 100)
    if outcome is Outcome.FAILED:
        message = msg("missed", total=total, hits=hits, top=params.top, upper=upper, line=line)
    else:
        message = msg("uncertain", total=total, hits=hits, upper=upper, line=line)
    yield Finding(outcome, message, evidence=evidence)
