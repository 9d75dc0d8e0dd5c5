"""The pages of one site: `index.html` and, for a long list of issues, `issues-N.html`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from jinja2 import Environment, Template
from markupsafe import Markup

from auditor.api import (
    Column,
    ColumnState,
    Finding,
    Issue,
    Message,
    Outcome,
    RunResult,
    SearchQuery,
    SiteResult,
    Verdict,
)
from reports._clean import clip
from reports._digest import days_since
from reports._files import UnsafeNameError, replacing, safe_name
from reports._law import Law
from reports._sentence import untested_sentence
from reports._texts import Texts
from reports.html._axe import by_rule
from reports.html._lines import issue_counts
from reports.html._markup import page_text, said
from reports.html._problems import Problems, problems
from reports.html._scores import scores
from reports.html._shots import Shots

#: Issues on one page of the full list.
LIST_ROWS = 300
#: Places of an issue printed with excerpt and evidence; further ones take one line each.
FULL_PLACES = 3
#: The evidence folder, from the folder of a site's pages.
_EVIDENCE = "../../evidence"
_COLUMN_ORDER = {
    ColumnState.MISSING: 0,
    ColumnState.BLANK: 1,
    ColumnState.STALE: 2,
    ColumnState.CANT_TELL: 3,
    ColumnState.FRESH: 4,
}


class SitePages:
    """Writes the pages of one site after the other."""

    def __init__(self, env: Environment, result: RunResult, texts: Texts) -> None:
        self._result, self._texts = result, texts
        self._law = Law(result.schemes)
        self._page = env.get_template("site.html.j2")
        self._list = env.get_template("issues.html.j2")

    def write(self, site: SiteResult, folder: Path, shots: Shots) -> Iterator[Path]:
        """Write the site's pages to `folder` and yield their paths."""
        found = problems(site, self._result, self._law)
        context = self._context(site, found, shots) | {"archived": _archived(folder)}
        yield render(self._page, folder / "index.html", context)
        if found.overflows:
            yield from self._write_list(found, folder, context)
        yield from shots.copied

    def _write_list(self, found: Problems, folder: Path, context: dict[str, Any]) -> Iterator[Path]:
        issues = found.issues
        pages = range(0, len(issues), LIST_ROWS)
        for number, start in enumerate(pages, start=1):
            part = {"part": issues[start : start + LIST_ROWS], "number": number}
            target = folder / list_name(number)
            yield render(self._list, target, {**context, **part, "numbers": len(pages)})

    def _context(self, site: SiteResult, found: Problems, shots: Shots) -> dict[str, Any]:
        result, texts = self._result, self._texts
        order = {issue.id: place for place, issue in enumerate(found.issues)}
        numbers = {issue.id: issue.number for issue in site.issues}
        shown = found.shown_ids

        def href(issue_id: str) -> str:
            if issue_id in shown:
                return f"#issue-{numbers[issue_id]}"
            return f"{list_name(order[issue_id] // LIST_ROWS + 1)}#issue-{numbers[issue_id]}"

        def say(item: Issue | Finding, check_id: str) -> Markup:
            return said(result.checks.get(check_id), item.message, texts.lang)

        def title(check_id: str) -> str:
            info = result.checks.get(check_id)
            return info.title.of(texts.lang) if info else check_id

        return {
            "run": result,
            "site": site.site,
            "state": site,
            "verdict": Verdict(site.verdict),
            "counts": issue_counts(site),
            "problems": found,
            "full_places": FULL_PLACES,
            "scores": scores(site, result, texts.lang),
            "columns": sorted(site.columns, key=_column_rank),
            "tallies": sorted(site.tallies, key=lambda tally: tally.check_id),
            "outcomes": list(Outcome),
            "axe_rules": by_rule(site.axe, texts.lang) if site.axe else (),
            "axe_open": by_rule(site.axe, texts.lang, incomplete=True) if site.axe else (),
            "numbers_of": numbers,
            "href": href,
            "say": say,
            "title_of": title,
            "not_made": lambda check_id, finding: untested_sentence(
                result.checks.get(check_id), finding, texts
            ),
            "values": self._values,
            "age": lambda value: days_since(value, result),
            "rank_of": expected_rank,
            "shot": shots.find,
        }

    def _values(self, message: Message) -> list[tuple[str, Markup]]:
        """Measured values and thresholds with their labels."""
        return [
            (self._texts.word("param", key), page_text(_shown(value)))
            for key, value in message.params.items()
        ]


def _archived(folder: Path) -> Callable[[str], str]:
    """Where a page in `folder` finds an archive of the evidence folder; "" when it is not there."""

    def href(name: str) -> str:
        try:
            there = name == safe_name(name) and (folder / _EVIDENCE / name).is_file()
        except (OSError, UnsafeNameError):
            there = False
        return f"{_EVIDENCE}/{name}" if there else ""

    return href


def _shown(value: str | int | float) -> str:
    return clip(f"{value:.4g}" if isinstance(value, float) else str(value), 200)


def list_name(number: int) -> str:
    """File name of a page of the full issue list."""
    return f"issues-{number}.html"


def expected_rank(query: SearchQuery) -> int:
    """Rank of the page that the query should find; 0 when it is not among the results."""
    ranks = (item.rank for item in query.results if item.url == query.expected_url)
    return next(ranks, 0) if query.expected_url else 0


def _column_rank(column: Column) -> tuple[int, str]:
    return (_COLUMN_ORDER[column.state], column.path or column.name)


def render(template: Template, target: Path, context: dict[str, Any]) -> Path:
    """Stream a page to its file, piece by piece."""
    with replacing(target) as stream:
        for piece in template.generate(context):
            stream.write(piece.encode("utf-8", "replace"))
    return target
