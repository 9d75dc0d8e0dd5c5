"""domain-organiser: the home page names who runs the site and how to reach them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.api import Finding, HomePage, Outcome, Site, SiteIdentity, Text, check, msg
from checks.domain._common import host_subject
from checks.domain._identity import IDENTITY_MESSAGES, absence, footer_evidence

_CONTACT = re.compile(r"联系我们|联系方式|联系本站|联系电话|contact", re.I)
_NAME_CHARS = 20
MESSAGES = {
    **IDENTITY_MESSAGES,
    "named": Text(
        zh="首页标明主办单位“{organiser}”和联系方式。",
        en="The home page names {organiser} and a way to reach them.",
    ),
    "neither": Text(
        zh="首页没有标明主办单位和联系方式。",
        en="The home page says neither who runs the site nor how to reach them.",
    ),
    "no-organiser": Text(
        zh="首页没有标明主办单位。", en="The home page does not say who runs the site."
    ),
    "no-contact": Text(
        zh="首页标明了主办单位“{organiser}”，但没有联系方式。",
        en="The home page names {organiser}, but no way to reach them.",
    ),
}


@check(
    id="domain-organiser",
    scope="site",
    title=Text(zh="主办单位及联系方式", en="Organiser and contact"),
    why=Text(
        zh="公众应能知道网站由谁主办、如何联系。（国办发〔2017〕47号页脚要素，条文待核实，作提示。）",
        en="The public should know who runs the site and how to reach them. (国办发〔2017〕47号, "
        "wording to be verified; advice.)",
    ),
    fix=Text(
        zh="在全站页脚写明“主办单位：××”和联系电话或邮箱、地址。",
        en="Print the organiser and a telephone number, address or mailbox in the footer.",
    ),
    messages=MESSAGES,
)
def domain_organiser(site: Site, identity: SiteIdentity, home: HomePage) -> Iterator[Finding]:
    """Looks for the organiser and a telephone number, mailbox or address on the home page.

    Why: footer element of 国办发〔2017〕47号. How: the words 主办, else 版权所有, in the footer; a
    link 联系我们 counts as a way to reach them. Names in pictures cannot be read. Fix: print both.
    """
    organiser = identity.home.organiser
    contact = bool(identity.home.contact) or _contact_link(home)
    if not organiser:
        missing = msg("no-organiser" if contact else "neither")
        yield absence(site, identity, home, "organiser", missing)
    elif not contact:
        yield absence(site, identity, home, "contact", msg("no-contact", organiser=organiser))
    else:
        message = msg("named", organiser=organiser)
        evidence = (footer_evidence(home, organiser),)
        yield Finding(Outcome.PASSED, message, host_subject(site.host), evidence)


def _contact_link(home: HomePage) -> bool:
    return any(
        len(link.name) <= _NAME_CHARS and _CONTACT.search(link.name) for link in home.facts.links
    )
