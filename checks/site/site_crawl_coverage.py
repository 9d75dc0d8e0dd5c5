"""site-crawl-coverage: the site was seen whole."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import (
    SHANGHAI,
    CrawlComparison,
    CrawlSummary,
    EvidenceRef,
    Finding,
    Message,
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

#: Stops by a budget of the operator's settings.
_BUDGETS = {
    "max-pages": Text(zh="页数上限", en="the limit on pages"),
    "max-depth": Text(zh="层数上限", en="the limit on depth"),
    "max-seconds": Text(zh="时间上限", en="the limit on time"),
}
_PATTERNS = 3
MESSAGES = {
    "whole": Text(
        zh="全站抓取完成，共 {pages} 个页面。", en="The whole site was read: {pages} pages."
    ),
    "deferred": Text(
        zh="抓取完成，共 {pages} 个页面；另有 {left} 个重复性地址按规则略过（{patterns}）。",
        en="The site was read: {pages} pages; {left} repetitive addresses were left out "
        "({patterns}).",
    ),
    "fell": Text(
        zh="抓取完成，共 {pages} 个页面，比上次抓取（{day}，{before} 个）少 {percent}%：请核实是"
        "改版、下线栏目，还是部分页面已无法到达；核实前，“缺少”“未发现”类结论应谨慎使用。",
        en="The site was read: {pages} pages, {percent} % fewer than in the last crawl ({day}, "
        "{before} pages). See whether it was rebuilt, or parts of it cannot be reached any more; "
        "until then take care with what was not found.",
    ),
    "blocked": Text(
        zh="检测被防护拦截，见“检测受防护拦截”。",
        en="Protection stopped the audit; see the check on that.",
    ),
}
MESSAGES |= {
    stop: Text(
        zh=f"抓取因{name.zh}停止：已读 {{pages}} 个页面，仍有 {{left}} 个地址未读，"
        "“缺少”“未发现”类结论仅限已读范围。",
        en=f"The crawl stopped at {name.en}: {{pages}} pages read, {{left}} addresses left. What "
        "was not found was not found among these.",
    )
    for stop, name in _BUDGETS.items()
}


@check(
    id="site-crawl-coverage",
    scope="site",
    title=Text(zh="检测覆盖范围", en="Coverage of the crawl"),
    why=Text(
        zh="只看了一部分的网站，不能得出“没有”的结论；本项说明检测看到了多少，与网站好坏无关。",
        en="Of a site seen in part one cannot say what it lacks. This tells how much was seen and "
        "is no fault of the site.",
    ),
    fix=Text(
        zh="需要完整结论时，请在配置中调高页数、层数或时间上限后复测。",
        en="Raise the limits on pages, depth or time in the configuration and test again.",
    ),
    messages=MESSAGES,
    version=2,
)
def site_crawl_coverage(site: Site, crawl: CrawlSummary) -> Iterator[Finding]:
    """Says why the crawl stopped and what it left.

    Why: readers must know what a result stands on. How: the crawler's own count; endless
    calendars and the like are left out on purpose and named. A fifth fewer pages than in the last
    crawl is for a person to look at. Never failed. Fix: larger limits.
    """
    evidence = EvidenceRef(url=site.homepage, captured_at=crawl.finished_at)
    subject = Subject(SubjectKind.SITE, site.id)
    if crawl.stopped_because == "blocked":
        yield Finding(Outcome.INAPPLICABLE, msg("blocked"), subject)
    elif crawl.stopped_because in _BUDGETS:
        message = msg(crawl.stopped_because, pages=crawl.pages, left=crawl.left)
        yield Finding(Outcome.CANT_TELL, message, subject, (evidence,))
    elif crawl.stopped_because != "complete":
        reason = Reason.CANCELLED if crawl.stopped_because == "cancelled" else Reason.NOT_GATHERED
        yield untested(reason, crawl.stopped_because)
    elif crawl.compared_with is not None and crawl.compared_with.fell:
        yield Finding(Outcome.CANT_TELL, _fell(crawl, crawl.compared_with), subject, (evidence,))
    elif crawl.left:
        patterns = "、".join(trap.pattern for trap in crawl.traps[:_PATTERNS]) or "—"
        message = msg("deferred", pages=crawl.pages, left=crawl.left, patterns=patterns)
        yield Finding(Outcome.PASSED, message, subject, (evidence,))
    else:
        yield Finding(Outcome.PASSED, msg("whole", pages=crawl.pages), subject, (evidence,))


def _fell(crawl: CrawlSummary, last: CrawlComparison) -> Message:
    day = last.crawled_at.astimezone(SHANGHAI).date().isoformat() if last.crawled_at else "—"
    percent = round(-100 * last.change)
    return msg("fell", pages=crawl.pages, before=last.pages, percent=percent, day=day)
