"""Pages of a list that only a script names.

Content management systems print the page links by a call such as
`createPageHTML(12, 0, "index", "html")`: page 1 is `index.html`, page 2 `index_1.html`. Arguments
may be variables of the same page. A crawler that follows hrefs alone never sees these pages.
"""

from __future__ import annotations

import re
from typing import Final

from auditor.derive.limits import MAX_PAGER_URLS

#: createPageHTML, createPageHTML2, createPage, getPageHTML ...
_CALL: Final = re.compile(
    r"(?<![\w.])(?:create|get|show|build|make)_?(?:Sub|List)?Page(?:HTML|Html|Nav|Bar|r)?\w{0,8}\s*"
    r"\(([^(){};]{3,300})\)",
)
_VARIABLE: Final = re.compile(
    r"(?<![\w.])([A-Za-z_$][\w$]{0,40})\s*[=:]\s*(?:parseInt\()?[\"']?(\d{1,7})[\"']?(?![\w.])"
)
_NUMBER: Final = re.compile(r"\d{1,7}")
_NAME: Final = re.compile(r"[\w./~-]{1,200}")
_TOTAL_PAGES: Final = (
    "countpage", "totalpage", "totalpages", "pagecount", "allpage", "pagetotal", "pages",
)  # fmt: skip
_ROWS: Final = ("totalrecord", "totalrecords", "totalcount", "recordcount", "total", "rowcount")
_SIZES: Final = ("pagesize", "perpage", "size", "limit", "pagenum", "prepage")
_MAX_PAGES: Final = 100_000
_NEIGHBOURS: Final = 3


def script_pages(scripts: str) -> tuple[int, list[str], str]:
    """(number of pages, relative addresses, address of the next page) that scripts announce.

    (0, [], "") when there is no pager. The first page names all pages, up to a limit; the others
    only their neighbours, so that a long list does not repeat itself on every page.
    """
    if "age" not in scripts:
        return 0, [], ""
    variables = _variables(scripts)
    for match in _CALL.finditer(scripts):
        found = _arguments(match[1], variables)
        if found:
            return _addresses(*found)
    total = next((variables[name] for name in _TOTAL_PAGES if name in variables), 0)
    if not total:
        rows = next((variables[name] for name in _ROWS if name in variables), 0)
        size = next((variables[name] for name in _SIZES if name in variables), 0)
        total = -(-rows // size) if rows and size else 0
    return (total if 1 < total <= _MAX_PAGES else 0), [], ""


def _variables(scripts: str) -> dict[str, int]:
    """Whole numbers that the scripts assign, by lower-case name; the first assignment counts."""
    found: dict[str, int] = {}
    for match in _VARIABLE.finditer(scripts):
        found.setdefault(match[1].lower(), int(match[2]))
    return found


def _arguments(text: str, variables: dict[str, int]) -> tuple[int, int, str, str] | None:
    """(pages, current page from 0, file name, ending) of a pager call."""
    numbers: list[int] = []
    names: list[str] = []
    for raw in text.split(","):
        value = raw.strip()
        if value[:1] in "\"'" and value[-1:] in "\"'" and len(value) > 1:
            inner = value[1:-1].strip()
            if _NUMBER.fullmatch(inner) and not names:
                numbers.append(int(inner))
            else:
                names.append(inner)
        elif _NUMBER.fullmatch(value):
            numbers.append(int(value))
        elif value.lower() in variables:
            numbers.append(variables[value.lower()])
    if len(numbers) < 2 or len(names) < 2:
        return None
    name, ending = names[0], names[1].lstrip(".")
    if not (_NAME.fullmatch(name) and ending.isalnum() and len(ending) <= 6):
        return None
    return (numbers[0], numbers[1], name, ending) if numbers[0] <= _MAX_PAGES else None


def _addresses(total: int, current: int, name: str, ending: str) -> tuple[int, list[str], str]:
    def page(number: int) -> str:
        return f"{name}.{ending}" if number == 0 else f"{name}_{number}.{ending}"

    if total < 2:
        return total, [], ""
    if current == 0:
        numbers = list(range(1, min(total, MAX_PAGER_URLS + 1)))
    else:
        first, last = max(0, current - _NEIGHBOURS), min(total, current + _NEIGHBOURS + 1)
        numbers = [number for number in range(first, last) if number != current]
    following = page(current + 1) if current + 1 < total else ""
    return total, [page(number) for number in numbers], following
