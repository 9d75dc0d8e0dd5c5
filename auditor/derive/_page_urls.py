"""How scripts put the address of a list's nth page together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

#: Names of query parameters that count pages.
PARAMETER: Final = re.compile(
    r"p|pn|pg|pno|page|page_?(?:no|num|number|index|id)?|(?:curr?|current|now|to|go|list)_?page"
    r"(?:no|num|index)?|pageindex|index|paged|pagination",
    re.I,
)
#: Names of script variables that count pages.
_COUNTER: Final = re.compile(
    r"(?:\w+\.)?(?:\w*page\w*|curr\w*|num|number|index|idx|pno|n|p|i)(?:\s*[-+]\s*1)?", re.I
)
_JOINED: Final = re.compile(r"\"\s*\+\s*\"|'\s*\+\s*'")
_PIECE: Final = r"[\w./?&=%~:-]"
#: "list_" + n + ".html", "?page=" + n, `list_${n}.html`
_SUM: Final = re.compile(
    rf"(?<!{_PIECE})({_PIECE}{{0,300}}[_=/-])[\"']\s*\+\s*\(?\s*([\w.]{{1,40}}(?:\s*[-+]\s*1)?)\s*\)?"
    rf"\s*(?:\+\s*[\"']([.&/]{_PIECE}{{0,200}})?|[;,)}}\n]|$)"
)
_TEMPLATE: Final = re.compile(
    rf"(?<!{_PIECE})({_PIECE}{{0,300}}[_=/-])\$\{{\s*([\w.]{{1,40}})\s*\}}([.&/]{_PIECE}{{0,200}})?"
)
#: 'list_{{page}}.html', "list.html?p=__id__" (the latter counts from 0: jquery.pagination)
_MARKED: Final = re.compile(
    rf"[\"']({_PIECE}{{0,300}}[_=/-])(?:(__id__)|\{{\{{?\s*(\w{{1,20}})\s*\}}?\}})"
    rf"([.&/]{_PIECE}{{0,200}})?[\"']"
)
#: kkpager: hrefFormer: "list", hrefLatter: ".html" gives list_2.html.
_FORMER: Final = re.compile(r"hrefFormer\s*:\s*[\"']([\w./~:-]{1,300})[\"']")
_LATTER: Final = re.compile(r"hrefLatter\s*:\s*[\"'](\.\w{2,5})[\"']")
_MAX_SUMS: Final = 200


class Pattern(NamedTuple):
    """An address with a gap for the page's number."""

    before: str
    after: str = ""
    from_zero: bool = False

    def at(self, number: int) -> str:
        """The address of one page."""
        return f"{self.before}{number}{self.after}"

    def number_in(self, address: str) -> int | None:
        """The page's number if the address was made by this pattern."""
        last = re.split("[/?&]", self.before[:-1])[-1] + self.before[-1]
        found = re.search(rf"(?:^|[/?&]){re.escape(last)}(\d{{1,6}})(?!\d)", address)
        return int(found[1]) if found else None


def patterns(scripts: str, address: str) -> Iterator[Pattern]:
    """Patterns of page addresses in scripts, the most telling first; `address` is the page's."""
    text = _JOINED.sub("", scripts)
    for match in _MARKED.finditer(text):
        if match[2] or _COUNTER.fullmatch(match[3]):
            yield Pattern(match[1], match[4] or "", from_zero=bool(match[2]))
    for expression in (_SUM, _TEMPLATE):
        for _, match in zip(range(_MAX_SUMS), expression.finditer(text), strict=False):
            pattern = _pattern(match[1], match[2], match[3] or "", address)
            if pattern:
                yield pattern
    former, latter = _FORMER.search(text), _LATTER.search(text)
    if former and latter:
        yield Pattern(f"{former[1]}_", latter[1])


def _pattern(before: str, variable: str, after: str, address: str) -> Pattern | None:
    """The sum of literals and a variable, if it is the address of a page."""
    if not _COUNTER.fullmatch(variable):
        return None
    if before[-1] == "=":
        name = re.split("[?&]", before)[-1][:-1]
        if not PARAMETER.fullmatch(name):
            return None
        if before[0] == "&":
            return Pattern(_with_query(address, name), after)
        return Pattern(before, after) if "?" in before else None
    # A name with a number needs an ending, a folder (`/p/2`) a word that says what is counted.
    if before[-1] in "_-":
        return Pattern(before, after) if after[:1] == "." else None
    folder = before.rstrip("/").rpartition("/")[2]
    return Pattern(before, after) if before[-1] == "/" and PARAMETER.fullmatch(folder) else None


def _with_query(address: str, name: str) -> str:
    """The page's own query with `name=` at its end, for `href + "&page=" + n`."""
    query = address.partition("?")[2]
    kept = [part for part in query.split("&") if part and part.partition("=")[0] != name]
    return "?" + "&".join([*kept, f"{name}="])
