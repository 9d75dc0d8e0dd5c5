"""From what the checks saw to the state of one indicator."""

from __future__ import annotations

from datetime import date

from auditor.model.finding import Issue, Outcome, Severity, Text
from auditor.model.scheme import Indicator, ItemResult, ItemState, Rule, Scheme
from auditor.model.site import Site
from auditor.score import texts
from auditor.score.observed import Observed, Sight, counted

Issues = tuple[Issue, ...]


def decide(
    item: Indicator, scheme: Scheme, site: Site, observed: Observed, as_of: date
) -> ItemResult:
    """The indicator's state, without points. Only observed failures breach; whatever could not
    be observed leaves the indicator undecided."""
    if not applies(item, scheme, site, as_of):
        return ItemResult(item, ItemState.INAPPLICABLE)
    failed = observed.issues(item, Outcome.FAILED)
    unclear = observed.issues(item, Outcome.CANT_TELL)
    if item.rule is Rule.HISTORY:
        return _result(item, ItemState.UNDECIDED, failed, texts.HISTORY)
    if item.rule is Rule.MANUAL:
        return _manual(item, (*failed, *unclear))
    count = counted(item, failed)
    if item.severity is Severity.ADVICE and count + counted(item, unclear) >= item.threshold:
        return _result(item, ItemState.ADVICE, (*failed, *unclear), None)
    if count >= item.threshold:
        return _result(item, ItemState.BREACHED, failed, None)
    sights = {observed.sight(check_id, scheme.min_coverage) for check_id in item.checks}
    if sights == {Sight.NO_SUBJECT}:
        return ItemResult(item, ItemState.INAPPLICABLE)
    if Sight.LOST in sights:
        return _result(item, ItemState.UNDECIDED, failed, texts.NOT_MEASURED)
    doubt = _doubt(item, scheme, observed, (*failed, *unclear))
    if doubt is not None:
        return _result(item, ItemState.UNDECIDED, failed, doubt)
    note = texts.below_threshold(count, item.threshold) if count else None
    return _result(item, ItemState.MET, failed, note)


def applies(item: Indicator, scheme: Scheme, site: Site, as_of: date) -> bool:
    """Whether the indicator concerns this type of site on this day."""
    if site.type not in item.applies_to:
        return False
    if not site.has_services and (
        item.needs_services or (scheme.services_group and item.group == scheme.services_group)
    ):
        return False
    if item.effective_from is not None and as_of < item.effective_from:
        return False
    return item.effective_to is None or as_of <= item.effective_to


def _manual(item: Indicator, candidates: Issues) -> ItemResult:
    state = ItemState.CANDIDATE if candidates else ItemState.UNDECIDED
    return _result(item, state, candidates, texts.MANUAL if item.checks else texts.NO_CHECK)


def _doubt(item: Indicator, scheme: Scheme, observed: Observed, candidates: Issues) -> Text | None:
    """Why an indicator that is not breached cannot be called met, or None when it can."""
    possible = counted(item, candidates)
    if possible >= item.threshold:
        return texts.CANT_TELL
    lost = observed.lost(item)
    # A veto is met only when even the unobserved could not tip it. Elsewhere one truncated page
    # among thousands does not undo what the others showed.
    if item.severity is Severity.VETO or item.rule is Rule.COUNT:
        return texts.NOT_MEASURED if possible + lost >= item.threshold else None
    return texts.NOT_MEASURED if observed.share(item) < scheme.min_coverage else None


def _result(item: Indicator, state: ItemState, issues: Issues, note: Text | None) -> ItemResult:
    ids = tuple(issue.id for issue in issues)
    return ItemResult(item, state, ids, counted(item, issues), None, note)
