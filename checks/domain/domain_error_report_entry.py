"""domain-error-report-entry: the home page offers 我为政府网站找错."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import Finding, HomePage, Outcome, Site, SiteIdentity, SiteType, Text, check, msg
from checks.domain._common import host_subject
from checks.domain._identity import IDENTITY_MESSAGES, absence, footer_evidence

MESSAGES = {
    **IDENTITY_MESSAGES,
    "offered": Text(
        zh="首页有“我为政府网站找错”入口。", en="The home page offers to report errors."
    ),
    "missing": Text(
        zh="首页没有“我为政府网站找错”入口。",
        en="The home page lacks the entry 我为政府网站找错 for reporting errors.",
    ),
    "not-required": Text(
        zh="事业单位网站不要求“找错”入口，本项不适用。",
        en="Public institutions need no such entry.",
    ),
}


@check(
    id="domain-error-report-entry",
    scope="site",
    title=Text(zh="“我为政府网站找错”入口", en="Entry for reporting errors"),
    why=Text(
        zh="网民通过该入口反映网站的问题。（国办发〔2017〕47号页脚要素，条文待核实，作提示。）",
        en="Visitors report faults of the site there. "
        "(国办发〔2017〕47号, wording to be verified; advice.)",
    ),
    fix=Text(
        zh="在全站页脚加入“我为政府网站找错”监督举报平台提供的代码，并填写本网站的标识码。",
        en="Put the platform's code, with the site's own code, into the footer of every page.",
    ),
    messages=MESSAGES,
)
def domain_error_report_entry(
    site: Site, identity: SiteIdentity, home: HomePage
) -> Iterator[Finding]:
    """Looks for the entry on the home page in its known forms: script, link, image link.

    Why: footer element of 国办发〔2017〕47号. How: addresses and words of the entry, in links and
    scripts. It does not open the platform. Fix: install the platform's code.
    """
    entry = identity.home.error_report_entry
    subject = host_subject(site.host)
    if entry:
        evidence = (footer_evidence(home, entry),)
        yield Finding(Outcome.PASSED, msg("offered"), subject, evidence)
    elif site.type is SiteType.INSTITUTION:
        yield Finding(Outcome.INAPPLICABLE, msg("not-required"), subject)
    else:
        yield absence(site, identity, home, "error_report_entry", msg("missing"))
