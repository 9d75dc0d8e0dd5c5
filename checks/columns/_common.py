"""What the column checks share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import date

from auditor.api import (
    Column,
    ColumnClass,
    Columns,
    ColumnState,
    EvidenceRef,
    Finding,
    Outcome,
    RunContext,
    Subject,
    SubjectKind,
    Text,
    msg,
)

#: How a column's navigation path is written.
PATH_SEPARATOR = " > "
#: Messages of the three checks that judge a column's newest entry.
FRESHNESS_MESSAGES = {
    "fresh": Text(
        zh="“{name}”栏目最新信息发布于 {newest_on}，距检测日 {age} 天，未超过 {limit} 天。",
        en="The newest entry of {name} is of {newest_on}, {age} days old (limit {limit}).",
    ),
    "stale": Text(
        zh="“{name}”栏目最新信息发布于 {newest_on}，至检测日已 {age} 天未更新，超过 {limit} 天。",
        en="The newest entry of {name} is of {newest_on}: not updated for {age} days, "
        "longer than {limit}.",
    ),
    "undecided": Text(
        zh="“{name}”栏目的最新发布时间未能确定（条目 {items} 条），请人工核对。",
        en="The newest date of {name} could not be determined ({items} entries); please look.",
    ),
    "no-column": Text(
        zh="未发现此类栏目，本项不适用。", en="The site shows no column of this class."
    ),
}


def column_subject(column: Column) -> Subject:
    """A column as the subject of a finding: by name, which survives a new address."""
    return Subject(SubjectKind.COLUMN, column.name)


def column_evidence(column: Column, excerpt: str = "") -> EvidenceRef:
    """Cite the column's page and what was read there."""
    newest = f"{column.newest_on} {column.newest_title}" if column.newest_on else ""
    return EvidenceRef(
        url=column.url or column.parent_url,
        captured_at=column.captured_at,
        sha256=column.sha256,
        excerpt=(excerpt or newest)[:300],
        parent_url=column.parent_url,
        link_text=column.name,
    )


def days_since(day: date, context: RunContext) -> int:
    """Natural days from a date to the day of judgement."""
    return (context.today - day).days


def judge_freshness(
    columns: Columns,
    context: RunContext,
    classes: Collection[ColumnClass],
    *,
    first_level_only: bool = False,
) -> Iterator[Finding]:
    """One finding for each column of the classes that has a cadence; stale is failed."""
    chosen = [column for column in columns.columns if _is_held(column, classes, first_level_only)]
    names = Counter(column.name for column in chosen)
    for column in chosen:
        if not _is_overview(column, chosen):
            yield _freshness(column, context, alone=names[column.name] == 1)
    if not chosen:
        yield Finding(Outcome.INAPPLICABLE, msg("no-column"))


def _is_held(column: Column, classes: Collection[ColumnClass], first_level_only: bool) -> bool:
    there = column.state not in (ColumnState.MISSING, ColumnState.BLANK) and bool(column.url)
    level = column.first_level or not first_level_only
    chosen = column.column_class in classes and column.items > 0
    return chosen and there and level and column.max_age_days is not None


def _is_overview(column: Column, others: Collection[Column]) -> bool:
    """True for a page that gathers the entries of the columns below it and is as old as one of
    them: that column is counted, not both."""
    return any(
        other is not column
        and other.newest_url == column.newest_url
        and column.name in other.path.split(PATH_SEPARATOR)[:-1]
        for other in others
    )


def _freshness(column: Column, context: RunContext, *, alone: bool) -> Finding:
    subject, cause = column_subject(column), "" if alone else column.url
    evidence = (column_evidence(column),)
    limit, newest = column.max_age_days, column.newest_on
    if column.state is ColumnState.CANT_TELL or newest is None or limit is None:
        message = msg("undecided", name=column.name, items=column.items)
        return Finding(Outcome.CANT_TELL, message, subject, evidence, cause)
    stale = column.state is ColumnState.STALE
    message = msg(
        "stale" if stale else "fresh",
        name=column.name,
        newest_on=newest.isoformat(),
        age=days_since(newest, context),
        limit=limit,
    )
    return Finding(Outcome.FAILED if stale else Outcome.PASSED, message, subject, evidence, cause)
