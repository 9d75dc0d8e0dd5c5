"""Columns (栏目): which the site has, how many entries they hold, and how fresh they are.

A column is a list page, or a page that the home page's navigation or a template names. The pages
of one list are joined by the links between them. The column's newest date is the newest of all
its entries, not the first one's: pinned entries are old. Entries that the list shows without a
date take the date that their own page prints. Blocks that most lists share are furniture of the
template (a side bar), and dates after the day of judgement are no proof of care; neither counts.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final

from auditor.derive.column_names import (
    class_of,
    clean_name,
    column_key,
    is_archive,
    is_pager_text,
    is_tool,
    matching,
    path_of,
)
from auditor.derive.column_pages import ColumnPage, Entry, distinct, entry_of, read_column
from auditor.derive.column_state import (
    Shared,
    newest_of,
    says_blank,
    shared_parts,
    state_of,
    undecided,
)
from auditor.derive.read_pages import ReadPages
from auditor.derive.urls import canonical, host_of
from auditor.model.artifact import Columns, CrawlSummary
from auditor.model.column import Column, ColumnClass, ColumnState, ColumnTemplate, TemplateColumn
from auditor.model.page import Link, PageFacts, PageKind, Region
from auditor.model.site import RunContext, Site

#: Column pages kept per site, entries kept per page, and per site in all.
MAX_COLUMNS: Final = 3_000
MAX_ENTRIES: Final = 80
MAX_ALL_ENTRIES: Final = 40_000
_FEW_ENTRIES: Final = 10
_MENU_TEXT: Final = 14
#: A navigation with more entries is the index of a book: it makes no page a column.
_MAX_MENU: Final = 400
#: Titles are at least so long; shorter links on a home page are buttons.
_MIN_TITLE: Final = 8
_MIN_ITEM: Final = 6
#: An official name that so many columns share is a fault of the template, not their name.
_SHARED_NAMES: Final = 4
#: Pages of the site search are no columns.
_SEARCH: Final = "search"
#: A page with less text that is in no menu is looked at for words that say that it is empty.
_BLANK_CHARS: Final = 160
_CHROME: Final = frozenset((Region.HEADER, Region.NAV, Region.FOOTER))


@dataclass(slots=True)
class _Group:
    """The pages of one column, the first page first."""

    pages: list[ColumnPage]

    @property
    def first(self) -> ColumnPage:
        return self.pages[0]


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
        self._read = ReadPages()
        self._found: list[ColumnPage] = []
        self._entries_left = MAX_ALL_ENTRIES
        self._known = {name: column.id for column in template.columns for name in column.names}
        self._linked: dict[str, str] = {}
        self._menu: dict[str, str] = {}

    # --- one page at a time ---

    def add(self, page: PageFacts) -> None:
        """Take one page into account."""
        self._note(page)
        if page.url == self._home_url:
            self._home = page
            self._menu = self._menu_of(page)
        elif page.status == 200 and self._is_column(page) and len(self._found) < MAX_COLUMNS:
            most = min(MAX_ENTRIES, max(_FEW_ENTRIES, self._entries_left))
            found = read_column(
                page,
                hosts=self._site.hosts,
                site_name=self._site.name,
                phrases=self._template.blank_phrases,
                max_entries=most,
            )
            self._entries_left -= len(found.entries)
            self._found.append(found)

    def _note(self, page: PageFacts) -> None:
        """The page's date, and which of the template's columns it speaks of."""
        self._read.add(page)
        known = self._known
        said = [(link.text, link.url) for link in page.links if link.text in known]
        said += [(crumb, page.url) for crumb in page.breadcrumb if crumb in known]
        for name, url in said:
            if url:
                self._linked.setdefault(known[name], url)

    def _is_twin(self, page: PageFacts) -> bool:
        """True for the home page under another address (index.html, ?id=start)."""
        home = self._home
        same = home is not None and page.main_text_hash == home.main_text_hash
        return same and page.main_chars > 0

    def _is_column(self, page: PageFacts) -> bool:
        if _SEARCH in page.url or self._is_twin(page):
            return False
        if page.kind is PageKind.LIST or self._named(page):
            return True
        # The home page comes first of its host; until it is known every page may be in the menu.
        in_menu = self._home is None or column_key(page.url, self._site.hosts)[0] in self._menu
        return page.kind is PageKind.OTHER and (in_menu or page.main_chars < _BLANK_CHARS)

    def _named(self, page: PageFacts) -> bool:
        """True for a static column (指南, 机构职能), which looks like an article: the link to it
        or its heading is the column's name. (Breadcrumbs of articles hold that name as well.)"""
        names = [page.parent_text, *(item.text for item in page.headings[:1])]
        return any(clean_name(name) in self._known for name in names)

    # --- all pages ---

    def result(self) -> Columns:
        """The columns by address, then the missing ones in the template's order."""
        groups = _joined(self._found, self._menu)
        shared = shared_parts([group.first for group in groups])
        officials = Counter(group.first.official for group in groups)
        title = self._site_title(groups)
        columns: list[Column] = []
        for group in groups:
            page = group.first
            trusted = officials[page.official] < _SHARED_NAMES
            name = self._name(page, trusted=trusted, title=title)
            wanted = matching(self._template, name) if name else None
            if name and not is_tool(name) and self._counts(page, wanted):
                columns.append(self._column(group, name, wanted, shared))
        columns = _without_twins(columns, {group.first.url: group for group in groups})
        columns += self._absent(columns)
        return self._with_home(tuple(columns))

    def _site_title(self, groups: list[_Group]) -> str:
        """The home page's heading if so many columns print it too: the site's name, not theirs."""
        headings = self._home.headings[:1] if self._home else ()
        title = clean_name(headings[0].text) if headings else ""
        shown = sum(title in group.first.names for group in groups)
        return title if title and shown >= _SHARED_NAMES else ""

    def _name(self, page: ColumnPage, *, trusted: bool, title: str) -> str:
        official, menu_text = page.official if trusted else "", self._menu.get(page.key, "")
        own = [name for name in page.names if not title or title not in name]
        names = [official, menu_text, *own]
        if not page.listing:
            linked = clean_name(page.parent_text)
            exact = [name for name in (linked, *own) if name in self._known]
            names = [menu_text, *exact, official, *own]
        return next((name for name in [*names, page.official] if name), "")

    def _counts(self, page: ColumnPage, wanted: TemplateColumn | None) -> bool:
        """True for public lists, pages in menu or template, and pages that say they are empty."""
        named = page.key in self._menu or wanted is not None
        return named or (page.listing and not page.unlisted) or says_blank(page)

    def _column(
        self,
        group: _Group,
        name: str,
        wanted: TemplateColumn | None,
        shared: Shared,
    ) -> Column:
        page = group.first
        column_class = self._class(page, name, wanted)
        limit = self._limit(wanted, column_class) if column_class else None
        entries = distinct(e for each in group.pages for e in shared.own_entries(each))
        newest, entry = newest_of(entries, self._day, self._today)
        state = state_of(
            page,
            entries=len(entries),
            age=(self._today - newest).days if newest else None,
            limit=limit,
            static=column_class is ColumnClass.STATIC,
            shared=shared,
        )
        if state is ColumnState.STALE and undecided(
            entries, self._day, self._read, whole=self._complete
        ):
            state = ColumnState.CANT_TELL
        more = sum(each.items - len(each.entries) for each in group.pages)
        return Column(
            name=name,
            path=path_of(page.breadcrumb, name),
            url=page.url,
            template_id=wanted.id if wanted else None,
            column_class=column_class or ColumnClass.OTHER,
            items=len(entries) + more,
            undated=sum(self._shows_no_date(item) for item in entries),
            newest_on=newest,
            newest_title=entry.title if entry else "",
            newest_url=entry.address if entry else "",
            max_age_days=limit,
            first_level=page.key in self._menu,
            state=state,
            blank_phrase=page.blank_phrase if state is ColumnState.BLANK else "",
            observed=page.observed,
            captured_at=page.captured_at,
            sha256=page.sha256,
            parent_url=page.parent_url,
        )

    def _class(
        self, page: ColumnPage, name: str, wanted: TemplateColumn | None
    ) -> ColumnClass | None:
        """The column's class; None for parts of topics and archives, which keep no cadence."""
        if wanted and name in wanted.names:
            return wanted.column_class
        if is_archive((*page.breadcrumb[:-1], name)):
            return None
        return wanted.column_class if wanted else class_of(self._template, name)

    def _limit(self, wanted: TemplateColumn | None, column_class: ColumnClass) -> int | None:
        if wanted and wanted.max_age_days is not None:
            return wanted.max_age_days
        return self._template.age_limit(column_class)

    def _day(self, entry: Entry) -> date | None:
        """The date beside the entry, else the one that the entry's own page prints."""
        if entry.published_on is not None:
            return entry.published_on
        return self._read.day(entry.url)

    def _shows_no_date(self, entry: Entry) -> bool:
        """True when list and article were read and neither shows a date. Links to lists and
        menus need none."""
        article = self._read.is_article(entry.url)
        return article and self._day(entry) is None and not entry.yearless

    def _is_unread(self, entry: Entry) -> bool:
        """True for an entry of the site whose date is open: its page was not read, or the date
        beside it lacks the year."""
        if self._day(entry) is not None or host_of(entry.address) not in self._site.hosts:
            return False
        return entry.yearless or entry.url not in self._read

    # --- the home page ---

    def _menu_of(self, home: PageFacts) -> dict[str, str]:
        """Column keys and names in the home page's navigation."""
        menu: dict[str, str] = {}
        for link in home.links:
            name = clean_name(link.text or link.name)
            if link.url and name and len(name) <= _MENU_TEXT and self._is_menu(link, name):
                menu.setdefault(column_key(link.url, self._site.hosts)[0], name)
                wanted = matching(self._template, name)
                if wanted:
                    self._linked.setdefault(wanted.id, link.url)
        return menu if len(menu) <= _MAX_MENU else {}

    def _is_menu(self, link: Link, name: str) -> bool:
        # `nofollow` marks tools (edit, sign in), which no visitor reads.
        if link.region in (Region.NAV, Region.HEADER) and not (link.nofollow or is_tool(name)):
            return True
        return matching(self._template, name) is not None

    def _absent(self, found: list[Column]) -> list[Column]:
        """Required columns that were not found: missing when the whole site was seen, else
        undecided. A column that some page links to or names counts as present."""
        there = {column.template_id for column in found}
        state = ColumnState.MISSING if self._may_call_missing() else ColumnState.CANT_TELL
        return [
            Column(
                name=wanted.names[0],
                url=self._linked.get(wanted.id, ""),
                template_id=wanted.id,
                column_class=wanted.column_class,
                max_age_days=self._limit(wanted, wanted.column_class),
                state=ColumnState.CANT_TELL if wanted.id in self._linked else state,
                observed=False,
                parent_url=self._home_url,
            )
            for wanted in self._template.columns
            if wanted.id not in there and (wanted.required or wanted.id in self._linked)
        ]

    def _may_call_missing(self) -> bool:
        home = self._home
        return self._complete and home is not None and not (home.script_shell and not home.rendered)

    def _with_home(self, columns: tuple[Column, ...]) -> Columns:
        home = self._home
        if home is None:
            return Columns(columns, self._template.id)
        entries = self._home_entries(home, {hash(column.url) for column in columns})
        newest, entry = newest_of(entries, self._day, self._today)
        return Columns(
            columns=columns,
            template=self._template.id,
            home_newest_on=newest,
            home_newest_title=entry.title if entry else "",
            home_newest_url=entry.address if entry else "",
            home_items=len(entries),
            home_undated=sum(self._shows_no_date(item) for item in entries),
            home_is_navigation=not entries,
            home_unread=sum(self._is_unread(item) for item in entries),
        )

    def _home_entries(self, home: PageFacts, columns: set[int]) -> list[Entry]:
        """The list entries of the home page, and its links to dated articles. Menus, tools and
        the day's date in the header are no entries."""
        chrome = {(link.url, link.place) for link in home.links if link.region in _CHROME}
        entries = [
            entry_of(item)
            for item in home.items
            if (item.url, item.place) not in chrome
            and len(item.title) >= _MIN_ITEM
            and not is_tool(item.title)
        ]
        for link in home.links:
            address, title = hash(link.url), link.text or link.name
            shown = link.region not in _CHROME and not link.hidden and len(title) >= _MIN_TITLE
            news = self._read.is_article(address) and self._read.day(address)
            if shown and news and address not in columns:
                entries.append(Entry(address, hash(link.place), title[:120], link.url, None))
        return distinct(entries)


def _joined(found: list[ColumnPage], menu: dict[str, str]) -> list[_Group]:
    """Pages of one list together, lists by address. A list of which only later pages were seen
    is left out: its newest entries are unknown."""
    root: dict[str, str] = {page.key: page.key for page in found}

    def top(key: str) -> str:
        while root[key] != key:
            root[key] = root[root[key]]
            key = root[key]
        return key

    listing = {page.key for page in found if page.listing}
    for page in found:
        for other in sorted(page.pager):
            if page.key in listing and other in listing:
                root[top(other)] = top(page.key)
    groups: dict[str, list[ColumnPage]] = {}
    for page in found:
        groups.setdefault(top(page.key), []).append(page)
    joined = []
    for pages in groups.values():
        pages.sort(key=lambda page: (*_lateness(page, menu), len(page.url), page.url))
        if not any(_lateness(pages[0], menu)[:2]):
            joined.append(_Group(pages))
    return sorted(joined, key=lambda group: group.first.key)


def _lateness(page: ColumnPage, menu: dict[str, str]) -> tuple[bool, bool, bool]:
    """Sorts the first page of a list before the others."""
    in_menu = page.key in menu
    return page.later, is_pager_text(page.parent_text) and not in_menu, not in_menu


def _without_twins(columns: list[Column], groups: dict[str, _Group]) -> list[Column]:
    """One column under two addresses (same name, same entries) counts once."""
    kept: dict[object, Column] = {}
    for column in columns:
        urls = frozenset(entry.url for entry in groups[column.url].first.entries)
        key: object = (column.name, urls) if urls else column.url
        other = kept.get(key)
        if other is None or (column.first_level and not other.first_level):
            kept[key] = column
    return sorted(kept.values(), key=lambda column: column.url)
