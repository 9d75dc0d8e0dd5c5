"""domain-closed-host: names that the register calls closed answer no more."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import Finding, HostProbe, HostProbes, Outcome, Site, Text, check, msg
from checks.domain._common import host_of, host_subject, probe_evidence, unobserved

_ERROR = 400
MESSAGES = {
    "gone": Text(
        zh="已关停的域名 {host} 不再解析。", en="The closed name {host} resolves no more."
    ),
    "answers": Text(
        zh="已关停的域名 {host} 仍可访问（HTTP {status}，标题“{title}”）。",
        en="The closed name {host} still answers (HTTP {status}, title “{title}”).",
    ),
    "redirects": Text(
        zh="已关停的域名 {host} 仍能解析，并跳转到 {target}；过渡期结束后应注销。",
        en="The closed name {host} still resolves and leads to {target}; it is to be cancelled "
        "once the change is over.",
    ),
    "resolves": Text(
        zh="已关停的域名 {host} 仍能解析，服务器返回 HTTP {status}，请核实并注销。",
        en="The closed name {host} still resolves (HTTP {status}); please check and cancel it.",
    ),
    "no-page": Text(
        zh="已关停的域名 {host} 的解析记录没有指向任何地址（见“悬空解析记录”）。",
        en="The record of the closed name {host} leads to no address (see the check on dangling "
        "records).",
    ),
    "no-closed": Text(
        zh="台账没有登记已关停的域名，本项不适用。",
        en="The register names no closed hosts of the site.",
    ),
}


@check(
    id="domain-closed-host",
    scope="site",
    title=Text(zh="已关停域名仍可访问", en="Closed names"),
    why=Text(
        zh="国办函〔2018〕55号：闲置的域名要及时注销；已关停网站的域名应清理，"
        "继续解析易被冒用或留下无人维护的内容。",
        en="国办函〔2018〕55号: idle names are to be cancelled in time; names of closed sites that "
        "still resolve can be misused or show content that nobody tends.",
    ),
    fix=Text(
        zh="停止该域名的解析，关闭服务器上的站点，并向注册机构办理注销。",
        en="Remove the records and the virtual host, and cancel the name at the registry.",
    ),
    messages=MESSAGES,
)
def domain_closed_host(site: Site, probes: HostProbes) -> Iterator[Finding]:
    """Opens every host that the register lists as closed.

    Why: 国办函〔2018〕55号. How: a page under the old name is a failure; a redirect or an error
    answer shows that the name was not cancelled, which a person weighs. A refused or silent
    connection is untested. It cannot ask the registry whether the name is still registered.
    Fix: remove the records and cancel the name.
    """
    closed = [probe for probe in probes.probes if probe.role == "closed"]
    for probe in closed:
        yield unobserved(probe) or _judge(probe)
    if not closed:
        yield Finding(Outcome.INAPPLICABLE, msg("no-closed"), host_subject(site.host))


def _judge(probe: HostProbe) -> Finding:
    host = probe.host
    subject, evidence = host_subject(host), (probe_evidence(probe),)
    if not probe.answer.values:
        if probe.answer.rcode in ("NXDOMAIN", "NODATA", "NOERROR"):
            return Finding(Outcome.PASSED, msg("gone", host=host), subject, evidence)
        return Finding(Outcome.INAPPLICABLE, msg("no-page", host=host), subject, evidence)
    target = host_of(probe.redirects_to)
    if target and target != host:
        message = msg("redirects", host=host, target=target)
        return Finding(Outcome.CANT_TELL, message, subject, evidence)
    if probe.status >= _ERROR:
        message = msg("resolves", host=host, status=probe.status)
        return Finding(Outcome.CANT_TELL, message, subject, evidence)
    message = msg("answers", host=host, status=probe.status, title=probe.title[:60])
    return Finding(Outcome.FAILED, message, subject, evidence)
