"""Judges a server's log: was every rule of politeness kept? Knows nothing of the auditor's code.

A log is what the servers of a test saw, in any order; times are of one clock, in seconds.
`violations(log, rules)` names every breach; an empty list is the proof.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from operator import attrgetter
from urllib.parse import urlsplit

from protego import Protego


@dataclass(frozen=True)
class Visit:
    """One request as a server saw it. `address` is the server's own; `status` 0 when nothing was
    answered; `part` marks what a browser loads for a page, which keeps limits but no delay."""

    host: str
    address: str
    path: str
    started: float
    ended: float
    method: str = "GET"
    agent: str = ""
    status: int = 200
    retry_after_s: float | None = None
    part: bool = False


@dataclass(frozen=True)
class Rules:
    """What was promised. `robots` maps hosts to their robots.txt. `slack_s` is what the way from
    the grant of a turn to the server's clock may differ between two requests; it is allowed once,
    not for each request. `insisted` are paths that are asked for although a host is silent."""

    delay_s: float
    per_host: int
    per_ip: int
    adaptive_factor: float = 1.5
    easy_s: float = 0.25
    max_adaptive_s: float = 10.0
    max_crawl_delay_s: float = 30.0
    max_retry_after_s: float = 120.0
    breaker_failures: int = 8
    breaker_s: float = 60.0
    agent: str = "govsite-auditor"
    robots: Mapping[str, str] = field(default_factory=dict)
    insisted: frozenset[str] = frozenset({"/"})
    slack_s: float = 0.1


@dataclass(frozen=True)
class Violation:
    """A breach: which rule, by which request, and what was seen."""

    rule: str
    visit: Visit
    seen: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.visit.host}{self.visit.path}: {self.seen}"


def violations(log: Iterable[Visit], rules: Rules) -> list[Violation]:
    """Every breach of the rules in the log, in no particular order."""
    visits = sorted(log, key=attrgetter("started"))
    return [
        *_manners(visits, rules),
        *_crowding(visits, "host", rules.per_host),
        *_crowding(visits, "address", rules.per_ip),
        *_haste(visits, "address", rules.delay_s * min(1.0, rules.per_host / rules.per_ip), rules),
        *(breach for host in _by_host(visits) for breach in _host_rules(host, rules)),
    ]


def _by_host(visits: Sequence[Visit]) -> Iterator[list[Visit]]:
    ordered = sorted(visits, key=attrgetter("host", "started"))
    for _, group in groupby(ordered, key=attrgetter("host")):
        yield list(group)


def _manners(visits: Sequence[Visit], rules: Rules) -> Iterator[Violation]:
    for visit in visits:
        if visit.method not in {"GET", "HEAD"}:
            yield Violation("method", visit, visit.method)
        if not visit.agent.startswith(rules.agent):
            yield Violation("user-agent", visit, visit.agent)


def _crowding(visits: Sequence[Visit], key: str, most: int) -> Iterator[Violation]:
    """More requests in flight than the limit of a host or an address."""
    flying: defaultdict[str, list[Visit]] = defaultdict(list)
    for visit in visits:
        name = getattr(visit, key)
        flying[name] = [other for other in flying[name] if other.ended > visit.started]
        flying[name].append(visit)
        if len(flying[name]) > most:
            yield Violation(f"in-flight per {key}", visit, f"{len(flying[name])} > {most}")


def _haste(
    visits: Sequence[Visit], key: str, delay_s: float, rules: Rules, rule: str = "delay"
) -> Iterator[Violation]:
    """Starts that come before their time. Being early by less than the slack is jitter; what one
    request was early, the next ones may not be again."""
    due: dict[str, float] = {}
    for visit in visits:
        if visit.part:
            continue
        name = getattr(visit, key)
        early = due.get(name, visit.started) - visit.started
        if early > rules.slack_s:
            seen = f"{early:.3f} s too early for {delay_s} s"
            yield Violation(f"{rule} per {key}", visit, seen)
        due[name] = max(due.get(name, visit.started), visit.started) + delay_s


def _host_rules(visits: list[Visit], rules: Rules) -> Iterator[Violation]:
    """The rules that hold for one host, whose visits these are."""
    yield from _haste(visits, "host", rules.delay_s, rules)
    yield from _patience(visits, rules)
    yield from _retry_after(visits, rules)
    yield from _breaker(visits, rules)
    text = rules.robots.get(visits[0].host)
    if text is not None:
        yield from _robots(visits, Protego.parse(text), rules)


def _patience(visits: Sequence[Visit], rules: Rules) -> Iterator[Violation]:
    """A slow host is spared: at least so many times what its quickest answer so far took beyond
    the easy time."""
    paced = [visit for visit in visits if not visit.part]
    for before, visit in pairwise(paced):
        answered = [item.ended - item.started for item in paced if item.ended < visit.started]
        if len(answered) < 2:
            continue
        wanted = (min(answered) - rules.easy_s) * rules.adaptive_factor
        wanted = min(wanted, rules.max_adaptive_s)
        gap = visit.started - before.started
        if gap < wanted - rules.slack_s:
            yield Violation("adaptive delay", visit, f"{gap:.3f} s < {wanted:.3f} s")


def _retry_after(visits: Sequence[Visit], rules: Rules) -> Iterator[Violation]:
    for refusal in visits:
        if refusal.retry_after_s is None:
            continue
        pause = min(refusal.retry_after_s, rules.max_retry_after_s)
        for visit in visits:
            waited = visit.started - refusal.ended
            if rules.slack_s < waited < pause - rules.slack_s:  # sooner: already on its way
                yield Violation("Retry-After", visit, f"{waited:.3f} s < {pause} s")


def _breaker(visits: Sequence[Visit], rules: Rules) -> Iterator[Violation]:
    """A host that answers nothing any more is left alone for a while."""
    failed, silent_since = 0, 0.0
    for visit in sorted(visits, key=attrgetter("ended")):
        waited = visit.started - silent_since
        open_ = failed >= rules.breaker_failures and 0 < waited < rules.breaker_s - rules.slack_s
        if open_ and visit.path not in rules.insisted:
            yield Violation("breaker", visit, f"after {failed} failures, {waited:.3f} s")
        failed = 0 if visit.status else failed + 1
        if not visit.status:
            silent_since = visit.ended


def _robots(visits: list[Visit], parsed: Protego, rules: Rules) -> Iterator[Violation]:
    """Disallowed paths and the Crawl-delay, from the moment when robots.txt had been read."""
    read = [item.ended for item in visits if urlsplit(item.path).path == "/robots.txt"]
    if not read:
        return
    later = [item for item in visits if item.started >= min(read)]
    for visit in later:
        if visit.part or visit.path == "/robots.txt":
            continue  # a page is shown as visitors see it
        if not parsed.can_fetch(visit.path, rules.agent):
            yield Violation("robots.txt", visit, "disallowed")
    asked = parsed.crawl_delay(rules.agent)
    if asked is not None:
        delay_s = min(float(asked), rules.max_crawl_delay_s)
        yield from _haste(later, "host", delay_s, rules, "Crawl-delay")
