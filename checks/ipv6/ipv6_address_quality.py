"""ipv6-address-quality: the AAAA records name addresses that the public can reach."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import (
    AddressFact,
    DnsAnswers,
    Finding,
    Outcome,
    Reason,
    RunContext,
    Subject,
    SubjectKind,
    Text,
    check,
    dns_evidence,
    msg,
)
from checks.ipv6._common import host_subject, reason_of, untested

#: What an address that must not be in public DNS is, by its scope.
_KINDS = {
    "loopback": Text(zh="本机环回地址", en="a loopback address"),
    "unspecified": Text(zh="未指定地址", en="the unspecified address"),
    "private": Text(zh="内网地址", en="a private address"),
    "ula": Text(zh="唯一本地（内网）地址", en="a unique local address"),
    "link-local": Text(zh="链路本地地址", en="a link-local address"),
    "documentation": Text(zh="文档示例地址", en="a documentation address"),
    "mapped": Text(zh="IPv4 映射地址", en="an IPv4-mapped address"),
    "6to4": Text(zh="已废止的 6to4 地址", en="a 6to4 address (deprecated)"),
    "nat64": Text(zh="NAT64 转换地址", en="a NAT64 address"),
    "teredo": Text(zh="Teredo 隧道地址", en="a Teredo address"),
    "multicast": Text(zh="组播地址", en="a multicast address"),
    "reserved": Text(zh="保留地址", en="a reserved address"),
}
MESSAGES = {
    "address-usable": Text(
        zh="{host} 的 {count} 个 IPv6 地址均为公网可达的地址。",
        en="All {count} IPv6 address(es) of {host} are of the public Internet.",
    ),
    "no-address": Text(
        zh="{host} 没有 AAAA 记录，本项不适用。", en="{host} has no AAAA record to judge."
    ),
    **{
        f"address-{scope}": Text(
            zh="{host} 的 AAAA 记录 {address} 是" + kind.zh + "，公众无法访问。",
            en="The AAAA record {address} of {host} is " + kind.en + ", which the public cannot "
            "reach.",
        )
        for scope, kind in _KINDS.items()
    },
}


@check(
    id="ipv6-address-quality",
    scope="site",
    title=Text(zh="IPv6 地址质量", en="Quality of IPv6 addresses"),
    why=Text(
        zh="AAAA 记录若指向内网、示例或转换用地址，支持 IPv6 的用户会先连这个地址而失败，"
        "比没有记录更糟。（工程建议，依据 RFC 6890 等；无明文条款，作提示。）",
        en="Visitors with IPv6 try the AAAA record first; if it names a private, example or "
        "translation address they fail, which is worse than no record. (Engineering advice after "
        "RFC 6890; no clause.)",
    ),
    fix=Text(
        zh="把该 AAAA 记录改为服务器真实的全球单播地址（2000::/3），或删除错误的记录。",
        en="Set the record to the server's real global unicast address (2000::/3) or delete it.",
    ),
    messages=MESSAGES,
)
def ipv6_address_quality(dns: DnsAnswers, context: RunContext) -> Iterator[Finding]:
    """Judges the kind of every AAAA value.

    Why: an unreachable address is tried before IPv4. How: by the address blocks of the IANA
    special-purpose registries; addresses that the operator of the audit allowed count as usable.
    It cannot see whether a global address is routed; ipv6-homepage does. Fix: correct the record.
    """
    subject = host_subject(dns.host)
    if not dns.aaaa.observed:
        yield untested(reason_of(dns.aaaa), subject, dns.aaaa.rcode)
        return
    if not dns.ipv6:
        yield Finding(Outcome.INAPPLICABLE, msg("no-address", host=dns.host), subject)
        return
    bad = [fact for fact in dns.ipv6 if not fact.usable]
    for fact in bad:
        yield _bad(dns, fact, context)
    if not bad:
        message = msg("address-usable", host=dns.host, count=len(dns.ipv6))
        yield Finding(Outcome.PASSED, message, subject, (dns_evidence(dns.aaaa),))


def _bad(dns: DnsAnswers, fact: AddressFact, context: RunContext) -> Finding:
    subject = Subject(SubjectKind.ADDRESS, fact.address)
    if fact.scope == "nat64" and context.vantage.nat64:
        return untested(Reason.NO_IPV6, subject, "DNS64 at the vantage point")
    scope = fact.scope if fact.scope in _KINDS else "reserved"
    message = msg(f"address-{scope}", host=dns.host, address=fact.address)
    return Finding(Outcome.FAILED, message, subject, (dns_evidence(dns.aaaa),))
