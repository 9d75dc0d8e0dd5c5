"""domain-icp: the home page shows an ICP number."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.api import Finding, HomePage, Outcome, Site, SiteIdentity, Text, check, msg
from checks.domain._common import host_subject
from checks.domain._identity import IDENTITY_MESSAGES, absence, footer_evidence

#: 鲁ICP备12345678号-1 (registration) or 京ICP证123456号 (licence).
_NUMBER = re.compile(r".ICP(?:备案?\w?第?\d{8}|证\w?第?\d{6,8})号?(?:[-—－–_]\d{1,3})?", re.I)
MESSAGES = {
    **IDENTITY_MESSAGES,
    "shown": Text(zh="首页标明 {number}。", en="The home page shows {number}."),
    "missing": Text(
        zh="首页没有标明 ICP 备案编号。", en="The home page shows no ICP registration number."
    ),
    "odd-form": Text(
        zh="首页的备案编号“{number}”格式异常，请核对。",
        en="The number “{number}” on the home page has an unusual form; please check.",
    ),
}


@check(
    id="domain-icp",
    scope="site",
    title=Text(zh="ICP 备案编号", en="ICP number"),
    why=Text(
        zh="《互联网信息服务管理办法》第十二条：许可证编号或备案编号应在网站主页的显著位置标明。",
        en="互联网信息服务管理办法, article 12: the licence or registration number is to be shown "
        "in a prominent place of the home page.",
    ),
    fix=Text(
        zh="在首页页脚标明本网站的 ICP 备案编号，并链接到 https://beian.miit.gov.cn/。",
        en="Show the site's own ICP number in the footer, linked to https://beian.miit.gov.cn/.",
    ),
    messages=MESSAGES,
)
def domain_icp(site: Site, identity: SiteIdentity, home: HomePage) -> Iterator[Finding]:
    """Looks for an ICP number in the text of the home page.

    Why: 互联网信息服务管理办法, article 12. How: the number's form, in the footer first. Numbers in
    pictures cannot be read, and whether the number is registered is not asked anywhere (there is
    no open interface). Fix: print the number.
    """
    number = identity.home.icp
    if not number:
        yield absence(site, identity, home, "icp", msg("missing"))
        return
    subject, evidence = host_subject(site.host), (footer_evidence(home, number),)
    outcome, key = Outcome.PASSED, "shown"
    if not _NUMBER.fullmatch(number):
        outcome, key = Outcome.CANT_TELL, "odd-form"
    yield Finding(outcome, msg(key, number=number), subject, evidence)
