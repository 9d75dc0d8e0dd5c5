"""columns-missing: the columns that the template asks for are there."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import (
    Column,
    Columns,
    ColumnState,
    ColumnTemplate,
    CrawlSummary,
    EvidenceRef,
    Finding,
    HomePage,
    Outcome,
    Reason,
    TemplateColumn,
    Text,
    check,
    msg,
    page_evidence,
)
from checks.columns._common import column_subject

#: Pages that could not be read and may be dead links: so many, or one in so many.
_DEAD_LINKS = 10
_DEAD_SHARE = 10
#: A home page with fewer links is none.
_FEWEST_LINKS = 2
MESSAGES = {
    "present": Text(
        zh="模板要求的 {required} 个栏目均已找到。", en="All {required} required columns are there."
    ),
    "missing": Text(
        zh="未找到“{name}”栏目（可用名称：{names}；依据：{clause}）。",
        en="The column {name} was not found (accepted names: {names}; source: {clause}).",
    ),
    "unsure": Text(
        zh="已抓取的范围内未找到 {count} 个应设栏目：{names}；未看完全站，请人工核对。",
        en="{count} required columns were not found in what was crawled ({names}), but the site "
        "was not seen whole; please look.",
    ),
    "no-template": Text(zh="栏目模板未要求任何栏目。", en="The column template asks for nothing."),
}


@check(
    id="columns-missing",
    scope="site",
    title=Text(zh="应设栏目齐全", en="Required columns"),
    why=Text(
        zh="《政府信息公开条例》第二十条等规定了应主动公开的内容，网站需有相应栏目承载；"
        "栏目名称可因站而异，本项按名称和同义名称查找，结果宜人工复核。",
        en="Article 20 of 政府信息公开条例 lists what must be published; the site needs columns "
        "for "
        "it. Names differ between sites; they are found by name and synonym.",
    ),
    fix=Text(
        zh="开设缺少的栏目并在导航中链接；若已有同类栏目但名称不同，请在栏目模板中登记别名。",
        en="Open the column and link it in the navigation; if it exists under another name, add "
        "that name to the column template.",
    ),
    messages=MESSAGES,
)
def columns_missing(
    columns: Columns, template: ColumnTemplate, home: HomePage, crawl: CrawlSummary
) -> Iterator[Finding]:
    """Looks for every required column of the site's template.

    Why: article 20 of 政府信息公开条例 and the plan in force. How: names of pages, of links on any
    page and of breadcrumbs against the template's names; a column on another host counts as there.
    Called missing only when the whole site was crawled and protection kept nothing back. It
    cannot know names that the template does not list. Fix: open the column, or list its name.
    """
    required = {column.id: column for column in template.columns if column.required}
    if not required:
        yield Finding(Outcome.INAPPLICABLE, msg("no-template"))
        return
    if home.facts.script_shell and not home.rendered:
        reason = Reason.NO_BROWSER.value
        yield Finding(Outcome.UNTESTED, msg("untested", reason=reason, detail="home page"))
        return
    evidence = page_evidence(home.facts)
    unsure: list[str] = []
    missing = False
    for column in columns.columns:
        wanted = required.get(column.template_id or "")
        if wanted is None or column.sha256:
            continue
        if column.state is ColumnState.MISSING and _seen_whole(home, crawl):
            missing = True
            yield _missing(column, wanted, evidence)
        elif not column.url:
            unsure.append(column.name)
    if unsure:
        message = msg("unsure", names="、".join(unsure), count=len(unsure))
        yield Finding(Outcome.CANT_TELL, message, evidence=(evidence,), cause="unsure")
    elif not missing:
        yield Finding(Outcome.PASSED, msg("present", required=len(required)))


def _seen_whole(home: HomePage, crawl: CrawlSummary) -> bool:
    """False when protection kept pages back, more pages failed than a few dead links explain, or
    the home page leads nowhere: an error page, or a challenge that was not recognised."""
    few = max(_DEAD_LINKS, crawl.pages // _DEAD_SHARE)
    links = {link.url for link in home.facts.links if link.tag == "a" and link.url}
    leads = len(links - {home.facts.url}) >= _FEWEST_LINKS
    return leads and not crawl.blocked_by and crawl.failed <= few


def _missing(column: Column, wanted: TemplateColumn, evidence: EvidenceRef) -> Finding:
    names = "、".join(wanted.names)
    message = msg("missing", name=column.name, names=names, clause=wanted.clause or "—")
    return Finding(Outcome.FAILED, message, column_subject(column), (evidence,))
