"""search-escaping: the query comes back as text, not as markup."""

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
    "escaped": Text(
        zh="查询词中的尖括号没有被当作网页代码输出。",
        en="Angle brackets in the query are not given out as markup.",
    ),
    "unescaped": Text(
        zh="查询词“{query}”在结果页中被原样输出为网页元素，可能被用于跨站脚本攻击或伪造页面。",
        en="The query “{query}” comes back as an element of the page, which opens it to cross-site "
        "scripting and forged content.",
    ),
    "no-form": NO_FORM,
}


@check(
    id="search-escaping",
    scope="site",
    title=Text(zh="搜索词转义输出", en="Escaping of the query"),
    why=Text(
        zh="搜索页原样输出查询词是政府网站常见的跨站脚本漏洞，可被用来伪造“官方页面”。"
        "本项只用一个无害的虚构标签观察，不做漏洞利用。（工程建议，作提示。）",
        en="Search pages that print the query as it came are a common cross-site scripting hole. "
        "Only a harmless made-up element is used here. (Engineering advice.)",
    ),
    fix=Text(
        zh="输出查询词前进行 HTML 转义（< > & \" '），并设置内容安全策略（CSP）。",
        en="Escape the query (< > & \" ') before printing it, and set a content security policy.",
    ),
    messages=MESSAGES,
)
def search_escaping(probe: SearchProbe) -> Iterator[Finding]:
    """Searches for a made-up element and looks whether it becomes one.

    Why: forged official pages. How: one query; the parsed page decides, so the characters in
    attribute values or text areas do no harm. A refusal by protection is not tested. Fix: escape
    on output.
    """
    if probe.form is None:
        yield no_form()
        return
    query = next(iter(probe.of_kind("markup")), None)
    if query is None:
        yield untested(Reason.NOT_REQUESTED, "the search stopped answering before")
    elif not answered_well(query):
        yield untested(query.reason or Reason.HTTP_ERROR, f"HTTP {query.status}")
    elif query.echo_unescaped:
        message = msg("unescaped", query=query.text)
        yield Finding(Outcome.FAILED, message, query_subject(query), (query_evidence(query),))
    else:
        yield Finding(Outcome.PASSED, msg("escaped"), query_subject(query))
