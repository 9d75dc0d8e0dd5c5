"""domain-site-code-agreement: all copies of the site code are the same."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import Finding, HomePage, Outcome, Site, SiteIdentity, Text, check, msg
from checks.domain._common import NOTHING, host_subject
from checks.domain._identity import (
    IDENTITY_MESSAGES,
    codes_at,
    footer_evidence,
    is_readable,
    is_site_code,
    unrendered,
)

_PLACES = ("meta", "error-report", "visible")
MESSAGES = {
    "unrendered": IDENTITY_MESSAGES["unrendered"],
    "same": Text(
        zh="网站标识码 {code} 在 {count} 处一致。",
        en="The site code {code} is the same in {count} places.",
    ),
    "different": Text(
        zh="网站标识码不一致：网页标签 {meta}，“找错”入口 {error_report}，页脚 {visible}，"
        "台账 {register}。",
        en="The site codes differ: SiteIDCode {meta}, error-report entry {error_report}, footer "
        "{visible}, register {register}.",
    ),
    "single": Text(
        zh="只有一处网站标识码，无从比对，本项不适用。",
        en="There are fewer than two copies of the site code to compare.",
    ),
}


@check(
    id="domain-site-code-agreement",
    scope="site",
    title=Text(zh="标识码各处一致", en="Copies of the site code"),
    why=Text(
        zh="页脚、网页标签、“找错”入口和台账的标识码应为同一编号，否则网民来信会转到别的网站。"
        "（工程建议，作提示。）",
        en="Footer, SiteIDCode, error-report entry and register should agree, or reports of errors "
        "go to another site. (Engineering advice.)",
    ),
    fix=Text(
        zh="以批准的标识码为准，修改模板中写错的地方；若台账有误，更正台账。",
        en="Correct the template, or the register, to the code that was issued.",
    ),
    messages=MESSAGES,
)
def domain_site_code_agreement(
    site: Site, identity: SiteIdentity, home: HomePage
) -> Iterator[Finding]:
    """Compares the well-formed copies of the code on the home page with each other and with the
    register.

    Why: a wrong copy sends reports elsewhere. How: meta, error-report entry, footer, register;
    empty and malformed copies are left out (see domain-site-code). Fix: correct the odd one.
    """
    copies = {place: codes_at(identity, place) for place in _PLACES}
    registered = site.site_code.strip().lower()
    copies["register"] = (registered,) if is_site_code(registered) else ()
    shown = [code for codes in copies.values() for code in codes]
    subject, evidence = host_subject(site.host), (footer_evidence(home, _said(identity)),)
    if len(set(shown)) > 1:
        values = {place.replace("-", "_"): _joined(codes) for place, codes in copies.items()}
        yield Finding(Outcome.FAILED, msg("different", **values), subject, evidence)
    elif len(shown) > 1:
        message = msg("same", code=shown[0], count=len(shown))
        yield Finding(Outcome.PASSED, message, subject, evidence)
    elif not is_readable(identity, home):
        yield unrendered(site)
    else:
        yield Finding(Outcome.INAPPLICABLE, msg("single"), subject)


def _joined(codes: tuple[str, ...]) -> str:
    return "/".join(codes) or NOTHING


def _said(identity: SiteIdentity) -> str:
    return " ".join(f"{place}: {value}" for place, value in identity.home.site_codes)
