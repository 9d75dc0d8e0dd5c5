"""Soft 404: servers that answer "found" where nothing is, told by a name that nobody published.

One such name is asked for per host, top folder and kind of file, since a site is often several
applications behind one name, and each has its own way to say no.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from urllib.parse import urlsplit

from auditor.derive.error_pages import address_kind, ending_of
from auditor.derive.urls import canonical
from auditor.gather.fetch import Fetched, Fetcher
from auditor.model.artifact import FetchRecord

#: Names asked for per site audit; beyond it nothing is called a soft 404.
MAX_ASKED = 60
_BODY_LIMIT = 256 * 1024
_VALUE = re.compile(r"=[^&]*")
#: Where protected pages send visitors first, whether or not the page exists.
_LOGIN = re.compile(r"log-?in|sign-?in|passport|oauth|sso|/cas\b|\bauth", re.I)


class SoftErrors:
    """Knows what a site answers for what it does not have."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self._answers: dict[tuple[str, ...], Fetched] = {}
        self._heads: dict[str, bool] = {}
        self._asking = asyncio.Lock()

    async def led_astray(self, url: str, final_url: str) -> bool:
        """True when the URL ended where an impossible name beside it ends, too: on the home page
        or an error page that answers as found."""
        final = canonical(final_url)
        if not final or final == url or _LOGIN.search(final) or _same_place(url, final):
            return False
        answer = await self._beside(url)
        return answer is not None and _found(answer) and canonical(answer.record.final_url) == final

    async def is_page_for(self, url: str, record: FetchRecord) -> bool:
        """True when a page came instead of the file at the URL, as it does for an impossible name
        beside it. A page that asks visitors to log in says nothing."""
        if not _is_page(record.content_type) or _LOGIN.search(record.final_url):
            return False
        answer = await self._beside(url)
        return answer is not None and _found(answer) and _is_page(answer.record.content_type)

    async def believes_head(self, url: str) -> bool:
        """False when the host answers HEAD as found for a name that GET does not find."""
        parts = urlsplit(url)
        async with self._asking:
            if parts.netloc not in self._heads:
                name = f"{parts.scheme}://{parts.netloc}/{_token(parts.netloc)}.html"
                looked = await self._fetcher.fetch(name, method="HEAD", attempts=1, verify=False)
                self._heads[parts.netloc] = not _found(looked)
        return self._heads[parts.netloc]

    async def _beside(self, url: str) -> Fetched | None:
        """The answer for an impossible name beside the URL; None when too many were asked for."""
        key = address_kind(url)
        async with self._asking:
            if key not in self._answers and len(self._answers) < MAX_ASKED:
                self._answers[key] = await self._fetcher.fetch(
                    impossible_beside(url), body_limit=_BODY_LIMIT, verify=False
                )
        return self._answers.get(key)


def impossible_beside(url: str) -> str:
    """A name in the same folder, with the same ending, that nobody published; for an address with
    a query the same parameters with values that nobody gave. Equal in every run, so that logs and
    caches show one visitor."""
    parts = urlsplit(url)
    token = _token(url.partition("?")[0] if parts.query else _folder(parts.path))
    if parts.query:
        number = str(int(token[:10], 16))
        return f"{url.partition('?')[0]}?{_VALUE.sub(f'={number}', parts.query)}"
    root = f"{parts.scheme}://{parts.netloc}{_folder(parts.path)}"
    return f"{root}{token}{ending_of(parts.path)}"


def _folder(path: str) -> str:
    return path.removesuffix("/").rpartition("/")[0] + "/"


def _token(seed: str) -> str:
    return hashlib.sha256(f"no such name: {seed}".encode()).hexdigest()[:20]


def _found(fetched: Fetched) -> bool:
    return fetched.record.reason is None and 200 <= fetched.record.status < 300


def _is_page(content_type: str) -> bool:
    return content_type.lower().startswith(("text/html", "application/xhtml"))


def _same_place(url: str, final: str) -> bool:
    """True when only the scheme, the host or the last slash differ."""
    one, two = urlsplit(url), urlsplit(final)
    return one.path.rstrip("/") == two.path.rstrip("/") and one.query == two.query
