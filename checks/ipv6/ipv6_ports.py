"""ipv6-ports: what is open over IPv4 is open over IPv6."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import Finding, Ipv6Endpoint, Ipv6Probe, Outcome, Reason, Text, check, msg
from checks.ipv6._common import endpoint_evidence, endpoint_subject, untested

MESSAGES = {
    "same-ports": Text(
        zh="IPv4 开放的端口（{ports}）在 IPv6 地址 {address} 上同样开放。",
        en="The ports open over IPv4 ({ports}) are open on {address} too.",
    ),
    "closed-on-ipv6": Text(
        zh="{port} 端口在 IPv4 上开放，在 IPv6 地址 {address} 上拒绝连接。",
        en="Port {port} is open over IPv4, but {address} refuses connections to it.",
    ),
    "nothing-to-compare": Text(
        zh="没有可比较的 IPv6 地址或 IPv4 开放端口，本项不适用。",
        en="There is no IPv6 address, or no port open over IPv4, to compare.",
    ),
}


@check(
    id="ipv6-ports",
    scope="site",
    title=Text(zh="IPv6 与 IPv4 端口一致", en="Ports open on both families"),
    why=Text(
        zh="常见的疏漏是只在 IPv6 上开了 80 而没有开 443：经 https 链接进入的 IPv6 用户会连接失败。"
        "（工程建议，参照国外同类评测的做法；无明文条款，作提示。）",
        en="A common slip is to open port 80 but not 443 on IPv6: visitors who follow an https "
        "link then fail. (Engineering advice; no clause.)",
    ),
    fix=Text(
        zh="让 Web 服务在 IPv6 上监听与 IPv4 相同的端口，并在防火墙中放行。",
        en="Listen on the same ports on IPv6 as on IPv4, and let the firewall pass them.",
    ),
    messages=MESSAGES,
)
def ipv6_ports(probe: Ipv6Probe) -> Iterator[Finding]:
    """Compares the open ports (HTTP and HTTPS) of the families.

    Why: a port that only IPv4 offers breaks links for IPv6 visitors. How: a refusal is a closed
    port; silence is not tested, since a filter on our way looks the same. An address that refuses
    every port is reported by ipv6-homepage only. Fix: listen on the same ports.
    """
    open_on_ipv4 = {item.port for item in probe.of_family(4) if item.opened}
    addresses = dict.fromkeys(item.address for item in probe.of_family(6))
    if not open_on_ipv4 or not addresses:
        yield Finding(Outcome.INAPPLICABLE, msg("nothing-to-compare"))
        return
    for address in addresses:
        tries = [
            item
            for item in probe.of_family(6)
            if item.address == address and item.port in open_on_ipv4
        ]
        yield from _compare(address, tries)


def _compare(address: str, tries: list[Ipv6Endpoint]) -> Iterator[Finding]:
    closed = [item for item in tries if item.opened is False]
    if len(closed) == len(tries):
        yield Finding(Outcome.INAPPLICABLE, msg("nothing-to-compare"))
        return
    for item in closed:
        message = msg("closed-on-ipv6", port=item.port, address=address)
        evidence = (endpoint_evidence(item),)
        yield Finding(Outcome.FAILED, message, endpoint_subject(item), evidence)
    unsure = [item for item in tries if item.opened is None]
    for item in unsure:
        yield untested(item.reason or Reason.TIMEOUT, endpoint_subject(item), item.detail)
    if not closed and not unsure:
        ports = ", ".join(str(item.port) for item in tries)
        message = msg("same-ports", ports=ports, address=address)
        yield Finding(Outcome.PASSED, message, endpoint_subject(tries[0]))
