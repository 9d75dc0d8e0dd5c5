"""ipv6-aaaa-record: the home page's name has an IPv6 address."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import (
    DnsAnswers,
    Finding,
    Outcome,
    Reason,
    RunContext,
    Text,
    check,
    dns_evidence,
    msg,
)
from checks.ipv6._common import dns64_made, host_subject, name_exists, reason_of, untested

MESSAGES = {
    "aaaa-present": Text(
        zh="{host} 有 {count} 条 AAAA 记录。", en="{host} has {count} AAAA record(s)."
    ),
    "no-aaaa": Text(
        zh="{host} 没有 AAAA 记录，IPv6 用户无法按域名访问。",
        en="{host} has no AAAA record; IPv6 users cannot reach it by name.",
    ),
    "no-aaaa-unconfirmed": Text(
        zh="{host} 未查到 AAAA 记录，但第二次查询的结果不一致，请人工核实。",
        en="No AAAA record of {host} was seen, but a second question did not agree; please verify.",
    ),
    "name-absent": Text(
        zh="{host} 本身无法解析（{rcode}），谈不上有无 AAAA 记录。",
        en="{host} does not resolve at all ({rcode}), so AAAA records are no question.",
    ),
}


@check(
    id="ipv6-aaaa-record",
    scope="site",
    title=Text(zh="域名 AAAA 记录", en="AAAA record"),
    why=Text(
        zh="国家 IPv6 监测把“域名支持 AAAA 解析”作为第一项指标（据公开解读转述）；"
        "川政办字〔2019〕43号要求“加快推进政府网站IPV6改造”。没有 AAAA 记录，"
        "其余各项 IPv6 指标都无从谈起。",
        en="AAAA resolution is the first item of the national IPv6 monitoring (read in public "
        "explanations), and 川政办字〔2019〕43号 asks for the IPv6 conversion of government "
        "sites. Without a record none of the other IPv6 items can be met.",
    ),
    fix=Text(
        zh="在域名的权威服务器上为主页主机名添加 AAAA 记录；使用 CDN 或云防护的，"
        "在其控制台开启 IPv6。",
        en="Add an AAAA record for the home page's host at the authoritative servers, or switch "
        "on IPv6 at the content network or protection service.",
    ),
    messages=MESSAGES,
)
def ipv6_aaaa_record(dns: DnsAnswers, context: RunContext) -> Iterator[Finding]:
    """Looks for an AAAA record of the home page's host.

    Why: the first item of the national IPv6 monitoring. How: one question, a negative answer
    asked again; NXDOMAIN is not "no AAAA", and a failed question proves nothing. What the
    addresses are worth is judged by ipv6-address-quality. It cannot see records that are given
    to other regions only. Fix: add the record at the authoritative servers.
    """
    subject = host_subject(dns.host)
    evidence = (dns_evidence(dns.aaaa),)
    if not dns.aaaa.observed:
        yield untested(reason_of(dns.aaaa), subject, dns.aaaa.rcode)
    elif not name_exists(dns):
        message = msg("name-absent", host=dns.host, rcode=dns.aaaa.rcode)
        yield Finding(Outcome.INAPPLICABLE, message, subject, evidence)
    elif dns64_made(dns, context):
        yield untested(Reason.NO_IPV6, subject, "DNS64 at the vantage point")
    elif dns.aaaa.values:
        message = msg("aaaa-present", host=dns.host, count=len(dns.aaaa.values))
        yield Finding(Outcome.PASSED, message, subject, evidence)
    elif dns.aaaa.confirmed:
        yield Finding(Outcome.FAILED, msg("no-aaaa", host=dns.host), subject, evidence)
    else:
        message = msg("no-aaaa-unconfirmed", host=dns.host)
        yield Finding(Outcome.CANT_TELL, message, subject, evidence)
