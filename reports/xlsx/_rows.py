"""Rows of the workbook's sheets beside the issue list."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import Outcome, RunResult, Severity, SiteResult
from reports._digest import age_days, veto_names
from reports._law import Clause
from reports._sentence import untested_sentence
from reports._texts import Texts
from reports.xlsx._sheet import Value


def overview_row(index: int, site: SiteResult, texts: Texts) -> tuple[Value, ...]:
    """One site of the overview (附件: 各网站结果表)."""
    failed = [item for item in site.issues if item.outcome is Outcome.FAILED]
    severities = [site.severity.get(item.id, Severity.ADVICE) for item in failed]
    crawl = site.crawl
    return (
        index,
        site.site.name,
        site.site.site_code,
        site.site.organisation,
        site.site.homepage,
        texts.word("site_type", site.site.type),
        texts.word("verdict", site.verdict),
        site.score,
        "\n".join(veto_names(site, texts.lang)),
        severities.count(Severity.DEDUCTION),
        severities.count(Severity.ADVICE) + severities.count(Severity.BONUS),
        sum(1 for item in site.issues if item.outcome is Outcome.CANT_TELL),
        len(site.untested),
        round(site.coverage, 4),
        crawl.pages if crawl else 0,
        texts.word("stopped", crawl.stopped_because) if crawl else "",
        site.site.id,
    )


def column_rows(site: SiteResult, result: RunResult, texts: Texts) -> Iterator[tuple[Value, ...]]:
    """The site's columns with the age of their newest item."""
    for column in site.columns:
        yield (
            site.site.name,
            column.name,
            column.path,
            column.url,
            texts.word("column_class", column.column_class),
            column.template_id or "",
            column.items,
            column.undated,
            column.newest_on.isoformat() if column.newest_on else "",
            age_days(column, result),
            column.max_age_days,
            texts.word("column_state", column.state),
            column.newest_title,
            site.site.id,
        )


def untested_rows(site: SiteResult, result: RunResult, texts: Texts) -> Iterator[tuple[Value, ...]]:
    """What was not tested on the site, and why."""
    for check_id, finding in site.untested:
        info = result.checks.get(check_id)
        yield (
            site.site.name,
            info.title.of(texts.lang) if info else check_id,
            untested_sentence(info, finding, texts),
            str(finding.message.params.get("detail", "")),
            check_id,
            site.site.id,
        )


def indicator_rows(result: RunResult, texts: Texts) -> Iterator[tuple[Value, ...]]:
    """Every indicator of every scheme; points only where the clause is verified."""
    for scheme in result.schemes:
        for item in scheme.indicators:
            clause = Clause(scheme, item)
            yield (
                scheme.title.of(texts.lang),
                scheme.version,
                item.id,
                clause.group(texts.lang),
                item.name.of(texts.lang),
                item.clause.of(texts.lang),
                texts.word("grade", item.grade),
                texts.word("severity", item.severity if item.grade.binding else Severity.ADVICE),
                clause.points,
                item.cap if item.grade.binding else None,
                "\n".join(item.checks),
                clause.quote,
                scheme.sha256,
            )
