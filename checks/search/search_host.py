"""search-host: whose search it is."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import (
    EvidenceRef,
    Finding,
    Outcome,
    SearchProbe,
    Subject,
    SubjectKind,
    Text,
    check,
    msg,
)
from checks.search._common import NO_FORM, no_form

_OFFICIAL = (".gov.cn", ".政务", ".xn--zfr164b")
MESSAGES = {
    "own": Text(zh="站内搜索由本站提供。", en="The search is the site's own."),
    "unified": Text(
        zh="站内搜索由 {host}（统一搜索平台）提供，其问题应向该平台的运营单位反映。",
        en="The search is run by {host} (a shared platform); its defects are for its operator.",
    ),
    "foreign": Text(
        zh="站内搜索由非政府域名 {host} 提供，请核实其运营单位、广告和用户查询数据的去向。",
        en="The search is run by {host}, which is no government domain; please verify who operates "
        "it, its advertisements, and where queries go.",
    ),
    "no-form": NO_FORM,
}


@check(
    id="search-host",
    scope="site",
    title=Text(zh="搜索服务提供者", en="Operator of the search"),
    why=Text(
        zh="搜索问题要找对责任单位；由商业搜索引擎代为提供的站内搜索可能夹带广告、外传查询内容。"
        "（工程建议，作提示。）",
        en="Defects must reach the right operator; a commercial engine may add advertisements and "
        "pass queries on. (Engineering advice.)",
    ),
    fix=Text(
        zh="使用本站或上级政府统一搜索平台提供的站内搜索。",
        en="Use the site's own search or the shared platform of the government above.",
    ),
    messages=MESSAGES,
)
def search_host(probe: SearchProbe) -> Iterator[Finding]:
    """Says on which host the search form ends.

    Why: attribution. How: the host of the form's action against the site's own hosts. It cannot
    see who runs a service behind the site's own name. Fix: an official search.
    """
    if probe.form is None:
        yield no_form()
        return
    host = probe.off_site
    if not host:
        yield Finding(Outcome.PASSED, msg("own"))
    elif host.endswith(_OFFICIAL):
        yield Finding(Outcome.PASSED, msg("unified", host=host), Subject(SubjectKind.HOST, host))
    else:
        evidence = (EvidenceRef(url=probe.form.action),)
        subject = Subject(SubjectKind.HOST, host)
        yield Finding(Outcome.CANT_TELL, msg("foreign", host=host), subject, evidence)
