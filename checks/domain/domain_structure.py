"""domain-structure: the name has the form that the site's type asks for."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import Finding, Outcome, Site, SiteType, Text, check, msg
from checks.domain._common import host_subject, is_chinese, is_government, register_evidence

#: Labels of `www.X.gov.cn` and `Y.X.gov.cn`.
_LABELS = 4
#: Site codes of State Council departments, whose sites are portals by name.
_CENTRAL = "bm"

MESSAGES = {
    "conforming": Text(zh="域名 {host} 的结构符合规定。", en="{host} has the form asked for."),
    "portal-form": Text(
        zh="门户网站域名 {host} 不是“www.□□□.gov.cn”的形式。",
        en="The portal's name {host} has not the form www.X.gov.cn.",
    ),
    "bare": Text(
        zh="门户网站登记的域名是 {host}，别名中另有 www.{host}；请确认主域名是哪一个。",
        en="The portal is registered as {host} with www.{host} as an alias; please say which one "
        "is the main name.",
    ),
    "department-form": Text(
        zh="部门（乡镇）网站域名 {host} 不是“○○○.□□□.gov.cn”的形式。",
        en="The department's name {host} has not the form Y.X.gov.cn.",
    ),
    "deeper": Text(
        zh="域名 {host} 的层级比规定的形式多，请核实是否属于垂直管理等情形。",
        en="{host} has more levels than the form asked for; please check whether that is due.",
    ),
    "not-required": Text(
        zh="对此类网站的域名结构没有规定，本项不适用。",
        en="No form is asked for of this type of site.",
    ),
    "other-suffix": Text(
        zh="域名 {host} 不使用政府网站后缀，本项不适用（见“域名后缀”）。",
        en="{host} has no government suffix, so this does not apply (see that check).",
    ),
}


@check(
    id="domain-structure",
    scope="site",
    title=Text(zh="域名结构", en="Domain structure"),
    why=Text(
        zh="国办函〔2018〕55号：县级以上地方政府和国务院部门门户网站为“www.□□□.gov.cn”，"
        "政府部门网站为“○○○.□□□.gov.cn”，中文域名为“△△△.政务”。",
        en="国办函〔2018〕55号: portals are www.X.gov.cn, departments Y.X.gov.cn, Chinese names "
        "△△△.政务.",
    ),
    fix=Text(
        zh="部门网站改用本级政府门户域名下的三级域名，门户网站使用 www 开头的域名，"
        "旧域名跳转后注销。",
        en="Put departments below the portal's domain and the portal on its www name; redirect and "
        "then cancel the old name.",
    ),
    messages=MESSAGES,
)
def domain_structure(site: Site) -> Iterator[Finding]:
    """Compares the labels of the home page's host name with the form for the site's type.

    Why: 国办函〔2018〕55号. How: on the register's address; names with more levels (bodies under
    vertical management have them) are left to a person. State Council departments are known by
    a site code that begins with bm. Institutions need no form. Fix: the name of the right form.
    """
    host = site.host
    subject, evidence = host_subject(host), (register_evidence(site, f"{host} ({site.type})"),)
    outcome, key = _judge(site, host)
    yield Finding(outcome, msg(key, host=host), subject, evidence)


def _judge(site: Site, host: str) -> tuple[Outcome, str]:
    if site.type is SiteType.INSTITUTION:
        return Outcome.INAPPLICABLE, "not-required"
    if not is_government(host):
        return Outcome.INAPPLICABLE, "other-suffix"
    labels = host.split(".")
    named_www = labels[0] == "www"
    if is_chinese(host) or (site.type is SiteType.CHANNEL and named_www):
        return Outcome.PASSED, "conforming"
    if len(labels) > _LABELS:
        return Outcome.CANT_TELL, "deeper"
    central = site.site_code.lower().startswith(_CENTRAL)
    if site.type is SiteType.PORTAL or (central and named_www):
        return _portal(site, host, labels)
    if len(labels) == _LABELS and not named_www:
        return Outcome.PASSED, "conforming"
    return Outcome.FAILED, "department-form"


def _portal(site: Site, host: str, labels: list[str]) -> tuple[Outcome, str]:
    if labels[0] == "www" and len(labels) == _LABELS:
        return Outcome.PASSED, "conforming"
    if f"www.{host}" in site.hosts:
        return Outcome.CANT_TELL, "bare"
    return Outcome.FAILED, "portal-form"
