"""Columns (栏目) of a site and the templates that say which a site must have."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class ColumnClass(StrEnum):
    """Which cadence a column is held to.

    NEWS 动态要闻, 2 weeks. NOTICE 通知公告 and POLICY 政策文件, 6 months. PERSONNEL 人事、规划计划,
    1 year. INTERPRETATION 解读. INTERACTION 互动. STATIC pages (指南, 制度, 概况) are never stale.
    """

    NEWS = "news"
    NOTICE = "notice"
    POLICY = "policy"
    PERSONNEL = "personnel"
    INTERPRETATION = "interpretation"
    INTERACTION = "interaction"
    STATIC = "static"
    OTHER = "other"


class ColumnState(StrEnum):
    """Vocabulary of `state` in result.json."""

    FRESH = "fresh"
    STALE = "stale"
    BLANK = "blank"
    MISSING = "missing"
    CANT_TELL = "cant-tell"


@dataclass(frozen=True, slots=True)
class TemplateColumn:
    """One column that a template asks for. `names` are equivalent; the first is official."""

    id: str
    names: tuple[str, ...]
    column_class: ColumnClass
    required: bool = True
    max_age_days: int | None = None
    clause: str = ""


@dataclass(frozen=True, slots=True)
class ColumnTemplate:
    """The columns of a site type, and the words by which other columns are classed."""

    id: str
    columns: tuple[TemplateColumn, ...]
    class_words: tuple[tuple[ColumnClass, tuple[str, ...]], ...] = ()
    max_age_days: tuple[tuple[ColumnClass, int], ...] = ()
    blank_phrases: tuple[str, ...] = ()

    def age_limit(self, column_class: ColumnClass) -> int | None:
        """Days after which a column of this class is stale; None when it never is."""
        return dict(self.max_age_days).get(column_class)


@dataclass(frozen=True, slots=True)
class Column:
    """One column as found: `path` is its navigation path, `items` the entries seen.

    `first_level` is true when the home page's navigation links to it directly. `undated` counts
    items whose date neither the list nor the item's own page shows; `observed` is false when the
    column page could not be fetched or is rendered by script.
    """

    name: str
    path: str = ""
    url: str = ""
    template_id: str | None = None
    column_class: ColumnClass = ColumnClass.OTHER
    items: int = 0
    undated: int = 0
    newest_on: date | None = None
    newest_title: str = ""
    newest_url: str = ""
    max_age_days: int | None = None
    first_level: bool = False
    state: ColumnState = ColumnState.CANT_TELL
    blank_phrase: str = ""
    observed: bool = True
    captured_at: datetime | None = None
    sha256: str = ""
    parent_url: str = ""
