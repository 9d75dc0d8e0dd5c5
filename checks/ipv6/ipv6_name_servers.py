"""ipv6-name-servers: the zone's name servers answer over IPv6."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.api import (
    DnsAnswers,
    EvidenceRef,
    Finding,
    NameServer,
    Outcome,
    Reason,
    Text,
    check,
    dns_evidence,
    msg,
)
from checks.ipv6._common import host_subject, reason_of, untested, usable

MESSAGES = {
    "servers-answer": Text(
        zh="{zone} 的权威服务器中有 {count} 台支持 IPv6。",
        en="{count} name server(s) of {zone} have IPv6.",
    ),
    "none": Text(
        zh="{zone} 的 {total} 台权威服务器都没有可用的 IPv6 地址，纯 IPv6 的解析器无法解析该域名。",
        en="None of the {total} name servers of {zone} has a usable IPv6 address; resolvers with "
        "IPv6 only cannot resolve the name.",
    ),
    "single": Text(
        zh="{zone} 的权威服务器中只有 {count} 台支持 IPv6，建议不少于 {wanted} 台。",
        en="Only {count} name server(s) of {zone} have IPv6; {wanted} are advised.",
    ),
    "silent": Text(
        zh="权威服务器 {server} 有 IPv6 地址，但通过 IPv6 拒绝回答 {zone}（IPv4 正常）。",
        en="Name server {server} has IPv6 but refuses to answer for {zone} over it (IPv4 works).",
    ),
    "no-zone": Text(
        zh="无法确定 {host} 所在的区或其权威服务器，本项不适用。",
        en="The zone of {host}, or its servers, could not be found.",
    ),
}


@dataclass(frozen=True, slots=True)
class Params:
    """Thresholds. `advised`: servers with IPv6 that count as enough, 2 as in internet.nl's
    published test; fewer, but one, is left to a person."""

    advised: int = 2


@check(
    id="ipv6-name-servers",
    scope="site",
    title=Text(zh="权威域名服务器支持 IPv6", en="Name servers over IPv6"),
    why=Text(
        zh="“域名授权体系”支持 IPv6 是国家 IPv6 监测指标之一（据公开解读转述）："
        "只有网站支持而解析链条不支持，纯 IPv6 用户仍然找不到网站。",
        en="IPv6 of the authoritative servers is an item of the national monitoring (read in "
        "public explanations): without it IPv6-only users cannot find the site.",
    ),
    fix=Text(
        zh="请域名解析服务商为权威服务器配置 AAAA 记录和粘合记录，并在 IPv6 上开放 53 端口"
        "（UDP 和 TCP）。",
        en="Have the DNS operator add AAAA and glue records for the servers and open port 53 "
        "(UDP and TCP) on IPv6.",
    ),
    messages=MESSAGES,
)
def ipv6_name_servers(dns: DnsAnswers, params: Params) -> Iterator[Finding]:
    """Counts the zone's name servers with usable IPv6 addresses.

    Why: an item of the national monitoring. How: NS of the zone, AAAA of each, and where this
    machine has IPv6 a question for the SOA over UDP, then TCP. Silence is not counted against a
    server. It cannot see the glue at the parent. Fix: IPv6 at the DNS operator.
    """
    if dns.ns is not None and not dns.ns.observed:
        yield untested(reason_of(dns.ns), host_subject(dns.zone), dns.ns.rcode)
        return
    if not dns.name_servers:
        yield Finding(Outcome.INAPPLICABLE, msg("no-zone", host=dns.host), host_subject(dns.host))
        return
    refusing = [item for item in dns.name_servers if item.answers_v6 is False and item.answers_v4]
    for server in refusing:
        message = msg("silent", server=server.host, zone=dns.zone)
        evidence = (EvidenceRef(url=f"dns:{dns.zone}?type=SOA", excerpt=server.detail),)
        yield Finding(Outcome.FAILED, message, host_subject(server.host), evidence)
    yield from _count(dns, len(refusing), params)


def _count(dns: DnsAnswers, refusing: int, params: Params) -> Iterator[Finding]:
    subject = host_subject(dns.zone)
    evidence = (dns_evidence(dns.ns),) if dns.ns is not None else ()
    having = [item for item in dns.name_servers if usable(item.ipv6)]
    count = len(having) - refusing
    unknown = [item for item in dns.name_servers if not item.observed]
    # A zone with a single server lacks a second one, not IPv6: domain-name-servers says so.
    if count >= params.advised or count == len(dns.name_servers):
        message = msg("servers-answer", zone=dns.zone, count=count)
        yield Finding(Outcome.PASSED, message, subject, evidence)
    elif unknown:
        yield untested(Reason.DNS_FAILURE, subject, _names(unknown))
    elif count > 0:
        message = msg("single", zone=dns.zone, count=count, wanted=params.advised)
        yield Finding(Outcome.CANT_TELL, message, subject, evidence)
    elif not having:
        message = msg("none", zone=dns.zone, total=len(dns.name_servers))
        yield Finding(Outcome.FAILED, message, subject, evidence)


def _names(servers: list[NameServer]) -> str:
    return ", ".join(item.host for item in servers[:4])
