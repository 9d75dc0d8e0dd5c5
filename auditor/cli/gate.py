"""`--fail-on`: turning findings into exit code 1, for continuous integration. Off by default,
because a scheduled audit must not count as failed when it found something."""

from __future__ import annotations

import re
from dataclasses import dataclass

from auditor.cli.errors import UsageProblem
from auditor.model.finding import Outcome
from auditor.model.result import RunResult, SiteResult
from auditor.store import Store

_SCORE = re.compile(r"score<(\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Gate:
    """What fails the gate: a veto, an issue that the run before did not have, a score below."""

    veto: bool = False
    new: bool = False
    score_below: float | None = None

    def fails(self, result: RunResult, previous: frozenset[str] | None) -> bool:
        """True when the result fails the gate. Without a previous run nothing is new."""
        return any(self._site_fails(site, previous) for site in result.sites)

    def _site_fails(self, site: SiteResult, previous: frozenset[str] | None) -> bool:
        if self.veto and any(item.vetoes for item in site.assessments):
            return True
        below = self.score_below
        if below is not None and site.score is not None and site.score < below:
            return True
        if not self.new or previous is None:
            return False
        return any(
            issue.outcome is Outcome.FAILED and issue.id not in previous for issue in site.issues
        )

    def previous_issues(self, store: Store, run_id: str) -> frozenset[str] | None:
        """Ids of the issues of the run before this one; None when it is not asked for or there
        is none."""
        if not self.new:
            return None
        older = store.run_ids()
        older = older[older.index(run_id) + 1 :]
        if not older:
            return None
        found: set[str] = set()
        for row in store.site_rows(older[0]):
            judgement = store.judgement(older[0], row.site.id)
            found.update(issue.id for issue in (judgement.issues if judgement else ()))
        return frozenset(found)


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
