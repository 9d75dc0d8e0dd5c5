"""What the district page keeps of each site: a line of numbers and a few short texts, so that a
thousand sites take a few megabytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from auditor.api import CheckInfo, Outcome, Severity, SiteResult, Verdict
from reports._clean import clip
from reports._digest import veto_names
from reports._issuelist import certain
from reports._texts import Texts, reason_of

_VERDICT_ORDER = {
    Verdict.UNQUALIFIED: 0,
    Verdict.PROVISIONAL: 1,
    Verdict.QUALIFIED: 2,
    Verdict.NOT_ASSESSED: 3,
}
_UNMEASURED = frozenset({"blocked", "unreachable", "cancelled", "error"})
_NAME_CHARS = 120


@dataclass(frozen=True, slots=True)
class Cell:
    """A site's results in one family. `level`: untested, partly (nothing found, but not
    everything tested), none, some, many, veto."""

    failed: int
    suspected: int
    untested: int
    level: str


@dataclass(frozen=True, slots=True)
class SiteLine:
    """A site on the district page. `why` says what kept us from measuring it, if anything did."""

    id: str
    name: str
    organisation: str
    homepage: str
    type: str
    verdict: Verdict
    score: float | None
    coverage: float
    vetoes: tuple[str, ...]
    counts: Mapping[str, int]
    untested: int
    pages: int
    families: Mapping[str, Cell]
    why: tuple[str, ...]

    @property
    def weight(self) -> tuple[int, int, float, int, int, str]:
        """Order of the ranking: worst first, what was not assessed last."""
        score = 1_000.0 if self.score is None else self.score
        return (
            _VERDICT_ORDER[self.verdict], -len(self.vetoes), score, -self.counts["deduction"],
            -self.counts["advice"], self.id,
        )  # fmt: skip


def site_line(site: SiteResult, checks: Mapping[str, CheckInfo], texts: Texts) -> SiteLine:
    """Sum up one site."""
    known = site.site
    return SiteLine(
        id=known.id,
        name=clip(known.name, _NAME_CHARS),
        organisation=clip(known.organisation, _NAME_CHARS),
        homepage=known.homepage,
        type=known.type,
        verdict=Verdict(site.verdict),
        score=site.score,
        coverage=site.coverage,
        vetoes=veto_names(site, texts.lang),
        counts=issue_counts(site),
        untested=len(site.untested),
        pages=site.crawl.pages if site.crawl else 0,
        families=_families(site, checks),
        why=tuple(_why(site, texts)),
    )


def issue_counts(site: SiteResult) -> dict[str, int]:
    """Issues by severity, suspicions under `cant-tell`."""
    counts = dict.fromkeys([*(str(item) for item in Severity), "cant-tell"], 0)
    for issue in site.issues:
        key = site.severity.get(issue.id, Severity.ADVICE) if certain(issue) else "cant-tell"
        counts[key] += 1
    return counts


def family_of(check_id: str, checks: Mapping[str, CheckInfo]) -> str:
    """The family of a check; the first word of its id when the check is unknown."""
    info = checks.get(check_id)
    return info.family if info else check_id.split("-", 1)[0]


def _families(site: SiteResult, checks: Mapping[str, CheckInfo]) -> dict[str, Cell]:
    failed: Counter[str] = Counter()
    suspected: Counter[str] = Counter()
    vetoed: set[str] = set()
    tested: set[str] = set()
    for issue in site.issues:
        family = family_of(issue.check_id, checks)
        tested.add(family)
        (failed if certain(issue) else suspected)[family] += 1
        if certain(issue) and site.severity.get(issue.id) is Severity.VETO:
            vetoed.add(family)
    for tally in site.tallies:
        if any(count for outcome, count in tally.counts.items() if outcome != Outcome.UNTESTED):
            tested.add(family_of(tally.check_id, checks))
    untested = Counter(family_of(check_id, checks) for check_id, _ in site.untested)
    return {
        family: Cell(
            failed[family], suspected[family], untested[family],
            _level(
                failed[family], untested[family], tested=family in tested, veto=family in vetoed
            ),
        )
        for family in tested | set(untested)
    }  # fmt: skip


def _level(failed: int, untested: int, *, tested: bool, veto: bool) -> str:
    if not tested:
        return "untested"
    if veto:
        return "veto"
    if failed == 0:
        return "partly" if untested else "none"
    return "some" if failed < 5 else "many"


def _why(site: SiteResult, texts: Texts) -> Iterable[str]:
    if site.state != "done":
        yield texts.word("site_state", site.state)
    if site.error:
        yield clip(site.error, 200)
    crawl, home = site.crawl, site.home
    if home is not None and home.attempts and home.last.reason is not None:
        yield texts("district.home_failed", reason=texts.word("reason", home.last.reason))
    if crawl is not None and crawl.stopped_because in _UNMEASURED:
        by = f"（{clip(crawl.blocked_by, 60)}）" if crawl.blocked_by else ""
        yield texts.word("stopped", crawl.stopped_because) + by
    if Verdict(site.verdict) is Verdict.NOT_ASSESSED:
        reasons = Counter(reason for _, item in site.untested if (reason := reason_of(item)))
        for reason, count in sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0]))[:2]:
            yield texts(
                "district.checks_untested", count=count, reason=texts.word("reason", reason)
            )
