"""Which addresses of a host a request may go to, and in which order."""

from __future__ import annotations

import asyncio
from typing import TypeVar

from auditor.gather._exchange import Exchange
from auditor.gather._hop import no_address
from auditor.gather.guard import Guard
from auditor.gather.resolver import Resolver
from auditor.model.artifact import DnsAnswer
from auditor.model.finding import Reason

_MEMO_LIMIT = 10_000
_Value = TypeVar("_Value")


class Addresses:
    """Resolves hosts through the guard, and remembers which address of each last worked."""

    def __init__(self, guard: Guard, resolver: Resolver) -> None:
        self._guard = guard
        self._resolver = resolver
        self._preferred: dict[str, str] = {}

    async def of(
        self, host: str, family: int, pinned: str | None, budget_s: float
    ) -> list[str] | Exchange:
        """Addresses to try, the one that last worked first; or why there are none."""
        if pinned is not None:
            fact = self._guard.classify(pinned)
            if fact.usable:
                return [pinned]
            return Exchange(reason=Reason.GUARD, detail=f"{pinned} is {fact.scope}")
        facts = self._resolver.known_addresses(host, family)
        if not facts:
            try:
                async with asyncio.timeout(budget_s):
                    facts = await self._resolver.addresses(host, family)
                    if not facts:
                        return no_address(await self._why_none(host, family))
            except TimeoutError:
                return Exchange(reason=Reason.DNS_FAILURE, detail="deadline")
        usable = [fact.address for fact in facts if fact.usable]
        if not usable:
            return Exchange(reason=Reason.GUARD, detail=f"{facts[0].address} is {facts[0].scope}")
        preferred = self._preferred.get(host)
        if preferred in usable:
            usable.remove(preferred)
            usable.insert(0, preferred)
        return usable

    def prefer(self, host: str, address: str) -> None:
        """Try this address first the next time."""
        if self._preferred.get(host) != address:
            remember(self._preferred, host, address)

    async def _why_none(self, host: str, family: int) -> DnsAnswer:
        """The answer that says most; an unobserved one outweighs "no such records"."""
        types = {4: ("A",), 6: ("AAAA",)}.get(family, ("A", "AAAA"))
        answers = [await self._resolver.ask(host, rdtype) for rdtype in types]
        return next((item for item in answers if not item.observed), answers[0])


def remember(memo: dict[str, _Value], host: str, value: _Value) -> None:
    """Keep a value for a host in a memo of bounded size."""
    if len(memo) >= _MEMO_LIMIT and host not in memo:
        memo.clear()
    memo[host] = value
