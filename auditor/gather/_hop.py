"""A request on its way: what was asked for, what each hop brought, and how it is recorded."""

from __future__ import annotations

import email.utils
from dataclasses import dataclass
from datetime import UTC, datetime

from auditor.gather._exchange import REDIRECTS, Exchange
from auditor.gather._target import Target, redirect_url
from auditor.gather.throttle import MAX_RETRY_AFTER_S
from auditor.model.artifact import DnsAnswer, FetchRecord
from auditor.model.finding import Reason

#: Statuses by which a server asks for rest, with Retry-After.
BUSY = frozenset({429, 503})
_RETRY_STATUSES = frozenset({429, 500, 502, 503, 504})
_RETRY_REASONS = frozenset({Reason.RESET, Reason.TRUNCATED})
#: Details of requests that were not made: the host's breaker is open; the turn did not come.
GIVEN_UP = "given-up"
NO_TURN = "no-turn"
NOT_MADE = frozenset({GIVEN_UP, NO_TURN})


@dataclass(frozen=True, slots=True)
class Order:
    """What the caller asked for; see `Fetcher.fetch`."""

    url: str
    method: str
    headers: tuple[tuple[str, str], ...]
    body_limit: int
    timeout_s: float
    family: int
    address: str | None
    follow: bool
    max_redirects: int
    insist: bool
    verify: bool


@dataclass(slots=True)
class Hop:
    """One answered or failed request on the way."""

    target: Target
    exchange: Exchange
    address: str = ""
    blocked_by: str = ""
    retry_after_s: float | None = None
    sent: tuple[tuple[str, str], ...] = ()


def retry_after(value: str, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for (RFC 9110 section 10.2.3: seconds or a date);
    None when absent or unreadable."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        moment = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max((moment - now).total_seconds(), 0.0)


def no_address(answer: DnsAnswer) -> Exchange:
    """What is recorded for a host without address, by its DNS answer."""
    if not answer.observed:
        return Exchange(reason=Reason.DNS_FAILURE, detail=answer.rcode)
    if answer.rcode in {"NXDOMAIN", "DANGLING-CNAME"}:
        return Exchange(reason=Reason.NXDOMAIN, detail=answer.rcode)
    if answer.rcode in {"CNAME-LOOP", "LONG-CHAIN"}:
        return Exchange(reason=Reason.DNS_FAILURE, detail=answer.rcode)
    return Exchange(reason=Reason.NO_ADDRESS, detail=answer.rcode)


def worth_retrying(hop: Hop) -> bool:
    """True when the same request may well succeed a moment later."""
    exchange = hop.exchange
    if hop.blocked_by or exchange.detail in NOT_MADE:
        return False
    if (hop.retry_after_s or 0.0) > MAX_RETRY_AFTER_S:
        return False
    return exchange.reason in _RETRY_REASONS or exchange.status in _RETRY_STATUSES


def differs(exchange: Exchange, earlier_bytes: int) -> bool:
    """True when a page without an end is not as long as it was in the try before: the shorter
    one, if not both, was cut off. Counters and dates may differ."""
    return abs(len(exchange.body) - earlier_bytes) > max(64, earlier_bytes // 100)


def record_of(url: str, hop: Hop, seconds: float, attempts: int) -> FetchRecord:
    """The record of a hop, under the URL that was asked for."""
    exchange = hop.exchange
    location = ""
    if exchange.location and exchange.status in REDIRECTS:
        try:
            location = redirect_url(hop.target.url, exchange.location)
        except ValueError:
            location = exchange.location.decode("latin-1")
    return FetchRecord(
        url=url,
        final_url=hop.target.url,
        status=exchange.status,
        reason=exchange.reason,
        detail=exchange.detail,
        seconds=seconds,
        attempts=attempts,
        captured_at=exchange.captured_at or datetime.now(UTC),
        sha256=exchange.sha256,
        size_bytes=len(exchange.body),
        content_type=exchange.header("content-type"),
        location=location[:2083],
        address=hop.address,
    )
