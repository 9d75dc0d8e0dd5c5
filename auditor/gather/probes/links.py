"""Do link targets work? Nothing is called dead on one look, or on HEAD alone."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from urllib.parse import urlsplit

from auditor.gather.tools import Tools
from auditor.gather.verdicts import APART_S, verdict_of, verdict_of_dead_name
from auditor.model.artifact import BadTarget, FetchRecord
from auditor.model.finding import Reason

#: Targets looked at together. Hosts take turns inside a batch, so a slow one holds few up.
_BATCH = 64
_BODY_LIMIT = 64 * 1024


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
    targets that seem bad. A resolver that knows no name of the Internet proves no name dead:
    what it calls NXDOMAIN is `unchecked`.
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
    if second.reason is Reason.NXDOMAIN:
        verdict = await verdict_of_dead_name(tools.resolver, _host(second.url))
        if verdict != "certain":
            return replace(second, verdict=verdict)
    return second if first.verdict == "certain" else replace(second, verdict="suspected")


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
