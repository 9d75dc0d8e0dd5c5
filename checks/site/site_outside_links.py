"""site-outside-links: links to other sites lead somewhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

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
    seen_of,
    source_evidence,
)

MESSAGES = LINK_MESSAGES | {
    "name-gone": Text(
        zh="外部域名 {host} 已不存在（NXDOMAIN，已向另一服务器确认），共 {places} 处链接指向它，"
        "如“{text}”。域名若被他人注册，链接可能指向不良内容。",
        en="The outside name {host} no longer exists (NXDOMAIN, confirmed); {places} link(s) lead "
        "to it, such as “{text}”. Whoever registers it decides what visitors see.",
    ),
    "many-gone": Text(
        zh="外部网站 {host} 上有 {targets} 个被链接的页面已不存在（{seen}，两次确认），"
        "共 {places} 处链接，如“{text}”；多半是该网站改版，请集中更换。",
        en="{targets} linked pages of {host} are gone ({seen}, seen twice); {places} link(s), such "
        "as “{text}”. The site was probably rebuilt: replace them together.",
    ),
    "host-suspected": Text(
        zh="外部网站 {host} 上有 {targets} 个被链接的目标未能正常打开（{seen}），"
        "共 {places} 处链接，如“{text}”，请人工核查。",
        en="{targets} linked target(s) of {host} could not be opened ({seen}); {places} link(s), "
        "such as “{text}”. Please look.",
    ),
}
_PLACES = 20
_SUSPECTED = frozenset({"suspected", "unchecked"})


@dataclass(frozen=True, slots=True)
class Params:
    """`max_per_host`: with more dead targets on one host they are one matter, not many."""

    max_per_host: int = 20


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
def site_outside_links(links: BrokenLinks, params: Params) -> Iterator[Finding]:
    """Lists targets on other sites that are gone, and hosts that do not answer.

    Why: dead names can be taken over. How: 404, 410 or NXDOMAIN in two looks; NXDOMAIN is asked
    of a second server. A name is one issue, however many of its pages are linked, and so is a
    host whose servers are slow or fail: a person must look there, nothing is called dead. Targets
    that refuse robots or whose names could not be asked for are left out. Fix: remove.
    """
    found = False
    for host, outside in sorted(_by_host(links).items()):
        for finding in _judge(host, outside, params):
            found = True
            yield finding
    if not found:
        yield nothing_dead(links)


def _by_host(links: BrokenLinks) -> dict[str, list[BrokenLink]]:
    hosts: defaultdict[str, list[BrokenLink]] = defaultdict(list)
    for link in links.links:
        if not link.target.in_site:
            hosts[_host(link.target.url)].append(link)
    return hosts


def _judge(host: str, links: list[BrokenLink], params: Params) -> Iterator[Finding]:
    certain = [link for link in links if link.target.verdict == "certain"]
    no_name = [link for link in certain if link.target.reason is Reason.NXDOMAIN]
    gone = [link for link in certain if link.target.reason is not Reason.NXDOMAIN]
    if no_name:
        yield _together(Outcome.FAILED, "name-gone", host, no_name)
    if len(gone) > params.max_per_host:
        yield _together(Outcome.FAILED, "many-gone", host, gone)
    else:
        for link in gone:
            yield link_finding(Outcome.FAILED, link, msg("dead", **link_params(link)))
    if any(link.target.verdict == "suspected" for link in links):
        doubtful = [link for link in links if link.target.verdict in _SUSPECTED]
        yield _together(Outcome.CANT_TELL, "host-suspected", host, doubtful)


def _together(outcome: Outcome, key: str, host: str, links: list[BrokenLink]) -> Finding:
    """One finding for all these targets of a host."""
    links = sorted(links, key=lambda link: (link.target.verdict == "unchecked", link.target.url))
    places = sum(link.count for link in links)
    evidence: list[EvidenceRef] = []
    for link in links:
        evidence += [source_evidence(source, link) for source in link.sources]
    params: dict[str, str | int] = {
        "host": host,
        "places": places,
        "text": link_params(links[0])["text"],
    }
    if key != "name-gone":
        params |= {"targets": len(links), "seen": seen_of(links[0])}
    return Finding(
        outcome,
        msg(key, **params),
        Subject(SubjectKind.HOST, host),
        tuple(evidence[:_PLACES]),
        cause=host,
        places=places,
    )


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0].partition("?")[0].partition(":")[0].lower()
