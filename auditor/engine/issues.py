"""Findings to issues: what one repair mends is one issue, however many pages show it."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field

from auditor.model.check import Check
from auditor.model.finding import EvidenceRef, Finding, Issue, Message, Outcome, Subject
from auditor.model.finding import SubjectKind as Kind
from auditor.model.page import PageFacts
from auditor.model.result import CheckTally
from auditor.model.site import Site

#: Places kept per issue; the count goes on.
MAX_PLACES = 20
#: Issues kept per check and site; the tally goes on.
MAX_ISSUES = 2_000
_ID_BYTES = 12
#: Outcomes that are counted and no more: nearly all.
_SILENT = frozenset((Outcome.PASSED, Outcome.INAPPLICABLE))


@dataclass(slots=True)
class _Group:
    """Findings with one cause. `rank` is the place of the one that speaks for all."""

    rank: tuple[int, str]
    message: Message
    subject: Subject
    caused: bool
    count: int = 0
    places: list[tuple[int, str, EvidenceRef]] = field(default_factory=list)


@dataclass(slots=True)
class _Counts:
    outcomes: dict[Outcome, int] = field(default_factory=dict)
    untested: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class CheckPart:
    """All that one check said of a site: counts, the first untested finding of each reason, and
    the groups by outcome, message key and place."""

    counts: _Counts
    untested: list[tuple[str, Finding]]
    groups: list[tuple[tuple[Outcome, str, str], _Group]]


class IssueBook:
    """Collects the findings of one site. Only failed and cant-tell findings become issues; all
    are counted. The order of the pages makes no difference."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._groups: dict[tuple[str, Outcome, str, str], _Group] = {}
        self._per_check: Counter[str] = Counter()
        self._tallies: dict[str, _Counts] = {}
        self._untested: dict[tuple[str, str], Finding] = {}

    def add(self, check: Check, finding: Finding, page: PageFacts | None = None) -> None:
        """Count a finding and file it under its cause."""
        counts = self._tallies.get(check.id)
        if counts is None:
            counts = self._tallies[check.id] = _Counts()
        outcome = finding.outcome
        counts.outcomes[outcome] = counts.outcomes.get(outcome, 0) + 1
        if outcome in _SILENT:
            return
        if outcome is Outcome.UNTESTED:
            reason = str(finding.message.params.get("reason", finding.message.key))
            counts.untested[reason] = counts.untested.get(reason, 0) + 1
            self._untested.setdefault((check.id, reason), finding)
        else:
            self._file(check, finding, page)

    def _file(self, check: Check, finding: Finding, page: PageFacts | None) -> None:
        subject = finding.subject or _default_subject(self._site, page)
        locator = finding.evidence[0].locator if finding.evidence else ""
        place = f"={finding.cause}" if finding.cause else f"{subject.kind}:{subject.name}|{locator}"
        key = (check.id, finding.outcome, finding.message.key, place)
        rank = (page.depth, page.url) if page else (0, "")
        group = self._groups.get(key)
        if group is None:
            if self._per_check[check.id] >= MAX_ISSUES:
                return
            self._per_check[check.id] += 1
            group = _Group(rank, finding.message, subject, caused=bool(finding.cause))
            self._groups[key] = group
        elif rank < group.rank:
            group.rank, group.message, group.subject = rank, finding.message, subject
        group.count += finding.places
        _keep(group, finding, page)

    def part(self, check_id: str) -> CheckPart:
        """What a check said so far."""
        groups = [(key[1:], group) for key, group in self._groups.items() if key[0] == check_id]
        for _, group in groups:
            group.places = _nearest(group.places)
        return CheckPart(
            self._tallies.get(check_id, _Counts()),
            [(key[1], finding) for key, finding in self._untested.items() if key[0] == check_id],
            groups,
        )

    def put(self, check_id: str, part: CheckPart) -> None:
        """Take over what a check said of the same pages at another time."""
        if part.counts.outcomes:
            self._tallies[check_id] = part.counts
        self._untested |= {(check_id, reason): finding for reason, finding in part.untested}
        self._groups |= {(check_id, *key): group for key, group in part.groups}
        self._per_check[check_id] = len(part.groups)

    def issues(self) -> tuple[Issue, ...]:
        """The issues, sorted by check, message and place, and numbered from 1."""
        ordered = sorted(self._groups.items(), key=lambda item: (item[0][0], item[0][1:]))
        return tuple(
            self._issue(number, key, group) for number, (key, group) in enumerate(ordered, 1)
        )

    def _issue(self, number: int, key: tuple[str, Outcome, str, str], group: _Group) -> Issue:
        check_id, outcome, message_key, place = key
        identity = "\0".join((check_id, self._site.id, outcome, message_key, place))
        shared = group.caused and group.count > 1 and group.subject.kind is Kind.PAGE
        return Issue(
            id=hashlib.sha256(identity.encode("utf-8", "replace")).hexdigest()[: 2 * _ID_BYTES],
            number=number,
            check_id=check_id,
            outcome=outcome,
            message=group.message,
            subject=Subject(Kind.SITE, self._site.id) if shared else group.subject,
            count=group.count,
            evidence=tuple(ref for _, _, ref in _nearest(group.places)),
        )

    def tallies(self) -> tuple[CheckTally, ...]:
        """How often each check said what."""
        return tuple(
            CheckTally(
                check_id,
                dict(sorted(counts.outcomes.items())),
                dict(sorted(counts.untested.items())),
            )
            for check_id, counts in sorted(self._tallies.items())
        )

    def untested(self) -> tuple[tuple[str, Finding], ...]:
        """One finding for each check and reason that something was not tested."""
        return tuple((key[0], finding) for key, finding in sorted(self._untested.items()))


def _default_subject(site: Site, page: PageFacts | None) -> Subject:
    if page is None:
        return Subject(Kind.SITE, site.id)
    return Subject(Kind.PAGE, page.final_url or page.url)


def _keep(group: _Group, finding: Finding, page: PageFacts | None) -> None:
    """Keep the places nearest to the home page, so that a fault of a template is shown on the
    pages that a person opens first."""
    depth = page.depth if page else 0
    for ref in finding.evidence[:MAX_PLACES]:
        group.places.append((depth, ref.url, ref))
    # Trimmed now and then, so that a fault on every page is not sorted on every page.
    if len(group.places) > 4 * MAX_PLACES:
        group.places = _nearest(group.places)


def _nearest(places: list[tuple[int, str, EvidenceRef]]) -> list[tuple[int, str, EvidenceRef]]:
    return sorted(places, key=lambda place: place[:2])[:MAX_PLACES]
