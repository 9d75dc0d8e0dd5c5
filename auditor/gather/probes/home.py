"""The home page opened as a visitor would, and in spaced samples."""

from __future__ import annotations

from dataclasses import replace

from auditor.gather.tools import Tools
from auditor.gather.verdicts import knows_internet
from auditor.model.artifact import FetchRecord, HomeFetch, ReachabilitySample
from auditor.model.finding import Reason
from auditor.model.site import Site

#: 国办秘函〔2019〕19号, veto 2: a page not open after 15 seconds counts as not reached.
LIMIT_S = 15.0
#: Our own patience; longer than the limit, so that slow and dead can be told apart.
PATIENCE_S = 20.0
MAX_TRIES = 3
PAUSE_S = 5.0
#: Asking again would not help, or would be rude.
_FINAL = frozenset({Reason.BLOCKED, Reason.CAPTCHA, Reason.CANCELLED})


async def probe_home(tools: Tools, site: Site) -> HomeFetch:
    """Open the home page, up to three times some seconds apart (or as far as Retry-After asks)
    while it fails.

    A name counts as gone only when a second question confirms it, asked of a resolver that knows
    the Internet; else nothing was observed (`DNS_FAILURE`).
    """
    records: list[FetchRecord] = []
    while True:
        fetched = await tools.fetcher.fetch(
            site.homepage, attempts=1, timeout_s=PATIENCE_S, insist=True
        )
        records.append(await _confirmed(tools, site, fetched.record))
        if len(records) == MAX_TRIES or _settled(fetched.record):
            return HomeFetch(tuple(records))
        await tools.sleep(PAUSE_S)


async def probe_reachability(
    tools: Tools, site: Site, n: int, *, pause_s: float = PAUSE_S
) -> ReachabilitySample:
    """`n` requests for the home page, `pause_s` seconds apart, one try each.

    A sample of minutes, not the week of the veto: it can hint, never decide.
    """
    records: list[FetchRecord] = []
    for number in range(max(n, 0)):
        if number:
            await tools.sleep(pause_s)
        fetched = await tools.fetcher.fetch(
            site.homepage, attempts=1, timeout_s=PATIENCE_S, insist=True
        )
        records.append(fetched.record)
    return ReachabilitySample(tuple(records), LIMIT_S)


async def _confirmed(tools: Tools, site: Site, record: FetchRecord) -> FetchRecord:
    if record.reason is not Reason.NXDOMAIN:
        return record
    answer = await tools.resolver.ask(site.host, "A", confirm=True)
    if answer.confirmed and await knows_internet(tools.resolver):
        return record
    return replace(record, reason=Reason.DNS_FAILURE, detail="NXDOMAIN was not confirmed")


def _settled(record: FetchRecord) -> bool:
    if record.reason is not None:
        return record.reason.permanent or record.reason in _FINAL
    return record.status < 400 and record.seconds < LIMIT_S
