"""What the domain checks share: host names, subjects, and ways to say that nothing was seen."""

from __future__ import annotations

import re

from auditor.api import (
    DnsAnswer,
    EvidenceRef,
    Finding,
    HostProbe,
    Outcome,
    Reason,
    Site,
    Subject,
    SubjectKind,
    dns_evidence,
    msg,
)

#: 政务 as it is written in DNS (RFC 5891).
_CHINESE_SUFFIXES = (".政务", ".xn--zfr164b")
_GOVERNMENT_SUFFIX = ".gov.cn"
_HOST = re.compile(r"[a-z][a-z0-9+.-]*://(?:[^/?#@]*@)?(\[[^\]/?#]*\]|[^/?#:\[]*)", re.I)
_IPV4 = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
#: What registers and pages print in place of a missing value.
NOTHING = "—"


def host_of(url: str) -> str:
    """Host name of an absolute address, lower case; "" if there is none."""
    match = _HOST.match(url)
    return match[1].lower().rstrip(".") if match else ""


def is_address(host: str) -> bool:
    """True when the site is opened by an IP address."""
    return ":" in host or _IPV4.fullmatch(host) is not None


def is_chinese(host: str) -> bool:
    """True for a name under 政务."""
    return host.endswith(_CHINESE_SUFFIXES)


def is_government(host: str) -> bool:
    """True for a name under gov.cn or 政务."""
    return host.endswith(_GOVERNMENT_SUFFIX) or is_chinese(host)


def zone_of(host: str) -> str:
    """The registered government name that a host belongs to (`lanting.gov.cn`); "" for others."""
    if not host.endswith(_GOVERNMENT_SUFFIX):
        return ""
    return ".".join(host.split(".")[-3:])


def is_below(host: str, zone: str) -> bool:
    """True when the host is the zone's own name or lies under it."""
    return bool(zone) and (host == zone or host.endswith("." + zone))


def host_subject(host: str) -> Subject:
    """A host as the subject of a finding."""
    return Subject(SubjectKind.HOST, host)


def register_evidence(site: Site, excerpt: str = "") -> EvidenceRef:
    """Cite the register's line: it names the home page, and nothing was fetched for it."""
    return EvidenceRef(url=site.homepage, excerpt=(excerpt or site.host)[:300])


def probe_evidence(probe: HostProbe) -> EvidenceRef:
    """Cite what another name of the site answered."""
    if not probe.url:
        return dns_evidence(probe.answer)
    seen = (f"HTTP {probe.status}", probe.title, probe.redirects_to and f"→ {probe.redirects_to}")
    return EvidenceRef(
        url=probe.url,
        captured_at=probe.captured_at,
        sha256=probe.sha256,
        excerpt=" ".join(part for part in seen if part)[:300],
    )


def untested(reason: Reason, subject: Subject | None = None, detail: str = "") -> Finding:
    """A finding that says why something was not tested."""
    return Finding(Outcome.UNTESTED, msg("untested", reason=reason.value, detail=detail), subject)


def reason_of(answer: DnsAnswer) -> Reason:
    """Why a DNS answer could not be observed."""
    return Reason.TIMEOUT if answer.rcode == "TIMEOUT" else Reason.DNS_FAILURE


def unobserved(probe: HostProbe) -> Finding | None:
    """The finding for a name about which nothing was observed; None when something was."""
    subject = host_subject(probe.host)
    if not probe.answer.observed:
        return untested(reason_of(probe.answer), subject, probe.answer.rcode)
    if probe.reason is not None:
        return untested(probe.reason, subject)
    return None
