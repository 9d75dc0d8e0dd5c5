"""domain-column-host: columns live under the site's own name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.api import (
    Finding,
    HomePage,
    Link,
    Outcome,
    Region,
    Register,
    Site,
    Text,
    check,
    msg,
    page_evidence,
)
from checks.domain._common import host_of, host_subject, is_below
from checks.domain._identity import IDENTITY_MESSAGES, unrendered
from checks.domain._pages import is_scripted

_MENU = (Region.HEADER, Region.NAV)
#: Endings of organ names: a link to a department's site is no column.
_ORGAN = re.compile(r"(?:局|委|委员会|办|办公室|厅|院|署|中心|政府|镇|乡|街道|办事处|法院|检察院)$")
MESSAGES = {
    "unrendered": IDENTITY_MESSAGES["unrendered"],
    "own": Text(
        zh="主导航的栏目都使用网站自身的域名。", en="The menu's columns use the site's own name."
    ),
    "other-host": Text(
        zh="主导航“{text}”使用独立域名 {host}；栏目、频道、专题和业务系统原则上"
        "应使用 {main} 的下级目录。",
        en="The menu entry “{text}” lives on {host}; columns, channels and systems should be "
        "folders of {main}.",
    ),
    "no-menu": Text(
        zh="首页未识别出主导航，本项不适用。", en="No menu was found on the home page."
    ),
}


@check(
    id="domain-column-host",
    scope="site",
    title=Text(zh="栏目使用独立域名", en="Columns on host names of their own"),
    why=Text(
        zh="国办函〔2018〕55号：网站栏目、频道、专题、业务系统等原则上使用同一级域名，"
        "门户网站的形式为“www.□□□.gov.cn/…/…”。",
        en="国办函〔2018〕55号: columns, channels, special topics and systems use the site's own "
        "name, on portals www.X.gov.cn/…/….",
    ),
    fix=Text(
        zh="把栏目迁移到主域名的目录下，旧域名跳转到新地址后注销；确需独立域名的说明理由。",
        en="Move the column below the main name and redirect, then cancel, its own name; or state "
        "why it needs one.",
    ),
    messages=MESSAGES,
)
def domain_column_host(site: Site, register: Register, home: HomePage) -> Iterator[Finding]:
    """Looks for menu entries of the home page that lead to other hosts below the site's name.

    Why: 国办函〔2018〕55号. How: links in header and navigation to hosts under the site's own name
    (without `www.`) that are no site of the register and not named like an organ. Platforms that
    must have their own name cannot be told apart: left to a person. Fix: a folder.
    """
    menu = [link for link in home.facts.links if link.region in _MENU and link.tag == "a"]
    main = site.host
    base = main.removeprefix("www.")
    others = {name.lower() for item in register.sites for name in (*item.hosts, *item.closed_hosts)}
    found: dict[str, Link] = {}
    for link in menu:
        host = host_of(link.url)
        if host in others or not is_below(host, base) or _ORGAN.search(link.text.strip()):
            continue
        found.setdefault(host, link)
    for host, link in sorted(found.items()):
        yield _finding(home, host, main, link)
    if not menu and is_scripted(home.facts):
        yield unrendered(site)
    elif not menu:
        yield Finding(Outcome.INAPPLICABLE, msg("no-menu"), host_subject(main))
    elif not found:
        yield Finding(Outcome.PASSED, msg("own"), host_subject(main))


def _finding(home: HomePage, host: str, main: str, link: Link) -> Finding:
    text = (link.text or link.name)[:40]
    evidence = page_evidence(home.facts, locator=f"(//a)[{link.index}]", excerpt=link.raw)
    message = msg("other-host", text=text, host=host, main=main)
    return Finding(Outcome.CANT_TELL, message, host_subject(host), (evidence,))
