"""What the checks saw on one site, arranged by check for the indicators."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum, auto

from auditor.model.finding import Finding, Issue, Outcome, SubjectKind
from auditor.model.result import CheckTally
from auditor.model.scheme import Indicator, Rule

#: The check whose subject is the home page's being there at all.
HOME_CHECK = "site-homepage"
#: The check that tells whether the crawl saw the whole site.
CRAWL_CHECK = "site-crawl-coverage"

_COLUMN_FAMILY = "columns-"


class Sight(Enum):
    """How much of a check's subject was observed."""

    LOST = auto()
    NO_SUBJECT = auto()
    SEEN = auto()


class Observed:
    """Issues and tallies by check id. A check without a tally did not run: it saw nothing."""

    def __init__(
        self,
        issues: Sequence[Issue],
        tallies: Sequence[CheckTally],
        untested: Iterable[tuple[str, Finding]],
    ) -> None:
        self._issues: dict[str, list[Issue]] = {}
        for issue in issues:
            self._issues.setdefault(issue.check_id, []).append(issue)
        self._tallies = {tally.check_id: tally.counts for tally in tallies}
        self._untested = frozenset(check_id for check_id, _ in untested)

    def issues(self, item: Indicator, outcome: Outcome) -> tuple[Issue, ...]:
        """The issues of an outcome that concern an indicator, in the order of its checks.

        Indicators that count columns (单项否决 4) take issues about columns only: an issue about
        one undated entry is no column that was not updated.
        """
        found = (issue for check_id in item.checks for issue in self._issues.get(check_id, ()))
        return tuple(
            issue
            for issue in found
            if issue.outcome is outcome and not (item.rule is Rule.COUNT and _beside(issue))
        )

    def sight(self, check_id: str, tolerance: float) -> Sight:
        """Whether the check saw anything to judge. That there was nothing to judge is believed
        when at least the share `tolerance` was looked at."""
        counts = self._tallies.get(check_id, {})
        if any(counts.get(outcome) for outcome in _JUDGED) or check_id in self._issues:
            return Sight.SEEN
        if counts.get(Outcome.INAPPLICABLE) and self._share(check_id) >= tolerance:
            return Sight.NO_SUBJECT
        return Sight.LOST

    def lost(self, item: Indicator) -> int:
        """Observations that an indicator's checks could not make."""
        return sum(self._count(check_id, Outcome.UNTESTED) for check_id in item.checks)

    def share(self, item: Indicator) -> float:
        """The worst share of observations made, over the indicator's checks."""
        return min((self._share(check_id) for check_id in item.checks), default=0.0)

    @property
    def home_passed(self) -> bool:
        """True when the home page was opened."""
        return self._count(HOME_CHECK, Outcome.PASSED) > 0

    @property
    def home_failed(self) -> bool:
        """True when the site itself answered without a home page."""
        return self._count(HOME_CHECK, Outcome.FAILED) > 0

    @property
    def home_asked(self) -> bool:
        """True when the check of the home page was part of the run."""
        return HOME_CHECK in self._tallies or HOME_CHECK in self._untested

    @property
    def crawl_partial(self) -> bool:
        """True when the crawl is known not to have covered the site."""
        counts = self._tallies.get(CRAWL_CHECK)
        return counts is not None and not counts.get(Outcome.PASSED)

    def _count(self, check_id: str, outcome: Outcome) -> int:
        return self._tallies.get(check_id, {}).get(outcome, 0)

    def _share(self, check_id: str) -> float:
        total = sum(self._tallies.get(check_id, {}).values())
        return 1.0 - self._count(check_id, Outcome.UNTESTED) / total if total else 0.0


_JUDGED = (Outcome.PASSED, Outcome.FAILED, Outcome.CANT_TELL)


def counted(item: Indicator, issues: Sequence[Issue]) -> int:
    """How many breaches the issues are: places for `count_places`, else things; one column
    that two checks name is one."""
    if item.count_places:
        return sum(issue.count for issue in issues)
    return len({_thing(issue) for issue in issues})


def _thing(issue: Issue) -> tuple[str, ...]:
    if issue.subject.kind is SubjectKind.COLUMN:
        # Menus repeat names such as 通知公告, so the column's address tells them apart.
        return ("column", issue.subject.name, issue.evidence[0].url if issue.evidence else "")
    return ("issue", issue.id)


def _beside(issue: Issue) -> bool:
    about_column = issue.subject.kind is SubjectKind.COLUMN
    return issue.check_id.startswith(_COLUMN_FAMILY) and not about_column
