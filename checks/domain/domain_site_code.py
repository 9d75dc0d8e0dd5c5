"""domain-site-code: the home page shows a well-formed site code."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import Finding, HomePage, Outcome, Site, SiteIdentity, SiteType, Text, check, msg
from checks.domain._common import host_subject
from checks.domain._identity import (
    IDENTITY_MESSAGES,
    absence,
    footer_evidence,
    is_site_code,
)

MESSAGES = {
    **IDENTITY_MESSAGES,
    "shown": Text(zh="首页有网站标识码 {code}。", en="The home page shows the site code {code}."),
    "missing": Text(
        zh="首页没有网站标识码：页脚、网页标签 SiteIDCode 和“找错”入口中都未见。",
        en="The home page has no site code: not in the footer, in SiteIDCode, or in the "
        "error-report entry.",
    ),
    "bad-meta": Text(
        zh="网页标签 SiteIDCode 的值“{value}”不是有效的网站标识码。",
        en="SiteIDCode says “{value}”, which is no site code.",
    ),
    "bad-error-report": Text(
        zh="“找错”入口携带的“{value}”不是有效的网站标识码。",
        en="The error-report entry carries “{value}”, which is no site code.",
    ),
    "bad-visible": Text(
        zh="页脚显示的“{value}”不是有效的网站标识码。",
        en="The footer prints “{value}”, which is no site code.",
    ),
    "not-required": Text(
        zh="事业单位网站不要求网站标识码，本项不适用。",
        en="Public institutions need no site code.",
    ),
}


@check(
    id="domain-site-code",
    scope="site",
    title=Text(zh="网站标识码", en="Site code"),
    why=Text(
        zh="标识码是政府网站的身份编号，监管系统和“找错”平台据此识别网站：10 位数字，"
        "国务院部门为 bm 加 8 位数字。（国办发〔2017〕47号，条文待核实，作提示。）",
        en="The site code identifies a government site in supervision systems: 10 digits, or bm "
        "and 8 digits for central bodies. (国办发〔2017〕47号, wording to be verified; advice.)",
    ),
    fix=Text(
        zh="在页脚显示“网站标识码：××××××××××”，并在网页标签 SiteIDCode 和“找错”入口中"
        "使用同一编号。",
        en="Print the code in the footer, and use it in SiteIDCode and the error-report entry.",
    ),
    messages=MESSAGES,
)
def domain_site_code(site: Site, identity: SiteIdentity, home: HomePage) -> Iterator[Finding]:
    """Looks for the site code in three places of the home page and checks its form.

    Why: supervision knows sites by it. How: footer text, SiteIDCode, the error-report entry (its
    scripts included); one well-formed copy is enough to be present, every malformed copy is a
    failure. It cannot know whether the code was issued to this site. Fix: print the code.
    """
    codes = identity.home.site_codes
    if not codes and site.type is SiteType.INSTITUTION and not site.site_code:
        yield Finding(Outcome.INAPPLICABLE, msg("not-required"), host_subject(site.host))
        return
    if not codes:
        yield absence(site, identity, home, "site_code", msg("missing"))
        return
    bad = [(place, value) for place, value in codes if not is_site_code(value)]
    for place, value in bad:
        evidence = (footer_evidence(home, f"{place}: {value}"),)
        message = msg(f"bad-{place}", value=value[:40])
        cause = f"{place} {value}"
        yield Finding(Outcome.FAILED, message, host_subject(site.host), evidence, cause=cause)
    if not bad:
        message = msg("shown", code=codes[0][1])
        yield Finding(Outcome.PASSED, message, host_subject(site.host), (footer_evidence(home),))
