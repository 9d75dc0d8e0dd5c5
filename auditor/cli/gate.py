"""`--fail-on`: turning findings into exit code 1, for continuous integration. Off by default,
because a scheduled audit must not count as failed when it found something."""

from __future__ import annotations

import re
from dataclasses import dataclass

from auditor.cli.errors import UsageProblem
from auditor.config import Settings
from auditor.model.finding import Outcome, Reason
from auditor.model.result import RunResult, SiteResult
from auditor.store import Store
from auditor.store.rows import Judgement

#: Reasons that the operator chose, or that no run can help.
_BY_CHOICE = frozenset({Reason.NOT_REQUESTED, Reason.NEEDS_HISTORY, Reason.NEEDS_PERSON})
_SCORE = re.compile(r"score<(\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Gate:
    """What fails the gate: a veto, an issue that the run before did not have, a score below."""

    veto: bool = False
    new: bool = False
    score_below: float | None = None

    def fails(self, result: RunResult, store: Store) -> bool:
        """True when the result fails the gate. What was not looked at before, a site or by a
        check, brings nothing new."""
        return any(self._site_fails(site, result.run_id, store) for site in result.sites)

    def _site_fails(self, site: SiteResult, run_id: str, store: Store) -> bool:
        if self.veto and any(item.vetoes for item in site.assessments):
            return True
        below = self.score_below
        if below is not None and site.score is not None and site.score < below:
            return True
        if not self.new:
            return False
        before = _judged_before(store, run_id, site.site.id)
        if before is None:
            return False
        known = {issue.id for issue in before.issues}
        made = {tally.check_id for tally in before.tallies}
        return any(
            issue.outcome is Outcome.FAILED and issue.id not in known and issue.check_id in made
            for issue in site.issues
        )


def _judged_before(store: Store, run_id: str, site_id: str) -> Judgement | None:
    """What the last whole audit of the site before this run found; None when there was none."""
    older = store.run_ids()
    for earlier in older[older.index(run_id) + 1 :]:
        states = {row.site.id: row.state for row in store.site_rows(earlier)}
        judgement = store.judgement(earlier, site_id) if states.get(site_id) == "done" else None
        if judgement is not None:
            return judgement
    return None


def parse_gate(text: str | None) -> Gate:
    """`veto`, `new`, `score<80`, separated by commas. `UsageProblem` for anything else."""
    veto, new, below = False, False, None
    for word in (text or "").replace(" ", "").split(","):
        score = _SCORE.fullmatch(word)
        if word == "veto":
            veto = True
        elif word == "new":
            new = True
        elif score:
            below = float(score.group(1))
        elif word:
            raise UsageProblem(f"--fail-on {word}: choose from veto, new, score<N")
    return Gate(veto, new, below)


def is_complete(result: RunResult, settings: Settings) -> bool:
    """True when the run measured what it set out to measure, as far as `coverage_limit` asks.
    A run of chosen checks is held to those alone, not to the indicators of the schemes."""
    chosen = settings.checks.include or settings.checks.exclude
    return (_share_made(result) if chosen else result.coverage) >= settings.coverage_limit


def _share_made(result: RunResult) -> float:
    """The share of checks that were made, over all sites."""
    wanted = made = 0
    for site in result.sites:
        for tally in site.tallies:
            said = sum(n for outcome, n in tally.counts.items() if outcome != Outcome.UNTESTED)
            if said or set(tally.untested) - _BY_CHOICE:
                wanted += 1
                made += bool(said)
    return made / wanted if wanted else 1.0
