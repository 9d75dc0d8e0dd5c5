"""ipv6-second-level-links: the organisation's own links work over IPv6."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.api import (
    DnsAnswers,
    EvidenceRef,
    Finding,
    HostIpv6,
    LinkedHosts,
    Outcome,
    Reason,
    Text,
    check,
    dns_evidence,
    msg,
)
from checks.ipv6._common import WITHOUT_IPV6, host_subject, is_known, untested, without_ipv6

_LEVELS = {
    "second-level": Text(zh="二级链接（首页上的本单位链接）", en="second-level links"),
    "third-level": Text(zh="三级链接（下一级页面上的本单位链接）", en="third-level links"),
}
MESSAGES = {
    "no-links": Text(
        zh="首页没有本单位域名的链接，本项不适用。",
        en="The home page has no links of the organisation's own domain.",
    ),
    "own-host": Text(
        zh="本站主机 {host} 的 IPv6 地址拒绝连接（见“首页 IPv6 可访问”），暂不计算链接支持率。",
        en="The site's own host {host} refuses connections over IPv6 (see the check on the home "
        "page), so no share is taken.",
    ),
    "without-ipv6": WITHOUT_IPV6,
}
for _level, _name in _LEVELS.items():
    MESSAGES |= {
        f"{_level}-supported": Text(
            zh=_name.zh + "的 IPv6 支持率为 {percent}%（{good}/{total} 条，按主机 {hosts}）。",
            en="{percent}% of the " + _name.en + " have IPv6 ({good} of {total}, hosts {hosts}).",
        ),
        f"{_level}-low": Text(
            zh=_name.zh + "的 IPv6 支持率为 {percent}%（{good}/{total} 条，按主机 {hosts}），"
            "低于 {limit}%。不支持的主机：{names}。",
            en="{percent}% of the " + _name.en + " have IPv6 ({good} of {total}, hosts {hosts}), "
            "below {limit}%. Hosts without: {names}.",
        ),
        f"{_level}-unclear": Text(
            zh=_name.zh + "中有 {unknown} 条未能测出，支持率在 {percent}% 到 {most}% 之间，"
            "跨越 {limit}% 的界线，无法判定。",
            en="{unknown} of the " + _name.en + " could not be tested; the share lies between "
            "{percent}% and {most}%, on both sides of {limit}%.",
        ),
    }


@dataclass(frozen=True, slots=True)
class Params:
    """Thresholds. `share`: 0.85, the target that the 2022 work plan of 中央网信办 and others sets
    for government portals (read in paraphrase)."""

    share: float = 0.85


@check(
    id="ipv6-second-level-links",
    scope="site",
    title=Text(zh="二级、三级链接 IPv6 支持率", en="IPv6 of second- and third-level links"),
    why=Text(
        zh="网信部门的评测统计二级、三级内链的 IPv6 支持率（据公开解读转述）；"
        "85% 取自 2022 年工作安排中县级以上政府门户网站的 IPv6 支持率目标（据公开报道转述），"
        "链接的统计口径为本工具所定。",
        en="The assessment counts the IPv6 support of internal second- and third-level links; 85% "
        "is the 2022 target for government portals (both read in paraphrase; how links are "
        "counted is ours).",
    ),
    fix=Text(
        zh="为下列主机（子站、业务系统）开通 IPv6，优先处理被链接最多的。",
        en="Give the named hosts IPv6, the most linked ones first.",
    ),
    messages=MESSAGES,
)
def ipv6_second_level_links(
    dns: DnsAnswers, linked: LinkedHosts, params: Params
) -> Iterator[Finding]:
    """Measures the share of the organisation's own links whose host has IPv6.

    Why: the official assessment counts it. How: links of the registered domain on the home page
    (second level) and one page deeper (third level); a link counts when its host has a usable
    AAAA and answers over IPv6 where the vantage point can try. Hosts that could not be observed
    make the share a range, and only a range on one side of the line decides. Fix: IPv6 for the
    hosts named.
    """
    missing = without_ipv6(dns)
    if missing is not None:
        yield missing
        return
    if any(item.host == dns.host and item.works is False for item in linked.hosts):
        yield Finding(Outcome.INAPPLICABLE, msg("own-host", host=dns.host), host_subject(dns.host))
        return
    some = False
    for level in _LEVELS:
        hosts = [item for item in linked.hosts if item.role == level]
        if hosts:
            some = True
            yield _judge(dns, level, hosts, params)
    if not some:
        yield Finding(Outcome.INAPPLICABLE, msg("no-links"), host_subject(dns.host))


def _judge(dns: DnsAnswers, level: str, hosts: list[HostIpv6], params: Params) -> Finding:
    good = [item for item in hosts if _supports(item, dns) is True]
    bad = [item for item in hosts if _supports(item, dns) is False]
    total = sum(item.urls for item in hosts)
    sure = sum(item.urls for item in good)
    unknown = total - sure - sum(item.urls for item in bad)
    subject = host_subject(dns.host)
    if unknown == total:
        return untested(Reason.NO_IPV6, subject, "no link's host was observed over IPv6")
    values: dict[str, str | int] = {
        "percent": _percent(sure, total),
        "good": sure,
        "total": total,
        "hosts": f"{len(good)}/{len(hosts)}",
    }
    if sure >= params.share * total:
        return Finding(Outcome.PASSED, msg(f"{level}-supported", **values), subject)
    values["limit"] = round(params.share * 100)
    if sure + unknown >= params.share * total:
        most = _percent(sure + unknown, total)
        message = msg(
            f"{level}-unclear",
            unknown=unknown,
            most=most,
            percent=values["percent"],
            limit=values["limit"],
        )
        return Finding(Outcome.CANT_TELL, message, subject, _evidence(hosts))
    values["names"] = "、".join(item.host for item in _most_linked(bad)[:5])
    return Finding(Outcome.FAILED, msg(f"{level}-low", **values), subject, _evidence(bad))


def _supports(item: HostIpv6, dns: DnsAnswers) -> bool | None:
    """True or False as observed, None when nothing was."""
    if not is_known(item.aaaa):
        return None
    if not item.usable:
        return False
    if item.host == dns.host and item.works is None:
        # The home page itself is tried, address by address, by ipv6-homepage.
        return True
    return item.works


def _evidence(hosts: list[HostIpv6]) -> tuple[EvidenceRef, ...]:
    refs: list[EvidenceRef] = []
    for item in _most_linked(hosts)[:5]:
        refs.append(EvidenceRef(url=item.page_url, excerpt=item.example_url))
        refs.append(dns_evidence(item.aaaa))
    return tuple(refs)


def _most_linked(hosts: list[HostIpv6]) -> list[HostIpv6]:
    return sorted(hosts, key=lambda item: (-item.urls, item.host))


def _percent(part: int, total: int) -> int:
    # Rounded down, so that 84.9% is never printed as the 85% that it misses.
    return 100 * part // total
