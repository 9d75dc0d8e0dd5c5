"""domain-register: government hosts that the site links to are in the register."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.api import (
    EvidenceRef,
    Finding,
    HostLinks,
    Outcome,
    Register,
    Site,
    Text,
    check,
    msg,
)
from checks.domain._common import host_subject, is_below, register_evidence, zone_of

#: Targets by which a host serves parts of pages rather than a site.
_PART = re.compile(r"\.(?:js|css|png|jpe?g|gif|svg|ico|webp|woff2?|mp4|mp3|swf)(?:[?#]|$)", re.I)
MESSAGES = {
    "known": Text(
        zh="网站链接的 {zone} 下的域名都在台账中。",
        en="Every host of {zone} that the site links to is in the register.",
    ),
    "unknown-host": Text(
        zh="网站有 {count} 处链接指向 {host}（“{text}”），该域名不在台账中，"
        "请核实是否为应登记的网站。",
        en="The site links {count} time(s) to {host} (“{text}”), which the register lacks; please "
        "check whether it is a site to be registered.",
    ),
    "no-zone": Text(
        zh="网站域名不在“.gov.cn”下，无法判断同区域的域名，本项不适用。",
        en="The site is not under .gov.cn, so there are no sibling hosts to compare.",
    ),
    "single": Text(
        zh="台账只有这一个网站，无从比对，本项不适用。",
        en="The register holds this site only, so there is nothing to compare.",
    ),
}


@check(
    id="domain-register",
    scope="site",
    title=Text(zh="疑似未纳入台账的域名", en="Hosts that the register lacks"),
    why=Text(
        zh="未登记的网站不在监管范围内，往往无人更新维护。（台账比对；工程建议，作提示。）",
        en="Sites that the register lacks escape supervision. (Engineering advice.)",
    ),
    fix=Text(
        zh="核实该域名的主办单位和用途：属于政府网站的补登台账，已停用的注销域名并移除链接。",
        en="Find out who runs the host and what for: register it, or cancel it and drop the links.",
    ),
    messages=MESSAGES,
)
def domain_register(site: Site, register: Register, links: HostLinks) -> Iterator[Finding]:
    """Compares the hosts that the site links to, below its own gov.cn name, with the register.

    Why: what nobody registered nobody supervises. How: links of every crawled page; hosts that
    only serve images, styles or scripts are left out. Whether a host is a site of its own cannot
    be seen: left to a person. Fix: register or cancel.
    """
    zone = zone_of(site.host)
    subject = host_subject(site.host)
    if not zone:
        yield Finding(Outcome.INAPPLICABLE, msg("no-zone"), subject)
        return
    if len(register.sites) < 2:
        yield Finding(Outcome.INAPPLICABLE, msg("single"), subject)
        return
    known = {name.lower() for item in register.sites for name in (*item.hosts, *item.closed_hosts)}
    clean = True
    for host, count, page, text, target in links.hosts:
        if host in known or not is_below(host, zone) or _PART.search(target):
            continue
        clean = False
        message = msg("unknown-host", host=host, count=count, text=text[:40] or host)
        evidence = EvidenceRef(url=page, excerpt=target[:300], link_text=text[:80])
        yield Finding(Outcome.CANT_TELL, message, host_subject(host), (evidence,), places=count)
    if clean:
        yield Finding(Outcome.PASSED, msg("known", zone=zone), subject, (register_evidence(site),))
