"""search-zero-results: a query that nothing can match brings nothing, and the page says so."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import Finding, Outcome, Reason, SearchProbe, SearchQuery, Text, check, msg
from checks.search._common import (
    NO_FORM,
    answered_well,
    no_form,
    query_evidence,
    query_subject,
    untested,
    why_unread,
)

MESSAGES = {
    "says-so": Text(
        zh="查询无意义的词时没有结果，并有提示：“{text}”。",
        en="A meaningless query brings nothing, and the page says so: “{text}”.",
    ),
    "everything": Text(
        zh="查询无意义的词“{query}”仍返回 {count} 条结果，搜索没有按查询词筛选。",
        en="The meaningless query “{query}” still brings {count} result(s): the search does not "
        "filter by the query.",
    ),
    "error": Text(
        zh="查询无意义的词“{query}”返回 HTTP {status}，没有结果时不应报错。",
        en="The meaningless query “{query}” is answered with HTTP {status}; having no results is "
        "no error.",
    ),
    "silent": Text(
        zh="查询无意义的词“{query}”时页面空白，没有“未找到”之类的提示。",
        en="For the meaningless query “{query}” the page stays empty without saying that nothing "
        "was found.",
    ),
    "no-form": NO_FORM,
}


@check(
    id="search-zero-results",
    scope="site",
    title=Text(zh="无结果处理", en="Searches without results"),
    why=Text(
        zh="没有结果时应明确告知并给出建议；返回全部内容或报错都会误导用户。"
        "（工程建议；无明文条款，作提示。）",
        en="Users should be told that nothing was found; everything, or an error, misleads them. "
        "(Engineering advice; no clause.)",
    ),
    fix=Text(
        zh="没有匹配时显示“未找到相关信息”及改进查询的建议，不要返回全部信息或错误页。",
        en="Say that nothing was found and how to search better; do not list everything or fail.",
    ),
    messages=MESSAGES,
)
def search_zero_results(probe: SearchProbe) -> Iterator[Finding]:
    """Asks for letters that no page contains.

    Why: an honest empty answer. How: one query; results are read where known titles brought
    theirs. Error statuses count only when other queries work. It cannot tell a silent page from
    one whose list was not recognised. Fix: a message for empty results.
    """
    if probe.form is None:
        yield no_form()
        return
    query = next(iter(probe.of_kind("nonsense")), None)
    if query is None or query.reason is not None:
        reason = query.reason if query is not None and query.reason else Reason.NOT_GATHERED
        yield untested(reason)
        return
    yield _judge(probe, query)


def _judge(probe: SearchProbe, query: SearchQuery) -> Finding:
    subject, evidence = query_subject(query), (query_evidence(query),)
    if not answered_well(query):
        others = any(answered_well(item) for item in probe.of_kind("known-item"))
        if others and query.status in {404, 500, 501}:
            message = msg("error", query=query.text, status=query.status)
            return Finding(Outcome.FAILED, message, subject, evidence)
        return untested(Reason.HTTP_ERROR, f"HTTP {query.status}")
    if query.results:
        message = msg("everything", query=query.text, count=len(query.results))
        return Finding(Outcome.FAILED, message, subject, evidence)
    if query.no_result_text:
        message = msg("says-so", text=query.no_result_text)
        return Finding(Outcome.PASSED, message, subject, evidence)
    if probe.template_found:
        return Finding(Outcome.FAILED, msg("silent", query=query.text), subject, evidence)
    return why_unread(probe)
