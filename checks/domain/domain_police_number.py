"""domain-police-number: the home page shows the number of the registration with the police."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.api import Finding, HomePage, Outcome, Site, SiteIdentity, Text, check, msg
from checks.domain._common import host_subject
from checks.domain._identity import IDENTITY_MESSAGES, absence, footer_evidence

_DIGITS = re.compile(r"\d{11,14}")
_RECORD = re.compile(r"recordcode=(\d{14})(?!\d)", re.I)
_WHOLE = 14
MESSAGES = {
    **IDENTITY_MESSAGES,
    "shown": Text(zh="首页标明 {number}。", en="The home page shows {number}."),
    "missing": Text(
        zh="首页没有公安备案号（×公网安备××号）。",
        en="The home page shows no police registration number (公网安备).",
    ),
    "other-register": Text(
        zh="首页的公安备案号 {number} 与台账登记的 {register} 不一致。",
        en="The home page shows {number}, the register says {register}.",
    ),
    "other-link": Text(
        zh="首页显示的公安备案号 {number} 与其链接指向的 {link} 不一致。",
        en="The home page shows {number}, but links to {link}.",
    ),
    "odd-form": Text(
        zh="首页的公安备案号“{number}”不是 14 位数字，请核对。",
        en="The number “{number}” has not 14 digits; please check.",
    ),
}


@check(
    id="domain-police-number",
    scope="site",
    title=Text(zh="公安备案号", en="Police registration"),
    why=Text(
        zh="网站应向公安机关备案并在页脚显示备案标识。（国办发〔2017〕47号页脚要素，条文待核实，"
        "作提示。）",
        en="Sites register with the police and show the number in the footer. (国办发〔2017〕47号, "
        "wording to be verified; advice.)",
    ),
    fix=Text(
        zh="办理公安备案，在页脚显示备案图标和 14 位备案号，并链接到备案查询页面。",
        en="Register, and show icon and 14-digit number in the footer, linked to the record.",
    ),
    messages=MESSAGES,
)
def domain_police_number(site: Site, identity: SiteIdentity, home: HomePage) -> Iterator[Finding]:
    """Looks for the number on the home page; compares it with its own link and the register.

    Why: footer element of 国办发〔2017〕47号. How: the number's form in the text. A number that
    stands in a picture only cannot be read. Fix: print the number.
    """
    number = identity.home.police
    if not number:
        yield absence(site, identity, home, "police", msg("missing"))
        return
    subject, evidence = host_subject(site.host), (footer_evidence(home, number),)
    link = _RECORD.search(identity.home.police_link)
    digits, registered = _digits(number), _digits(site.police)
    if registered and digits != registered:
        message = msg("other-register", number=number, register=site.police)
        yield Finding(Outcome.FAILED, message, subject, evidence)
    elif link and digits != link[1]:
        message = msg("other-link", number=number, link=link[1])
        yield Finding(Outcome.FAILED, message, subject, evidence)
    elif len(digits) != _WHOLE:
        yield Finding(Outcome.CANT_TELL, msg("odd-form", number=number), subject, evidence)
    else:
        yield Finding(Outcome.PASSED, msg("shown", number=number), subject, evidence)


def _digits(text: str) -> str:
    match = _DIGITS.search(text)
    return match[0] if match else ""
