"""Artifacts: what gathering leaves behind, and what is derived from it.

A check names the artifacts it needs by the types of its parameters. An artifact that could not
be gathered is a `Missed` in its place; the engine then answers `untested` for the check.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from auditor.model.column import Column
from auditor.model.finding import Reason
from auditor.model.page import Form, Identity, LinkKind, PageFacts
from auditor.model.revisit import CrawlComparison, Revisit


@dataclass(frozen=True, slots=True)
class Missed:
    """An artifact that could not be gathered, and why."""

    reason: Reason
    detail: str = ""

    @property
    def permanent(self) -> bool:
        """True when trying again in the same run cannot help."""
        return self.reason.permanent


# --- names and addresses ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DnsAnswer:
    """One question's answer. `rcode`: NOERROR | NODATA | NXDOMAIN | SERVFAIL | REFUSED | TIMEOUT |
    CNAME-LOOP | DANGLING-CNAME | LONG-CHAIN. `values` are sorted; `confirmed` says that a second
    question (other server, or later) agreed with a negative answer. `detail` says more about a
    failed observation."""

    name: str
    rdtype: str
    rcode: str = "NOERROR"
    values: tuple[str, ...] = ()
    chain: tuple[str, ...] = ()
    ttl: int = 0
    confirmed: bool = False
    asked_at: datetime | None = None
    detail: str = ""

    @property
    def observed(self) -> bool:
        """True when the answer says something about the name, not about our asking."""
        return self.rcode not in {"SERVFAIL", "REFUSED", "TIMEOUT"}


@dataclass(frozen=True, slots=True)
class AddressFact:
    """An address and what kind it is: global | allowed | loopback | private | link-local | ula |
    documentation | mapped | 6to4 | nat64 | teredo | multicast | reserved | unspecified.
    `allowed` marks addresses that the operator exempted (`network.allow`)."""

    address: str
    scope: str

    @property
    def usable(self) -> bool:
        """True when the public can reach such an address (or the operator declared it so)."""
        return self.scope in {"global", "allowed"}


@dataclass(frozen=True, slots=True)
class NameServer:
    """An authoritative name server of the site's zone. `answers_v6` is None when not tried.
    `observed` is False when its IPv6 addresses could not be asked for."""

    host: str
    ipv4: tuple[AddressFact, ...] = ()
    ipv6: tuple[AddressFact, ...] = ()
    answers_v4: bool | None = None
    answers_v6: bool | None = None
    detail: str = ""
    observed: bool = True


@dataclass(frozen=True, slots=True)
class DnsAnswers:
    """All that was asked about the home page's host."""

    host: str
    a: DnsAnswer
    aaaa: DnsAnswer
    ipv4: tuple[AddressFact, ...] = ()
    ipv6: tuple[AddressFact, ...] = ()
    zone: str = ""
    ns: DnsAnswer | None = None
    name_servers: tuple[NameServer, ...] = ()


@dataclass(frozen=True, slots=True)
class HostProbe:
    """What one of the site's other names (alias or closed host) does.

    `role`: alias | closed. `reason` is set when nothing was observed; `redirects_to` is the final
    URL after redirects; `same_content` compares the main text with the home page's.
    """

    host: str
    role: str
    answer: DnsAnswer
    reason: Reason | None = None
    status: int = 0
    url: str = ""
    redirects_to: str = ""
    title: str = ""
    same_content: bool | None = None
    captured_at: datetime | None = None
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class HostProbes:
    """Probes of every alias and closed host of the site."""

    probes: tuple[HostProbe, ...] = ()


# --- fetches ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FetchRecord:
    """One request's outcome. `reason` is None when an HTTP answer arrived whole (whatever its
    status); `attempts` counts tries; `seconds` is the last try's total time."""

    url: str
    final_url: str = ""
    status: int = 0
    reason: Reason | None = None
    detail: str = ""
    seconds: float = 0.0
    attempts: int = 1
    captured_at: datetime | None = None
    sha256: str = ""
    size_bytes: int = 0
    content_type: str = ""
    location: str = ""
    address: str = ""

    @property
    def answered(self) -> bool:
        """True when the site itself answered (not a guard, filter or failed observation)."""
        return self.reason is None


@dataclass(frozen=True, slots=True)
class HomeFetch:
    """The attempts to open the home page, some seconds apart, oldest first. `browser_opens`: what a
    browser made of an answer that is no proper HTTP; None where it was not asked."""

    attempts: tuple[FetchRecord, ...]
    browser_opens: bool | None = None

    @property
    def last(self) -> FetchRecord:
        """The newest attempt."""
        return self.attempts[-1]


@dataclass(frozen=True, slots=True)
class HomePage:
    """The home page's facts (rendered ones when the source is a script shell)."""

    facts: PageFacts
    rendered: bool = False


@dataclass(frozen=True, slots=True)
class TlsProbe:
    """HTTPS on the home page's host. `verdict`: ok | closed | expired | not-yet-valid |
    wrong-name | self-signed | untrusted | missing-intermediate | old-protocol |
    handshake-failed. `closed`
    means that the port refused. `reason` is set when nothing was observed."""

    host: str
    port: int = 443
    verdict: str = "ok"
    reason: Reason | None = None
    detail: str = ""
    protocol: str = ""
    not_after: datetime | None = None
    names: tuple[str, ...] = ()
    redirects_to_https: bool | None = None
    captured_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ipv6Endpoint:
    """One address tried on one port. `opened` is None when our own path failed. `detail` says
    what `reason` was about, or which protection answered."""

    address: str
    family: int
    port: int
    opened: bool | None
    reason: Reason | None = None
    status: int = 0
    final_url: str = ""
    title: str = ""
    seconds: float = 0.0
    similarity: float | None = None
    certificate: str = ""
    sha256: str = ""
    captured_at: datetime | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Ipv6Probe:
    """Home page over each address of both families, pinned (no Happy Eyeballs).

    `similarity` of an IPv6 endpoint is measured against IPv4 after scripts, numbers and dates are
    taken out, 0 to 1; `noise` is how far two IPv4 answers differ from each other.
    """

    endpoints: tuple[Ipv6Endpoint, ...]
    noise: float = 0.0

    def of_family(self, family: int) -> tuple[Ipv6Endpoint, ...]:
        """Endpoints of family 4 or 6."""
        return tuple(item for item in self.endpoints if item.family == family)


@dataclass(frozen=True, slots=True)
class HostIpv6:
    """Whether a host that the site links to, or loads from, answers over IPv6.
    `works` is None when it was not observed."""

    host: str
    role: str
    urls: int
    aaaa: DnsAnswer
    usable: bool = False
    works: bool | None = None
    example_url: str = ""
    page_url: str = ""


@dataclass(frozen=True, slots=True)
class LinkedHosts:
    """Hosts of the home page's resources (role `resource`) and of same-organisation links on the
    home page (role `second-level`) and one page deeper (role `third-level`)."""

    hosts: tuple[HostIpv6, ...] = ()


@dataclass(frozen=True, slots=True)
class ReachabilitySample:
    """Spaced requests for the home page; `failed` by the 15-second rule of the veto."""

    probes: tuple[FetchRecord, ...]
    limit_s: float = 15.0

    @property
    def failures(self) -> int:
        """Probes that got no page within the limit."""
        return sum(1 for item in self.probes if _unreachable(item, self.limit_s))


def _unreachable(record: FetchRecord, limit_s: float) -> bool:
    return record.reason is not None or record.status >= 500 or record.seconds >= limit_s


@dataclass(frozen=True, slots=True)
class RobotsFile:
    """robots.txt. `state`: ok | absent | html | too-large | unreachable."""

    url: str
    state: str
    disallows_all: bool = False
    crawl_delay_s: float | None = None
    sitemaps: tuple[str, ...] = ()
    overridden: str = ""


@dataclass(frozen=True, slots=True)
class Trap:
    """A URL pattern that was stopped or deferred by the crawler, and how many URLs it left.
    `rule`: nothing-new | idle-parameter | repeated-segment | path-depth | action."""

    pattern: str
    rule: str
    deferred: int
    example: str = ""


@dataclass(frozen=True, slots=True)
class CrawlSummary:
    """How the crawl went. `stopped_because`: complete | max-pages | max-depth | max-seconds |
    blocked | unreachable | cancelled | error. `left` counts known URLs not fetched; `hosts_seen`
    maps in-scope and off-site host names to the number of links to them. `compared_with` and
    `revisit` speak of the site's last crawl, if there was one."""

    pages: int
    stopped_because: str
    left: int = 0
    failed: int = 0
    blocked: int = 0
    blocked_by: str = ""
    robots: RobotsFile | None = None
    traps: tuple[Trap, ...] = ()
    seconds: float = 0.0
    started_at: datetime | None = None
    finished_at: datetime | None = None
    compared_with: CrawlComparison | None = None
    revisit: Revisit | None = None


@dataclass(frozen=True, slots=True)
class BadTarget:
    """A link target that did not work. `verdict`: certain | suspected | blocked | unchecked."""

    url: str
    status: int
    verdict: str
    reason: Reason | None
    in_site: bool
    attempts: int = 2
    captured_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BadTargets:
    """Every checked target that is not ok, by URL."""

    targets: Mapping[str, BadTarget] = field(default_factory=dict)
    checked: int = 0
    unchecked: int = 0


@dataclass(frozen=True, slots=True)
class Soft404Answer:
    """What came as found (2xx) for an impossible name beside a page of the site. `mark` stands for
    its text without dates, numbers and its own address, `text_chars` is the text's length;
    `by_query` when only the values of a query were impossible."""

    url: str
    final_url: str
    mark: str
    text_chars: int
    by_query: bool = False


@dataclass(frozen=True, slots=True)
class Soft404Probe:
    """What the host answers for paths that cannot exist. `fingerprint` is the main text hash when
    such a path answers 200; `status` 0 and `reason` when not observed. `answers`: one for each
    kind of page (folder, ending) for which nonsense is answered as found."""

    host: str
    urls: tuple[str, ...]
    status: int = 0
    fingerprint: str = ""
    redirects_to: str = ""
    reason: Reason | None = None
    captured_at: datetime | None = None
    answers: tuple[Soft404Answer, ...] = ()


# --- search -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One entry of a result page."""

    rank: int
    url: str
    title: str
    published_on: date | None = None


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """One query sent. `kind`: known-item | nonsense | blank | long | typo | markup.

    `expected_url` is the page that a known-item query should find (its rank is derived);
    `answered` is false with `reason` when no page came; `no_result_text` is the message shown for
    no results; `echo_unescaped` says that markup in the query came back as markup; `unrecognised`
    that the page is neither a result list nor what this search shows when it finds nothing.
    """

    kind: str
    text: str
    url: str
    status: int = 0
    reason: Reason | None = None
    seconds: float = 0.0
    results: tuple[SearchResult, ...] = ()
    expected_url: str = ""
    expected_title: str = ""
    no_result_text: str = ""
    echo_unescaped: bool = False
    unrecognised: bool = False
    captured_at: datetime | None = None
    sha256: str = ""

    @property
    def answered(self) -> bool:
        """True when a result page came back from the search itself."""
        return self.reason is None and 0 < self.status < 500


@dataclass(frozen=True, slots=True)
class SearchProbe:
    """The site search as tried. `form` is None when no form was found on the pages in
    `looked_at`; `entry` is a link to a search page, `off_site` the operator's host when the search
    lives elsewhere; `facets` and `sorts` are the labels that the result page offers."""

    form: Form | None
    looked_at: tuple[str, ...] = ()
    rendered_by_script: bool = False
    entry: str = ""
    off_site: str = ""
    template_found: bool = False
    queries: tuple[SearchQuery, ...] = ()
    facets: tuple[str, ...] = ()
    sorts: tuple[str, ...] = ()
    result_statuses: tuple[FetchRecord, ...] = ()

    def of_kind(self, kind: str) -> tuple[SearchQuery, ...]:
        """The queries of one kind, in the order sent."""
        return tuple(query for query in self.queries if query.kind == kind)


# --- browser ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AxeNode:
    """One element that an axe rule names. `target` finds it; `place` is a short structural path
    as in `Link`, "" where the element stands in a frame."""

    target: str
    html: str
    summary: str
    screenshot: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class AxeRule:
    """One axe rule's result on one page. `help` is in Chinese where axe's locale has it."""

    id: str
    impact: str
    help: str
    help_en: str
    tags: tuple[str, ...]
    nodes: tuple[AxeNode, ...]
    nodes_total: int


@dataclass(frozen=True, slots=True)
class AxePage:
    """axe on one rendered page. `reason` is set when the page could not be judged."""

    url: str
    reason: Reason | None = None
    detail: str = ""
    engine: str = ""
    violations: tuple[AxeRule, ...] = ()
    incomplete: tuple[AxeRule, ...] = ()
    passes: int = 0
    frames_skipped: int = 0
    partial: bool = False
    screenshot: str = ""
    captured_at: datetime | None = None
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class AxeRun:
    """axe over the sample of rendered pages."""

    pages: tuple[AxePage, ...]


# --- derived over all pages -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Columns:
    """The site's columns: found ones and, with state `missing`, required ones not found.

    `home_unread` counts in-site entries of the home page whose date the page does not show and
    whose own page was not read.
    """

    columns: tuple[Column, ...]
    template: str = ""
    home_newest_on: date | None = None
    home_newest_title: str = ""
    home_newest_url: str = ""
    home_items: int = 0
    home_undated: int = 0
    home_is_navigation: bool = False
    home_unread: int = 0


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """A bad target with the first places that link to it (in page order) and their number."""

    target: BadTarget
    kind: LinkKind
    count: int
    sources: tuple[LinkSource, ...]


@dataclass(frozen=True, slots=True)
class LinkSource:
    """A place that links to a target."""

    page_url: str
    text: str
    place: str
    locator: str
    captured_at: datetime | None = None
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class BrokenLinks:
    """Every broken target with its sources."""

    links: tuple[BrokenLink, ...] = ()
    checked: int = 0
    unchecked: int = 0


@dataclass(frozen=True, slots=True)
class SiteIdentity:
    """Identity over all pages: the home page's, and on how many pages each part was seen.

    `seen_on` maps the names of `Identity` fields to page counts; `pages` is the number of pages
    whose source could be judged; `rendered_by_script` when that is so on most pages.
    """

    home: Identity
    home_url: str
    pages: int
    seen_on: Mapping[str, int] = field(default_factory=dict)
    rendered_by_script: bool = False
    captured_at: datetime | None = None
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class HostLinks:
    """Hosts that pages link to, with link counts and one example (page URL, link text, target)."""

    hosts: tuple[tuple[str, int, str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class TitleUse:
    """Page titles used by more than one page: (title, number of pages, first page URLs).
    `headlines`: those of them that more than half of their pages print as main heading (h1)."""

    repeated: tuple[tuple[str, int, tuple[str, ...]], ...] = ()
    pages: int = 0
    headlines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """A page that answered 200 and shows what the site shows for addresses that do not exist.
    `says_so` when its text has the words of an error page."""

    url: str
    parent_url: str
    parent_text: str
    says_so: bool
    title: str = ""
    captured_at: datetime | None = None
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class ErrorPages:
    """Error pages in disguise among the crawled pages: the first ones, and how many there are."""

    pages: tuple[ErrorPage, ...] = ()
    total: int = 0
