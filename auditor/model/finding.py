"""What a check says: outcomes, messages, evidence, findings, and the issues they add up to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from msgspec import Struct, field

Param = str | int | float


class Outcome(StrEnum):
    """The five outcomes of EARL. Only `FAILED` accuses; see `Reason` for `UNTESTED`."""

    PASSED = "passed"
    FAILED = "failed"
    CANT_TELL = "cant-tell"
    INAPPLICABLE = "inapplicable"
    UNTESTED = "untested"


class Reason(StrEnum):
    """Why something could not be observed. An observed refusal is not in this list: a failed
    observation of ours is."""

    TIMEOUT = "timeout"
    RESET = "connection-reset"
    REFUSED = "connection-refused"
    UNREACHABLE = "network-unreachable"
    DNS_FAILURE = "dns-failure"
    NXDOMAIN = "nxdomain"
    NO_ADDRESS = "no-address"
    TLS = "tls-error"
    PROTOCOL = "protocol-error"
    TRUNCATED = "truncated"
    TOO_LARGE = "too-large"
    EMPTY = "empty-body"
    HTTP_ERROR = "http-error"
    RATE_LIMITED = "rate-limited"
    BLOCKED = "blocked"
    ROBOTS = "disallowed-by-robots"
    GUARD = "address-not-allowed"
    NO_IPV6 = "no-ipv6-at-vantage"
    NO_BROWSER = "no-browser"
    BROWSER = "browser-error"
    CAPTCHA = "captcha"
    NOT_REQUESTED = "not-requested"
    NOT_GATHERED = "not-gathered"
    NEEDS_HISTORY = "needs-history"
    NEEDS_PERSON = "needs-person"
    CRASHED = "check-crashed"
    CANCELLED = "cancelled"

    @property
    def permanent(self) -> bool:
        """True when asking again in the same run cannot help."""
        return self in _PERMANENT


_PERMANENT = frozenset(
    {
        Reason.NXDOMAIN,
        Reason.GUARD,
        Reason.ROBOTS,
        Reason.TOO_LARGE,
        Reason.NO_IPV6,
        Reason.NO_BROWSER,
        Reason.CAPTCHA,
        Reason.NOT_REQUESTED,
        Reason.NEEDS_HISTORY,
        Reason.NEEDS_PERSON,
        Reason.CRASHED,
    }
)


class Severity(StrEnum):
    """What a finding means under a scheme; the scheme decides, never the check."""

    VETO = "veto"
    DEDUCTION = "deduction"
    BONUS = "bonus"
    ADVICE = "advice"


class SubjectKind(StrEnum):
    """What a finding is about."""

    SITE = "site"
    PAGE = "page"
    COLUMN = "column"
    HOST = "host"
    ADDRESS = "address"
    LINK = "link"
    RESOURCE = "resource"
    QUERY = "query"


@dataclass(frozen=True, slots=True)
class Text:
    """One text in both languages. Chinese is authoritative."""

    zh: str
    en: str

    def of(self, lang: str) -> str:
        """The text for a language tag (`zh-CN`, `en`)."""
        return self.en if lang.startswith("en") else self.zh


class Message(Struct, frozen=True, gc=False, omit_defaults=True):
    """A message key and its values; the sentence is made when a report is written."""

    key: str
    params: Mapping[str, Param] = field(default_factory=dict)


def msg(key: str, **params: Param) -> Message:
    """Short form of `Message` for checks: `msg("no-aaaa", host=dns.host)`."""
    return Message(key, params)


class Subject(Struct, frozen=True, gc=False, omit_defaults=True):
    """The thing that a finding is about; `name` is a URL for pages, links and resources."""

    kind: SubjectKind
    name: str


class EvidenceRef(Struct, frozen=True, gc=False, omit_defaults=True):
    """Where the observation was made, precise enough to be made again or looked up offline.

    `locator` is a CSS selector or XPath inside the page; `excerpt` at most 300 characters of
    source; `parent_url` and `link_text` say where the site links to `url`; `warc` is
    `file#offset` of the archived record and `warc_record` its id (`urn:uuid:...`), `screenshot` a
    file name. Files are named within the evidence folder.
    """

    url: str
    captured_at: datetime | None = None
    sha256: str = ""
    locator: str = ""
    excerpt: str = ""
    parent_url: str = ""
    link_text: str = ""
    warc: str = ""
    screenshot: str = ""
    warc_record: str = ""


class Finding(Struct, frozen=True, gc=False, omit_defaults=True):
    """One observation of one check.

    `cause` groups findings that one repair mends: observations of a check with the same message
    key and the same non-empty cause become one issue, with a count. Without a cause, the
    subject and the first locator stand for it. `places` is the number of places that the
    observation stands for; `evidence` may cite only the first of them.
    """

    outcome: Outcome
    message: Message
    subject: Subject | None = None
    evidence: tuple[EvidenceRef, ...] = ()
    cause: str = ""
    places: int = 1


@dataclass(frozen=True, slots=True)
class Issue:
    """What a webmaster is asked to mend (or a person to judge): findings with one cause.

    `id` is the same in every run; `number` is a short number within one run; `count` the number
    of places, of which `evidence` keeps the first few in page order. `subject_warc` is
    `file#offset` of the archived answer of the subject itself, such as a dead link's 404.
    """

    id: str
    number: int
    check_id: str
    outcome: Outcome
    message: Message
    subject: Subject
    count: int
    evidence: tuple[EvidenceRef, ...]
    subject_warc: str = ""
