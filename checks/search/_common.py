"""What the search checks share: ranks of known items, and cautious statements about shares."""

from __future__ import annotations

import re
from math import sqrt

from auditor.api import (
    EvidenceRef,
    Finding,
    Outcome,
    Reason,
    SearchProbe,
    SearchQuery,
    Subject,
    SubjectKind,
    Text,
    msg,
)

#: 95 % of a normal distribution lie within so many standard deviations.
_Z = 1.96
_NOT_WORD = re.compile(r"[\W_]+")
_SHORTENED = re.compile(r"(?:\.{2,}|…+)$")
_INDEX_FILE = re.compile(r"(?:index|default)\.\w{2,5}$")
_QUERY_CHARS = 60

#: Text of the `no-form` message, for the tables of the checks that use it.
NO_FORM = Text(
    zh="没有找到站内搜索，本项不适用（见“站内搜索可用”）。",
    en="No site search was found, so this does not apply (see the check on the search itself).",
)


def no_form() -> Finding:
    """The finding of a check that has no subject without a search form."""
    return Finding(Outcome.INAPPLICABLE, msg("no-form"))


def untested(reason: Reason, detail: str = "") -> Finding:
    """A finding that says why something was not tested."""
    return Finding(Outcome.UNTESTED, msg("untested", reason=reason.value, detail=detail))


def query_subject(query: SearchQuery) -> Subject:
    """A query as the subject of a finding."""
    return Subject(SubjectKind.QUERY, query.text[:_QUERY_CHARS] or "(空)")


def query_evidence(query: SearchQuery, seen: str = "") -> EvidenceRef:
    """Cite a query: its address, and what was typed, expected and seen."""
    parts = [f"“{query.text[:_QUERY_CHARS]}”", f"HTTP {query.status}", seen or query.no_result_text]
    if query.expected_url:
        parts.append(f"→ {query.expected_url}")
    return EvidenceRef(
        url=query.url,
        captured_at=query.captured_at,
        sha256=query.sha256,
        excerpt=" ".join(part for part in parts if part)[:300],
    )


def rank_of(query: SearchQuery) -> int | None:
    """The rank at which a query's expected page stands, by address or else by title; None when
    it is not among the results."""
    wanted, title = _plain_url(query.expected_url), _plain(query.expected_title)
    for result in query.results:
        _, found, rest = _plain_url(result.url).partition(wanted or "\0")
        # A link through a counter holds the address; a longer path is another page.
        if found and (not rest or rest[0] in "?&#"):
            return result.rank
        shown = _plain(result.title)
        cut = _SHORTENED.search(result.title.strip()) is not None and len(shown) >= 8
        if title and (shown == title or (cut and title.startswith(shown))):
            return result.rank
    return None


def judged_known_items(probe: SearchProbe) -> list[tuple[SearchQuery, int | None]]:
    """The known-item queries whose result could be read, with the rank found (None: not found).

    A page without a recognised list counts only when it says that nothing was found, or when the
    list was recognised on other pages and the search looks like this when it finds nothing: a
    page that asks for patience is no miss.
    """
    judged: list[tuple[SearchQuery, int | None]] = []
    for query in probe.of_kind("known-item"):
        if not answered_well(query):
            continue
        if query.unrecognised:
            continue
        if query.results or query.no_result_text or probe.template_found:
            judged.append((query, rank_of(query)))
    return judged


def answered_well(query: SearchQuery) -> bool:
    """True when a page came back that is no error page."""
    return query.reason is None and 200 <= query.status < 400


def why_unread(probe: SearchProbe) -> Finding:
    """Why no result list could be read."""
    if probe.rendered_by_script:
        return untested(Reason.NO_BROWSER, "the results are written by script")
    reasons = [query.reason for query in probe.queries if query.reason is not None]
    if reasons:
        return untested(reasons[0])
    if any(query.status >= 400 for query in probe.queries):
        return untested(Reason.HTTP_ERROR, "the search answers with errors")
    return untested(Reason.NOT_GATHERED, "no result list was recognised")


def wilson(hits: int, total: int) -> tuple[float, float]:
    """The 95 % interval of a share (E. B. Wilson 1927), sound for small numbers too."""
    if not total:
        return 0.0, 1.0
    share = hits / total
    scale = 1 + _Z * _Z / total
    middle = (share + _Z * _Z / (2 * total)) / scale
    spread = _Z * sqrt(share * (1 - share) / total + _Z * _Z / (4 * total * total)) / scale
    return max(middle - spread, 0.0), min(middle + spread, 1.0)


def judge_share(hits: int, total: int, line: float) -> Outcome:
    """FAILED only when even the upper bound of the interval misses the line; below the line but
    within the interval a person must judge."""
    if hits >= line * total:
        return Outcome.PASSED
    return Outcome.FAILED if wilson(hits, total)[1] < line else Outcome.CANT_TELL


def _plain(text: str) -> str:
    return _NOT_WORD.sub("", text).lower()


def _plain_url(url: str) -> str:
    rest = url.partition("#")[0].partition("://")[2] or url
    return _INDEX_FILE.sub("", rest).rstrip("/").lower()
