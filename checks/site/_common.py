"""What the site checks share: findings about broken link targets."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import (
    BrokenLink,
    BrokenLinks,
    EvidenceRef,
    Finding,
    LinkKind,
    LinkSource,
    Message,
    Outcome,
    Reason,
    Subject,
    SubjectKind,
    Text,
    msg,
)

URL_CHARS = 200
#: Texts of the messages of the checks that look for dead targets, for their tables.
LINK_MESSAGES = {
    "alive": Text(
        zh="测试了 {checked} 个链接目标，未发现此类失效链接。",
        en="{checked} link targets were tested; none of this kind is dead.",
    ),
    "dead": Text(
        zh="{url} 已失效（{seen}，两次确认），全站共有 {places} 处链接指向它，如“{text}”。",
        en="{url} is dead ({seen}, seen twice); {places} link(s) lead to it, such as “{text}”.",
    ),
    "no-links": Text(zh="没有测试任何链接目标，本项不适用。", en="No link target was tested."),
}


def seen_of(link: BrokenLink) -> str:
    """What the target answered, or why it did not."""
    reason = link.target.reason
    return reason.value if reason is not None else f"HTTP {link.target.status}"


def link_params(link: BrokenLink) -> dict[str, str | int]:
    """Values of the messages about one target."""
    return {
        "url": link.target.url[:URL_CHARS],
        "seen": seen_of(link),
        "places": link.count,
        "text": next((source.text for source in link.sources if source.text), "—")[:40],
    }


def link_finding(outcome: Outcome, link: BrokenLink, message: Message, cause: str = "") -> Finding:
    """One finding for one target, for all the places that link to it."""
    return Finding(
        outcome,
        message,
        Subject(SubjectKind.LINK, link.target.url),
        tuple(source_evidence(source, link) for source in link.sources),
        cause=cause or link.target.url,
        places=link.count,
    )


def source_evidence(source: LinkSource, link: BrokenLink) -> EvidenceRef:
    """Cite a place that links to the target."""
    return EvidenceRef(
        url=source.page_url,
        captured_at=source.captured_at,
        sha256=source.sha256,
        locator=source.locator,
        excerpt=f"{link.target.url[:URL_CHARS]} {seen_of(link)} {source.place}".strip()[:300],
        link_text=source.text[:100],
    )


def dead(links: BrokenLinks, kinds: frozenset[LinkKind]) -> list[BrokenLink]:
    """Targets on the site that are certainly dead, the most linked first."""
    chosen = [
        link
        for link in links.links
        if link.target.in_site and link.target.verdict == "certain" and link.kind in kinds
    ]
    return sorted(chosen, key=lambda link: (-link.count, link.target.url))


def judge_dead(links: BrokenLinks, kinds: frozenset[LinkKind]) -> Iterator[Finding]:
    """One failed finding for each dead target of these kinds."""
    found = dead(links, kinds)
    for link in found:
        yield link_finding(Outcome.FAILED, link, msg("dead", **link_params(link)))
    if not found:
        yield nothing_dead(links)


def nothing_dead(links: BrokenLinks) -> Finding:
    """Passed when targets were tested, else why there is nothing to say."""
    if links.checked:
        return Finding(Outcome.PASSED, msg("alive", checked=links.checked))
    if links.unchecked:
        return untested(Reason.NOT_GATHERED)
    return Finding(Outcome.INAPPLICABLE, msg("no-links"))


def untested(reason: Reason, detail: str = "") -> Finding:
    """A finding that says why something was not tested."""
    return Finding(Outcome.UNTESTED, msg("untested", reason=reason.value, detail=detail))
