"""search-dead-results: results lead to pages that exist."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import (
    FetchRecord,
    Finding,
    Outcome,
    Reason,
    SearchProbe,
    Subject,
    SubjectKind,
    Text,
    check,
    fetch_evidence,
    msg,
)
from checks.search._common import NO_FORM, no_form, why_unread

_GONE = frozenset({404, 410})
MESSAGES = {
    "alive": Text(
        zh="打开了 {count} 条搜索结果，全部有效。", en="All {count} results opened are alive."
    ),
    "dead": Text(
        zh="搜索结果 {url} 已失效（{seen}），索引没有及时清理。",
        en="The search result {url} is dead ({seen}); the index is out of date.",
    ),
    "no-form": NO_FORM,
}


@check(
    id="search-dead-results",
    scope="site",
    title=Text(zh="搜索结果死链", en="Dead search results"),
    why=Text(
        zh="搜索结果打不开，等于信息不可获取。（工程建议；无明文条款，作提示。）",
        en="A result that does not open withholds the information. (Engineering advice; no "
        "clause.)",
    ),
    fix=Text(
        zh="信息删除或改址后同步更新索引，旧地址设置跳转。",
        en="Update the index when pages move or go, and redirect old addresses.",
    ),
    messages=MESSAGES,
)
def search_dead_results(probe: SearchProbe) -> Iterator[Finding]:
    """Opens the first results of the known-item queries, at most ten.

    Why: the index must match the site. How: GET, bad ones twice some seconds apart; only 404, 410
    and a name that does not exist count, everything else is not tested. Fix: clean the index.
    """
    if probe.form is None:
        yield no_form()
        return
    if not probe.result_statuses:
        yield why_unread(probe)
        return
    dead = [record for record in probe.result_statuses if _is_dead(record)]
    for record in dead:
        seen = "NXDOMAIN" if record.reason is Reason.NXDOMAIN else f"HTTP {record.status}"
        yield Finding(
            Outcome.FAILED,
            msg("dead", url=record.url[:200], seen=seen),
            Subject(SubjectKind.LINK, record.url),
            (fetch_evidence(record, excerpt=seen),),
        )
    alive = [record for record in probe.result_statuses if _is_alive(record)]
    if alive and not dead:
        yield Finding(Outcome.PASSED, msg("alive", count=len(alive)))
    elif not dead:
        yield why_unread(probe)


def _is_dead(record: FetchRecord) -> bool:
    if record.reason is not None:
        return record.reason is Reason.NXDOMAIN
    return record.status in _GONE


def _is_alive(record: FetchRecord) -> bool:
    present = record.reason in {None, Reason.TOO_LARGE, Reason.TRUNCATED}
    return present and 200 <= record.status < 400
