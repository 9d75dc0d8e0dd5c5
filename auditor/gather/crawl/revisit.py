"""Knowing pages again: conditional requests (RFC 9110 section 13), else the hash of the body."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Container, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache

from auditor.derive.urls import canonical
from auditor.gather.crawl.reading import Reading
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
LoadFacts = Callable[[str], Awaitable[PageFacts | None]]


class EarlierPages:
    """The pages of the audit `run_id` of the same site, looked up in portions. Pages of which
    `in_full` is true are asked for without conditions, so that their bodies come; `remade` ones are
    made anew in any case, by a browser."""

    def __init__(
        self,
        run_id: str,
        load: Load,
        facts: LoadFacts,
        *,
        in_full: Callable[[str], bool] = lambda url: False,
        remade: Container[str] = (),
    ) -> None:
        self.run_id = run_id
        self._load = load
        self._facts = facts
        self._in_full = in_full
        self._remade = remade
        self._known: dict[str, EarlierPage | None] = {}
        self._loading = asyncio.Lock()

    async def of(self, url: str, upcoming: Iterable[str]) -> EarlierPage | None:
        """The page as it was; None when it was not read. `upcoming`: the next URLs to ask for."""
        if url not in self._known:
            async with self._loading:
                if url not in self._known:  # another worker's portion did not hold it either
                    wanted = [url, *upcoming]
                    found = await self._load(wanted)
                    self._known = {name: self._shown(found.get(name)) for name in wanted}
        return self._known.get(url)

    def _shown(self, page: EarlierPage | None) -> EarlierPage | None:
        if page is not None and page.url in self._remade:
            return replace(page, validators=Validators())
        if page is not None and self._in_full(page.url):
            return replace(page, validators=Validators(plain=page.validators.plain))
        return page

    async def says_the_same(self, earlier: EarlierPage | None, facts: PageFacts) -> bool:
        """True when the page's source is the same and so is all that was read in it; it was made
        by more than its source, which may be the same while the page is not."""
        if earlier is None or facts.sha256 != earlier.sha256:
            return False
        before = await self._facts(earlier.url)
        return before is not None and replace(facts, captured_at=before.captured_at) == before

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


def validators(fetched: Fetched, reading: Reading) -> Validators:
    """By what a later visit will know the page again; nothing where more than this one answer
    made it."""
    if not reading.plain:
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
