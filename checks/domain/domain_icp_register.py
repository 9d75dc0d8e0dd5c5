"""domain-icp-register: the ICP number on the page is the registered one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.api import Finding, HomePage, Outcome, Site, SiteIdentity, Text, check, msg
from checks.domain._common import host_subject
from checks.domain._identity import (
    IDENTITY_MESSAGES,
    footer_evidence,
    is_readable,
    unrendered,
)

#: Province, kind, number, and the site's number among those of one organiser.
_PARTS = re.compile(
    r"(.)\s*I[CP]{2}\s*(备|证)\D{0,4}(\d{6,8})\s*号?(?:\s*[-—－–_]\s*(\d{1,3}))?", re.I
)
MESSAGES = {
    "unrendered": IDENTITY_MESSAGES["unrendered"],
    "same": Text(
        zh="首页的 {number} 与台账一致。", en="{number} on the home page agrees with the register."
    ),
    "different": Text(
        zh="首页的备案编号 {number} 与台账登记的 {register} 不一致。",
        en="The home page shows {number}, the register says {register}.",
    ),
    "register-unreadable": Text(
        zh="台账登记的备案编号“{register}”格式无法识别，请核对（首页为 {number}）。",
        en="The register's number “{register}” cannot be read (the home page shows {number}).",
    ),
    "no-register": Text(
        zh="台账没有登记 ICP 备案编号，本项不适用。", en="The register gives no ICP number."
    ),
    "no-number": Text(
        zh="首页没有可比对的备案编号，本项不适用（见“ICP 备案编号”）。",
        en="The home page shows no number to compare (see the check on ICP numbers).",
    ),
}


@check(
    id="domain-icp-register",
    scope="site",
    title=Text(zh="ICP 备案编号与台账一致", en="ICP number against the register"),
    why=Text(
        zh="备案编号与台账不符，多为照搬其他网站的模板或变更后未更新。（台账比对；工程建议，作提示。）",
        en="A number other than the registered one was mostly copied from another site, or not "
        "changed in time. (Reconciliation; engineering advice.)",
    ),
    fix=Text(
        zh="以备案系统查询结果为准，更正页脚或台账。",
        en="Correct the footer or the register to what the registration system says.",
    ),
    messages=MESSAGES,
)
def domain_icp_register(site: Site, identity: SiteIdentity, home: HomePage) -> Iterator[Finding]:
    """Compares the home page's ICP number with the register.

    Why: copied templates. How: province, number and, where both give one, the number after the
    dash. It does not ask the registration system. Fix: correct whichever is wrong.
    """
    subject = host_subject(site.host)
    number, registered = identity.home.icp, site.icp.strip()
    if not registered:
        yield Finding(Outcome.INAPPLICABLE, msg("no-register"), subject)
    elif not number and not is_readable(identity, home):
        yield unrendered(site)
    elif not number:
        yield Finding(Outcome.INAPPLICABLE, msg("no-number"), subject)
    else:
        outcome, key = _compare(number, registered)
        message = msg(key, number=number, register=registered)
        yield Finding(outcome, message, subject, (footer_evidence(home, number),))


def _compare(number: str, registered: str) -> tuple[Outcome, str]:
    shown, wanted = _PARTS.search(number), _PARTS.search(registered)
    if wanted is None or shown is None:
        return Outcome.CANT_TELL, "register-unreadable"
    same = shown.group(1, 2, 3) == wanted.group(1, 2, 3)
    if same and (not shown[4] or not wanted[4] or int(shown[4]) == int(wanted[4])):
        return Outcome.PASSED, "same"
    return Outcome.FAILED, "different"
