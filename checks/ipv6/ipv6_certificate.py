"""ipv6-certificate: HTTPS over IPv6 shows a certificate as good as over IPv4."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import Finding, Ipv6Endpoint, Ipv6Probe, Outcome, Reason, Text, check, msg
from checks.ipv6._common import endpoint_evidence, endpoint_subject, untested

MESSAGES = {
    "same-certificate": Text(
        zh="IPv6 地址 {address} 与 IPv4 使用同一张证书。",
        en="{address} shows the same certificate as IPv4.",
    ),
    "other-valid": Text(
        zh="IPv6 地址 {address} 的证书与 IPv4 不同，但同样有效。",
        en="{address} shows another certificate than IPv4, as valid as that one.",
    ),
    "bad-on-ipv6": Text(
        zh="HTTPS 证书在 IPv4 上有效，在 IPv6 地址 {address} 上无效（{defect}），"
        "IPv6 用户会看到安全警告。",
        en="The certificate is valid over IPv4 but not over {address} ({defect}); visitors over "
        "IPv6 see a warning.",
    ),
    "bad-on-both": Text(
        zh="HTTPS 证书在 IPv4 和 IPv6 上都无效，不是 IPv6 特有的问题（见域名类检查）。",
        en="The certificate is invalid over both families, which is no matter of IPv6.",
    ),
    "no-https": Text(
        zh="没有同时在 IPv4 和 IPv6 上开放的 HTTPS，本项不适用。",
        en="HTTPS is not open over both families.",
    ),
}


@check(
    id="ipv6-certificate",
    scope="site",
    title=Text(zh="IPv6 证书一致", en="Certificate over IPv6"),
    why=Text(
        zh="IPv6 流量常经过另一台设备（旧负载均衡、云防护），更换证书时容易漏掉。"
        "（工程建议；无明文条款，作提示。）",
        en="IPv6 traffic often passes another device, which is forgotten when certificates are "
        "renewed. (Engineering advice; no clause.)",
    ),
    fix=Text(
        zh="在承接 IPv6 流量的设备上部署与 IPv4 相同的证书及完整证书链。",
        en="Install the same certificate and chain on the device that takes the IPv6 traffic.",
    ),
    messages=MESSAGES,
)
def ipv6_certificate(probe: Ipv6Probe) -> Iterator[Finding]:
    """Compares the certificates that both families show.

    Why: another device may terminate IPv6. How: verified handshakes pinned to each address; a
    defect counts only if IPv4 has none. Different but valid certificates are fine. Fix: deploy
    the same certificate everywhere.
    """
    secure = [item for item in probe.endpoints if _is_secure(item, probe)]
    ipv4 = [item for item in secure if item.family == 4]
    ipv6 = [item for item in secure if item.family == 6]
    if not ipv6 or (not ipv4 and probe.of_family(4)):
        yield Finding(Outcome.INAPPLICABLE, msg("no-https"))
        return
    good_on_ipv4 = not ipv4 or any(item.reason is not Reason.TLS for item in ipv4)
    known = {item.certificate for item in ipv4}
    for item in ipv6:
        yield _judge(item, known, good_on_ipv4=good_on_ipv4)


def _is_secure(item: Ipv6Endpoint, probe: Ipv6Probe) -> bool:
    """True for a port that speaks TLS; not for an HTTP port that only redirects to one."""
    if item.certificate:
        return True
    shown = any(other.address == item.address and other.certificate for other in probe.endpoints)
    return item.reason is Reason.TLS and not shown


def _judge(item: Ipv6Endpoint, known: set[str], *, good_on_ipv4: bool) -> Finding:
    subject, evidence = endpoint_subject(item), (endpoint_evidence(item),)
    if item.reason is Reason.TLS:
        if not good_on_ipv4:
            return Finding(Outcome.INAPPLICABLE, msg("bad-on-both"), subject, evidence)
        if not item.certificate:
            # The handshake broke off before a certificate came: nothing was observed.
            return untested(Reason.TLS, subject, item.detail)
        message = msg("bad-on-ipv6", address=item.address, defect=item.detail or "tls")
        return Finding(Outcome.FAILED, message, subject, evidence)
    # What came after the handshake (protection, an error page) does not matter here.
    key = "same-certificate" if item.certificate in known or not known else "other-valid"
    return Finding(Outcome.PASSED, msg(key, address=item.address), subject, evidence)
