"""Do link targets work? Nothing is called dead on one look, or on HEAD alone."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import replace
from itertools import islice

from auditor.derive.urls import host_of
from auditor.gather.soft_errors import SoftErrors
from auditor.gather.tools import Tools
from auditor.gather.verdicts import APART_S, verdict_of, verdict_of_dead_name, was_asked
from auditor.gather.visitor import Visitor
from auditor.model.artifact import BadTarget, FetchRecord
from auditor.model.finding import Reason
from auditor.model.page import LinkKind
from auditor.store.rows import FrontierUrl

#: Targets looked at together. Hosts take turns inside a batch, so a slow one holds few up.
_BATCH = 64
_BODY_LIMIT = 64 * 1024
#: Failures in a row after which the rest of a host's targets are not asked for in this pass.
_HOST_DOWN = 3
_NO_ANSWER = frozenset(
    {Reason.TIMEOUT, Reason.RESET, Reason.REFUSED, Reason.UNREACHABLE, Reason.DNS_FAILURE}
)
_FILES = frozenset({LinkKind.IMAGE, LinkKind.STYLE, LinkKind.SCRIPT, LinkKind.ATTACHMENT})


async def verify_links(
    tools: Tools, targets: Iterable[FrontierUrl], *, apart_s: float = APART_S
) -> AsyncIterator[BadTarget]:
    """Look at every target; one `BadTarget` each, good ones with the verdict `ok`.

    HEAD first; whatever HEAD dislikes is asked for by GET. What still seems bad is looked at
    again after all others, at least `apart_s` seconds later, as a visitor of the page that links
    there: `certain` needs 404, 410 or NXDOMAIN both times. Timeouts, resets, TLS errors and server
    errors stay `suspected`, and so do targets that are answered as names which cannot exist are
    (soft 404; the status is then a good one); protection is `blocked`; addresses that the guard
    refuses, names of which the DNS gave no answer, and the rest of a host that does not answer,
    are `unchecked`. Memory grows with the number of targets that seem bad. A resolver that knows
    no name of the Internet proves no name dead: what it calls NXDOMAIN is `unchecked`.
    """
    test = _Test(tools)
    doubtful: dict[str, tuple[FrontierUrl, BadTarget]] = {}
    async for item, target in test.looks(targets, again=False):
        if target.verdict in {"ok", "unchecked"}:
            yield target
        else:
            doubtful[target.url] = item, target
    if not doubtful:
        return
    await tools.sleep(apart_s)
    second = _Test(tools)
    async for item, again in second.looks([item for item, _ in doubtful.values()], again=True):
        yield await _agreed(tools, doubtful[item.url][1], again)


async def _agreed(tools: Tools, first: BadTarget, second: BadTarget) -> BadTarget:
    """The second look's word, but `certain` only when both looks agree, and the first one's where
    the host was given up before its turn came again."""
    if second.verdict == "unchecked" and not second.attempts:
        return replace(first, verdict="suspected" if first.verdict == "certain" else first.verdict)
    if second.verdict != "certain":
        return second
    if second.reason is Reason.NXDOMAIN:
        verdict = await verdict_of_dead_name(tools.resolver, host_of(second.url))
        if verdict != "certain":
            return replace(second, verdict=verdict)
    return second if first.verdict == "certain" else replace(second, verdict="suspected")


class _Test:
    """One pass over targets."""

    def __init__(self, tools: Tools) -> None:
        self._fetcher = tools.fetcher
        self._visitor = Visitor(tools.fetcher)
        self._soft = SoftErrors(tools.fetcher)
        self._silent: Counter[str] = Counter()

    async def looks(
        self, targets: Iterable[FrontierUrl], *, again: bool
    ) -> AsyncIterator[tuple[FrontierUrl, BadTarget]]:
        """Each target with what came of it."""
        source = iter(targets)
        while batch := list(islice(source, _BATCH)):
            spread = list(_in_turn(batch))
            found = await asyncio.gather(*(self._look(item, again=again) for item in spread))
            for pair in zip(spread, found, strict=True):
                yield pair

    async def _look(self, item: FrontierUrl, *, again: bool) -> BadTarget:
        host = host_of(item.url)
        if self._silent[host] >= _HOST_DOWN:
            return BadTarget(item.url, 0, "unchecked", Reason.UNREACHABLE, item.in_site, 0)
        record = await (self._visit(item) if again else self._glance(item))
        self._silent[host] = self._silent[host] + 1 if record.reason in _NO_ANSWER else 0
        verdict = verdict_of(record)
        if verdict == "ok" and await self._is_soft(item, record):
            verdict = "suspected"
        elif again and verdict == "certain" and item.in_site and record.reason is None:
            verdict = "certain" if await self._visitor.is_let_in(item.parent) else "blocked"
        return BadTarget(
            url=item.url,
            status=record.status,
            verdict=verdict,
            reason=None if verdict == "ok" else record.reason,
            in_site=item.in_site,
            attempts=1 + again if was_asked(record) else 0,
            captured_at=record.captured_at,
        )

    async def _glance(self, item: FrontierUrl) -> FetchRecord:
        """HEAD, and GET where HEAD is refused or means nothing."""
        looked: FetchRecord | None = None
        if not item.in_site or await self._soft.believes_head(item.url):
            head = await self._fetcher.fetch(item.url, method="HEAD", attempts=1)
            looked = head.record
            if verdict_of(looked) == "ok" or (looked.reason and looked.reason.permanent):
                return looked
        fetched = await self._fetcher.fetch(item.url, attempts=1, body_limit=_BODY_LIMIT)
        # The host may have been given up between the two.
        return fetched.record if looked is None or was_asked(fetched.record) else looked

    async def _visit(self, item: FrontierUrl) -> FetchRecord:
        fetched = await self._visitor.look(
            item.url, item.parent, attempts=1, body_limit=_BODY_LIMIT
        )
        return fetched.record

    async def _is_soft(self, item: FrontierUrl, record: FetchRecord) -> bool:
        """Whether the target is answered as found, but so is what cannot be there."""
        if item.in_site and item.kind in _FILES:
            return await self._soft.is_page_for(item.url, record)
        return await self._soft.led_astray(item.url, record.final_url)


def _in_turn(items: Iterable[FrontierUrl]) -> Iterator[FrontierUrl]:
    """The targets with hosts taking turns, so that politeness to one does not delay the others."""
    lanes: defaultdict[str, deque[FrontierUrl]] = defaultdict(deque)
    for item in items:
        lanes[host_of(item.url)].append(item)
    while lanes:
        for host in list(lanes):
            yield lanes[host].popleft()
            if not lanes[host]:
                del lanes[host]
