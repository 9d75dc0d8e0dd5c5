"""search-latency: the search answers quickly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from auditor.api import Finding, Outcome, SearchProbe, Text, check, msg
from checks.search._common import NO_FORM, answered_well, no_form, query_evidence, why_unread

MESSAGES = {
    "quick": Text(
        zh="搜索响应时间中位数 {median} 秒（{count} 次查询，最长 {longest} 秒）。",
        en="The search answers in {median} s (median of {count} queries, longest {longest} s).",
    ),
    "slow": Text(
        zh="搜索响应时间中位数 {median} 秒，超过 {limit} 秒（{count} 次查询，最长 {longest} 秒）。",
        en="The search answers in {median} s, more than {limit} s (median of {count} queries, "
        "longest {longest} s).",
    ),
    "too-few": Text(
        zh="只有 {count} 次查询得到回答（中位数 {median} 秒），少于 {wanted} 次，不判断响应时间。",
        en="Only {count} queries were answered (median {median} s), fewer than {wanted}; the time "
        "is not judged.",
    ),
    "no-form": NO_FORM,
}


@dataclass(frozen=True, slots=True)
class Params:
    """Thresholds. `limit_s`: 3 seconds, the page load time of 国办发〔2017〕47号 as read in
    paraphrase. `min_queries`: answers without which nothing is said."""

    limit_s: float = 3.0
    min_queries: int = 5


@check(
    id="search-latency",
    scope="site",
    title=Text(zh="搜索响应时间", en="Response time of the search"),
    why=Text(
        zh="国办发〔2017〕47号对页面的要求是“页面加载时长不宜超过 3 秒”（据转述），"
        "搜索没有专门条款，参照执行，作提示。",
        en="国办发〔2017〕47号 advises that pages load within 3 seconds (read in paraphrase); it "
        "does not name the search, so this is advice.",
    ),
    fix=Text(
        zh="为检索字段建立全文索引，避免数据库模糊匹配；缓存常用查询。",
        en="Use a full-text index instead of pattern matching in the database; cache queries.",
    ),
    messages=MESSAGES,
)
def search_latency(probe: SearchProbe, params: Params) -> Iterator[Finding]:
    """Takes the median time of all answered queries.

    Why: slow searches are given up. How: total time of each request as seen from the vantage
    point, so a distant auditor measures its own line too; one slow answer decides nothing. Fix: a
    full-text index.
    """
    if probe.form is None:
        yield no_form()
        return
    answered = [query for query in probe.queries if answered_well(query)]
    if not answered:
        yield why_unread(probe)
        return
    middle = median(query.seconds for query in answered)
    slowest = max(answered, key=lambda query: query.seconds)
    if len(answered) < params.min_queries:
        message = msg(
            "too-few",
            count=len(answered),
            median=_seconds(middle),
            wanted=params.min_queries,
        )
        yield Finding(Outcome.CANT_TELL if middle > params.limit_s else Outcome.PASSED, message)
        return
    values: dict[str, str | int] = {
        "median": _seconds(middle),
        "count": len(answered),
        "longest": _seconds(slowest.seconds),
    }
    if middle <= params.limit_s:
        yield Finding(Outcome.PASSED, msg("quick", **values))
        return
    message = msg("slow", limit=_seconds(params.limit_s), **values)
    seen = f"{_seconds(slowest.seconds)} s"
    yield Finding(Outcome.FAILED, message, evidence=(query_evidence(slowest, seen),))


def _seconds(value: float) -> str:
    return f"{value:.1f}"
