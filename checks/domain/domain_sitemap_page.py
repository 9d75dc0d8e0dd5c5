"""domain-sitemap-page: the home page links to a site map."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import Finding, HomePage, Outcome, Site, SiteIdentity, SiteType, Text, check, msg
from checks.domain._common import host_subject
from checks.domain._identity import IDENTITY_MESSAGES, absence, footer_evidence

MESSAGES = {
    **IDENTITY_MESSAGES,
    "linked": Text(zh="首页有站点地图链接。", en="The home page links to a site map."),
    "missing": Text(
        zh="首页没有站点地图（网站地图）链接。", en="The home page links to no site map."
    ),
    "channel": Text(
        zh="频道使用所属网站的站点地图，本项不适用。",
        en="A channel uses the site map of the site that it belongs to.",
    ),
}


@check(
    id="domain-sitemap-page",
    scope="site",
    title=Text(zh="站点地图", en="Site map"),
    why=Text(
        zh="站点地图列出全部栏目，便于查找，读屏用户尤其依赖。（国办发〔2017〕47号页脚要素，"
        "条文待核实，作提示。）",
        en="A site map lists all columns and helps to find them, with a screen reader above all. "
        "(国办发〔2017〕47号, wording to be verified; advice.)",
    ),
    fix=Text(
        zh="制作列出全部栏目的站点地图页面，在全站页脚链接。",
        en="Make a page that lists all columns and link to it in the footer.",
    ),
    messages=MESSAGES,
)
def domain_sitemap_page(site: Site, identity: SiteIdentity, home: HomePage) -> Iterator[Finding]:
    """Looks for a link named 站点地图, 网站地图, 网站导航 or alike on the home page.

    Why: footer element of 国办发〔2017〕47号. How: the names of links; whether the page works is
    said by the checks on dead links. Fix: make and link the page.
    """
    link = identity.home.sitemap_link
    subject = host_subject(site.host)
    if link:
        yield Finding(Outcome.PASSED, msg("linked"), subject, (footer_evidence(home, link),))
    elif site.type is SiteType.CHANNEL:
        yield Finding(Outcome.INAPPLICABLE, msg("channel"), subject)
    else:
        yield absence(site, identity, home, "sitemap_link", msg("missing"))
