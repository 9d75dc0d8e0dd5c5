"""The judge: stored pages and artifacts in, issues out. A pure function, so that judging a
stored run again gives the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

import structlog

from auditor.derive.folds import Fold
from auditor.engine.carry import Carrier
from auditor.engine.issues import CheckPart, IssueBook
from auditor.engine.needs import Given, needs_of, supply
from auditor.engine.params import thresholds
from auditor.engine.timeless import timeless, with_moments
from auditor.model.artifact import BrokenLinks, Columns, HomeFetch, Missed
from auditor.model.check import Check, Scope
from auditor.model.finding import Finding, Message, Outcome, Reason
from auditor.model.page import PageFacts
from auditor.model.site import Site
from auditor.store.rows import Judgement

_LOG = structlog.get_logger(__name__)
#: Findings taken from one call of a check; a page with 200,000 bad links must not fill the disk.
MAX_FINDINGS_PER_CALL = 500
#: Stands for the page while the rest of a check's needs is supplied.
_ANY_PAGE = object()


def judge(
    *,
    checks: Sequence[Check],
    folds: Sequence[type[Fold]],
    site: Site,
    given: Given,
    pages: Iterable[PageFacts],
    params: Mapping[str, Mapping[str, object]] | None = None,
    carrier: Carrier | None = None,
) -> Judgement:
    """Judge one site. `pages` come in URL order; `given` holds `Site`, `RunContext` and the
    gathered artifacts; `params` overrides thresholds by check id. With a `carrier`, results of an
    earlier audit are taken over where all that they depend on is the same."""
    book = IssueBook(site)
    calls = [_Call(check, (params or {}).get(check.id, {})) for check in checks]
    page_calls = [call for call in calls if call.check.scope is Scope.PAGE]
    seen = timeless(given)
    waiting = [call for call in page_calls if not call.carried(book, carrier, seen)]

    ready: list[tuple[Check, Callable[[PageFacts], list[Finding]]]] = []

    def look(page: PageFacts, given_here: Given) -> None:
        if not ready:
            ready.extend((call.check, call.for_pages(given_here)) for call in waiting)
        for check, findings in ready:
            for finding in findings(page):
                book.add(check, finding, page)

    found = run_folds(folds, seen, pages, look if waiting else None, carrier)
    products = {PageFacts, *(fold.produces for fold in folds)}
    derived = {**given, **{type_: found[type_] for type_ in products if type_ in found}}
    if BrokenLinks in derived:
        derived[BrokenLinks] = with_moments(derived[BrokenLinks], given)
    if PageFacts in derived:
        for call in page_calls:
            book.add(call.check, _untested(_why_no_pages(given)))
    elif carrier is not None:
        for call in waiting:
            call.noted(book, carrier, seen)
    for call in calls:
        if call.check.scope is Scope.SITE:
            for finding in call.findings(derived):
                book.add(call.check, finding)
    columns = derived.get(Columns)
    return Judgement(
        issues=book.issues(),
        tallies=book.tallies(),
        untested=book.untested(),
        columns=columns.columns if isinstance(columns, Columns) else (),
    )


def run_folds(
    folds: Sequence[type[Fold]],
    given: dict[type, object],
    pages: Iterable[PageFacts],
    look: Callable[[PageFacts, Given], None] | None = None,
    carrier: Carrier | None = None,
) -> dict[type, object]:
    """Add what the folds derive from the pages to `given`. Without a single page nothing is
    derived: their products are missed, and so is `PageFacts`, which marks the case. The pages are
    not read when nobody has to see them."""
    running: list[_Folding] = []
    for fold in folds:
        arguments = supply(needs_of(fold), given)
        if isinstance(arguments, Missed):
            given[fold.produces] = arguments
            continue
        key = carrier.key(fold.produces.__name__, arguments) if carrier else ""
        known = carrier.take(fold.produces.__name__, key, fold.produces) if carrier else None
        if known is None:
            running.append(_Folding(fold, arguments, key))
        else:
            given[fold.produces] = known
    seen = not running and look is None
    for page in pages if not seen else ():
        seen = True
        for each in running:
            each.add(page)
        if look is not None:
            look(page, given)
    if not seen:
        given[PageFacts] = _why_no_pages(given)
    for each in running:
        value = given[each.produces] = each.result() if seen else given[PageFacts]
        if carrier is not None and not isinstance(value, Missed):
            carrier.note(each.produces.__name__, each.key, value)
    return given


class _Folding:
    """A fold at work. An exception costs its product alone."""

    def __init__(self, fold: type[Fold], arguments: Mapping[str, object], key: str = "") -> None:
        self.produces = fold.produces
        self.key = key
        self._fold: Fold | None = None
        self._missed = Missed(Reason.CRASHED)
        with self._guarded():
            self._fold = fold(**arguments)

    def add(self, page: PageFacts) -> None:
        """Show it a page."""
        if self._fold is not None:
            try:
                self._fold.add(page)
            except Exception as error:  # a page that breaks a derivation must not end the judging
                self._crash(error)

    def result(self) -> object:
        """What it made of the pages, or the `Missed` in its place."""
        if self._fold is not None:
            with self._guarded():
                return self._fold.result()
        return self._missed

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            self._crash(error)

    def _crash(self, error: Exception) -> None:
        _LOG.exception("derivation_crashed", artifact=self.produces.__name__)
        self._fold, self._missed = None, Missed(Reason.CRASHED, type(error).__name__)


def _why_no_pages(given: Given) -> Missed:
    """Why there is no page to judge: as the home page's last attempt says."""
    home = given.get(HomeFetch)
    if isinstance(home, HomeFetch):
        if home.last.reason is not None:
            return Missed(home.last.reason, home.last.detail)
        if home.last.status >= 400:
            return Missed(Reason.HTTP_ERROR, f"HTTP {home.last.status}")
    return Missed(Reason.NOT_GATHERED, "PageFacts")


class _Call:
    """A check with its thresholds, ready to be called."""

    def __init__(self, check: Check, overrides: Mapping[str, object]) -> None:
        self.check = check
        self._extra: dict[str, Any] = {}
        if check.params is not None:
            self._extra[check.params_name] = thresholds(check, overrides)
        self._crashed = False

    def findings(self, given: Given) -> list[Finding]:
        """The check's findings, or why it was not tested. An exception costs this check alone."""
        arguments = supply(self.check.needs, given)
        return [_untested(arguments)] if isinstance(arguments, Missed) else self._call(arguments)

    def carried(self, book: IssueBook, carrier: Carrier | None, given: Given) -> bool:
        """True when what the check says of all pages is known from an earlier audit."""
        if carrier is None:
            return False
        part = carrier.take(self.check.id, self._key(carrier, given), CheckPart)
        if part is not None:
            book.put(self.check.id, part)
        return part is not None

    def noted(self, book: IssueBook, carrier: Carrier, given: Given) -> None:
        """Keep what the check said of all pages; a crash is to be seen again."""
        if not self._crashed:
            key = self._key(carrier, given)
            carrier.note(self.check.id, key, book.part(self.check.id))

    def _key(self, carrier: Carrier, given: Given) -> str:
        needs = [given.get(type_) for type_ in self.check.needs.values()]
        return carrier.key(self.check.id, self.check.version, self._extra, needs)

    def for_pages(self, given: Given) -> Callable[[PageFacts], list[Finding]]:
        """The same for a check of scope `page`, with all but the page handed over once."""
        arguments = supply(self.check.needs, {**given, PageFacts: _ANY_PAGE})
        if isinstance(arguments, Missed):
            untested = [_untested(arguments)]
            return lambda page: untested
        names = [name for name, value in arguments.items() if value is _ANY_PAGE]

        def findings(page: PageFacts) -> list[Finding]:
            for name in names:
                arguments[name] = page
            return self._call(arguments)

        return findings

    def _call(self, arguments: Mapping[str, object]) -> list[Finding]:
        try:
            found = self.check.function(**arguments, **self._extra)
            return list(islice(found, MAX_FINDINGS_PER_CALL))
        except Exception as error:  # a faulty check must not end the audit of a site
            if not self._crashed:  # once is enough: the same fault may wait on every page
                _LOG.exception("check_crashed", check=self.check.id)
            self._crashed = True
            return [_untested(Missed(Reason.CRASHED, type(error).__name__))]


def _untested(missed: Missed) -> Finding:
    params = {"reason": missed.reason.value, "detail": missed.detail}
    return Finding(Outcome.UNTESTED, Message("untested", params))
