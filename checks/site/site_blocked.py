"""site-blocked: the site's protection did not keep the auditor out."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import (
    CrawlSummary,
    EvidenceRef,
    Finding,
    Outcome,
    Reason,
    Site,
    Subject,
    SubjectKind,
    Text,
    check,
    msg,
)
from checks.site._common import untested

MESSAGES = {
    "open": Text(
        zh="抓取 {pages} 个页面，未遇到防护拦截。", en="{pages} pages were read without a block."
    ),
    "blocked": Text(
        zh="{host} 的安全防护（{product}）拦截了检测，已读取 {pages} 个页面，其余未检测。"
        "这不代表网站有问题。",
        en="Protection of {host} ({product}) stopped the audit after {pages} pages; the rest was "
        "not tested. This is no fault of the site.",
    ),
    "partly-blocked": Text(
        zh="{host} 的安全防护（{product}）拦截了 {blocked} 次访问，相应页面未检测，"
        "共读取 {pages} 个页面。",
        en="Protection of {host} ({product}) blocked {blocked} requests; those pages were not "
        "tested, {pages} were read.",
    ),
}


@check(
    id="site-blocked",
    scope="site",
    title=Text(zh="检测受防护拦截", en="Audit blocked by protection"),
    why=Text(
        zh="防护产品把检测当作攻击拦截时，网站的实际情况无法得知，相关项目均为未检测，不作判定。",
        en="Where protection takes the audit for an attack nothing can be known; the checks "
        "concerned are untested and decide nothing.",
    ),
    fix=Text(
        zh="请把检测来源地址和标识（User-Agent）加入防护白名单后复测。",
        en="Put the auditor's address and User-Agent on the allow list and test again.",
    ),
    messages=MESSAGES,
)
def site_blocked(site: Site, crawl: CrawlSummary) -> Iterator[Finding]:
    """Says whether challenge or block pages kept the auditor out.

    Why: what was not seen must not be judged. How: the marks of protection products and
    consecutive challenges during the crawl. Plain refusals of single pages are no protection.
    Fix: allow the auditor, then test again.
    """
    if crawl.stopped_because == "unreachable":
        yield untested(Reason.NOT_GATHERED, "unreachable")
        return
    stopped = crawl.stopped_because == "blocked"
    if not stopped and not (crawl.blocked and crawl.blocked_by):
        yield Finding(Outcome.PASSED, msg("open", pages=crawl.pages))
        return
    product = crawl.blocked_by or "WAF"
    message = msg(
        "blocked" if stopped else "partly-blocked",
        host=site.host,
        product=product,
        pages=crawl.pages,
        blocked=crawl.blocked,
    )
    evidence = EvidenceRef(url=site.homepage, captured_at=crawl.started_at, excerpt=product[:300])
    subject = Subject(SubjectKind.HOST, site.host)
    yield Finding(Outcome.CANT_TELL, message, subject, (evidence,))
