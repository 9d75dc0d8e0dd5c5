"""domain-dangling-record: no alias record leads to a name that is gone."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import (
    DnsAnswer,
    DnsAnswers,
    Finding,
    HostProbes,
    Outcome,
    Text,
    check,
    dns_evidence,
    msg,
)
from checks.domain._common import host_subject, reason_of, untested

_DEAD_ENDS = frozenset({"DANGLING-CNAME", "CNAME-LOOP"})
MESSAGES = {
    "leads": Text(
        zh="{host} 的别名记录指向可解析的 {target}。",
        en="The alias record of {host} leads to {target}, which resolves.",
    ),
    "dangling": Text(
        zh="{host} 的别名记录（CNAME）指向 {target}，而该名称已不存在。",
        en="The alias record (CNAME) of {host} leads to {target}, which does not exist.",
    ),
    "loop": Text(
        zh="{host} 的别名记录（CNAME）循环指向，永远无法解析。",
        en="The alias records (CNAME) of {host} go round in a circle.",
    ),
    "unconfirmed": Text(
        zh="{host} 的别名记录（CNAME）似乎指向不存在的 {target}，但未能复核。",
        en="The alias record (CNAME) of {host} seems to lead to {target}, which does not exist; "
        "a second question did not confirm it.",
    ),
    "no-alias": Text(
        zh="网站的域名都没有别名记录（CNAME），本项不适用。",
        en="None of the site's names is an alias record (CNAME).",
    ),
}


@check(
    id="domain-dangling-record",
    scope="site",
    title=Text(zh="悬空解析记录", en="Dangling records"),
    why=Text(
        zh="国办函〔2018〕55号要求及时清理闲置域名；指向已停用云服务的记录可被他人抢注后冒充政府网站。",
        en="国办函〔2018〕55号 asks for idle names to be cleared; whoever takes over the target "
        "of a forgotten record can pose as the government site.",
    ),
    fix=Text(
        zh="删除该域名的 CNAME 记录，或改为指向仍在使用的服务；不再使用的域名一并注销。",
        en="Delete the record or point it at a service in use; cancel names that are not needed.",
    ),
    messages=MESSAGES,
)
def domain_dangling_record(dns: DnsAnswers, probes: HostProbes) -> Iterator[Finding]:
    """Follows the alias records of the home page's host, the aliases and the closed hosts.

    Why: idle names, and takeover by strangers. How: every CNAME chain is walked; a target that
    does not exist must be confirmed by a second question. It never tries to claim a target.
    Fix: delete the record.
    """
    answers = {dns.host: _telling(dns.a, dns.aaaa)}
    answers.update((probe.host, probe.answer) for probe in probes.probes)
    found = [_judge(host, answer) for host, answer in sorted(answers.items())]
    seen = [finding for finding in found if finding is not None]
    yield from seen
    if not seen:
        yield Finding(Outcome.INAPPLICABLE, msg("no-alias"), host_subject(dns.host))


def _telling(a: DnsAnswer, aaaa: DnsAnswer) -> DnsAnswer:
    """The answer that leads to an address, else one that was observed."""
    return next((answer for answer in (a, aaaa) if answer.values), a if a.observed else aaaa)


def _judge(host: str, answer: DnsAnswer) -> Finding | None:
    subject, evidence = host_subject(host), (dns_evidence(answer),)
    if not answer.observed:
        return untested(reason_of(answer), subject, answer.rcode)
    target = answer.chain[-1] if answer.chain else ""
    if answer.rcode in _DEAD_ENDS:
        if not answer.confirmed:
            message = msg("unconfirmed", host=host, target=target)
            return Finding(Outcome.CANT_TELL, message, subject, evidence)
        key = "dangling" if answer.rcode == "DANGLING-CNAME" else "loop"
        return Finding(Outcome.FAILED, msg(key, host=host, target=target), subject, evidence)
    if target and answer.values:
        message = msg("leads", host=host, target=target)
        return Finding(Outcome.PASSED, message, subject, evidence)
    return None
