"""Columns (栏目): which the site has, how many entries they hold, and how fresh they are.

A column is a list page, or a page that the home page's navigation or a template names. Its
newest date is the newest of its entries, not the first one's: pinned entries are old. Entries
that the list shows without a date take the date that their own page prints. Entries that most
lists share are furniture of the template (a side bar), and dates after the day of judgement are
no proof of care; neither counts.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from typing import ClassVar

from auditor.derive.column_names import (
    class_of,
    clean_name,
    column_key,
    column_name,
    is_list_like,
    matching,
    path_of,
)
from auditor.derive.urls import canonical
from auditor.model.artifact import Columns, CrawlSummary
from auditor.model.column import Column, ColumnClass, ColumnState, ColumnTemplate, TemplateColumn
from auditor.model.page import Link, ListItem, PageFacts, PageKind, Region
from auditor.model.site import RunContext, Site

#: Columns kept per site, entries kept per column, and text below which a page counts as empty.
MAX_COLUMNS = 3_000
MAX_ENTRIES = 80
EMPTY_CHARS = 40
#: An entry on this share of all list pages (and on at least so many) belongs to the template.
FURNITURE_SHARE = 0.4
FURNITURE_PAGES = 4
_MENU_TEXT = 14


@dataclass(slots=True)
class _Entry:
    url: int
    title: str
    address: str
    published_on: date | None


@dataclass(slots=True)
class _Found:
    """A column while pages still come."""

    page: PageFacts
    entries: list[_Entry] = field(default_factory=list)
    later_items: int = 0
    blank_phrase: str = ""


class ColumnsFold:
    """Collects list pages, the home page's menu, and the dates of all pages."""

    produces: ClassVar[type] = Columns

    def __init__(
        self, site: Site, context: RunContext, template: ColumnTemplate, crawl: CrawlSummary
    ) -> None:
        self._site = site
        self._today = context.today
        self._template = template
        self._complete = crawl.stopped_because == "complete" and not crawl.left
        self._home_url = canonical(site.homepage)
        self._home: PageFacts | None = None
        self._dates: dict[int, int] = {}
        self._pages: set[int] = set()
        self._found: dict[str, _Found] = {}
        self._later: Counter[str] = Counter()
        self._names: dict[str, str] = {}

    # --- one page at a time ---

    def add(self, page: PageFacts) -> None:
        """Take one page into account."""
        self._pages.add(hash(page.url))
        if page.published.value is not None and page.published.source != "url":
            self._dates[hash(page.url)] = page.published.value.toordinal()
        if page.url == self._home_url:
            self._home = page
            return
        key, later = column_key(page.url)
        if later:
            self._later[key] += len(page.items)
        elif self._is_column(page) and len(self._found) < MAX_COLUMNS:
            self._found.setdefault(key, self._read(page))

    def _is_column(self, page: PageFacts) -> bool:
        if is_list_like(page):
            return True
        return page.kind is PageKind.OTHER and page.status == 200

    def _read(self, page: PageFacts) -> _Found:
        entries = [_entry(item) for item in page.items[:MAX_ENTRIES]]
        return _Found(_slim(page), entries, blank_phrase=self._blank_phrase(page))

    def _blank_phrase(self, page: PageFacts) -> str:
        if page.items:
            return ""
        text = page.text
        return next((phrase for phrase in self._template.blank_phrases if phrase in text), "")

    # --- all pages ---

    def result(self) -> Columns:
        """The columns by address, then the missing ones in the template's order."""
        menu = self._menu()
        furniture = self._furniture()
        columns: list[Column] = []
        for key, found in sorted(self._found.items()):
            name = column_name(found.page, menu.get(key, ""))
            wanted = matching(self._template, name) if name else None
            if name and (wanted or key in menu or is_list_like(found.page)):
                columns.append(self._column(key, found, name, wanted, menu, furniture))
        columns += self._absent(columns)
        return self._with_home(tuple(columns))

    def _column(
        self,
        key: str,
        found: _Found,
        name: str,
        wanted: TemplateColumn | None,
        menu: dict[str, str],
        furniture: set[int],
    ) -> Column:
        column_class = wanted.column_class if wanted else class_of(self._template, name)
        limit = self._limit(wanted, column_class)
        entries = [entry for entry in found.entries if entry.url not in furniture]
        dated = [(day, entry) for entry in entries if (day := self._day(entry)) is not None]
        past = [item for item in dated if item[0] <= self._today]
        newest, entry = max(past, key=lambda item: item[0], default=(None, None))
        observed = not (found.page.script_shell and not found.page.rendered)
        return Column(
            name=name,
            path=path_of(found.page, name),
            url=found.page.final_url or found.page.url,
            template_id=wanted.id if wanted else None,
            column_class=column_class,
            items=len(entries) + self._later[key],
            undated=sum(self._shows_no_date(item) for item in entries),
            newest_on=newest,
            newest_title=entry.title if entry else "",
            newest_url=entry.address if entry else "",
            max_age_days=limit,
            first_level=key in menu,
            state=self._state(found, entries, newest, limit, observed),
            blank_phrase=found.blank_phrase,
            observed=observed,
            captured_at=found.page.captured_at,
            sha256=found.page.sha256,
            parent_url=found.page.parent_url,
        )

    def _limit(self, wanted: TemplateColumn | None, column_class: ColumnClass) -> int | None:
        if wanted and wanted.max_age_days is not None:
            return wanted.max_age_days
        return self._template.age_limit(column_class)

    def _state(
        self,
        found: _Found,
        entries: list[_Entry],
        newest: date | None,
        limit: int | None,
        observed: bool,
    ) -> ColumnState:
        if not observed:
            return ColumnState.CANT_TELL
        if not entries:
            return self._state_without_entries(found)
        if limit is None:
            return ColumnState.FRESH
        if newest is None:
            return ColumnState.CANT_TELL
        stale = (self._today - newest).days > limit
        return ColumnState.STALE if stale else ColumnState.FRESH

    def _state_without_entries(self, found: _Found) -> ColumnState:
        """Blank only when the page itself says so, or shows nothing at all."""
        page = found.page
        if page.rendered or page.frames or page.forms or self._later[column_key(page.url)[0]]:
            return ColumnState.CANT_TELL if not found.blank_phrase else ColumnState.BLANK
        if found.blank_phrase and page.main_chars < 8 * EMPTY_CHARS:
            return ColumnState.BLANK
        if page.main_chars < EMPTY_CHARS and not page.images and not page.tables:
            return ColumnState.BLANK
        return ColumnState.FRESH if page.main_chars >= 4 * EMPTY_CHARS else ColumnState.CANT_TELL

    def _day(self, entry: _Entry) -> date | None:
        """The date beside the entry, else the one that the entry's own page prints."""
        if entry.published_on is not None:
            return entry.published_on
        ordinal = self._dates.get(entry.url)
        return date.fromordinal(ordinal) if ordinal else None

    def _shows_no_date(self, entry: _Entry) -> bool:
        """True when list and page were both read and neither shows a date."""
        return self._day(entry) is None and entry.url in self._pages

    def _furniture(self) -> set[int]:
        """Entries that most list pages share."""
        lists = [found for found in self._found.values() if found.entries]
        uses = Counter(url for found in lists for url in {entry.url for entry in found.entries})
        least = max(FURNITURE_PAGES, FURNITURE_SHARE * len(lists))
        return {url for url, count in uses.items() if count >= least}

    # --- the home page ---

    def _menu(self) -> dict[str, str]:
        """Column addresses and names in the home page's navigation."""
        if self._home is None:
            return {}
        menu: dict[str, str] = {}
        for link in self._home.links:
            name = clean_name(link.text or link.name)
            if link.url and name and len(name) <= _MENU_TEXT and self._is_menu(link, name):
                menu.setdefault(column_key(link.url)[0], name)
                self._names.setdefault(name, link.url)
        return menu

    def _is_menu(self, link: Link, name: str) -> bool:
        in_menu = link.region in (Region.NAV, Region.HEADER)
        return in_menu or matching(self._template, name) is not None

    def _absent(self, found: list[Column]) -> list[Column]:
        """Required columns that were not found: missing when the whole site was seen, else
        undecided. A menu entry that leads off the site counts as present."""
        there = {column.template_id for column in found}
        linked = {wanted.id for name in self._names if (wanted := matching(self._template, name))}
        state = ColumnState.MISSING if self._may_call_missing() else ColumnState.CANT_TELL
        return [
            Column(
                name=wanted.names[0],
                url=self._names.get(next((n for n in wanted.names if n in self._names), ""), ""),
                template_id=wanted.id,
                column_class=wanted.column_class,
                max_age_days=self._limit(wanted, wanted.column_class),
                state=ColumnState.CANT_TELL if wanted.id in linked else state,
                observed=False,
                parent_url=self._home_url,
            )
            for wanted in self._template.columns
            if wanted.id not in there and (wanted.required or wanted.id in linked)
        ]

    def _may_call_missing(self) -> bool:
        home = self._home
        return self._complete and home is not None and not (home.script_shell and not home.rendered)

    def _with_home(self, columns: tuple[Column, ...]) -> Columns:
        home = self._home
        if home is None:
            return Columns(columns, self._template.id)
        entries = [_entry(item) for item in home.items]
        known = {entry.url for entry in entries}
        entries += [
            _Entry(hash(link.url), link.text, link.url, None)
            for link in home.links
            if hash(link.url) in self._dates and hash(link.url) not in known
        ]
        dated = [(day, entry) for entry in entries if (day := self._day(entry)) is not None]
        past = [item for item in dated if item[0] <= self._today]
        newest, entry = max(past, key=lambda item: item[0], default=(None, None))
        return Columns(
            columns=columns,
            template=self._template.id,
            home_newest_on=newest,
            home_newest_title=entry.title if entry else "",
            home_newest_url=entry.address if entry else "",
            home_items=len(entries),
            home_undated=sum(self._shows_no_date(item) for item in entries),
            home_is_navigation=not entries,
        )


def _entry(item: ListItem) -> _Entry:
    return _Entry(hash(item.url), item.title[:120], item.url, item.published_on)


def _slim(page: PageFacts) -> PageFacts:
    """The page without the parts that a column does not need, so that thousands fit in memory."""
    return replace(
        page,
        links=(),
        items=(),
        text="",
        metas=tuple(meta for meta in page.metas if meta.name.lower() == "columnname"),
        images=page.images[:1],
        tables=page.tables[:1],
        forms=page.forms[:1],
        frames=page.frames[:1],
    )
