"""search-long-query: a long query does not break the search."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import Finding, Outcome, Reason, SearchProbe, Text, check, msg
from checks.search._common import (
    NO_FORM,
    answered_well,
    no_form,
    query_evidence,
    query_subject,
    untested,
)

MESSAGES = {
    "handled": Text(
        zh="{chars} 个字的查询得到正常处理（HTTP {status}）。",
        en="A query of {chars} characters is handled (HTTP {status}).",
    ),
    "breaks": Text(
        zh="{chars} 个字的查询使搜索报错（HTTP {status}），而普通查询正常。",
        en="A query of {chars} characters breaks the search (HTTP {status}), while others work.",
    ),
    "no-form": NO_FORM,
}


@check(
    id="search-long-query",
    scope="site",
    title=Text(zh="长查询词处理", en="Long queries"),
    why=Text(
        zh="公文标题往往很长，用户会整句粘贴；搜索不应因此报错。（工程建议，作提示。）",
        en="Titles of official documents are long and get pasted whole; the search should not "
        "break. (Engineering advice.)",
    ),
    fix=Text(
        zh="对过长的查询词截断或给出提示，不要返回服务器错误。",
        en="Shorten long queries or say that they are too long; do not answer with an error.",
    ),
    messages=MESSAGES,
)
def search_long_query(probe: SearchProbe) -> Iterator[Finding]:
    """Sends one query of 200 characters.

    Why: pasted titles. How: a server error (500, 501) counts while other queries work; a polite
    refusal (400, 413, 414) is handling. Timeouts and protection are not tested. Fix: limit the
    length kindly.
    """
    if probe.form is None:
        yield no_form()
        return
    query = next(iter(probe.of_kind("long")), None)
    if query is None or query.reason is not None:
        reason = query.reason if query is not None and query.reason else Reason.NOT_REQUESTED
        yield untested(reason)
        return
    chars = len(query.text)
    others = any(answered_well(item) for item in probe.queries)
    message = msg("handled", chars=chars, status=query.status)
    if query.status < 500:
        yield Finding(Outcome.PASSED, message, query_subject(query))
    elif others and query.status in {500, 501}:
        message = msg("breaks", chars=chars, status=query.status)
        yield Finding(Outcome.FAILED, message, query_subject(query), (query_evidence(query),))
    else:
        yield untested(Reason.HTTP_ERROR, f"HTTP {query.status}")
