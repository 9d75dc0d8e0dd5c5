"""What one look at a URL says of it, for pages of the crawl and for tested links alike."""

from __future__ import annotations

from auditor.gather._exchange import NOT_HTTP
from auditor.gather._hop import NOT_MADE
from auditor.gather.resolver import Resolver
from auditor.model.artifact import FetchRecord
from auditor.model.finding import Reason

#: Statuses that say "not here" and mean it.
CERTAIN = frozenset({404, 410})
#: Statuses by which protection, rate limits and log-in walls answer: no word on the page itself.
GUARDED = frozenset({401, 403, 405, 407, 412, 429, 451, 521})
#: Not in this way, but there it is: 416 is about the range asked for (by a proxy on the way).
_THERE = frozenset({416})
#: Seconds between the two looks at a target that seems bad.
APART_S = 10.0
#: RFC 7050: every resolver of the public DNS has its IPv4 addresses.
IPV4_ONLY = "ipv4only.arpa"
#: Reasons that are about us, or about protection, and never about the target.
_UNCHECKED = frozenset(
    {Reason.GUARD, Reason.ROBOTS, Reason.CANCELLED, Reason.NO_IPV6, Reason.DNS_FAILURE}
)
_BLOCKED = frozenset({Reason.BLOCKED, Reason.CAPTCHA, Reason.RATE_LIMITED})
#: The body arrived in part, or is larger than we read: the target is there.
_PRESENT = frozenset({Reason.TOO_LARGE, Reason.TRUNCATED})


def was_asked(record: FetchRecord) -> bool:
    """False when the request was never made: the host has been given up for now, or the turn did
    not come."""
    return record.detail not in NOT_MADE


def verdict_of(record: FetchRecord) -> str:
    """ok | certain | suspected | blocked | unchecked, from one look. Only an answer that the
    target does not exist is `certain`, and callers look twice before they believe it."""
    if record.reason is None:
        return _by_status(record.status)
    if not was_asked(record) or record.reason in _UNCHECKED:
        return "unchecked"
    if record.reason is Reason.NXDOMAIN:
        return "certain"
    if record.reason in _PRESENT:
        return "certain" if record.status in CERTAIN else "ok"
    return "blocked" if record.reason in _BLOCKED else "suspected"


def breaks_http(record: FetchRecord) -> bool:
    """True when the server said something that is no proper HTTP. Browsers may show it."""
    return record.reason is Reason.PROTOCOL and record.detail.startswith(NOT_HTTP)


async def knows_internet(resolver: Resolver) -> bool:
    """True when the resolver answers for the public DNS, not for an intranet alone.

    Every public resolver has addresses for RFC 7050's name (RFC 8880 demands it). Where it is
    missing, NXDOMAIN for a name of the Internet says nothing about that name.
    """
    answer = await resolver.ask(IPV4_ONLY, "A")
    return bool(answer.values)


async def verdict_of_dead_name(resolver: Resolver, host: str) -> str:
    """certain | suspected | unchecked for a name that does not exist. The resolver remembers its
    first answer; here it asks again. One that knows an intranet only proves nothing."""
    answer = await resolver.ask(host, "A", confirm=True)
    if not await knows_internet(resolver):
        return "unchecked"
    return "certain" if answer.confirmed else "suspected"


def _by_status(status: int) -> str:
    if 200 <= status < 400 or status in _THERE:
        return "ok"
    if status in CERTAIN:
        return "certain"
    return "blocked" if status in GUARDED else "suspected"
