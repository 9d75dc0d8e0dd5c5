"""site-outside-links: links to other sites lead somewhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from auditor.api import (
    BrokenLink,
    BrokenLinks,
    EvidenceRef,
    Finding,
    Outcome,
    Reason,
    Subject,
    SubjectKind,
    Text,
    check,
    msg,
)
from checks.site._common import (
    LINK_MESSAGES,
    link_finding,
    link_params,
    nothing_dead,
    source_evidence,
)

MESSAGES = LINK_MESSAGES | {
    "name-gone": Text(
        zh="外部域名 {host} 已不存在（NXDOMAIN，已向另一服务器确认），共 {places} 处链接指向它，"
        "如“{text}”。域名若被他人注册，链接可能指向不良内容。",
        en="The outside name {host} no longer exists (NXDOMAIN, confirmed); {places} link(s) lead "
        "to it, such as “{text}”. Whoever registers it decides what visitors see.",
    ),
}
_PLACES = 20


@check(
    id="site-outside-links",
    scope="site",
    title=Text(zh="站外链接失效、域名过期", en="Dead links to other sites"),
    why=Text(
        zh="外链域名过期后可能被他人注册并指向广告或不良内容，"
        "2015年三明市检查通报曾点名此类问题（转述）。",
        en="Expired names get registered by others and show advertising or worse; an inspection "
        "notice of 2015 (Sanming) names such a case (read in paraphrase).",
    ),
    fix=Text(
        zh="删除或更换失效外链，优先处理域名已不存在的；定期巡检友情链接。",
        en="Remove or replace the links, those to names that are gone first; check them regularly.",
    ),
    messages=MESSAGES,
)
def site_outside_links(links: BrokenLinks) -> Iterator[Finding]:
    """Lists targets on other sites that are certainly gone.

    Why: dead names can be taken over. How: 404, 410 or NXDOMAIN in two looks; NXDOMAIN is asked
    of a second server. A name is one issue, however many of its pages are linked. Servers that
    are slow, refuse robots or whose names could not be asked for are not called dead. Fix: remove.
    """
    gone: defaultdict[str, list[BrokenLink]] = defaultdict(list)
    found = False
    for link in links.links:
        if link.target.in_site or link.target.verdict != "certain":
            continue
        found = True
        if link.target.reason is Reason.NXDOMAIN:
            gone[_host(link.target.url)].append(link)
        else:
            yield link_finding(Outcome.FAILED, link, msg("dead", **link_params(link)))
    for host, dead in sorted(gone.items()):
        yield _gone(host, dead)
    if not found:
        yield nothing_dead(links)


def _gone(host: str, links: list[BrokenLink]) -> Finding:
    places = sum(link.count for link in links)
    evidence: list[EvidenceRef] = []
    for link in links:
        evidence += [source_evidence(source, link) for source in link.sources]
    text = str(link_params(links[0])["text"])
    return Finding(
        Outcome.FAILED,
        msg("name-gone", host=host, places=places, text=text),
        Subject(SubjectKind.HOST, host),
        tuple(evidence[:_PLACES]),
        cause=host,
        places=places,
    )


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0].partition("?")[0].partition(":")[0].lower()
