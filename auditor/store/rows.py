"""The rows that go into the store and come out of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import msgspec

from auditor.model.column import Column
from auditor.model.finding import Finding, Issue, Reason
from auditor.model.page import LinkKind, PageFacts
from auditor.model.result import CheckTally
from auditor.model.site import Site


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run. `finished_at` is None while it runs or after it was interrupted."""

    run_id: str
    started_at: datetime
    finished_at: datetime | None
    as_of: datetime
    tool_version: str
    config_json: str
    config_sha256: str


@dataclass(frozen=True, slots=True)
class SiteRow:
    """One site audit. `state`: queued | running | whatever `finish_site` was given.

    `fence` rises with every claim; `attempt` counts claims.
    """

    site: Site
    state: str = "queued"
    attempt: int = 0
    fence: int = 0
    stopped_because: str = ""
    error: str = ""
    started_at: datetime | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FrontierUrl:
    """A known URL to fetch. Lower `priority` first, then in the order of saving.

    `state`: queued | deferred (a trap or a budget; known, but not to be fetched). `guessed`: see
    `auditor.model.page.GUESSED`.
    """

    url: str
    kind: LinkKind = LinkKind.PAGE
    in_site: bool = True
    depth: int = 0
    parent: str = ""
    text: str = ""
    priority: int = 0
    state: str = "queued"
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class UrlDone:
    """What came of a URL. `verdict`: "" (a crawled page) | ok | certain | suspected | blocked |
    unchecked. `state`: done | deferred | queued (to be tried again later)."""

    url: str
    status: int = 0
    reason: Reason | None = None
    verdict: str = ""
    attempts: int = 1
    checked_at: datetime | None = None
    state: str = "done"


@dataclass(frozen=True, slots=True)
class UrlRow:
    """Everything known about one URL of a site audit."""

    url: str
    state: str
    kind: LinkKind
    in_site: bool
    depth: int
    parent: str
    text: str
    status: int
    reason: Reason | None
    verdict: str
    attempts: int
    checked_at: datetime | None


@dataclass(frozen=True, slots=True)
class PageRow:
    """The columns of `export --what pages`, without the site. `outcome`: ok | http-error | a
    `Reason` value; `url` is the requested one, `bytes` the body after decompression. `fetched_at`
    is when the content was captured, `confirmed_at` when the site last showed that it still
    stands (the same moment unless a later visit found the page unchanged)."""

    url: str
    final_url: str = ""
    status: int = 0
    outcome: str = "ok"
    parent: str = ""
    depth: int = 0
    content_type: str = ""
    encoding: str = ""
    bytes: int = 0
    sha256: str = ""
    fetched_at: datetime | None = None
    title: str = ""
    published_on: date | None = None
    column: str = ""
    confirmed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Validators:
    """By what a later visit may know a page again. `plain`: the facts come from this body and
    from nothing else, so that the same body gives the same facts."""

    etag: str = ""
    last_modified: str = ""
    plain: bool = False


@dataclass(frozen=True, slots=True)
class EarlierPage:
    """A page as an earlier audit left it, with what is needed to recognise it."""

    url: str
    final_url: str
    status: int
    sha256: str
    kind: str
    validators: Validators


@dataclass(frozen=True, slots=True)
class CrawlVolume:
    """How much a site audit brought. `pages` have facts, `without_facts` were asked for in vain;
    `targets_inside` and `targets_outside` count tested link targets on the site's hosts and on
    others; `body_bytes` are the pages as served, `stored_bytes` what the rows take."""

    pages: int = 0
    without_facts: int = 0
    targets_inside: int = 0
    targets_outside: int = 0
    body_bytes: int = 0
    stored_bytes: int = 0


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A fetched page: its export row and, when the body could be read, its facts.

    With `same_as`, the id of an earlier run, the page is as that run stored it: of `row` only the
    URL and `confirmed_at` count, and the facts stay where they are.
    """

    row: PageRow
    facts: PageFacts | None = None
    validators: Validators = Validators()
    same_as: str = ""

    @classmethod
    def of(
        cls,
        facts: PageFacts,
        *,
        outcome: str = "ok",
        column: str = "",
        validators: Validators = Validators(),
    ) -> StoredPage:
        """The page with the row that follows from its facts."""
        row = PageRow(
            url=facts.url,
            final_url=facts.final_url,
            status=facts.status,
            outcome=outcome,
            parent=facts.parent_url,
            depth=facts.depth,
            content_type=facts.content_type,
            encoding=facts.encoding.used,
            bytes=facts.size_bytes,
            sha256=facts.sha256,
            fetched_at=facts.captured_at,
            title=facts.title,
            published_on=facts.published.value,
            column=column,
            confirmed_at=facts.captured_at,
        )
        return cls(row, facts, validators)


@dataclass(frozen=True, slots=True)
class CaptureRow:
    """Where an archived answer is: the WARC file's name in the evidence folder, the offset of its
    record in bytes and the record's id (a UUID). `sha256` is that of the decoded body."""

    url: str
    captured_at: datetime
    status: int
    sha256: str
    file: str
    byte_offset: int
    record_id: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """What judging one site gave."""

    issues: tuple[Issue, ...] = ()
    tallies: tuple[CheckTally, ...] = ()
    untested: tuple[tuple[str, Finding], ...] = ()
    columns: tuple[Column, ...] = ()


class PageLink(msgspec.Struct, gc=False):
    """The part of a stored link that tells what it leads to."""

    url: str
    text: str = ""


class PageEntry(msgspec.Struct, gc=False):
    """An entry of a list on a stored page."""

    url: str
    title: str = ""
    published_on: date | None = None


class PageLinks(msgspec.Struct, gc=False):
    """The part of stored page facts that tells whether the page is the same in substance."""

    url: str
    title: str = ""
    links: tuple[PageLink, ...] = ()
    items: tuple[PageEntry, ...] = ()
    main_text_hash: str = ""


@dataclass(frozen=True, slots=True)
class KnownPage:
    """What tells whether a page is settled: its kind, and whether its source alone made it."""

    url: str
    kind: str
    plain: bool


@dataclass(frozen=True, slots=True)
class MovedPage:
    """A page that another page links to than the one by which it was found."""

    url: str
    parent: str
    text: str
