"""domain-https: the home page's host offers HTTPS that browsers trust."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from auditor.api import (
    SHANGHAI,
    EvidenceRef,
    Finding,
    Message,
    Outcome,
    RunContext,
    Text,
    TlsProbe,
    check,
    msg,
)
from checks.domain._common import host_subject, is_address, untested

MESSAGES = {
    "ok": Text(
        zh="{host} 的 HTTPS 可用，证书有效。", en="HTTPS on {host} works with a valid certificate."
    ),
    "closed": Text(
        zh="{host} 没有开通 HTTPS（端口 {port} 拒绝连接）。",
        en="{host} offers no HTTPS (port {port} refuses connections).",
    ),
    "expired": Text(
        zh="{host} 的 HTTPS 证书已过期（有效期至 {until}）。",
        en="The certificate of {host} has expired (valid until {until}).",
    ),
    "not-yet-valid": Text(
        zh="{host} 的 HTTPS 证书尚未生效。", en="The certificate of {host} is not valid yet."
    ),
    "wrong-name": Text(
        zh="{host} 的 HTTPS 证书签发给其他域名（{names}）。",
        en="The certificate of {host} is for other names ({names}).",
    ),
    "self-signed": Text(
        zh="{host} 使用自签名的 HTTPS 证书，浏览器会显示安全警告。",
        en="{host} shows a self-signed certificate; browsers warn of it.",
    ),
    "untrusted": Text(
        zh="{host} 的 HTTPS 证书无法追溯到通用的受信任根证书（{detail}），请用常用浏览器核实。",
        en="The certificate of {host} leads to no commonly trusted root ({detail}); please look "
        "with common browsers.",
    ),
    "missing-intermediate": Text(
        zh="{host} 的服务器没有发送中间证书，部分浏览器和手机会显示安全警告。",
        en="{host} does not send its intermediate certificate; some browsers and phones warn.",
    ),
    "old-protocol": Text(
        zh="{host} 的 HTTPS 只支持过时的协议或加密算法（{detail}），新版浏览器拒绝连接。",
        en="{host} speaks outdated protocols or ciphers only ({detail}), which browsers refuse.",
    ),
    "handshake-failed": Text(
        zh="{host} 开放了端口 {port}，但无法建立 HTTPS 连接（{detail}）。",
        en="{host} has port {port} open but sets up no HTTPS connection ({detail}).",
    ),
    "unknown": Text(
        zh="{host} 的 HTTPS 检测结果“{verdict}”需人工判断。",
        en="The result “{verdict}” for HTTPS on {host} needs a person.",
    ),
    "expires-soon": Text(
        zh="{host} 的 HTTPS 证书将于 {until} 到期，只剩 {days} 天。",
        en="The certificate of {host} expires on {until}, in {days} days.",
    ),
    "no-name": Text(
        zh="网站以 IP 地址访问，本项不适用。",
        en="The site is opened by an address, so there is no name to certify.",
    ),
}
_FAILING = frozenset(
    {
        "closed", "expired", "not-yet-valid", "wrong-name", "self-signed", "missing-intermediate",
        "old-protocol", "handshake-failed",
    }
)  # fmt: skip
_NAMES_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Params:
    """Thresholds. `warn_days`: days before its end at which a certificate is worth a reminder."""

    warn_days: int = 14


@check(
    id="domain-https",
    scope="site",
    title=Text(zh="HTTPS 可用", en="HTTPS"),
    why=Text(
        zh="没有 HTTPS，页面内容和来信、登录信息可在途中被篡改或窃取；浏览器会标注“不安全”。"
        "（国办发〔2017〕47号的安全要求，条文待核实，作提示。）",
        en="Without HTTPS pages can be altered, and letters and passwords read, on their way. "
        "(Security demands of 国办发〔2017〕47号, wording to be verified; advice.)",
    ),
    fix=Text(
        zh="申请受信任的证书，部署完整证书链并开放 443 端口，启用 TLS 1.2 以上版本，"
        "并设置到期提醒。",
        en="Install a trusted certificate with its whole chain, open port 443 with TLS 1.2 or "
        "newer, and have its end watched.",
    ),
    messages=MESSAGES,
)
def domain_https(tls: TlsProbe, context: RunContext, params: Params) -> Iterator[Finding]:
    """Judges one TLS handshake with the home page's host.

    Why: integrity and secrecy. How: as a careful browser would, then in the ways that tell the
    defects apart. What we could not observe is untested; a root that our list lacks may be in
    other lists, so it is left to a person. National (SM2) certificates are not tested. Fix: a
    trusted certificate with its chain.
    """
    subject = host_subject(tls.host)
    if is_address(tls.host):
        yield Finding(Outcome.INAPPLICABLE, msg("no-name"), subject)
        return
    if tls.reason is not None:
        yield untested(tls.reason, subject, tls.detail)
        return
    yield Finding(
        _outcome(tls, context, params), _message(tls, context, params), subject, (_evidence(tls),)
    )


def _outcome(tls: TlsProbe, context: RunContext, params: Params) -> Outcome:
    if tls.verdict == "ok":
        return Outcome.CANT_TELL if _ends_soon(tls, context, params) else Outcome.PASSED
    return Outcome.FAILED if tls.verdict in _FAILING else Outcome.CANT_TELL


def _message(tls: TlsProbe, context: RunContext, params: Params) -> Message:
    until = tls.not_after.astimezone(SHANGHAI).date() if tls.not_after else None
    if tls.verdict == "ok" and until is not None and _ends_soon(tls, context, params):
        days = (until - _seen_at(tls, context).astimezone(SHANGHAI).date()).days
        return msg("expires-soon", host=tls.host, until=until.isoformat(), days=days)
    return msg(
        tls.verdict if tls.verdict in MESSAGES else "unknown",
        host=tls.host,
        port=tls.port,
        verdict=tls.verdict,
        until=until.isoformat() if until else "?",
        names=", ".join(tls.names[:_NAMES_SHOWN]) or "?",
        detail=tls.detail or tls.verdict,
    )


def _ends_soon(tls: TlsProbe, context: RunContext, params: Params) -> bool:
    limit = _seen_at(tls, context) + timedelta(days=params.warn_days)
    return tls.not_after is not None and tls.not_after <= limit


def _seen_at(tls: TlsProbe, context: RunContext) -> datetime:
    """When the certificate was seen: the run may judge for another day."""
    return tls.captured_at or context.as_of


def _evidence(tls: TlsProbe) -> EvidenceRef:
    until = f"notAfter {tls.not_after:%Y-%m-%d}" if tls.not_after else ""
    parts = (tls.verdict, tls.protocol, until, ", ".join(tls.names[:_NAMES_SHOWN]), tls.detail)
    port = "" if tls.port == 443 else f":{tls.port}"
    return EvidenceRef(
        url=f"https://{tls.host}{port}/",
        captured_at=tls.captured_at,
        excerpt=" ".join(part for part in parts if part)[:300],
    )
