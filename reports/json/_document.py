"""The shape of `result.json`, schema `auditor-result/1`. `docs/result.schema.json` is made from
these types; keys are only ever added."""

from __future__ import annotations

from datetime import date, datetime

from msgspec import UNSET, Struct, UnsetType

from auditor.api import ColumnState, Grade, ItemState, Method, Outcome, Severity, SiteType, Verdict

SCHEMA = "auditor-result/1"


class Pair(Struct, frozen=True):
    """A text in both languages; Chinese is authoritative."""

    zh: str
    en: str


class SchemeName(Struct, frozen=True):
    """The scheme that gives `verdict` and `score`."""

    id: str
    version: str
    sha256: str


class VantageRow(Struct, frozen=True):
    """What the auditor proved about its own network."""

    ipv4: bool
    ipv6: bool
    dns: bool
    browser: bool
    nat64: bool
    detail: str


class RunRow(Struct, frozen=True):
    """The run. Times are UTC."""

    id: str
    started_at: datetime
    finished_at: datetime | None
    as_of: datetime
    tool_version: str
    config_sha256: str
    scheme: SchemeName | None
    vantage: VantageRow
    coverage: float
    title: str


class TrapRow(Struct, frozen=True):
    """Addresses of one pattern that were left out, by which rule, how many, and one of them."""

    pattern: str
    rule: str
    deferred: int
    example: str


class ComparisonRow(Struct, frozen=True):
    """The last crawl that saw pages. `change` is the share by which the pages moved since (-0.25:
    a quarter fewer); `fell`: so many fewer that it is a warning."""

    run: str
    pages: int
    change: float
    crawled_at: datetime | None
    fell: bool


class RevisitRow(Struct, frozen=True):
    """What became of the pages that the crawl of `run` had read. `taken_over` ones were not asked
    for and stand as they were, `oldest` at the earliest; of the settled pages `sampled` were
    fetched in full, chosen by `seed`, and `settled_changed` are the first of those that had
    changed though no list said so."""

    run: str
    mode: str
    unchanged: int
    changed: int
    new: int
    gone: int
    taken_over: int
    oldest: datetime | None
    sampled: int
    seed: str
    settled_changed: tuple[str, ...]
    settled_changed_total: int


class CrawlRow(Struct, frozen=True):
    """How the crawl of one site went; `stopped_because` is "" when there was none."""

    pages: int
    stopped_because: str
    left: int
    failed: int
    blocked: int
    traps: tuple[TrapRow, ...]
    compared_with: ComparisonRow | None
    revisit: RevisitRow | None


class ColumnRow(Struct, frozen=True):
    """One column (栏目)."""

    name: str
    path: str
    url: str
    template_id: str | None
    items: int
    newest_on: date | None
    state: ColumnState


class SubjectRow(Struct, frozen=True):
    """What a finding is about; beside `name`, the key that fits `kind` holds the same value.
    `warc` is `file#offset` of the archived answer of the address itself, where there is one."""

    kind: str
    name: str
    url: str | UnsetType = UNSET
    host: str | UnsetType = UNSET
    address: str | UnsetType = UNSET
    column: str | UnsetType = UNSET
    site: str | UnsetType = UNSET
    query: str | UnsetType = UNSET
    warc: str | UnsetType = UNSET


class MessageRow(Struct, frozen=True):
    """The message: key and values for machines, finished sentences for readers."""

    key: str
    params: dict[str, str | int | float | None]
    zh: str
    en: str


class EvidenceRow(Struct, frozen=True):
    """Where and when it was observed. `warc` is `file#offset` of the archived answer, in the
    folder `evidence`, and `warc_record` the id of its record."""

    url: str
    captured_at: datetime | None
    sha256: str
    locator: str
    excerpt: str
    warc: str
    parent_url: str
    link_text: str
    screenshot: str
    warc_record: str


class FindingRow(Struct, frozen=True):
    """Observations with one cause: what a webmaster is asked to mend, or a person to judge."""

    id: str
    number: int
    check_id: str
    outcome: Outcome
    severity: Severity
    indicators: tuple[str, ...]
    subject: SubjectRow
    message: MessageRow
    count: int
    evidence: tuple[EvidenceRow, ...]


class UntestedRow(Struct, frozen=True):
    """A check that was not made, and why."""

    check_id: str
    reason: str
    message: MessageRow


class TallyRow(Struct, frozen=True):
    """How many observations of a check had which outcome."""

    check_id: str
    counts: dict[str, int]
    untested: dict[str, int]


class ItemRow(Struct, frozen=True):
    """One indicator's result on one site."""

    indicator: str
    state: ItemState
    issues: tuple[str, ...]
    count: int
    deducted: float | None
    note: Pair | None


class AssessmentRow(Struct, frozen=True):
    """One scheme's verdict on one site."""

    scheme_id: str
    verdict: Verdict
    score: float | None
    coverage: float
    reasons: tuple[Pair, ...]
    vetoes: tuple[str, ...]
    items: tuple[ItemRow, ...]


class ArchiveFileRow(Struct, frozen=True):
    """A WARC file in the folder `evidence`."""

    file: str
    sha256: str
    bytes: int
    records: int


class ArchiveRow(Struct, frozen=True):
    """What was kept of the site's answers. `unarchived`: cited answers without a record;
    `problem`: "" | disk-nearly-full | not-written."""

    store: str
    files: tuple[ArchiveFileRow, ...]
    unarchived: int
    problem: str


class SiteRow(Struct, frozen=True):
    """One site."""

    id: str
    name: str
    homepage: str
    verdict: Verdict
    score: float | None
    coverage: float
    crawl: CrawlRow
    columns: tuple[ColumnRow, ...]
    findings: tuple[FindingRow, ...]
    type: SiteType
    organisation: str
    site_code: str
    state: str
    error: str
    assessments: tuple[AssessmentRow, ...]
    untested: tuple[UntestedRow, ...]
    tallies: tuple[TallyRow, ...]
    archive: ArchiveRow | None


class IndicatorRow(Struct, frozen=True):
    """One line of a scheme; `points`, `cap` and `quote` only where the grade allows them."""

    id: str
    name: Pair
    clause: Pair
    grade: Grade
    severity: Severity
    checks: tuple[str, ...]
    points: float | None
    cap: float | None
    quote: str


class SchemeRow(Struct, frozen=True):
    """A scheme that the run applied."""

    id: str
    version: str
    sha256: str
    title: Pair
    source: Pair
    method: Method
    total: float
    pass_line: float | None
    bonus_line: float | None
    indicators: tuple[IndicatorRow, ...]


class CheckRow(Struct, frozen=True):
    """A check that the run knew."""

    id: str
    family: str
    version: int
    title: Pair
    why: Pair
    fix: Pair


class Document(Struct, frozen=True):
    """The whole file."""

    schema: str
    run: RunRow
    schemes: tuple[SchemeRow, ...]
    checks: tuple[CheckRow, ...]
    sites: tuple[SiteRow, ...]
