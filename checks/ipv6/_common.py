"""What the IPv6 checks share."""

from __future__ import annotations

from auditor.api import (
    AddressFact,
    DnsAnswer,
    DnsAnswers,
    EvidenceRef,
    Finding,
    Ipv6Endpoint,
    Outcome,
    Reason,
    RunContext,
    Subject,
    SubjectKind,
    Text,
    msg,
)

#: Statuses and reasons by which protection answers; they say nothing about IPv6.
_GUARDED_STATUSES = frozenset({401, 403, 405, 407, 412, 429, 451, 503, 521})
_GUARDED_REASONS = frozenset({Reason.BLOCKED, Reason.CAPTCHA, Reason.RATE_LIMITED})


def reason_of(answer: DnsAnswer) -> Reason:
    """Why a DNS answer could not be observed."""
    return Reason.TIMEOUT if answer.rcode == "TIMEOUT" else Reason.DNS_FAILURE


def is_known(answer: DnsAnswer) -> bool:
    """True when the answer can be relied on: a negative one needs a second question."""
    return answer.observed and (bool(answer.values) or answer.confirmed)


def usable(facts: tuple[AddressFact, ...]) -> tuple[AddressFact, ...]:
    """The addresses that the public (or the operator's laboratory) can reach."""
    return tuple(fact for fact in facts if fact.usable)


def untested(reason: Reason, subject: Subject | None = None, detail: str = "") -> Finding:
    """A finding that says why something was not tested."""
    return Finding(Outcome.UNTESTED, msg("untested", reason=reason.value, detail=detail), subject)


def host_subject(host: str) -> Subject:
    """A host as the subject of a finding."""
    return Subject(SubjectKind.HOST, host)


def endpoint_subject(endpoint: Ipv6Endpoint) -> Subject:
    """An address, with its port, as the subject of a finding."""
    return Subject(SubjectKind.ADDRESS, f"[{endpoint.address}]:{endpoint.port}")


def endpoint_evidence(endpoint: Ipv6Endpoint) -> EvidenceRef:
    """Cite one try: the URL asked on this address, and what came of it."""
    seen = endpoint.reason.value if endpoint.reason else f"HTTP {endpoint.status}"
    parts = [f"[{endpoint.address}]:{endpoint.port}", seen, endpoint.title, endpoint.detail]
    return EvidenceRef(
        url=endpoint.final_url,
        captured_at=endpoint.captured_at,
        sha256=endpoint.sha256,
        excerpt=" ".join(part for part in parts if part)[:300],
    )


def guarded(endpoint: Ipv6Endpoint) -> bool:
    """True when protection or a rate limit answered instead of the site."""
    return endpoint.reason in _GUARDED_REASONS or endpoint.status in _GUARDED_STATUSES


def has_page(endpoint: Ipv6Endpoint) -> bool:
    """True when the site answered with a page or a redirect."""
    return endpoint.reason is None and 200 <= endpoint.status < 400


def name_exists(dns: DnsAnswers) -> bool:
    """False when the host name itself is missing or leads nowhere: then "no AAAA" says nothing
    about IPv6."""
    broken = {"NXDOMAIN", "CNAME-LOOP", "DANGLING-CNAME", "LONG-CHAIN"}
    return dns.aaaa.rcode not in broken


def dns64_made(dns: DnsAnswers, context: RunContext) -> bool:
    """True when every AAAA value is a NAT64 address and the vantage point sits behind a NAT64:
    then the records were made up on the way (RFC 6147)."""
    made = all(fact.scope == "nat64" for fact in dns.ipv6)
    return context.vantage.nat64 and bool(dns.ipv6) and made


def without_ipv6(dns: DnsAnswers) -> Finding | None:
    """The finding of a check that has no subject while the site's own name has no usable IPv6
    address; None when it has one. What is missing is said by other checks, once."""
    subject = host_subject(dns.host)
    if not dns.aaaa.observed:
        return untested(reason_of(dns.aaaa), subject, dns.aaaa.rcode)
    if usable(dns.ipv6):
        return None
    return Finding(Outcome.INAPPLICABLE, msg("without-ipv6", host=dns.host), subject)


#: Text of the `without-ipv6` message, for the tables of the checks that use it.
WITHOUT_IPV6 = Text(
    zh="{host} 没有可用的 IPv6 地址，本项不适用（见“域名 AAAA 记录”“IPv6 地址质量”）。",
    en="{host} has no usable IPv6 address, so this does not apply (see the checks on AAAA "
    "records and address quality).",
)
