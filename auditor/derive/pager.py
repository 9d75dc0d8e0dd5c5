"""Pages of a list that only a script names.

Content management systems print the page links by a call such as
`createPageHTML(12, 0, "index", "html")`: page 1 is `index.html`, page 2 `index_1.html`. Others set
the number of pages as a variable, and put an address together in a pager plug-in's callback:
`location.href = "list.jsp?page=" + n`. A crawler that follows hrefs alone never sees these pages.
What is found here is a guess; see `auditor.model.page.GUESSED`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from auditor.derive._page_urls import Pattern, patterns
from auditor.derive.limits import MAX_PAGER_URLS
from auditor.derive.text import remembered

#: createPageHTML, createPageHTML2, createPage, getPageHTML ...
_CALL: Final = re.compile(
    r"(?<![\w.])(?:create|get|show|build|make|init|set|write)_?(?:Sub|List)?[Pp]age\w{0,14}\s*"
    r"\(([^(){};]{3,300})\)",
)
# Numbers are sought first, and then the name before each: names are a hundred times as many.
_NUMBER_SET: Final = re.compile(r"[=:]\s*(?:parseInt\(|Number\()?[\"']?(\d{1,7})[\"']?(?![\w.])")
_NAME_BEFORE: Final = re.compile(r"(?<![\w.])([A-Za-z_$][\w$]{0,40})[\"']?\s*\Z")
_NAME_SPAN: Final = 120
#: The total as the first argument: `$("#page").pagination(120, {...})`.
_PLUGIN: Final = re.compile(r"\.pagination\(\s*[\"']?(\d{1,7})[\"']?\s*,")
_NUMBER: Final = re.compile(r"\d{1,7}")
_NAME: Final = re.compile(r"[\w./~-]{1,200}")
_ENDING: Final = re.compile(r"\.?(s?html?|jspx?|aspx?|php)", re.I)
_WHOLE: Final = re.compile(r"([\w./~-]{1,200})\.(s?html?|jspx?|aspx?|php)", re.I)
_SUFFIX: Final = re.compile(r"_(\d{1,6})\.\w{2,5}$")
_TOTAL_PAGES: Final = (
    "countpage", "totalpage", "totalpages", "pagecount", "pagescount", "allpage", "pagetotal",
    "pages", "page_count", "total_page", "maxpage", "lastpage",
)  # fmt: skip
_ROWS: Final = (
    "totalrecord", "totalrecords", "totalcount", "recordcount", "totalrows", "totalnum", "rowcount",
    "datacount", "total", "count",
)  # fmt: skip
_SIZES: Final = (
    "pagesize", "perpage", "page_size", "items_per_page", "itemsperpage", "prepage", "size",
    "limit", "pagenum",
)  # fmt: skip
_CURRENT: Final = (
    "currentpage", "curpage", "currpage", "nowpage", "pageindex", "pageno", "pno", "curr",
    "page_index", "current_page",
)  # fmt: skip
_MAX_PAGES: Final = 100_000
_NEIGHBOURS: Final = 3


class Pager(NamedTuple):
    """Number of pages that scripts announce (0 for no pager), addresses of pages relative to
    this one, and that of the next page ("" when unknown)."""

    total: int = 0
    addresses: tuple[str, ...] = ()
    following: str = ""


def script_pages(scripts: str, address: str = "") -> Pager:
    """The pages that the scripts of the page at `address` announce.

    The first page names all pages, up to a limit; the others only their neighbours, so that a
    long list does not repeat itself on every page.
    """
    if "age" not in scripts:
        return Pager()
    variables = _variables(scripts)
    for arguments in _calls(scripts):
        call = _arguments(arguments, variables)
        if call:
            return _numbered_files(*call, address)
    total = _total(scripts, variables)
    if not total:
        return Pager()
    current = next((variables[name] for name in _CURRENT if name in variables), None)
    for pattern in patterns(scripts, address):
        here = pattern.number_in(address)
        return _by_pattern(pattern, total, current if here is None else here)
    return Pager(total)


def _total(scripts: str, variables: Mapping[str, int]) -> int:
    total = next((variables[name] for name in _TOTAL_PAGES if name in variables), 0)
    if not total and "kkpager" in scripts:  # which calls the rows `totalRecords`
        total = variables.get("total", 0)
    if not total:
        plugin = _PLUGIN.search(scripts)
        rows = int(plugin[1]) if plugin else 0
        rows = rows or next((variables[name] for name in _ROWS if name in variables), 0)
        size = next((variables[name] for name in _SIZES if name in variables), 0)
        total = -(-rows // size) if rows and size else 0
    return total if 1 < total <= _MAX_PAGES else 0


@remembered
def _calls(scripts: str) -> tuple[str, ...]:
    """Arguments of the calls that may be a pager's."""
    return tuple(match[1] for match in _CALL.finditer(scripts))


@remembered
def _variables(scripts: str) -> Mapping[str, int]:
    """Whole numbers that the scripts assign, by lower-case name; the first assignment counts."""
    found: dict[str, int] = {}
    for match in _NUMBER_SET.finditer(scripts):
        end = match.start()
        name = _NAME_BEFORE.search(scripts, max(0, end - _NAME_SPAN), end)
        if name:
            found.setdefault(name[1].lower(), int(match[1]))
    return found


# --- calls that name a file -----------------------------------------------------------------------


def _arguments(text: str, variables: Mapping[str, int]) -> tuple[int, int, str, str] | None:
    """(pages, current page, file name, ending) of a pager call, in whatever order: the numbers
    before the file name are total and current page, or rows, rows per page and current page."""
    numbers: list[int] = []
    names: list[str] = []
    for raw in text.split(","):
        value = raw.strip()
        inner = value[1:-1].strip() if value[:1] in "\"'" and value[-1:] == value[:1] else None
        if inner is None and value.lower() in variables:
            numbers.append(variables[value.lower()])
        elif _NUMBER.fullmatch(value if inner is None else inner):
            numbers.append(int(value if inner is None else inner))
        elif inner is not None:
            whole = _WHOLE.fullmatch(inner)
            ending = _ENDING.fullmatch(inner) if names else None
            if whole or ending:
                name = whole[1] if whole else names[-1]
                kind = whole[2] if whole else inner.lstrip(".")
                return _counted(numbers, name, kind)
            names.append(inner)
    return None


def _counted(numbers: list[int], name: str, ending: str) -> tuple[int, int, str, str] | None:
    if len(numbers) < 2 or not _NAME.fullmatch(name):
        return None
    if len(numbers) > 2:
        rows, size, current = numbers[:3]
        total = -(-rows // size) if size else 0
    else:
        total, current = max(numbers), min(numbers)
    return (total, current, name, ending) if total <= _MAX_PAGES else None


def _numbered_files(total: int, current: int, name: str, ending: str, address: str) -> Pager:
    """Page n is `name_n.ending`, and the first page has no number. Some systems count the pages
    from 0, others from 1; where the number in the call and the one in the address do not tell,
    both are named: one address too many does no harm."""
    if total < 2:
        return Pager(total)

    def page(number: int) -> str:
        return f"{name}.{ending}" if number < 1 else f"{name}_{number}.{ending}"

    known = _SUFFIX.search(address.partition("?")[0])
    here = int(known[1]) if known else 0 if address else current
    first, last = 1, total - 1
    if current != here:
        last = total  # counted from 1: the last file has the number `total - 1` or `total`
    following = page(here + 1) if here < last and (known or current == here) else ""
    if here == 0:
        numbers = range(first, min(last, MAX_PAGER_URLS) + 1)
    else:
        numbers = range(max(0, here - _NEIGHBOURS), min(last, here + _NEIGHBOURS) + 1)
    return Pager(total, tuple(page(number) for number in numbers if number != here), following)


# --- addresses put together by a callback ---------------------------------------------------------


def _by_pattern(pattern: Pattern, total: int, current: int | None) -> Pager:
    """Pages are counted from 1 unless the script says that it is on page 0."""
    start = 0 if current == 0 or pattern.from_zero else 1
    here = start if current is None else current
    last = total - 1 + start
    if here <= start:
        numbers = range(start + 1, min(last, start + MAX_PAGER_URLS) + 1)
    else:
        numbers = range(max(start, here - _NEIGHBOURS), min(last, here + _NEIGHBOURS) + 1)
    addresses = tuple(pattern.at(number) for number in numbers if number != here)
    return Pager(total, addresses, pattern.at(here + 1) if here < last else "")
