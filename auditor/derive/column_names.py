"""What a column is called, which pages are pages of one column, and what a name says of it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from auditor.model.column import ColumnClass, ColumnTemplate, TemplateColumn
from auditor.model.page import PageFacts, PageKind

_MAX_NAME = 30
_SPACES = re.compile(r"\s+")
_AROUND = re.compile(r"^[\s>»·|:：\-—]+|[\s>»·|:：\-—]+$|(?:专栏|栏目|>>|更多|\+)$")
_SEPARATOR = re.compile(r"\s*(?:[_|｜丨>»]|\s[-–—]+\s|--+)\s*")
#: `index_2.html`, `list-3.shtml`, `node_12_2.htm`: later pages of a list.
_PAGED_FILE = re.compile(r"^(index|list|default|column|node\w*?)[_-](\d{1,4})(\.\w{1,6})$", re.I)
_INDEX_FILE = re.compile(r"^(index|default|list)\.\w{1,6}$", re.I)
_PAGE_PARAMETER = re.compile(
    r"(?:^|&)(?:page|pageno|pagenum|pageindex|currentpage|curpage|p|pn|cp)=\d{1,6}(?=&|$)", re.I
)


def column_key(url: str) -> tuple[str, bool]:
    """The address that stands for a column, without paging and index file, and whether `url` is
    a later page of it."""
    head, _, query = url.partition("?")
    folder, _, name = head.rpartition("/")
    paged = _PAGED_FILE.match(name)
    later = bool(paged)
    if paged or _INDEX_FILE.match(name):
        name = ""
    rest = _PAGE_PARAMETER.sub("", query).strip("&")
    later = later or rest != query.strip("&")
    return f"{folder}/{name}" + (f"?{rest}" if rest else ""), later


def column_name(page: PageFacts, link_text: str) -> str:
    """The column's name: official meta, then the link of the navigation, breadcrumb, heading,
    first part of the title."""
    candidates = [page.meta("ColumnName") or "", link_text]
    candidates += list(page.breadcrumb[-1:])
    candidates += [heading.text for heading in page.headings if heading.level <= 2][:1]
    candidates.append(_SEPARATOR.split(page.title)[0])
    for text in candidates:
        name = clean_name(text)
        if name and not name.startswith("http"):
            return name
    return ""


def clean_name(text: str) -> str:
    """A name without the marks that menus put around it; "" when it is too long for one."""
    name = _AROUND.sub("", _SPACES.sub("", text)).strip()
    return name if len(name) <= _MAX_NAME else ""


def matching(template: ColumnTemplate, name: str) -> TemplateColumn | None:
    """The template's column of that name: equal first, then one name within the other when both
    are long enough to mean the same."""
    for column in template.columns:
        if name in column.names:
            return column
    for column in template.columns:
        if any(len(known) >= 4 and known in name for known in column.names):
            return column
    return None


def class_of(template: ColumnTemplate, name: str) -> ColumnClass:
    """The first class of which a word is part of the name."""
    for column_class, words in template.class_words:
        if any(word in name for word in words):
            return column_class
    return ColumnClass.OTHER


def is_list_like(page: PageFacts) -> bool:
    """True for pages that hold a column rather than an article."""
    return page.kind is PageKind.LIST


def path_of(page: PageFacts, name: str) -> str:
    """The navigation path as the page prints it, else its folder."""
    if page.breadcrumb:
        return " > ".join(page.breadcrumb)
    return name or urlsplit(page.url).path
