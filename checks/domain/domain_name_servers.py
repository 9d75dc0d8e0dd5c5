"""domain-name-servers: more than one server speaks for the zone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.api import DnsAnswers, Finding, Outcome, Text, check, dns_evidence, msg
from checks.domain._common import host_subject, reason_of, untested

MESSAGES = {
    "enough": Text(
        zh="{zone} 有 {count} 台权威域名服务器。", en="{zone} has {count} name servers."
    ),
    "single": Text(
        zh="{zone} 只有 {count} 台权威域名服务器，建议不少于 {wanted} 台；一台故障网站即无法解析。",
        en="{zone} has {count} name server(s); {wanted} are advised, since the site is gone when "
        "the only one fails.",
    ),
    "no-zone": Text(
        zh="无法确定 {host} 所在的区，本项不适用。", en="The zone of {host} could not be found."
    ),
}


@dataclass(frozen=True, slots=True)
class Params:
    """Thresholds. `advised`: name servers of a zone, 2 as in RFC 1034, section 4.1."""

    advised: int = 2


@check(
    id="domain-name-servers",
    scope="site",
    title=Text(zh="权威域名服务器数量", en="Number of name servers"),
    why=Text(
        zh="RFC 1034 要求每个区至少有两台域名服务器。（工程建议；无政府网站明文条款，作提示。）",
        en="RFC 1034 asks for at least two name servers per zone. (Engineering advice; no clause "
        "on government sites.)",
    ),
    fix=Text(
        zh="为该区增加权威服务器，最好位于不同的网络，并在上级区登记。",
        en="Add a name server, best in another network, and register it with the parent zone.",
    ),
    messages=MESSAGES,
)
def domain_name_servers(dns: DnsAnswers, params: Params) -> Iterator[Finding]:
    """Counts the NS records of the zone that holds the home page's host.

    Why: one server is a single point of failure. How: the NS answer; it cannot see that two names
    are one machine. Too few are left to a person, since no clause forbids it. Fix: a second one.
    """
    subject = host_subject(dns.zone or dns.host)
    if dns.ns is None:
        yield Finding(Outcome.INAPPLICABLE, msg("no-zone", host=dns.host), subject)
        return
    if not dns.ns.observed:
        yield untested(reason_of(dns.ns), subject, dns.ns.rcode)
        return
    count, evidence = len(dns.ns.values), (dns_evidence(dns.ns),)
    if not count:
        yield Finding(Outcome.INAPPLICABLE, msg("no-zone", host=dns.host), subject, evidence)
    elif count >= params.advised:
        yield Finding(Outcome.PASSED, msg("enough", zone=dns.zone, count=count), subject, evidence)
    else:
        message = msg("single", zone=dns.zone, count=count, wanted=params.advised)
        yield Finding(Outcome.CANT_TELL, message, subject, evidence)
