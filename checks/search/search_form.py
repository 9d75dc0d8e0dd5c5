"""search-form: the site has a search, and it answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.api import (
    EvidenceRef,
    Finding,
    Outcome,
    Reason,
    SearchProbe,
    SearchQuery,
    Subject,
    SubjectKind,
    Text,
    check,
    msg,
)
from checks.search._common import answered_well, query_evidence, untested

#: Statuses by which a server itself says that the search is not there or does not work.
_BROKEN = frozenset({404, 410, 500, 501})
MESSAGES = {
    "answers": Text(
        zh="站内搜索可用（{action}），{sent} 次查询中 {answered} 次正常返回。",
        en="The site search works ({action}): {answered} of {sent} queries were answered.",
    ),
    "absent": Text(
        zh="首页及其搜索入口（共查看 {pages} 个页面）没有找到站内搜索。",
        en="No site search was found on the home page and its search links ({pages} page(s)).",
    ),
    "by-script": Text(
        zh="首页的搜索由脚本实现，没有可直接提交的表单，请人工确认是否可用。",
        en="The search is written by script without a form that can be sent; please try it.",
    ),
    "broken": Text(
        zh="站内搜索（{action}）连续 {sent} 次查询都返回 HTTP {status}，无法使用。",
        en="The site search ({action}) answered all {sent} queries with HTTP {status}.",
    ),
    "errors": Text(
        zh="站内搜索（{action}）的 {sent} 次查询没有一次正常返回（HTTP {status}），请人工复查。",
        en="None of {sent} queries to {action} was answered well (HTTP {status}); please try it.",
    ),
}


@dataclass(frozen=True, slots=True)
class Params:
    """Thresholds. `min_errors`: failed queries in a row, seconds apart, before the search counts
    as broken."""

    min_errors: int = 3


@check(
    id="search-form",
    scope="site",
    title=Text(zh="站内搜索可用", en="Site search"),
    why=Text(
        zh="《政府信息公开条例》第二十四条规定政府信息公开平台应当具备信息检索功能；"
        "国办秘函〔2019〕19号的检查指标也考察网站搜索（该项原文未核实，作提示）。",
        en="Article 24 of 政府信息公开条例 demands retrieval on disclosure platforms; the 2019 "
        "inspection indicators look at the site search too (wording not verified, advice only).",
    ),
    fix=Text(
        zh="在首页显著位置提供站内搜索框，以普通表单提交，并保证检索服务正常运行。",
        en="Offer a search box as a plain form on the home page and keep the service running.",
    ),
    messages=MESSAGES,
)
def search_form(probe: SearchProbe, params: Params) -> Iterator[Finding]:
    """Looks for the site search and whether it answers.

    Why: retrieval is a duty of disclosure platforms. How: forms of the home page, else of the
    search pages that it links to; then queries by GET, a second apart. A search that a script
    builds is left to a person; protection and timeouts are not tested. Fix: a plain form and a
    running service.
    """
    if probe.form is None:
        yield _without_form(probe)
        return
    action = probe.form.action
    good = [query for query in probe.queries if answered_well(query)]
    if good:
        message = msg("answers", action=action, sent=len(probe.queries), answered=len(good))
        yield Finding(Outcome.PASSED, message, evidence=(query_evidence(good[0]),))
        return
    seen = [query for query in probe.queries if query.reason is None]
    if not seen:
        reasons = [query.reason for query in probe.queries if query.reason is not None]
        yield untested(reasons[0] if reasons else Reason.NOT_GATHERED)
        return
    yield _erroneous(action, seen, params)


def _without_form(probe: SearchProbe) -> Finding:
    pages = tuple(EvidenceRef(url=url) for url in probe.looked_at[:5])
    if probe.rendered_by_script:
        return Finding(Outcome.CANT_TELL, msg("by-script"), evidence=pages)
    return Finding(Outcome.FAILED, msg("absent", pages=len(probe.looked_at)), evidence=pages)


def _erroneous(action: str, seen: list[SearchQuery], params: Params) -> Finding:
    subject = Subject(SubjectKind.PAGE, action)
    evidence = tuple(query_evidence(query) for query in seen[:3])
    broken = all(query.status in _BROKEN for query in seen) and len(seen) >= params.min_errors
    key = "broken" if broken else "errors"
    message = msg(key, action=action, sent=len(seen), status=seen[-1].status)
    return Finding(Outcome.FAILED if broken else Outcome.CANT_TELL, message, subject, evidence)
