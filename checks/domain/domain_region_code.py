"""domain-region-code: the site code belongs to the site's region."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import Finding, HomePage, Outcome, Site, SiteIdentity, Text, check, msg
from checks.domain._common import host_subject
from checks.domain._identity import (
    IDENTITY_MESSAGES,
    codes_at,
    footer_evidence,
    is_readable,
    unrendered,
)

_PLACES = ("visible", "meta", "error-report")
#: Digits of an administrative division of county level (GB/T 2260).
_REGION_DIGITS = 6
MESSAGES = {
    "unrendered": IDENTITY_MESSAGES["unrendered"],
    "fits": Text(
        zh="标识码 {code} 的前六位与区划代码 {region} 相符。",
        en="The site code {code} begins with the region {region}.",
    ),
    "other-region": Text(
        zh="标识码 {code} 的前六位不是台账登记的区划代码 {region}。",
        en="The site code {code} does not begin with the region {region} of the register.",
    ),
    "no-region": Text(
        zh="台账没有登记区划代码，本项不适用。", en="The register gives no region code."
    ),
    "no-code": Text(
        zh="首页没有可比对的标识码，本项不适用（见“网站标识码”）。",
        en="The home page shows no site code with a region (see the check on site codes).",
    ),
}


@check(
    id="domain-region-code",
    scope="site",
    title=Text(zh="标识码与区划代码相符", en="Region of the site code"),
    why=Text(
        zh="地方政府网站标识码的前六位是行政区划代码，不符通常是录入错误。（工程建议，作提示。）",
        en="The first six digits of a local site code are the administrative division; another one "
        "is mostly a slip. (Engineering advice.)",
    ),
    fix=Text(
        zh="核对批准的标识码，更正网页；若区划调整后沿用原编号，更正台账的区划代码。",
        en="Correct the page to the code that was issued, or the register where the division "
        "changed after it was issued.",
    ),
    messages=MESSAGES,
)
def domain_region_code(site: Site, identity: SiteIdentity, home: HomePage) -> Iterator[Finding]:
    """Compares the beginning of the home page's site codes with the register's region.

    Why: a foreign code names another site. How: six digits; codes of central bodies (bm) have no
    region. It cannot know of changed divisions. Fix: correct the page or the register.
    """
    subject = host_subject(site.host)
    region = site.region_code.strip()[:_REGION_DIGITS]
    if len(region) < _REGION_DIGITS or not region.isdigit():
        yield Finding(Outcome.INAPPLICABLE, msg("no-region"), subject)
        return
    found = dict.fromkeys(code for place in _PLACES for code in codes_at(identity, place))
    codes = [code for code in found if code.isdigit()]
    if not codes and not found and not is_readable(identity, home):
        yield unrendered(site)
        return
    if not codes:
        yield Finding(Outcome.INAPPLICABLE, msg("no-code"), subject)
        return
    bad = next((code for code in codes if not code.startswith(region)), "")
    outcome = Outcome.FAILED if bad else Outcome.PASSED
    code = bad or codes[0]
    message = msg("other-region" if bad else "fits", code=code, region=region)
    yield Finding(outcome, message, subject, (footer_evidence(home, code),))
