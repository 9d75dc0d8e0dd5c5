"""The site search, tried as a visitor would: known titles, nonsense, and a few odd queries.

Only GET and HEAD are sent. A search that answers to POST alone is left to a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from auditor.derive.known_items import MIN_AGE_DAYS, WANTED, KnownItem
from auditor.gather.fetch import Fetched
from auditor.gather.probes import _search_words as words
from auditor.gather.probes._page import facts_of
from auditor.gather.probes._search_form import (
    MAX_CANDIDATES,
    Candidate,
    candidates,
    entry_links,
    has_script_box,
    host_of,
    query_url,
)
from auditor.gather.probes._search_results import (
    brings_markup,
    controls,
    learn_place,
    no_result_text,
    results_at,
)
from auditor.gather.probes._similarity import similarity
from auditor.gather.tools import Tools
from auditor.gather.verdicts import verdict_of
from auditor.model.artifact import (
    FetchRecord,
    HomePage,
    Missed,
    SearchProbe,
    SearchQuery,
)
from auditor.model.finding import Reason
from auditor.model.page import PageFacts
from auditor.model.site import SHANGHAI, Site

#: Letters that no language puts together, so that not even a lenient index finds them.
NONSENSE = "zqxjvwkpqz"
#: A made-up element. It can do nothing; this is no search for weaknesses.
_TAG = "xq7k"
_LONG_CHARS = 200
#: Queries in a row without a proper answer after which the search is left alone.
_PATIENCE = 3
#: Result addresses that are opened to see whether they work.
MAX_RESULTS_OPENED = 10
_APART_S = 10.0
#: A page with a captcha and less text than this is a gate, not a result page.
_GATE_CHARS = 500
_BODY_LIMIT = 64 * 1024
#: Two answers without results are the same page from here on.
_ALIKE = 0.85
#: A search page of which only a part came: the form may stand in the rest.
_UNREAD = frozenset({Reason.TRUNCATED, Reason.TOO_LARGE})


@dataclass(frozen=True, slots=True)
class SearchLimits:
    """How many queries one site is asked, and the seconds between two of them."""

    max_queries: int = 60
    delay_s: float = 1.0
    known_items: int = WANTED


@dataclass(frozen=True, slots=True)
class _Answer:
    """A query with the page that came back (None when none did)."""

    query: SearchQuery
    page: PageFacts | None
    scripted: bool = False
    item: KnownItem | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    """Candidates, the pages that were looked at, and the search page if one was needed."""

    candidates: list[Candidate]
    looked_at: tuple[str, ...]
    entry: str = ""
    by_script: bool = False
    missed: Missed | None = None


@dataclass(slots=True)
class _Session:
    """One search form under test."""

    tools: Tools
    candidate: Candidate
    limits: SearchLimits
    sent: int = 0
    silent: int = 0
    answers: list[_Answer] = field(default_factory=list)
    stopped: bool = False

    async def ask(self, kind: str, text: str, item: KnownItem | None = None) -> _Answer | None:
        """Send one query; None when the budget is spent or the search has stopped answering."""
        if self.stopped or self.sent >= self.limits.max_queries:
            return None
        if self.sent:
            await self.tools.sleep(self.limits.delay_s)
        self.sent += 1
        url = query_url(self.candidate, text)
        answer = _answer(kind, text, url, await self.tools.fetcher.fetch(url), item)
        self.answers.append(answer)
        self.silent = 0 if _good(answer) else self.silent + 1
        if self.silent >= _PATIENCE or answer.query.reason is Reason.CAPTCHA:
            self.stopped = True
        return answer

    def of_kind(self, kind: str) -> list[_Answer]:
        return [answer for answer in self.answers if answer.query.kind == kind]


async def probe_search(
    tools: Tools,
    site: Site,
    home: HomePage,
    known_items: Sequence[KnownItem] = (),
    limits: SearchLimits | None = None,
) -> SearchProbe | Missed:
    """Find the search form, query it, and say what came back.

    Without a form the probe says where it looked. `Missed`: protection or a captcha stood in the
    way, a search page that the home page links to could not be read, or the form takes POST only.
    """
    limits = limits or SearchLimits()
    items = list(known_items) or _home_items(tools, site, home.facts)
    found = await _find(tools, home.facts)
    if not found.candidates and home.facts.script_shell:
        return Missed(Reason.NO_BROWSER, "the home page is written by script")
    if not found.candidates and found.missed is not None and not found.by_script:
        return found.missed
    if not found.candidates:
        return SearchProbe(None, found.looked_at, rendered_by_script=found.by_script)
    session = await _choose(tools, home.facts, found.candidates, items, limits)
    refused = _refusal(session, home.facts)
    if refused is not None:
        return refused
    if _is_inert(session, home.facts):
        return SearchProbe(None, found.looked_at, rendered_by_script=True, entry=found.entry)
    await _question(session, items[1:])
    return await _report(session, site, home.facts, found)


async def _find(tools: Tools, home: PageFacts) -> _Found:
    """Candidates on the home page, else on the search pages that it links to."""
    looked_at = [home.final_url or home.url]
    by_script = has_script_box(home)
    found = candidates(home)
    missed = None
    for url in entry_links(home) if not found else []:
        looked_at.append(url)
        fetched = await tools.fetcher.fetch(url)
        verdict = verdict_of(fetched.record)
        if verdict not in {"ok", "certain"} or fetched.record.reason in _UNREAD:
            missed = Missed(fetched.record.reason or Reason.HTTP_ERROR, url)
        if verdict != "ok" or fetched.record.reason is not None:
            continue
        page = facts_of(fetched)
        by_script = by_script or page.script_shell or has_script_box(page)
        found = candidates(page)
        if found:
            return _Found(found[:MAX_CANDIDATES], tuple(looked_at), url)
    return _Found(found[:MAX_CANDIDATES], tuple(looked_at), by_script=by_script, missed=missed)


async def _choose(
    tools: Tools,
    home: PageFacts,
    found: Sequence[Candidate],
    items: Sequence[KnownItem],
    limits: SearchLimits,
) -> _Session:
    """The first candidate that brings forth results, else the first that answers at all."""
    tried: list[_Session] = []
    for candidate in found:
        session = _Session(tools, candidate, limits, sent=sum(each.sent for each in tried))
        tried.append(session)
        await session.ask("nonsense", NONSENSE)
        if items:
            await session.ask("known-item", items[0].title, items[0])
        if _place(session, home):
            return session
    working = [each for each in tried if any(_good(answer) for answer in each.answers)]
    return (working or tried)[0]


async def _question(session: _Session, items: Sequence[KnownItem]) -> None:
    """The rest of the protocol. Markup goes last: protection may take offence at it."""
    reserve = 4
    room = session.limits.max_queries - session.sent - reserve
    for item in items[: max(min(session.limits.known_items - 1, room), 0)]:
        await session.ask("known-item", item.title, item)
    first = next((answer.item for answer in session.of_kind("known-item")), None)
    await session.ask("blank", "")
    seed = first.title if first else "政务公开"
    await session.ask("long", (seed * _LONG_CHARS)[:_LONG_CHARS])
    if first is not None and (typo := _mistyped(first.title)):
        await session.ask("typo", typo, first)
    await session.ask("markup", f"<{_TAG}>")


def _answer(kind: str, text: str, url: str, fetched: Fetched, item: KnownItem | None) -> _Answer:
    record = fetched.record
    reason = record.reason or (Reason.BLOCKED if fetched.blocked_by else None)
    page = facts_of(fetched) if reason is None else None
    if page is not None and page.text_chars < _GATE_CHARS:
        if page.captcha:
            reason, page = Reason.CAPTCHA, None
        elif words.LIMIT.search(page.text.replace(text, "")):
            reason, page = Reason.RATE_LIMITED, None
    scripted = page is not None and (
        page.script_shell or words.SCRIPT_TEMPLATES.search(fetched.body) is not None
    )
    echo = (
        kind == "markup"
        and page is not None
        and brings_markup(fetched.body, _TAG, page.encoding.used)
    )
    query = SearchQuery(
        kind=kind,
        text=text,
        url=url,
        status=record.status,
        reason=reason,
        seconds=record.seconds,
        expected_url=item.url if item else "",
        expected_title=item.title if item else "",
        echo_unescaped=echo,
        captured_at=record.captured_at,
        sha256=record.sha256,
    )
    return _Answer(query, page, scripted, item)


def _place(session: _Session, home: PageFacts) -> str:
    known = [
        (answer.item, answer.page)
        for answer in session.of_kind("known-item")
        if answer.item is not None and answer.page is not None and answer.query.status < 400
    ]
    nonsense = next((answer.page for answer in session.of_kind("nonsense") if answer.page), None)
    return learn_place(known, nonsense, home, NONSENSE)


def _refusal(session: _Session, home: PageFacts) -> Missed | None:
    """Why nothing can be said about this search, if so."""
    reasons = [answer.query.reason for answer in session.answers]
    if reasons and all(reason is not None for reason in reasons):
        first = reasons[0] or Reason.NOT_GATHERED
        return Missed(first, f"{session.candidate.form.action}: {first.value}")
    if session.candidate.form.method.upper() == "POST" and not _place(session, home):
        return Missed(
            Reason.NOT_REQUESTED,
            f"the search form takes POST only: {session.candidate.form.action}",
        )
    return None


def _is_inert(session: _Session, home: PageFacts) -> bool:
    """True when every query brings the home page back: the form is a shell, and a script of the
    page does the searching."""
    pages = [answer.page for answer in session.answers if answer.page and _good(answer)]
    return bool(pages) and all(page.main_text_hash == home.main_text_hash for page in pages)


async def _report(session: _Session, site: Site, home: PageFacts, found: _Found) -> SearchProbe:
    place = _place(session, home)
    by_script = not place and any(answer.scripted for answer in session.answers)
    nothing = next((answer.page for answer in session.of_kind("nonsense")), None)
    queries = tuple(_read(answer, place, home, nothing, by_script) for answer in session.answers)
    facets, sorts = _controls(session, home)
    form = session.candidate.form
    host = host_of(form.action)
    return SearchProbe(
        form=form,
        looked_at=found.looked_at,
        rendered_by_script=by_script,
        entry=found.entry,
        off_site=host if host and host not in site.hosts else "",
        template_found=bool(place),
        queries=queries,
        facets=facets,
        sorts=sorts,
        result_statuses=await _open_results(session, queries),
    )


def _read(
    answer: _Answer, place: str, home: PageFacts, nothing: PageFacts | None, by_script: bool
) -> SearchQuery:
    """The query with its results, now that their place is known. `nothing` is what the search
    showed for a word that nobody uses."""
    query, page = answer.query, answer.page
    if page is None or query.status >= 400 or by_script:
        return query
    results = results_at(page, place) if place else ()
    empty = "" if results else no_result_text(page, home)
    odd = not results and not empty and not (nothing and _alike(page, nothing, query.text))
    return replace(query, results=results, no_result_text=empty, unrecognised=odd)


def _alike(page: PageFacts, nothing: PageFacts, text: str) -> bool:
    """True when two answers differ in little more than the words that were searched."""
    shown, empty = page.text.replace(text, ""), nothing.text.replace(NONSENSE, "")
    return similarity(shown, empty) >= _ALIKE


def _controls(session: _Session, home: PageFacts) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The controls of the first result page of a known query, or of any answer without one."""
    pages = [answer for answer in session.answers if answer.page and answer.query.status < 400]
    ranked = sorted(pages, key=lambda answer: answer.query.kind != "known-item")
    for answer in ranked[:1]:
        if answer.page is not None:
            return controls(answer.page, home)
    return (), ()


async def _open_results(
    session: _Session, queries: Sequence[SearchQuery]
) -> tuple[FetchRecord, ...]:
    """Open the first results; those that fail are opened once more, some time later."""
    urls = dict.fromkeys(
        result.url
        for query in queries
        if query.kind == "known-item"
        for result in query.results[:3]
    )
    records: dict[str, FetchRecord] = {}
    for url in list(urls)[:MAX_RESULTS_OPENED]:
        fetched = await session.tools.fetcher.fetch(url, attempts=1, body_limit=_BODY_LIMIT)
        records[url] = fetched.record
    bad = [url for url, record in records.items() if verdict_of(record) != "ok"]
    if bad:
        await session.tools.sleep(_APART_S)
    for url in bad:
        fetched = await session.tools.fetcher.fetch(url, attempts=1, body_limit=_BODY_LIMIT)
        records[url] = fetched.record
    return tuple(records.values())


def _home_items(tools: Tools, site: Site, home: PageFacts) -> list[KnownItem]:
    """Stand-ins when the crawl offered no known items: dated entries of the home page."""
    newest = tools.clock().astimezone(SHANGHAI).date() - timedelta(days=MIN_AGE_DAYS)
    chosen = {
        item.url: KnownItem(item.url, item.title, item.published_on)
        for item in home.items
        if item.published_on is not None
        and item.published_on <= newest
        and len(item.title) >= 6
        and host_of(item.url) in site.hosts
    }
    return list(chosen.values())[:WANTED]


def _mistyped(title: str) -> str:
    """The title with its first easily mistyped character replaced by a homophone, or ""."""
    for index, character in enumerate(title):
        if character in words.HOMOPHONES:
            return title[:index] + words.HOMOPHONES[character] + title[index + 1 :]
    return ""


def _good(answer: _Answer) -> bool:
    return answer.page is not None and answer.query.status < 400
