"""accessibility-barrier-free-entry: the home page leads to a barrier-free version."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import (
    EvidenceRef,
    Finding,
    HomePage,
    Outcome,
    Site,
    SiteIdentity,
    Subject,
    SubjectKind,
    Text,
    check,
    msg,
)

MESSAGES = {
    "present": Text(
        zh="首页有无障碍或适老版入口（{entry}）。入口只是服务，不代表网站已符合无障碍标准。",
        en="The home page has an entry to a barrier-free version ({entry}), which is a service "
        "and no proof of accessibility.",
    ),
    "absent": Text(
        zh="首页没有发现无障碍或适老版（关怀版、长者版、大字版）入口。",
        en="The home page shows no entry to a barrier-free or elder-friendly version.",
    ),
    "unclear": Text(
        zh="首页的页头或页脚由脚本生成，源码中没有发现无障碍入口，请人工核对。",
        en="Scripts write the home page's header or footer, and its source shows no barrier-free "
        "entry; please look.",
    ),
    "no-pages": Text(zh="没有可判断的页面，本项不适用。", en="No page could be judged."),
}
#: A home page with less text and fewer links (an error page, a challenge) shows no header.
_LEAST_TEXT = 160
_LEAST_LINKS = 3
#: With less text than this beside frames, the header may stand in one of them.
_FRAME_TEXT = 300
_ERROR = 400
_EXCERPT = "无障碍 / 关怀版 / 长者版 / 适老 / 大字"


@check(
    id="accessibility-barrier-free-entry",
    scope="site",
    title=Text(zh="无障碍、适老版入口", en="Entry to a barrier-free version"),
    why=Text(
        zh="工业和信息化部《互联网网站适老化通用设计规范》（2021年）要求提供适老版本或无障碍功能；"
        "《无障碍环境建设法》第三十二条要求政府网站逐步符合无障碍标准。",
        en="The Ministry of Industry's design rules for elder-friendly websites (2021) ask for an "
        "elder-friendly version, and article 32 of the Barrier-free Environment Law for "
        "accessibility step by step.",
    ),
    fix=Text(
        zh="在首页页头显著位置设置“无障碍”“关怀版”入口，键盘可达。",
        en="Put an entry called 无障碍 or 关怀版 into the header, in keyboard reach.",
    ),
    messages=MESSAGES,
)
def accessibility_barrier_free_entry(
    site: Site, identity: SiteIdentity, home: HomePage
) -> Iterator[Finding]:
    """Looks for the entry on the home page: link texts, and the scripts of known toolbars.

    Why: design rules for elder-friendly websites; law. How: from the source, so an entry that an
    unknown script adds is not seen; where header and footer come from scripts a person must look.
    An entry is not taken as proof of accessibility. Fix: add the entry.
    """
    subject = Subject(SubjectKind.SITE, site.host)
    if not identity.pages:
        yield Finding(Outcome.INAPPLICABLE, msg("no-pages"), subject)
        return
    entry = identity.home.barrier_free_entry
    evidence = EvidenceRef(
        identity.home_url or site.homepage,
        identity.captured_at,
        identity.sha256,
        locator="body",
        excerpt=entry or _EXCERPT,
    )
    if entry:
        yield Finding(Outcome.PASSED, msg("present", entry=entry[:80]), subject, (evidence,))
        return
    scripted = identity.home.rendered_by_script or identity.rendered_by_script
    facts = home.facts
    bare = facts.text_chars < _LEAST_TEXT and len(facts.links) < _LEAST_LINKS
    framed = bool(facts.frames) and facts.text_chars < _FRAME_TEXT
    empty = facts.script_shell or bare or framed
    hidden = scripted or empty or facts.status >= _ERROR
    outcome, key = (Outcome.CANT_TELL, "unclear") if hidden else (Outcome.FAILED, "absent")
    yield Finding(outcome, msg(key), subject, (evidence,))
