"""What the checks of the footer share: when the absence of an element proves anything."""

from __future__ import annotations

import re

from auditor.api import (
    EvidenceRef,
    Finding,
    HomePage,
    Message,
    Outcome,
    Reason,
    Site,
    SiteIdentity,
    Text,
    msg,
    page_evidence,
)
from checks.domain._common import host_subject
from checks.domain._pages import is_bare, is_error_page

#: With less text than this the home page is a frame set or a way to another page.
_ENOUGH_TEXT = 50
_FRAME_TEXT = 300
_TAIL_CHARS = 160

_VALID_CODE = re.compile(r"(?:bm\d{8}|\d{10})", re.I)

#: Messages of every check that looks for an element of the home page.
IDENTITY_MESSAGES = {
    "unrendered": Text(
        zh="首页的页眉、页脚由脚本或框架写入，未经浏览器渲染无法判断。",
        en="Scripts or frames write the home page's header and footer; it cannot be judged "
        "without rendering.",
    ),
    "elsewhere": Text(
        zh="首页未见此项，但另有 {count} 个页面显示，请人工核对首页。",
        en="Not seen on the home page, but on {count} other page(s); please look.",
    ),
}


def is_readable(identity: SiteIdentity, home: HomePage) -> bool:
    """True when what the home page does not show is really not there."""
    facts = home.facts
    if facts.script_shell or facts.text_chars < _ENOUGH_TEXT:
        return False
    if is_error_page(facts) or is_bare(facts):
        return False
    if facts.frames and facts.text_chars < _FRAME_TEXT:
        return False
    if not identity.home.rendered_by_script:
        return True
    # A browser ran the scripts, but what frames show is not part of the page.
    return facts.rendered and not facts.frames


def unrendered(site: Site) -> Finding:
    """The finding for a home page that cannot be judged from its source."""
    message = msg("unrendered", reason=Reason.NO_BROWSER.value)
    return Finding(Outcome.UNTESTED, message, host_subject(site.host))


def absence(
    site: Site, identity: SiteIdentity, home: HomePage, part: str, missing: Message
) -> Finding:
    """What the absence of a part of `Identity` on the home page means: nothing where scripts
    write the footer, a question where other pages show it, else a failure with the message."""
    if not is_readable(identity, home):
        return unrendered(site)
    subject, evidence = host_subject(site.host), (footer_evidence(home),)
    others = identity.seen_on.get(part, 0)
    if others:
        return Finding(Outcome.CANT_TELL, msg("elsewhere", count=others), subject, evidence)
    return Finding(Outcome.FAILED, missing, subject, evidence)


def footer_evidence(home: HomePage, excerpt: str = "") -> EvidenceRef:
    """Cite the home page; without an excerpt, the end of its text, where the footer stands."""
    return page_evidence(home.facts, excerpt=excerpt or home.facts.text[-_TAIL_CHARS:])


def is_site_code(value: str) -> bool:
    """True for 10 digits, or `bm` and 8 digits (central bodies)."""
    return _VALID_CODE.fullmatch(value) is not None


def codes_at(identity: SiteIdentity, place: str) -> tuple[str, ...]:
    """The well-formed site codes seen at a place (meta | error-report | visible), lower case."""
    return tuple(
        dict.fromkeys(
            value.lower()
            for where, value in identity.home.site_codes
            if where == place and is_site_code(value)
        )
    )
