"""Where a click leads that calls a function of the page: `onclick="view('a1')"` with
`function view(id) { location.href = "detail.jsp?id=" + id; }`.

Nothing is run. A function counts when one of its statements goes to a sum of literals and the
function's own parameters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from typing import Final

from auditor.derive._targets import is_address
from auditor.derive.text import remembered

_FUNCTION: Final = re.compile(
    r"function\s+([\w$]{1,60})\s*\(([\w$,\s]{0,200})\)\s*\{"
    r"|(?<![\w$.])([\w$]{1,60})\s*[=:]\s*(?:function\s*\w*\s*)?\(([\w$,\s]{0,200})\)\s*(?:=>\s*)?\{"
)
_GOES: Final = re.compile(
    r"(?:location(?:\s*\.\s*href)?\s*=(?!=)|location\s*\.\s*(?:replace|assign)\s*\(|\bopen\s*\()\s*"
    r"([^;\n]{1,600})"
)
_VALUE: Final = re.compile(r"\b(?:var|let|const)\s+([\w$]{1,60})\s*=\s*([^;\n]{1,600})")
_TOKEN: Final = re.compile(r"\s*(?:\"([^\"\n]*)\"|'([^'\n]*)'|([\w$]{1,60})(?![\w$.(\[]))\s*")
_CALL: Final = re.compile(r"(?<![\w$.])([\w$]{1,60})\s*\(([^()]{0,600})\)")
_ARGUMENT: Final = re.compile(r"\s*(?:\"([^\"]*)\"|'([^']*)'|(-?\d{1,20}))\s*(?:,|$)")
_QUERY: Final = re.compile(r"\?[\w.-]+=\S+")
#: Characters of a function's body that are looked at, and functions of a page.
_BODY: Final = 1_500
_MAX_FUNCTIONS: Final = 300
#: A sum: literals, and numbers of parameters.
Sum = tuple[str | int, ...]


class Calls:
    """The functions of a page that go somewhere. `scripts`: its inline scripts."""

    def __init__(self, scripts: Sequence[str]) -> None:
        self._sums: dict[str, Sum] = {}
        for script in scripts:
            if "location" in script or "open" in script:
                for name, found in _functions(script):
                    self._sums.setdefault(name, found)

    def __bool__(self) -> bool:
        return bool(self._sums)

    def target(self, code: str) -> str:
        """The address to which an event handler leads; "" when that cannot be told."""
        for match in _CALL.finditer(code):
            pieces = self._sums.get(match[1])
            if pieces is None:
                continue
            values = _arguments(match[2])
            if any(isinstance(piece, int) and piece >= len(values) for piece in pieces):
                continue
            parts = [values[piece] if isinstance(piece, int) else piece for piece in pieces]
            address = "".join(parts).strip()
            if is_address(address) or _QUERY.fullmatch(address):
                return address
        return ""


@remembered
def _functions(script: str) -> tuple[tuple[str, Sum], ...]:
    """Names of the functions that go somewhere, and where."""
    found: list[tuple[str, Sum]] = []
    for match in islice(_FUNCTION.finditer(script), _MAX_FUNCTIONS):
        names = [part.strip() for part in (match[2] or match[4] or "").split(",")]
        target = _goes_to(_body(script, match.end()), names)
        if target:
            found.append((match[1] or match[3], target))
    return tuple(found)


def _body(script: str, start: int) -> str:
    """The function's body: up to its closing brace, as far as braces in literals allow."""
    text = script[start : start + _BODY]
    depth = 1
    for match in re.finditer(r"[{}]", text):
        depth += 1 if match[0] == "{" else -1
        if not depth:
            return text[: match.start()]
    return text


def _goes_to(body: str, names: list[str]) -> Sum | None:
    known: dict[str, Sum] = {name: (index,) for index, name in enumerate(names) if name}
    for match in _VALUE.finditer(body):
        value = _sum(match[2], known)
        if value:
            known.setdefault(match[1], value)
    for match in _GOES.finditer(body):
        value = _sum(match[1], known)
        if value:
            return value
    return None


def _sum(text: str, known: dict[str, Sum]) -> Sum | None:
    """The expression at the start of the text, if it is a sum of literals and known names."""
    pieces: list[str | int] = []
    position = 0
    while True:
        match = _TOKEN.match(text, position)
        if not match:
            return None
        if match[3] is not None:
            if match[3] not in known:
                return None
            pieces += known[match[3]]
        else:
            pieces.append(match[1] if match[1] is not None else match[2])
        position = match.end()
        if text[position : position + 1] != "+":
            break
        position += 1
    return tuple(pieces) if not text[position:].strip() or text[position] in ",)}" else None


def _arguments(text: str) -> list[str]:
    values: list[str] = []
    position = 0
    while position < len(text):
        match = _ARGUMENT.match(text, position)
        if not match:
            break
        values.append(next(value for value in match.groups() if value is not None))
        position = match.end()
    return values
