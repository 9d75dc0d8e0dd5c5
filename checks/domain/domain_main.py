"""domain-main: the site's other names lead to its main domain."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import Finding, HostProbe, HostProbes, Outcome, Site, Text, check, msg
from checks.domain._common import host_of, host_subject, is_chinese, probe_evidence, unobserved

MESSAGES = {
    "leads": Text(zh="别名 {host} 跳转到主域名 {main}。", en="The alias {host} leads to {main}."),
    "chinese": Text(
        zh="{host} 与主域名 {main} 一个为中文域名、一个为英文域名，允许并存。",
        en="{host} and {main} are the Chinese and the English name, which may both be in use.",
    ),
    "copy": Text(
        zh="别名 {host} 直接显示网站内容，没有跳转到主域名 {main}。",
        en="The alias {host} shows the site itself instead of leading to {main}.",
    ),
    "elsewhere": Text(
        zh="别名 {host} 跳转到 {target}，而不是主域名 {main}，请核实。",
        en="The alias {host} leads to {target}, not to {main}; please check.",
    ),
    "other-content": Text(
        zh="别名 {host} 没有跳转到主域名 {main}，显示的内容也与首页不同（HTTP {status}），请核实。",
        en="The alias {host} neither leads to {main} nor shows the same page (HTTP {status}); "
        "please check.",
    ),
    "not-in-use": Text(
        zh="别名 {host} 已不能解析，本项不适用。", en="The alias {host} does not resolve."
    ),
    "no-alias": Text(
        zh="网站没有登记别名，本项不适用。", en="The register names no alias of the site."
    ),
}


@check(
    id="domain-main",
    scope="site",
    title=Text(zh="主域名唯一", en="One main domain"),
    why=Text(
        zh="国办函〔2018〕55号：一个政府网站原则上只注册一个中文域名和一个英文域名，"
        "有多个符合要求的域名的，应明确主域名。",
        en="国办函〔2018〕55号: one Chinese and one English name for a site; with several, one "
        "must be the main one.",
    ),
    fix=Text(
        zh="在服务器上把其他域名以 301 跳转到主域名的对应页面；不再需要的域名予以注销。",
        en="Redirect (301) the other names to the main one, and cancel those that are not needed.",
    ),
    messages=MESSAGES,
)
def domain_main(site: Site, probes: HostProbes) -> Iterator[Finding]:
    """Opens every alias of the register and looks where it ends.

    Why: 国办函〔2018〕55号. How: HTTP redirects are followed; the same main text without a redirect
    is a copy. Redirects by script and pages that change with every visit are left to a person,
    names that could not be observed are untested. Fix: a permanent redirect.
    """
    aliases = [probe for probe in probes.probes if probe.role == "alias"]
    for probe in aliases:
        yield unobserved(probe) or _judge(site, probe)
    if not aliases:
        yield Finding(Outcome.INAPPLICABLE, msg("no-alias"), host_subject(site.host))


def _judge(site: Site, probe: HostProbe) -> Finding:
    subject, evidence = host_subject(probe.host), (probe_evidence(probe),)
    target = host_of(probe.redirects_to)
    params = {"host": probe.host, "main": site.host}
    if not probe.answer.values:
        message = msg("not-in-use", host=probe.host)
        return Finding(Outcome.INAPPLICABLE, message, subject, evidence)
    if target == site.host:
        return Finding(Outcome.PASSED, msg("leads", **params), subject, evidence)
    if target and target != probe.host:
        message = msg("elsewhere", target=target, **params)
        return Finding(Outcome.CANT_TELL, message, subject, evidence)
    if probe.same_content:
        if _other_script(site, probe.host):
            return Finding(Outcome.PASSED, msg("chinese", **params), subject, evidence)
        return Finding(Outcome.FAILED, msg("copy", **params), subject, evidence)
    message = msg("other-content", status=probe.status, **params)
    return Finding(Outcome.CANT_TELL, message, subject, evidence)


def _other_script(site: Site, host: str) -> bool:
    """True when the alias is the site's only name in the other script."""
    chinese = is_chinese(host)
    alike = [alias for alias in site.hosts if is_chinese(alias) == chinese]
    return chinese != is_chinese(site.host) and len(alike) == 1
