"""site-reachability: the share of visits that got no page, over a week."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.api import (
    FetchRecord,
    Finding,
    Outcome,
    ReachabilitySample,
    Reason,
    Subject,
    SubjectKind,
    Text,
    check,
    fetch_evidence,
    msg,
)

#: What may be the site's doing. Every other reason is about us or about protection.
_SITE_FAILED = frozenset(
    {
        Reason.TIMEOUT,
        Reason.RESET,
        Reason.REFUSED,
        Reason.NXDOMAIN,
        Reason.NO_ADDRESS,
        Reason.TLS,
        Reason.PROTOCOL,
        Reason.EMPTY,
    }
)
#: The site answered with a page; that we read it in part is about us.
_OPENED = frozenset({Reason.TOO_LARGE, Reason.TRUNCATED})
#: Answers by which protection, limits and log-in walls turn visitors away.
_GUARDED = frozenset({401, 403, 405, 407, 412, 429, 451, 521})
_SHOWN = 10
_VALUES_ZH = "访问 {probes} 次、打不开 {failures} 次、最慢 {slowest} 秒"
_VALUES_EN = "{probes} visits, {failures} without a page, slowest {slowest} s"
MESSAGES = {
    "needs-history": Text(
        zh="监测样本不足，不作判定（本轮"
        + _VALUES_ZH
        + "；判定需监测 {days} 天、每天 20 次以上）。",
        en="The sample is too small to decide (" + _VALUES_EN + "; {days} days of 20 or more "
        "visits a day are needed).",
    ),
    "reachable": Text(
        zh="监测期内" + _VALUES_ZH + "，打不开比例 {percent}%，低于 {limit}%。",
        en=_VALUES_EN + ": {percent}% failed, below {limit}%.",
    ),
    "not-reachable": Text(
        zh="监测期内" + _VALUES_ZH + "，打不开比例 {percent}%，超过（含）{limit}%。",
        en=_VALUES_EN + ": {percent}% failed, {limit}% or more.",
    ),
    "not-observed": Text(
        zh="监测期内" + _VALUES_ZH + "，但另有 {unseen} 次未能有效观测，足以改变结论，请人工核对。",
        en=_VALUES_EN + "; {unseen} more visits could not be observed, enough to change the "
        "verdict. Please look.",
    ),
}


@dataclass(frozen=True, slots=True)
class Params:
    """Veto 2: `days` of monitoring, `min_probes` (20 a day), and the failing `share` (included)."""

    days: int = 7
    min_probes: int = 140
    share: float = 0.05


@check(
    id="site-reachability",
    scope="site",
    title=Text(zh="站点可访问率", en="Reachability over a week"),
    why=Text(
        zh="国办秘函〔2019〕19号单项否决第2项：监测1周，每天间隔性访问20次以上，"
        "超过（含）15秒网站仍打不开的次数累计占比超过（含）5%即否决。",
        en="国办秘函〔2019〕19号, veto 2: over one week with 20 or more visits a day, a site that "
        "does not open within 15 seconds in 5% of them or more is vetoed.",
    ),
    fix=Text(
        zh="查明打不开的时段，检查服务器、带宽、域名解析和防护策略；计划内停机应提前报备。",
        en="Find out when it fails; check server, line, name service and protection. Announce "
        "planned downtime.",
    ),
    messages=MESSAGES,
)
def site_reachability(sample: ReachabilitySample, params: Params) -> Iterator[Finding]:
    """Counts visits that got no page within 15 seconds.

    Why: veto 2 of 国办秘函〔2019〕19号. How: spaced visits; one run has a handful of them and never
    decides. With a week of them the share decides, unless visits that we could not observe
    (protection, our own network) could change it. Fix: server, line, name service.
    """
    seen = [record for record in sample.probes if _is_seen(record)]
    unseen = len(sample.probes) - len(seen)
    failed = [record for record in seen if _failed(record, sample.limit_s)]
    values: dict[str, str | int | float] = {
        "probes": len(seen),
        "failures": len(failed),
        "slowest": round(max((record.seconds for record in seen), default=0.0), 1),
    }
    subject = Subject(SubjectKind.PAGE, sample.probes[0].url) if sample.probes else None
    evidence = tuple(fetch_evidence(record) for record in (failed or seen)[:_SHOWN])
    if len(sample.probes) < params.min_probes or _days(sample) < params.days:
        reason = Reason.NEEDS_HISTORY.value
        message = msg("needs-history", reason=reason, days=params.days, **values)
        yield Finding(Outcome.UNTESTED, message, subject, evidence)
        return
    low, high = len(failed), len(failed) + unseen
    bad = [count >= params.share * len(sample.probes) for count in (low, high)]
    if bad[0] != bad[1]:
        message = msg("not-observed", unseen=unseen, **values)
        yield Finding(Outcome.CANT_TELL, message, subject, evidence)
        return
    percent = round(100 * low / max(1, len(seen)), 1)
    values |= {"percent": percent, "limit": round(100 * params.share)}
    key, outcome = ("not-reachable", Outcome.FAILED) if bad[0] else ("reachable", Outcome.PASSED)
    yield Finding(outcome, msg(key, **values), subject, evidence)


def _is_seen(record: FetchRecord) -> bool:
    """True when the visit says something about the site."""
    if record.reason is not None:
        return record.reason in _SITE_FAILED or record.reason in _OPENED
    return record.status not in _GUARDED


def _failed(record: FetchRecord, limit_s: float) -> bool:
    unopened = record.reason is not None and record.reason not in _OPENED
    return unopened or record.status >= 500 or record.seconds >= limit_s


def _days(sample: ReachabilitySample) -> int:
    """Calendar days (UTC) on which visits were made."""
    return len({record.captured_at.date() for record in sample.probes if record.captured_at})
