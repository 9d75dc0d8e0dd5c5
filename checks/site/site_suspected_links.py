"""site-suspected-links: links within the site that may be dead; a person must look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.api import (
    BrokenLink,
    BrokenLinks,
    Finding,
    Outcome,
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

MESSAGES = {
    "alive": LINK_MESSAGES["alive"],
    "no-links": LINK_MESSAGES["no-links"],
    "suspected": Text(
        zh="{url} 两次访问均未成功（{seen}），疑似不可用，共 {places} 处链接，如“{text}”，"
        "请人工核查。",
        en="{url} failed twice ({seen}) and may be dead; {places} link(s), such as “{text}”. "
        "Please look.",
    ),
    "soft": Text(
        zh="{url} 返回 {seen}，但与不存在的地址一样打开首页、错误页或以网页代替文件，疑似已失效，"
        "共 {places} 处链接，如“{text}”，请人工核查。",
        en="{url} answers {seen} but opens what addresses that do not exist open: the home page, "
        "an error page, a page in place of a file. It may be dead. {places} link(s), such as "
        "“{text}”. Please look.",
    ),
    "refused": Text(
        zh="{url} 拒绝访问（{seen}），共 {places} 处链接，如“{text}”，"
        "请核查是内部页面误链、页面失效还是防护所致。",
        en="{url} refuses visitors ({seen}); {places} link(s), such as “{text}”. An internal page, "
        "a dead one, or protection: please look.",
    ),
    "many-refused": Text(
        zh="有 {targets} 个站内地址拒绝访问（{seen} 等），多半是防护或频率限制所致，请核对后复测。",
        en="{targets} addresses of the site refuse visitors ({seen} and others), probably by "
        "protection or a rate limit; please check and test again.",
    ),
}


@dataclass(frozen=True, slots=True)
class Params:
    """`max_refused`: with more refusing addresses they are one matter, not many."""

    max_refused: int = 20


@check(
    id="site-suspected-links",
    scope="site",
    title=Text(zh="疑似失效链接（待人工核查）", en="Links that may be dead"),
    why=Text(
        zh="超时、5xx、403 等不能确定页面已失效，可能由网络或防护引起；"
        "行业监测同样区分“确定”与“疑似”。本项只提请人工核查。",
        en="Timeouts, 5xx and 403 do not prove that a page is gone; networks and protection cause "
        "them too. Monitors tell certain from suspected; a person must look.",
    ),
    fix=Text(
        zh="在浏览器中打开核对：确已失效的删除或改正链接；服务报错的修复后端；"
        "内部页面不要对外链接。",
        en="Open it in a browser: remove links that are dead, repair services that fail, and do "
        "not link internal pages in public.",
    ),
    messages=MESSAGES,
)
def site_suspected_links(links: BrokenLinks, params: Params) -> Iterator[Finding]:
    """Lists in-site targets that failed twice without proof that they are gone.

    Why: a person must tell a fault of the site from one of the network. How: two looks; server
    errors, timeouts, resets and TLS errors, plain refusals (401, 403), and answers that names
    which cannot exist get as well (soft 404). Pages of protection products and addresses that
    were not asked for are left out. Fix: look, then mend.
    """
    suspected = [link for link in links.links if _is(link, "suspected")]
    refused = [link for link in links.links if _is(link, "blocked") and _plainly(link)]
    for link in suspected:
        key = "soft" if _is_soft(link) else "suspected"
        yield link_finding(Outcome.CANT_TELL, link, msg(key, **link_params(link)))
    if len(refused) > params.max_refused:
        yield _together(refused)
    else:
        for link in refused:
            yield link_finding(Outcome.CANT_TELL, link, msg("refused", **link_params(link)))
    if not suspected and not refused:
        yield nothing_dead(links)


def _is(link: BrokenLink, verdict: str) -> bool:
    return link.target.in_site and link.target.verdict == verdict


def _is_soft(link: BrokenLink) -> bool:
    """True when something came, but what comes for anything."""
    return link.target.reason is None and 200 <= link.target.status < 400


def _plainly(link: BrokenLink) -> bool:
    """True when the server itself refused, and no protection page or limit answered."""
    return link.target.reason is None and link.target.status in (401, 403)


def _together(refused: list[BrokenLink]) -> Finding:
    first = refused[0]
    message = msg("many-refused", targets=len(refused), seen=f"HTTP {first.target.status}")
    evidence = tuple(source_evidence(link.sources[0], link) for link in refused[:20])
    return Finding(
        Outcome.CANT_TELL,
        message,
        Subject(SubjectKind.LINK, first.target.url),
        evidence,
        cause="refused",
        places=len(refused),
    )
