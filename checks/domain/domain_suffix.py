"""domain-suffix: the site lives under gov.cn or 政务."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import Finding, Outcome, Site, SiteType, Text, check, msg
from checks.domain._common import host_subject, is_address, is_government, register_evidence

MESSAGES = {
    "government": Text(
        zh="域名 {host} 使用政府网站专用后缀。", en="{host} uses a government suffix."
    ),
    "other-suffix": Text(
        zh="网站域名 {host} 不以“.gov.cn”或“.政务”结尾。",
        en="The site's name {host} ends neither in .gov.cn nor in .政务.",
    ),
    "address": Text(
        zh="网站以 IP 地址 {host} 访问，没有使用域名。",
        en="The site is opened by the address {host} instead of a name.",
    ),
    "institution": Text(
        zh="事业单位网站不要求使用政府网站专用后缀，本项不适用。",
        en="Public institutions need no government suffix.",
    ),
    "institution-government": Text(
        zh="事业单位网站使用了政府后缀 {host}；不承担行政职能的事业单位原则上不得使用，请核实。",
        en="A public institution uses the government name {host}; without administrative functions "
        "it should not. Please check.",
    ),
}


@check(
    id="domain-suffix",
    scope="site",
    title=Text(zh="域名后缀", en="Domain suffix"),
    why=Text(
        zh="国办函〔2018〕55号：政府网站英文域名以“.gov.cn”为后缀，中文域名以“.政务”为后缀，"
        "不得使用其他后缀。",
        en="国办函〔2018〕55号: government sites use the suffix .gov.cn, in Chinese .政务, and no "
        "other.",
    ),
    fix=Text(
        zh="申请符合规定的域名并设为主域名；原域名先跳转到新域名，再按规定注销。",
        en="Register a conforming name as the main one; let the old one redirect, then cancel it.",
    ),
    messages=MESSAGES,
)
def domain_suffix(site: Site) -> Iterator[Finding]:
    """Compares the ending of the home page's host name.

    Why: 国办函〔2018〕55号. How: on the register's address alone, punycode included. Whether an
    institution has administrative functions cannot be seen: left to a person. Fix: a conforming
    main domain.
    """
    host = site.host
    subject, evidence = host_subject(host), (register_evidence(site),)
    government = is_government(host)
    if site.type is SiteType.INSTITUTION:
        key = "institution-government" if government else "institution"
        outcome = Outcome.CANT_TELL if government else Outcome.INAPPLICABLE
        yield Finding(outcome, msg(key, host=host), subject, evidence)
    elif government:
        yield Finding(Outcome.PASSED, msg("government", host=host), subject, evidence)
    else:
        key = "address" if is_address(host) else "other-suffix"
        yield Finding(Outcome.FAILED, msg(key, host=host), subject, evidence)
