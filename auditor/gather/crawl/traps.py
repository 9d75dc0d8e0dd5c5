"""Crawl traps: URL patterns that never end, and links that do something. A stopped URL is
deferred and named, never dropped.

Heritrix's bounds (path repetition 2, depth 20) and a budget of query variants per path, as
IRLbot's per-domain budget (Lee et al., WWW 2008) does for hosts.
"""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import urlsplit

from auditor.model.artifact import Trap

MAX_SEGMENTS = 20
MAX_REPETITIONS = 2
#: Query variants of one path with the same parameters before the rest is deferred: tools and
#: filters combine without end. One parameter names a page (show.asp?id=1024, a wiki's
#: doku.php?id=news) as often as not, and two may (info.aspx?class=12&id=1024), unless one of them
#: counts days.
MAX_VARIANTS = 300
MAX_NAMING_VARIANTS = {1: 5_000, 2: 1_000}
#: Query variants of one path in all, whatever their parameters.
MAX_ALL_VARIANTS = 10_000
_ENDLESS = re.compile(r"date|day|week|month|year|time|rand|^(?:_|t|d|m|y|ym|ymd|ts)$", re.I)
#: Patterns listed in a summary.
MAX_LISTED = 100
#: GET must be safe (RFC 9110 section 9.2.1), but not every server keeps to it: an audit never
#: logs anybody out, deletes or votes.
_LEAVING = re.compile(r"(?:log|sign)-?(?:out|off)(?:\.\w+)?", re.I)
_DOING = re.compile(
    r"/[^/?]*(?:delete|remove|toupiao|vote)[^/?]*\?"
    r"|[?&](?:action|act|do|method|op|cmd)=[^&]*(?:delete|remove|vote|log-?out)",
    re.I,
)


def acts(url: str) -> bool:
    """True when fetching the URL may change something on the server."""
    head, question, _ = url.partition("?")
    if _LEAVING.search(head.rpartition("/")[2]):
        return True
    return bool(question) and _DOING.search(url) is not None


class TrapWatch:
    """Decides which URLs are deferred, and remembers how many and by which rule."""

    def __init__(self) -> None:
        self._variants: Counter[int] = Counter()
        self._deferred: Counter[tuple[str, str]] = Counter()

    def defers(self, url: str) -> bool:
        """True when the URL belongs to a pattern that has used up its budget."""
        rule, pattern = self._rule(url)
        if not rule:
            return False
        self._deferred[pattern, rule] += 1
        return True

    def recall(self, url: str, *, deferred: bool) -> None:
        """Take a URL of an earlier attempt into account, as it was decided then."""
        head, question, query = url.partition("?")
        if question:
            self._exhausted(head, query)
        if deferred:
            rule, pattern = _static_rule(url, head)
            if not rule and question:
                rule, pattern = "query-variants", f"{head}?…"
            if rule:
                self._deferred[pattern, rule] += 1

    def _rule(self, url: str) -> tuple[str, str]:
        head, question, query = url.partition("?")
        if question and self._exhausted(head, query):
            return "query-variants", f"{head}?…"
        return _static_rule(url, head)

    def _exhausted(self, head: str, query: str) -> bool:
        """Count one variant; true when it is one too many."""
        names = sorted({pair.partition("=")[0] for pair in query.split("&")})
        endless = any(map(_ENDLESS.search, names))
        most = MAX_VARIANTS if endless else MAX_NAMING_VARIANTS.get(len(names), MAX_VARIANTS)
        shape, path = hash((head, *names)), hash(head)
        self._variants[shape] += 1
        self._variants[path] += 1
        return self._variants[shape] > most or self._variants[path] > MAX_ALL_VARIANTS

    def traps(self) -> tuple[Trap, ...]:
        """Every pattern that was deferred, most URLs first."""
        found = [Trap(pattern, rule, count) for (pattern, rule), count in self._deferred.items()]
        return tuple(sorted(found, key=lambda trap: (-trap.deferred, trap.pattern)))[:MAX_LISTED]


def _static_rule(url: str, head: str) -> tuple[str, str]:
    """The rule by which the URL alone is deferred, and the pattern."""
    if acts(url):
        return "action", head
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
