"""ipv6-resource-hosts: what the home page loads can be loaded over IPv6."""

from __future__ import annotations

from collections.abc import Iterator

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
from checks.ipv6._common import (
    WITHOUT_IPV6,
    host_subject,
    is_known,
    reason_of,
    untested,
    without_ipv6,
)

MESSAGES = {
    "loads": Text(
        zh="首页资源所在的 {count} 个其他主机均支持 IPv6。",
        en="All {count} other host(s) of the home page's resources have IPv6.",
    ),
    "no-ipv6": Text(
        zh="首页的 {urls} 个资源（图片、样式、脚本等）来自 {host}，该主机没有可用的 IPv6 地址，"
        "纯 IPv6 用户看到的首页会缺失这些内容（“天窗”）。",
        en="{urls} resource(s) of the home page come from {host}, which has no usable IPv6 "
        "address; IPv6-only visitors miss them.",
    ),
    "refuses": Text(
        zh="首页的 {urls} 个资源来自 {host}，该主机的 IPv6 地址拒绝连接。",
        en="{urls} resource(s) of the home page come from {host}, which refuses connections over "
        "IPv6.",
    ),
    "own-host-only": Text(
        zh="首页资源全部来自本站主机，本项不适用。",
        en="All resources of the home page come from the site's own host.",
    ),
    "without-ipv6": WITHOUT_IPV6,
}


@check(
    id="ipv6-resource-hosts",
    scope="site",
    title=Text(zh="首页资源 IPv6 支持（天窗）", en="Home page resources over IPv6"),
    why=Text(
        zh="首页支持 IPv6 而图片、样式、脚本所在主机不支持，会出现“天窗”：页面能打开但内容残缺。"
        "（工程建议；无明文条款，作提示。）",
        en="If the page has IPv6 but the hosts of its images, styles and scripts have not, the "
        "page opens with holes. (Engineering advice; no clause.)",
    ),
    fix=Text(
        zh="为该主机开通 IPv6，或把资源移到本站主机上。",
        en="Give that host IPv6, or move the resources to the site's own host.",
    ),
    messages=MESSAGES,
)
def ipv6_resource_hosts(dns: DnsAnswers, linked: LinkedHosts) -> Iterator[Finding]:
    """Looks up the hosts of the home page's images, styles, scripts and frames.

    Why: holes in the page for IPv6-only visitors. How: AAAA of each host other than the site's
    own, and one request over IPv6 where the vantage point can; silence is not tested. It cannot
    see what scripts load later. Fix: IPv6 for that host, or other hosting.
    """
    missing = without_ipv6(dns)
    if missing is not None:
        yield missing
        return
    hosts = [item for item in linked.hosts if item.role == "resource" and item.host != dns.host]
    if not hosts:
        yield Finding(Outcome.INAPPLICABLE, msg("own-host-only"), host_subject(dns.host))
        return
    findings = [finding for item in hosts if (finding := _judge(item)) is not None]
    yield from findings
    if not findings:
        message = msg("loads", count=len(hosts))
        yield Finding(Outcome.PASSED, message, host_subject(dns.host))


def _judge(item: HostIpv6) -> Finding | None:
    """What is wrong with a host, or was not observed; None when it is fine."""
    subject = host_subject(item.host)
    if not is_known(item.aaaa):
        return untested(reason_of(item.aaaa), subject, item.aaaa.rcode)
    if item.aaaa.rcode == "NXDOMAIN":
        # A dead name is a dead link over either family.
        return None
    use = EvidenceRef(url=item.page_url, excerpt=item.example_url)
    if not item.usable:
        evidence = (use, dns_evidence(item.aaaa))
        return Finding(
            Outcome.FAILED, msg("no-ipv6", urls=item.urls, host=item.host), subject, evidence
        )
    if item.works is False:
        message = msg("refuses", urls=item.urls, host=item.host)
        return Finding(Outcome.FAILED, message, subject, (use,))
    if item.works is None:
        return untested(Reason.TIMEOUT, subject, "no answer over IPv6")
    return None
