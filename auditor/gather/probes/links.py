"""Do link targets work? Nothing is called dead on one look, or on HEAD alone."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from urllib.parse import urlsplit

from auditor.gather.tools import Tools
from auditor.model.artifact import BadTarget, FetchRecord
from auditor.model.finding import Reason

#: Statuses that say "not here" and mean it.
CERTAIN = frozenset({404, 410})
#: Statuses by which protection, rate limits and log-in walls answer: no word on the page itself.
GUARDED = frozenset({401, 403, 405, 407, 412, 429, 451, 521})
#: Reasons that are about us, or about protection, and never about the target.
_UNCHECKED = frozenset({Reason.GUARD, Reason.ROBOTS, Reason.CANCELLED, Reason.NO_IPV6})
_BLOCKED = frozenset({Reason.BLOCKED, Reason.CAPTCHA, Reason.RATE_LIMITED})
#: The body arrived in part, or is larger than we read: the target is there.
_PRESENT = frozenset({Reason.TOO_LARGE, Reason.TRUNCATED})

#: Targets looked at together. Hosts take turns inside a batch, so a slow one holds few up.
_BATCH = 64
_BODY_LIMIT = 64 * 1024
#: Seconds between the two looks at a target that seems bad.
APART_S = 10.0


async def verify_links(
    tools: Tools,
    urls: Iterable[str],
    *,
    in_site: Callable[[str], bool],
    apart_s: float = APART_S,
) -> AsyncIterator[BadTarget]:
    """Look at every target; one `BadTarget` each, good ones with the verdict `ok`.

    HEAD first; whatever HEAD dislikes is asked for by GET. What still seems bad is looked at
    again after all others, at least `apart_s` seconds later: `certain` needs 404, 410 or NXDOMAIN
    both times. Timeouts, resets, TLS errors and server errors stay `suspected`; protection is
    `blocked`; addresses that the guard refuses are `unchecked`. Memory grows with the number of
    targets that seem bad.
    """
    doubtful: list[BadTarget] = []
    async for target in _look(tools, urls, in_site):
        if target.verdict in {"ok", "unchecked"}:
            yield target
        else:
            doubtful.append(target)
    if not doubtful:
        return
    await tools.sleep(apart_s)
    first = {target.url: target for target in doubtful}
    async for again in _look(tools, first, in_site, attempts=2, head=False):
        yield await _agreed(tools, first[again.url], again)


async def _agreed(tools: Tools, first: BadTarget, second: BadTarget) -> BadTarget:
    """The second look's word, but `certain` only when both looks agree."""
    if second.verdict != "certain":
        return second
    sure = first.verdict == "certain"
    if second.reason is Reason.NXDOMAIN:
        # The resolver remembers the first answer; `confirm` makes it ask again.
        answer = await tools.resolver.ask(_host(second.url), "A", confirm=True)
        sure = sure and answer.confirmed
    return second if sure else replace(second, verdict="suspected")


async def _look(
    tools: Tools,
    urls: Iterable[str],
    in_site: Callable[[str], bool],
    *,
    attempts: int = 1,
    head: bool = True,
) -> AsyncIterator[BadTarget]:
    source = iter(urls)
    while batch := list(islice(source, _BATCH)):
        spread = list(_in_turn(batch))
        records = await asyncio.gather(*(_fetch(tools, url, head=head) for url in spread))
        for url, record in zip(spread, records, strict=True):
            yield BadTarget(
                url=url,
                status=record.status,
                verdict=verdict_of(record),
                reason=record.reason,
                in_site=in_site(url),
                attempts=attempts,
                captured_at=record.captured_at,
            )


async def _fetch(tools: Tools, url: str, *, head: bool) -> FetchRecord:
    if head:
        looked = await tools.fetcher.fetch(url, method="HEAD", attempts=1)
        reason = looked.record.reason
        if verdict_of(looked.record) == "ok" or (reason is not None and reason.permanent):
            return looked.record
    fetched = await tools.fetcher.fetch(url, attempts=1, body_limit=_BODY_LIMIT)
    return fetched.record


def verdict_of(record: FetchRecord) -> str:
    """ok | certain | suspected | blocked | unchecked, from one look."""
    if record.reason is not None:
        if record.reason is Reason.NXDOMAIN:
            return "certain"
        if record.reason in _PRESENT:
            return "certain" if record.status in CERTAIN else "ok"
        if record.reason in _UNCHECKED:
            return "unchecked"
        return "blocked" if record.reason in _BLOCKED else "suspected"
    if 200 <= record.status < 400:
        return "ok"
    if record.status in CERTAIN:
        return "certain"
    return "blocked" if record.status in GUARDED else "suspected"


def _in_turn(urls: Iterable[str]) -> Iterator[str]:
    """The URLs with hosts taking turns, so that politeness to one does not delay the others."""
    lanes: defaultdict[str, deque[str]] = defaultdict(deque)
    for url in urls:
        lanes[_host(url)].append(url)
    while lanes:
        for host in list(lanes):
            yield lanes[host].popleft()
            if not lanes[host]:
                del lanes[host]


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
