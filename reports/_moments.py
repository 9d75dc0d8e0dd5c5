"""Times as reports print them: UTC for machines, China's time for readers."""

from __future__ import annotations

from datetime import UTC, date, datetime

from auditor.api import SHANGHAI


def utc(moment: datetime) -> datetime:
    """The moment in UTC, whole seconds; a time without zone is taken for UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).replace(microsecond=0)


def utc_or_none(moment: datetime | None) -> datetime | None:
    """As `utc`, for times that may be missing."""
    return None if moment is None else utc(moment)


def local(moment: datetime | None) -> str:
    """`2026-11-22 18:30:05` in China's time; "" when missing."""
    return "" if moment is None else utc(moment).astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def local_day(moment: datetime) -> date:
    """The calendar day in China."""
    return utc(moment).astimezone(SHANGHAI).date()
