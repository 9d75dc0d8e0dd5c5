"""domain-site-meta: every page carries SiteName, SiteDomain and SiteIDCode."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.api import Finding, Outcome, PageFacts, Site, SiteType, Text, check, msg, page_evidence
from checks.domain._pages import TAG_MESSAGES, content_of, is_document, judge_tags, tag_locator

_TAGS = ("SiteName", "SiteDomain", "SiteIDCode")
_INSTITUTION_TAGS = ("SiteName", "SiteDomain")
_SEPARATOR = re.compile(r"[\s,，;；、|]+")
_AROUND = re.compile(r"^(?:https?:)?//|[:/?#].*$", re.I)
MESSAGES = {
    **TAG_MESSAGES,
    "other-domain": Text(
        zh="页面的 SiteDomain 标签是“{content}”，与网站域名 {host} 不符，请核对。",
        en="SiteDomain says “{content}”, but the site's name is {host}; please check.",
    ),
    "not-a-page": Text(
        zh="错误页或空白页，本项不适用。", en="An error page, or one without any content."
    ),
}


@check(
    id="domain-site-meta",
    scope="page",
    title=Text(zh="网站标签（SiteName 等）", en="Site tags"),
    why=Text(
        zh="网页标签供检索和监管系统识别网站：所有页面应有 SiteName、SiteDomain、SiteIDCode。"
        "（国办发〔2017〕47号网页标签，必选项待核实，作提示。）",
        en="Tags by which search and supervision know the site: SiteName, SiteDomain and "
        "SiteIDCode on all pages. (国办发〔2017〕47号, which are mandatory to be verified; "
        "advice.)",
    ),
    fix=Text(
        zh="在公共页头模板的 <head> 中加入三个 meta 标签并填写内容，一处修改全站生效。",
        en="Add the three meta elements to the head of the common template, with content.",
    ),
    messages=MESSAGES,
)
def domain_site_meta(site: Site, page: PageFacts) -> Iterator[Finding]:
    """Looks for the site's tags in the head of a page.

    Why: 网页标签 of 国办发〔2017〕47号. How: names are compared without case, repeated tags count
    once, one issue per missing tag for the whole site. Error pages and pages that scripts make
    are not judged; the form of the code is domain-site-code's. Fix: the common template.
    """
    if not is_document(page):
        yield Finding(Outcome.INAPPLICABLE, msg("not-a-page"))
        return
    institution = site.type is SiteType.INSTITUTION and not site.site_code
    yield from judge_tags(page, _INSTITUTION_TAGS if institution else _TAGS)
    content = content_of(page, "SiteDomain")
    own = {host.removeprefix("www.") for host in site.hosts}
    if content and not own & _hosts(content):
        message = msg("other-domain", content=content[:80], host=site.host)
        locator = tag_locator(page, "SiteDomain")
        evidence = (page_evidence(page, locator=locator, excerpt=content),)
        yield Finding(
            Outcome.CANT_TELL, message, evidence=evidence, cause=f"SiteDomain {content[:80]}"
        )


def _hosts(content: str) -> set[str]:
    """Host names of the tag, which may hold addresses, and more than one; without `www.`."""
    parts = (_AROUND.sub("", part).lower() for part in _SEPARATOR.split(content))
    return {part.removeprefix("www.") for part in parts}
