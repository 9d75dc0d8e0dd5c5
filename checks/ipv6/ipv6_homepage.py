"""ipv6-homepage: the home page opens over every IPv6 address."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import (
    DnsAnswers,
    Finding,
    Ipv6Endpoint,
    Ipv6Probe,
    Outcome,
    Reason,
    Text,
    check,
    msg,
)
from checks.ipv6._common import (
    WITHOUT_IPV6,
    endpoint_evidence,
    endpoint_subject,
    guarded,
    has_page,
    untested,
    without_ipv6,
)

MESSAGES = {
    "opens": Text(
        zh="首页可通过 IPv6 地址 {address} 打开（端口 {port}，HTTP {status}）。",
        en="The home page opens over {address} (port {port}, HTTP {status}).",
    ),
    "refused": Text(
        zh="IPv6 地址 {address} 的 {ports} 端口均拒绝连接，而同时通过 IPv4 可以打开首页。",
        en="{address} refuses connections on port(s) {ports}, while the home page opens over IPv4.",
    ),
    "error-status": Text(
        zh="通过 IPv6 地址 {address} 打开首页返回 HTTP {status}，而 IPv4 正常。",
        en="Over {address} the home page answers HTTP {status}, while IPv4 works.",
    ),
    "not-over-ipv4": Text(
        zh="首页通过 IPv6 地址 {address} 打不开，但 IPv4 此时也打不开，无法归因于 IPv6。",
        en="The home page does not open over {address}, but neither over IPv4 at that time.",
    ),
    "without-ipv6": WITHOUT_IPV6,
}


@check(
    id="ipv6-homepage",
    scope="site",
    title=Text(zh="首页 IPv6 可访问", en="Home page over IPv6"),
    why=Text(
        zh="“首页可达”是国家 IPv6 监测指标，网信部门评测还统计首页访问成功率（据公开解读转述）。"
        "浏览器会悄悄退回 IPv4，所以只有逐个地址固定访问才能发现 IPv6 不通。",
        en="A reachable home page is an item of the national IPv6 monitoring (read in public "
        "explanations). Browsers fall back to IPv4 silently, so each address is tried by itself.",
    ),
    fix=Text(
        zh="检查该地址上的 Web 服务是否监听 IPv6（如 nginx 的 listen [::]:80、[::]:443）、"
        "虚拟主机是否匹配本域名、防火墙和云防护是否放行 IPv6。",
        en="See that the web server listens on IPv6 (for nginx `listen [::]:80` and `[::]:443`), "
        "that the virtual host knows this name, and that firewalls let IPv6 through.",
    ),
    messages=MESSAGES,
)
def ipv6_homepage(dns: DnsAnswers, probe: Ipv6Probe) -> Iterator[Finding]:
    """Opens the home page over every usable AAAA address, pinned to it.

    Why: an item of the national monitoring. How: HTTP and HTTPS; one port that gives the page is
    enough; a refusal or an error status counts while IPv4 gives the page at the same time.
    Timeouts, resets and protection pages are not tested: they may be ours. One visit says nothing
    about the success rate over days. Fix: make the server listen and answer on IPv6.
    """
    missing = without_ipv6(dns)
    if missing is not None:
        yield missing
        return
    over_ipv4 = any(has_page(item) for item in probe.of_family(4))
    only_ipv6 = not dns.ipv4
    addresses = dict.fromkeys(item.address for item in probe.of_family(6))
    if not addresses:
        yield untested(Reason.NOT_GATHERED)
    for address in addresses:
        tries = [item for item in probe.of_family(6) if item.address == address]
        yield _judge(address, tries, comparable=over_ipv4 or only_ipv6)


def _judge(address: str, tries: list[Ipv6Endpoint], *, comparable: bool) -> Finding:
    good = next((item for item in tries if has_page(item)), None)
    if good is not None:
        message = msg("opens", address=address, port=good.port, status=good.status)
        return Finding(Outcome.PASSED, message, endpoint_subject(good), (endpoint_evidence(good),))
    shown = _decisive(tries)
    subject, evidence = endpoint_subject(shown), (endpoint_evidence(shown),)
    observed = shown.reason is None and not guarded(shown)
    refused = all(item.opened is False for item in tries)
    if not (observed or refused):
        reason = shown.reason or Reason.BLOCKED
        return untested(reason, subject, shown.detail or f"HTTP {shown.status}")
    if not comparable:
        message = msg("not-over-ipv4", address=address)
        return Finding(Outcome.CANT_TELL, message, subject, evidence)
    if refused:
        ports = ", ".join(str(item.port) for item in tries)
        message = msg("refused", address=address, ports=ports)
    else:
        message = msg("error-status", address=address, status=shown.status)
    return Finding(Outcome.FAILED, message, subject, evidence)


def _decisive(tries: list[Ipv6Endpoint]) -> Ipv6Endpoint:
    """The try that says most about the address: an answer, else what we could not observe, else
    a refusal."""
    answered = [item for item in tries if item.reason is None]
    unsure = [item for item in tries if item.opened is not False]
    return (answered or unsure or tries)[0]
