"""Crawl traps: URL patterns that never end, and links that do something.

A pattern is stopped when its pages have brought nothing new for a while (`derive.novelty`), not
when its URLs are many. What is stopped is deferred and named, never dropped: when nothing else is
left, a few of its URLs are tried, and where one brings something new, the pattern goes on.

Budgets per pattern and the second try of what is over budget are IRLbot's (Lee et al., WWW 2008);
the bounds of a URL alone are Heritrix's (path repetition 2, depth 20).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from auditor.derive.novelty import Novelty, Sieve, novelty
from auditor.gather.crawl.idle import IdleParameters
from auditor.gather.crawl.patterns import Patterns
from auditor.model.artifact import Trap
from auditor.model.page import Link, PageFacts
from auditor.store.rows import FrontierUrl

MAX_SEGMENTS = 20
MAX_REPETITIONS = 2
#: Points at which a pattern is stopped, from the finest to the host. A page without anything new
#: counts `SELF` points when a page of the same pattern led to it (as in a calendar), else one: a
#: list may well name 200 pages that say the same.
LIMITS = (300, 450, 1_200, 5_000)
SELF = 5
#: Pages in a chain whose words are known and whose numbers are not, by the number of parameters:
#: reports of a series are lawful, counters and tools without end are not. Paths have no such limit,
#: a parameter that counts days has the least, and a page to which another pattern led counts for
#: the pattern.
MAX_SERIES = {1: 5_000, 2: 1_000}
LEAST_SERIES = 300
_ENDLESS = re.compile(r"date|day|week|month|year|time|rand|^(?:_|t|d|m|y|ym|ymd|ts)$", re.I)
#: URLs of one pattern that are queued before others go first.
CROWD = 1_000
#: URLs of a stopped pattern that are tried when nothing else is left, and how often.
TRIES = 8
MAX_CHANCES = 3
#: Bounds of what is remembered: patterns, URLs per stopped pattern and in all.
_MAX_PATTERNS = 20_000
_MAX_KEPT = 1_000
_MAX_KEPT_IN_ALL = 20_000
#: Patterns listed in a summary.
MAX_LISTED = 100
#: GET must be safe (RFC 9110 section 9.2.1), but not every server keeps to it: an audit never
#: logs anybody out, deletes or votes.
_LEAVING = re.compile(r"(?:log|sign)-?(?:out|off)(?:\.\w+)?", re.I)
_DOING = re.compile(
    # A file of text about removing (remove_duplicates.html?lang=zh) names no object to remove.
    r"/[^/?]*(?:delete|remove|toupiao|vote)[^/?]*(?:(?<!\.html)(?<!\.htm)\?|\?(?:.*&)?\w*id=)"
    r"|[?&](?:action|act|do|method|op|cmd)=[^&]*(?:delete|remove|vote|log-?out)",
    re.I,
)
#: Rules: a link that does something; a pattern without news; a parameter that changes nothing.
ACTION = "action"
NOTHING_NEW = "nothing-new"
IDLE = "idle-parameter"
_WILD = re.compile(r"[#*…]")


def acts(url: str) -> bool:
    """True when fetching the URL may change something on the server."""
    head, question, _ = url.partition("?")
    if _LEAVING.search(head.rpartition("/")[2]):
        return True
    return bool(question) and _DOING.search(url) is not None


@dataclass(slots=True)
class _Stopped:
    """A pattern that was stopped. `deferred` counts its URLs that are not fetched, of which
    `kept` may be tried; `tries` are left of this stop, `open` when one brought something new."""

    rule: str
    open: bool = False
    deferred: int = 0
    example: str = ""
    kept: list[FrontierUrl] = field(default_factory=list)
    tries: int = TRIES
    chances: int = MAX_CHANCES


class TrapWatch:
    """Decides which URLs are deferred, by which rule, and which of them are tried again."""

    def __init__(self) -> None:
        self._patterns = Patterns()
        self._sieve = Sieve()
        self._idle = IdleParameters()
        self._points: dict[str, float] = {}
        self._queued: Counter[str] = Counter()
        self._stopped: dict[str, _Stopped] = {}
        self._trying: dict[str, str] = {}
        self._kept = 0

    # --- before a page is fetched ---------------------------------------------------------------

    def defers(self, item: FrontierUrl) -> bool:
        """True when the URL belongs to a pattern that is stopped; it is counted there."""
        if item.url in self._trying:
            return False
        rule, pattern = self._rule(item.url)
        if not rule:
            return False
        stopped = self._stopped.setdefault(pattern, _Stopped(rule))
        stopped.deferred += 1
        stopped.example = stopped.example or item.url
        room = len(stopped.kept) < _MAX_KEPT and self._kept < _MAX_KEPT_IN_ALL
        if rule != ACTION and stopped.chances and room:
            stopped.kept.append(item)
            self._kept += 1
        return True

    def crowds(self, url: str) -> bool:
        """True when so many URLs of its pattern were queued that others should go first."""
        pattern = self._patterns.of(url)[0]
        if len(self._queued) >= _MAX_PATTERNS and pattern not in self._queued:
            return False
        self._queued[pattern] += 1
        return self._queued[pattern] > CROWD

    def recall(self, item: FrontierUrl, *, deferred: bool) -> None:
        """Take a URL of an earlier attempt into account, as it was decided then; deferred ones
        after the others."""
        if deferred:
            if not self.defers(item):
                # What made the earlier attempt stop the pattern is not known any more.
                self._stop(self._patterns.of(item.url)[0])
                self.defers(item)
            return
        self._patterns.of(item.url)  # what varies in a pattern is seen by its URLs
        rule, pattern = _static_rule(item.url)
        if rule:
            self._stopped.setdefault(pattern, _Stopped(rule)).tries -= 1

    def learn(self, page: PageFacts) -> None:
        """Know what a page of an earlier audit said, so that it is no news now."""
        novelty(page, self._sieve, lambda link: False)
        self._idle.learn(page.url, page.main_text_hash)

    def _rule(self, url: str) -> tuple[str, str]:
        """The rule by which the URL is deferred, and the pattern; empty when it is not."""
        rule, pattern = _static_rule(url)
        if rule and not self._is_open(pattern):
            return rule, pattern
        if self._stopped:
            for pattern in self._patterns.of(url):
                if pattern in self._stopped and not self._stopped[pattern].open:
                    return NOTHING_NEW, pattern
        name = self._idle.idle(url)
        pattern = f"{url.partition('?')[0]}?{name}=…"
        return (IDLE, pattern) if name and not self._is_open(pattern) else ("", "")

    def _is_open(self, pattern: str) -> bool:
        stopped = self._stopped.get(pattern)
        return stopped is not None and stopped.open

    # --- after it was fetched -------------------------------------------------------------------

    def saw(self, item: FrontierUrl, page: PageFacts | None) -> None:
        """Learn from a page. None: the URL led to a page that was known already."""
        patterns = self._patterns.of(item.url)
        before = frozenset(self._patterns.of(item.parent)) if item.parent else frozenset()
        tried = self._trying.pop(item.url, "")
        if page is None:
            found = Novelty.NOTHING
        else:
            found = novelty(page, self._sieve, self._is_of(patterns[0]))
            self._idle.learn(item.url, page.main_text_hash)
            if page.script_shell and patterns[0] not in before:
                return  # what its scripts would show is not known
        if found is Novelty.NEW:
            self._go_on((tried, *patterns))
            return
        limits = (*LIMITS[: len(patterns) - 1], LIMITS[-1])
        if found is Novelty.NOTHING:
            for pattern, limit in zip(patterns, limits, strict=True):
                self._count(pattern, SELF if pattern in before else 1, limit)
        elif patterns[0] in before:
            self._count(patterns[0], _series_points(patterns[0]), limits[0])
        else:
            for pattern, limit in zip(patterns, limits, strict=True):
                self._count(pattern, -1, limit)

    def _is_of(self, pattern: str) -> Callable[[Link], bool]:
        """Tells links to pages of the pattern."""
        head = _WILD.split(pattern, maxsplit=1)[0]
        return lambda link: link.url.startswith(head) and self._patterns.of(link.url)[0] == pattern

    def _count(self, pattern: str, points: float, limit: int) -> None:
        total = self._points.get(pattern, 0) + points
        if total <= 0:
            self._points.pop(pattern, None)
            return
        if len(self._points) >= _MAX_PATTERNS and pattern not in self._points:
            self._points.clear()
        self._points[pattern] = total
        if total >= limit:
            self._stop(pattern)

    def _stop(self, pattern: str) -> None:
        self._points.pop(pattern, None)
        stopped = self._stopped.setdefault(pattern, _Stopped(NOTHING_NEW))
        stopped.open, stopped.tries = False, TRIES

    def _go_on(self, patterns: Iterable[str]) -> None:
        """Something new: what was counted against the patterns is forgotten."""
        for pattern in patterns:
            self._points.pop(pattern, None)
            if pattern in self._stopped:
                self._stopped[pattern].open = True

    # --- when nothing else is left --------------------------------------------------------------

    def second_chances(self) -> list[FrontierUrl]:
        """Deferred URLs to fetch now: some of each stopped pattern, and all that are kept of those
        that go on. They no longer count as deferred."""
        chosen: list[FrontierUrl] = []
        for pattern, stopped in self._most_deferred():
            if stopped.open:
                picked, stopped.kept = stopped.kept, []
            elif stopped.tries > 0 and stopped.chances:
                picked = self._samples(stopped)
                chosen_urls = {item.url for item in picked}
                stopped.kept = [item for item in stopped.kept if item.url not in chosen_urls]
                stopped.tries, stopped.chances = 0, stopped.chances - 1
                self._trying |= dict.fromkeys(chosen_urls, pattern)
            else:
                continue
            stopped.deferred -= len(picked)
            self._kept -= len(picked)
            chosen += picked
        return chosen

    def _samples(self, stopped: _Stopped) -> list[FrontierUrl]:
        """URLs to try: the nearest to the home page (among equals one of each finer pattern, then
        the next ones), and for a pattern without news half of them from all over the rest. What a
        rule of the URL alone stopped is chosen alike by a resumed crawl, which has found more
        URLs below these."""
        ordered: list[tuple[int, int, FrontierUrl]] = []
        met: Counter[str] = Counter()
        for item in sorted(stopped.kept, key=lambda item: (item.depth, item.url)):
            pattern = self._patterns.of(item.url)[0]
            ordered.append((item.depth, met[pattern], item))
            met[pattern] += 1
        items = [item for *_, item in sorted(ordered, key=lambda entry: entry[:2])]
        near = stopped.tries if stopped.rule != NOTHING_NEW else stopped.tries // 2
        rest = items[near:]
        far = min(stopped.tries - near, len(rest))
        return items[:near] + [rest[-1 - at * len(rest) // far] for at in range(far)]

    def _most_deferred(self) -> list[tuple[str, _Stopped]]:
        some = [pair for pair in self._stopped.items() if pair[1].deferred]
        return sorted(some, key=lambda pair: (-pair[1].deferred, pair[0]))[:MAX_LISTED]

    def traps(self) -> tuple[Trap, ...]:
        """Every pattern of which URLs are deferred, most URLs first."""
        return tuple(
            Trap(pattern, stopped.rule, stopped.deferred, stopped.example)
            for pattern, stopped in self._most_deferred()
        )


def _series_points(pattern: str) -> float:
    """What a further page of a series counts against its pattern."""
    query = pattern.partition("?")[2]
    if not query:
        return 0
    names = [pair.partition("=")[0] for pair in query.split("&")]
    endless = any(map(_ENDLESS.search, names))
    most = LEAST_SERIES if endless else MAX_SERIES.get(len(names), LEAST_SERIES)
    return LIMITS[0] / most


def _static_rule(url: str) -> tuple[str, str]:
    """The rule by which the URL alone is deferred, and the pattern."""
    head = url.partition("?")[0]
    if acts(url):
        return ACTION, head
    if head.count("/") <= MAX_REPETITIONS + 3:
        return "", ""
    segments = [part for part in urlsplit(head).path.split("/")[:-1] if part]
    if len(segments) > MAX_SEGMENTS:
        return "path-depth", _prefix(head, segments[:3])
    name, repeated = Counter(segments).most_common(1)[0] if segments else ("", 0)
    if repeated > MAX_REPETITIONS:
        return "repeated-segment", f"…/{name}/…/{name}/…"
    return "", ""


def _prefix(url: str, segments: list[str]) -> str:
    host = "/".join(url.split("/", 3)[:3])
    return f"{host}/{'/'.join(segments)}/…"
