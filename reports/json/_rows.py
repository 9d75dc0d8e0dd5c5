"""From the run's values to the rows of `result.json`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields

from auditor.api import (
    Assessment,
    CheckInfo,
    Column,
    CrawlComparison,
    CrawlSummary,
    EvidenceArchive,
    EvidenceRef,
    Finding,
    Indicator,
    Issue,
    ItemResult,
    Message,
    Revisit,
    RunResult,
    Scheme,
    Severity,
    SiteResult,
    SubjectKind,
    Text,
    Verdict,
)
from reports._clean import encodable
from reports._law import Clause
from reports._moments import utc, utc_or_none
from reports._sentence import Value, sentence, untested_sentence
from reports._texts import Texts, reason_of
from reports.json import _document as doc

Checks = Mapping[str, CheckInfo]

_SUBJECT_KEYS = {
    SubjectKind.PAGE: "url",
    SubjectKind.LINK: "url",
    SubjectKind.RESOURCE: "url",
    SubjectKind.COLUMN: "column",
    SubjectKind.HOST: "host",
    SubjectKind.ADDRESS: "address",
    SubjectKind.QUERY: "query",
    SubjectKind.SITE: "site",
}


def run_row(result: RunResult) -> doc.RunRow:
    """The run's own facts. The first scheme is the one that verdicts come from."""
    first = result.schemes[0] if result.schemes else None
    seen = result.vantage
    return doc.RunRow(
        id=result.run_id,
        started_at=utc(result.started_at),
        finished_at=utc_or_none(result.finished_at),
        as_of=utc(result.as_of),
        tool_version=result.tool_version,
        config_sha256=result.config_sha256,
        scheme=doc.SchemeName(first.id, first.version, first.sha256) if first else None,
        vantage=doc.VantageRow(
            seen.ipv4, seen.ipv6, seen.dns, seen.browser, seen.nat64, encodable(seen.detail)
        ),
        coverage=_share(result.coverage),
        title=encodable(result.title),
    )


def scheme_row(scheme: Scheme) -> doc.SchemeRow:
    """A scheme with all its indicators, in the scheme's order."""
    return doc.SchemeRow(
        id=scheme.id,
        version=scheme.version,
        sha256=scheme.sha256,
        title=_pair(scheme.title),
        source=_pair(scheme.source),
        method=scheme.method,
        total=scheme.total,
        pass_line=scheme.pass_line,
        bonus_line=scheme.bonus_line,
        indicators=tuple(_indicator(scheme, item) for item in scheme.indicators),
    )


def _indicator(scheme: Scheme, indicator: Indicator) -> doc.IndicatorRow:
    clause = Clause(scheme, indicator)
    return doc.IndicatorRow(
        id=indicator.id,
        name=_pair(indicator.name),
        clause=_pair(indicator.clause),
        grade=indicator.grade,
        severity=indicator.severity,
        checks=indicator.checks,
        points=clause.points,
        cap=indicator.cap if indicator.grade.binding else None,
        quote=clause.quote,
    )


def check_row(info: CheckInfo) -> doc.CheckRow:
    """A check's texts."""
    return doc.CheckRow(
        info.id, info.family, info.version, _pair(info.title), _pair(info.why), _pair(info.fix)
    )


def site_row(site: SiteResult, checks: Checks) -> doc.SiteRow:
    """A site with its findings in the order of their numbers."""
    known = site.site
    return doc.SiteRow(
        id=known.id,
        name=encodable(known.name),
        homepage=encodable(known.homepage),
        verdict=Verdict(site.verdict),
        score=_number(site.score),
        coverage=_share(site.coverage),
        crawl=_crawl(site.crawl),
        columns=tuple(column_row(item) for item in site.columns),
        findings=tuple(finding_row(site, issue, checks) for issue in site.issues),
        type=known.type,
        organisation=encodable(known.organisation),
        site_code=known.site_code,
        state=site.state,
        error=encodable(site.error),
        assessments=tuple(_assessment(item) for item in site.assessments),
        untested=tuple(_untested(key, item, checks) for key, item in site.untested),
        tallies=tuple(
            doc.TallyRow(
                tally.check_id,
                {str(outcome): count for outcome, count in tally.counts.items()},
                dict(tally.untested),
            )
            for tally in site.tallies
        ),
        archive=_archive(site.archive),
    )


def _archive(archive: EvidenceArchive | None) -> doc.ArchiveRow | None:
    if archive is None:
        return None
    files = tuple(
        doc.ArchiveFileRow(
            encodable(item.file), encodable(item.sha256), item.size_bytes, item.records
        )
        for item in archive.files
    )
    return doc.ArchiveRow(
        encodable(archive.store), files, archive.unarchived, encodable(archive.problem)
    )


def _crawl(crawl: CrawlSummary | None) -> doc.CrawlRow:
    if crawl is None:
        return doc.CrawlRow(0, "", 0, 0, 0, (), None, None)
    traps = tuple(
        doc.TrapRow(encodable(trap.pattern), trap.rule, trap.deferred, encodable(trap.example))
        for trap in crawl.traps
    )
    return doc.CrawlRow(
        pages=crawl.pages,
        stopped_because=crawl.stopped_because,
        left=crawl.left,
        failed=crawl.failed,
        blocked=crawl.blocked,
        traps=traps,
        compared_with=_comparison(crawl.compared_with),
        revisit=_revisit(crawl.revisit),
    )


def _comparison(last: CrawlComparison | None) -> doc.ComparisonRow | None:
    if last is None:
        return None
    return doc.ComparisonRow(
        last.run, last.pages, last.change, utc_or_none(last.crawled_at), last.fell
    )


def _revisit(visit: Revisit | None) -> doc.RevisitRow | None:
    if visit is None:
        return None
    values = {item.name: getattr(visit, item.name) for item in fields(visit)}
    values["settled_changed"] = tuple(map(encodable, visit.settled_changed))
    values["oldest"] = utc_or_none(visit.oldest)
    return doc.RevisitRow(**values)


def column_row(column: Column) -> doc.ColumnRow:
    """A column."""
    return doc.ColumnRow(
        name=encodable(column.name),
        path=encodable(column.path),
        url=encodable(column.url),
        template_id=column.template_id,
        items=column.items,
        newest_on=column.newest_on,
        state=column.state,
    )


def finding_row(site: SiteResult, issue: Issue, checks: Checks) -> doc.FindingRow:
    """An issue of the site, with what the schemes make of it."""
    return doc.FindingRow(
        id=issue.id,
        number=issue.number,
        check_id=issue.check_id,
        outcome=issue.outcome,
        severity=site.severity.get(issue.id, Severity.ADVICE),
        indicators=site.indicators.get(issue.id, ()),
        subject=_subject(issue),
        message=_message(issue.message, checks.get(issue.check_id)),
        count=issue.count,
        evidence=tuple(_evidence(item) for item in issue.evidence),
    )


def _subject(issue: Issue) -> doc.SubjectRow:
    kind, name = issue.subject.kind, encodable(issue.subject.name)
    extra = {_SUBJECT_KEYS[kind]: name}
    if issue.subject_warc:
        extra["warc"] = encodable(issue.subject_warc)
    return doc.SubjectRow(str(kind), name, **extra)


def _message(message: Message, info: CheckInfo | None) -> doc.MessageRow:
    return doc.MessageRow(
        key=message.key,
        params={key: _param(value) for key, value in message.params.items()},
        zh=sentence(info, message, "zh-CN"),
        en=sentence(info, message, "en"),
    )


def _evidence(item: EvidenceRef) -> doc.EvidenceRow:
    return doc.EvidenceRow(
        url=encodable(item.url),
        captured_at=utc_or_none(item.captured_at),
        sha256=item.sha256,
        locator=encodable(item.locator),
        excerpt=encodable(item.excerpt),
        warc=encodable(item.warc),
        parent_url=encodable(item.parent_url),
        link_text=encodable(item.link_text),
        screenshot=encodable(item.screenshot),
        warc_record=encodable(item.warc_record),
    )


def _untested(check_id: str, finding: Finding, checks: Checks) -> doc.UntestedRow:
    info = checks.get(check_id)
    message = doc.MessageRow(
        key=finding.message.key,
        params={key: _param(value) for key, value in finding.message.params.items()},
        zh=untested_sentence(info, finding, Texts("zh-CN")),
        en=untested_sentence(info, finding, Texts("en")),
    )
    return doc.UntestedRow(check_id, reason_of(finding) or "", message)


def _assessment(assessment: Assessment) -> doc.AssessmentRow:
    return doc.AssessmentRow(
        scheme_id=assessment.scheme_id,
        verdict=assessment.verdict,
        score=_number(assessment.score),
        coverage=_share(assessment.coverage),
        reasons=tuple(_pair(reason) for reason in assessment.reasons),
        vetoes=assessment.vetoes,
        items=tuple(_item(item) for item in assessment.items),
    )


def _item(item: ItemResult) -> doc.ItemRow:
    return doc.ItemRow(
        indicator=item.indicator.id,
        state=item.state,
        issues=item.issues,
        count=item.count,
        deducted=_number(item.deducted),
        note=_pair(item.note) if item.note else None,
    )


def _pair(text: Text) -> doc.Pair:
    return doc.Pair(encodable(text.zh), encodable(text.en))


def _param(value: Value) -> Value | None:
    if isinstance(value, str):
        return encodable(value)
    return value if math.isfinite(value) else None


def _number(value: float | None) -> float | None:
    """Two decimals, so that one sum made in another order prints the same."""
    return None if value is None else round(value, 2)


def _share(value: float) -> float:
    return round(value, 4)
