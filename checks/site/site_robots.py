"""site-robots: robots.txt is a robots.txt, and lets public information be found."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import (
    CrawlSummary,
    EvidenceRef,
    Finding,
    Outcome,
    Reason,
    RobotsFile,
    Subject,
    SubjectKind,
    Text,
    check,
    msg,
)
from checks.site._common import untested

MESSAGES = {
    "fine": Text(
        zh="robots.txt 格式正常，未整站禁止抓取。",
        en="robots.txt is well formed and does not forbid the whole site.",
    ),
    "absent": Text(
        zh="网站没有 robots.txt（允许），本项不适用。", en="There is no robots.txt, which is fine."
    ),
    "html": Text(
        zh="robots.txt 返回的是网页（HTML），搜索引擎无法识别，请核对。",
        en="A web page (HTML) is served as robots.txt, which search engines cannot read.",
    ),
    "too-large": Text(
        zh="robots.txt 超过 512 KiB，超出部分会被搜索引擎忽略，请核对。",
        en="robots.txt is larger than 512 KiB; search engines ignore the rest.",
    ),
    "disallows-all": Text(
        zh="robots.txt 禁止一切搜索引擎抓取整站，公开信息难以被检索到，请核对是否有意为之。",
        en="robots.txt keeps all search engines out of the whole site, so public information is "
        "hard to find. Is that intended?",
    ),
}


@check(
    id="site-robots",
    scope="site",
    title=Text(zh="搜索引擎协议（robots.txt）", en="robots.txt"),
    why=Text(
        zh="政府公开信息应便于查找；robots.txt 写错或整站禁止抓取会使信息无法被检索。"
        "（工程建议，RFC 9309；无明文条款，作提示。）",
        en="Public information should be easy to find; a broken robots.txt or one that forbids "
        "everything hides it. (Engineering advice, RFC 9309; no clause.)",
    ),
    fix=Text(
        zh="提供纯文本的 robots.txt，只禁止后台、检索结果等目录；不需要时让该地址返回 404。",
        en="Serve a plain text robots.txt that only excludes what must be, or answer 404.",
    ),
    messages=MESSAGES,
)
def site_robots(crawl: CrawlSummary) -> Iterator[Finding]:
    """Reads what the crawler found at /robots.txt.

    Why: search engines obey it (RFC 9309). How: form and reach only; a missing file is fine, one
    that could not be fetched is not tested. Never failed: no clause asks for it. Fix: a short
    plain text file.
    """
    robots = crawl.robots
    if robots is None or robots.state == "unreachable":
        yield untested(Reason.NOT_GATHERED, "robots.txt")
        return
    subject = Subject(SubjectKind.RESOURCE, robots.url)
    key = _problem(robots)
    if key:
        evidence = EvidenceRef(url=robots.url, captured_at=crawl.started_at, excerpt=robots.state)
        yield Finding(Outcome.CANT_TELL, msg(key), subject, (evidence,))
    elif robots.state == "absent":
        yield Finding(Outcome.INAPPLICABLE, msg("absent"), subject)
    else:
        yield Finding(Outcome.PASSED, msg("fine"), subject)


def _problem(robots: RobotsFile) -> str:
    if robots.state in {"html", "too-large"}:
        return robots.state
    return "disallows-all" if robots.disallows_all else ""
