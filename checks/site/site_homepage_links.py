"""site-homepage-links: no link on the home page is dead."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import (
    BrokenLink,
    BrokenLinks,
    Finding,
    HomePage,
    Link,
    LinkKind,
    Outcome,
    Reason,
    Subject,
    SubjectKind,
    Text,
    check,
    msg,
    page_evidence,
)
from checks.site._common import LINK_MESSAGES, dead, link_params, untested

KINDS = frozenset({LinkKind.PAGE, LinkKind.ATTACHMENT})
MESSAGES = {
    "alive": Text(
        zh="首页 {links} 个链接中未发现站内死链。",
        en="None of the {links} links on the home page leads to a dead page of the site.",
    ),
    "dead": Text(
        zh="首页链接“{text}”已失效（{seen}，两次确认）：{url}。",
        en="The link “{text}” on the home page is dead ({seen}, seen twice): {url}.",
    ),
    "no-links": LINK_MESSAGES["no-links"],
}


@check(
    id="site-homepage-links",
    scope="site",
    title=Text(zh="首页死链", en="Dead links on the home page"),
    why=Text(
        zh="国办秘函〔2019〕19号“可用性”对首页错断链单独扣分（条文待核实，作提示）。",
        en="国办秘函〔2019〕19号 deducts for broken links on the home page (wording to be "
        "verified; advice).",
    ),
    fix=Text(
        zh="立即删除或改正首页上的失效链接；首页链接应每日巡检。",
        en="Remove or correct the link at once; check the home page's links every day.",
    ),
    messages=MESSAGES,
)
def site_homepage_links(links: BrokenLinks, home: HomePage) -> Iterator[Finding]:
    """Lists links of the home page that lead to missing pages or files of the site.

    Why: the home page's links weigh most. How: the targets of site-dead-links and
    site-dead-attachments that the home page links to. Fix: correct the link.
    """
    if home.facts.script_shell and not home.rendered:
        yield untested(Reason.NO_BROWSER)
        return
    placed: dict[str, Link] = {}
    for link in home.facts.links:
        if link.url and link.kind in KINDS:
            placed.setdefault(link.url, link)
    if not placed or not links.checked:
        yield Finding(Outcome.INAPPLICABLE, msg("no-links"))
        return
    found = [link for link in dead(links, KINDS) if link.target.url in placed]
    for broken in found:
        yield _finding(broken, placed[broken.target.url], home)
    if not found:
        yield Finding(Outcome.PASSED, msg("alive", links=len(placed)))


def _finding(broken: BrokenLink, link: Link, home: HomePage) -> Finding:
    values = link_params(broken)
    text = (link.text or link.name or "—")[:40]
    message = msg("dead", url=values["url"], seen=values["seen"], text=text)
    locator = f"(//{link.tag})[{link.index}]" if link.index else ""
    evidence = page_evidence(home.facts, locator=locator, excerpt=f"{link.raw} {values['seen']}")
    subject = Subject(SubjectKind.LINK, broken.target.url)
    return Finding(Outcome.FAILED, message, subject, (evidence,), cause=broken.target.url)
