"""Knowing pages again: conditional requests (RFC 9110 section 13), else the hash of the body."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache

from auditor.derive.urls import canonical
from auditor.gather.fetch import Fetched, Fetcher, response_header
from auditor.model.artifact import FetchRecord
from auditor.model.page import PageFacts
from auditor.store.rows import EarlierPage, FrontierUrl, PageRow, StoredPage, Validators

NOT_MODIFIED = 304
#: Pages looked up in the store at once: those next in the queue.
LOOK_AHEAD = 200
#: A page that changed in the same minute as it was sent may change again unseen (RFC 9110 section
#: 8.8.2.2); and the Last-Modified of a generated page is simply the moment of the answer.
_SETTLED = timedelta(seconds=60)
#: A longer validator is no validator but a burden.
_LONGEST = 200

Load = Callable[[Sequence[str]], Awaitable[Mapping[str, EarlierPage]]]


class EarlierPages:
    """The pages of the audit `run_id` of the same site, looked up in portions."""

    def __init__(self, run_id: str, load: Load) -> None:
        self.run_id = run_id
        self._load = load
        self._known: dict[str, EarlierPage | None] = {}
        self._loading = asyncio.Lock()

    async def of(self, url: str, upcoming: Iterable[str]) -> EarlierPage | None:
        """The page as it was; None when it was not read. `upcoming`: the next URLs to ask for."""
        if url not in self._known:
            async with self._loading:
                if url not in self._known:  # another worker's portion did not hold it either
                    wanted = [url, *upcoming]
                    found = await self._load(wanted)
                    self._known = {name: found.get(name) for name in wanted}
        return self._known.get(url)

    def unchanged(self, item: FrontierUrl, record: FetchRecord) -> StoredPage:
        """The page as the earlier audit stored it, confirmed now."""
        return StoredPage(
            PageRow(item.url, final_url=record.final_url, confirmed_at=record.captured_at),
            same_as=self.run_id,
        )


async def ask(fetcher: Fetcher, url: str, earlier: EarlierPage | None) -> tuple[Fetched, bool]:
    """The answer, and whether the page is as it was (its record then says what that was)."""
    known = None if earlier is None or not earlier.validators.plain else earlier
    headers = _conditions(known.validators) if known is not None else None
    fetched = await fetcher.fetch(url, verify=False, headers=headers)
    if known is None:
        return fetched, False
    same = _is_unchanged(known, fetched)
    if headers and fetched.record.status == NOT_MODIFIED and not same:
        # What has not changed is something else: the address leads elsewhere now.
        fetched = await fetcher.fetch(url, verify=False)
        same = _is_unchanged(known, fetched)
    if same:
        record = replace(fetched.record, status=known.status, sha256=known.sha256)
        fetched = replace(fetched, record=record)
    return fetched, same


def _conditions(known: Validators) -> Mapping[str, str]:
    """Headers that let the server answer that nothing has changed."""
    headers = {}
    if known.etag:
        headers["If-None-Match"] = known.etag
    if known.last_modified:
        headers["If-Modified-Since"] = known.last_modified
    return headers


def _is_unchanged(earlier: EarlierPage, fetched: Fetched) -> bool:
    """True when the answer is the page as it was, by the server's word or by its bytes."""
    record = fetched.record
    if record.reason is not None:
        return False
    if canonical(record.final_url) != canonical(earlier.final_url):
        return False
    if record.status == NOT_MODIFIED:
        return True
    return record.status == earlier.status and record.sha256 == earlier.sha256


def validators(fetched: Fetched, facts: PageFacts) -> Validators:
    """By what a later visit will know the page again; nothing where more than this one body made
    the facts: a browser, or another page to which it sends visitors on."""
    record = fetched.record
    plain = (
        not (facts.rendered or facts.script_shell or facts.redirect)
        and facts.sha256 == record.sha256
        and facts.final_url == record.final_url
    )
    if not plain:
        return Validators()
    return Validators(
        etag=_bounded(response_header(fetched, "etag")),
        last_modified=_last_modified(fetched),
        plain=True,
    )


def _bounded(value: str) -> str:
    return value if len(value) <= _LONGEST else ""


def _last_modified(fetched: Fetched) -> str:
    """The Last-Modified header where it is one: at least a minute older than the answer."""
    value = _bounded(response_header(fetched, "last-modified"))
    modified, sent = _moment(value), _moment(response_header(fetched, "date"))
    if modified is None or sent is None or sent - modified < _SETTLED:
        return ""
    return value


@lru_cache(maxsize=1024)
def _moment(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo is not None else None
