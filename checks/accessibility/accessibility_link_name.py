"""accessibility-link-name: links have a name."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import Finding, Outcome, PageFacts, Text, check, msg, page_evidence
from checks.accessibility._common import PAGE_MESSAGES, because, page_subject, unjudged

_TAGS = ("a", "area")
MESSAGES = PAGE_MESSAGES | {
    "named": Text(
        zh="页面 {count} 个链接都有名称，自动检测未发现问题。",
        en="All {count} links have a name; the automated test found no problem.",
    ),
    "nameless": Text(
        zh="链接没有文字、图片替代文字或 aria-label（{place}），请核对链接是否显示。",
        en="A link has neither text nor image text nor aria-label ({place}); please look whether "
        "it shows.",
    ),
    "no-links": Text(zh="页面没有链接，本项不适用。", en="The page has no links."),
}


@check(
    id="accessibility-link-name",
    scope="page",
    title=Text(zh="链接名称", en="Names of links"),
    why=because(
        "链接须有可辨识的名称（WCAG 2.4.4、4.1.2，A级），否则读屏软件只能读出网址。",
        "links need a name (WCAG 2.4.4 and 4.1.2, level A), or screen readers can only read "
        "addresses.",
    ),
    fix=Text(
        zh="给图片链接的图片写 alt，给图标链接写 aria-label，删除空链接。",
        en="Describe the image in the link, label icons with aria-label, remove empty links.",
    ),
    messages=MESSAGES,
)
def accessibility_link_name(page: PageFacts) -> Iterator[Finding]:
    """Looks for links without accessible name.

    Why: WCAG 2.4.4, 4.1.2. How: text, alt, aria-label, aria-labelledby and title count; what
    style sheets hide or write cannot be seen, so a hit is for a person and axe confirms it on
    rendered pages. Fix: name the link.
    """
    unfit = unjudged(page)
    if unfit is not None:
        yield unfit
        return
    links = [item for item in page.links if item.tag in _TAGS and item.raw and not item.hidden]
    subject = page_subject(page)
    if not links:
        yield Finding(Outcome.INAPPLICABLE, msg("no-links"), subject)
        return
    found = False
    for link in [link for link in links if not (link.name or link.text or link.title)]:
        found = True
        yield Finding(
            Outcome.CANT_TELL,
            msg("nameless", place=link.place),
            subject,
            (
                page_evidence(
                    page,
                    locator=f"(//{link.tag})[{link.index}]",
                    excerpt=f'<{link.tag} href="{link.raw}"></{link.tag}>',
                ),
            ),
            cause=link.place,
        )
    if not found:
        yield Finding(Outcome.PASSED, msg("named", count=len(links)), subject)
