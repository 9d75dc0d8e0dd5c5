"""search-ranking: the page with exactly the title asked for stands first."""

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
)

MESSAGES = {
    "ranked": Text(
        zh="找到的 {total} 个标题中 {hits} 个排在前 {top} 位（平均倒数排名 {mrr}）。",
        en="{hits} of {total} titles found stand among the first {top} (mean reciprocal rank "
        "{mrr}).",
    ),
    "buried": Text(
        zh="查询完整标题时，找到的 {total} 个中只有 {hits} 个排在前 {top} 位"
        "（平均倒数排名 {mrr}），应达到 {line}%：完全匹配的信息被排在其他结果之后。",
        en="Of {total} items found by their full title only {hits} stand among the first {top} "
        "(mean reciprocal rank {mrr}); {line}% should: exact matches are buried.",
    ),
    "uncertain": Text(
        zh="查询完整标题时，找到的 {total} 个中 {hits} 个排在前 {top} 位（平均倒数排名 {mrr}），"
        "低于 {line}%，但样本少，请人工复查。",
        en="Of {total} items found by full title {hits} stand among the first {top} (mean "
        "reciprocal rank {mrr}), below {line}%, but the sample is small; please look.",
    ),
    "too-few": Text(
        zh="找到的信息只有 {total} 个，少于 {wanted} 个，不判断排序。",
        en="Only {total} items were found, fewer than {wanted}; their order is not judged.",
    ),
    "no-form": NO_FORM,
}


@dataclass(frozen=True, slots=True)
class Params:
    """Thresholds, all ours. `top`: ranks that are good enough. `line`: share of found titles that
    must stand there. `min_found`: found titles without which nothing is said."""

    top: int = 3
    line: float = 0.8
    min_found: int = 5


@check(
    id="search-ranking",
    scope="site",
    title=Text(zh="搜索结果排序", en="Order of search results"),
    why=Text(
        zh="川政办字〔2019〕43号要求“根据用户真实需求调整搜索结果排序”。"
        "输入完整标题而目标不在前列，用户会以为没有公开。（阈值为工程取值。）",
        en="川政办字〔2019〕43号 asks that results be ordered by users' real needs. Who types a "
        "full title and does not see it first takes it for unpublished. (The threshold is ours.)",
    ),
    fix=Text(
        zh="提高标题字段的权重，标题完全匹配者排在最前；按时间排序只作为用户可选项。",
        en="Weigh titles higher and put exact matches first; offer order by time as an option.",
    ),
    messages=MESSAGES,
)
def search_ranking(probe: SearchProbe, params: Params) -> Iterator[Finding]:
    """Looks at which rank found items stand when asked for by their full title.

    Why: results should follow what users need. How: ranks of the known items that were found;
    what was not found belongs to search-known-item. Small samples are left to a person. Fix:
    weights of the index.
    """
    if probe.form is None:
        yield no_form()
        return
    judged = judged_known_items(probe)
    found = [(query, rank) for query, rank in judged if rank is not None]
    if not judged:
        yield why_unread(probe)
        return
    total = len(found)
    if total < params.min_found:
        message = msg("too-few", total=total, wanted=params.min_found)
        yield Finding(Outcome.INAPPLICABLE, message)
        return
    buried = [query for query, rank in found if rank > params.top]
    hits = total - len(buried)
    mrr = f"{sum(1 / rank for _, rank in found) / total:.2f}"
    outcome = judge_share(hits, total, params.line)
    values: dict[str, str | int] = {"total": total, "hits": hits, "top": params.top, "mrr": mrr}
    if outcome is Outcome.PASSED:
        yield Finding(outcome, msg("ranked", **values))
        return
    key = "buried" if outcome is Outcome.FAILED else "uncertain"
    message = msg(key, line=round(params.line * 100), **values)
    yield Finding(outcome, message, evidence=tuple(query_evidence(query) for query in buried[:5]))
