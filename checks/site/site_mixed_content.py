"""site-mixed-content: pages under https load everything over https."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import (
    Finding,
    Link,
    LinkKind,
    Outcome,
    PageFacts,
    Subject,
    SubjectKind,
    Text,
    check,
    msg,
    page_evidence,
)

#: Browsers block these; pictures and media they show with a warning, or fail to fetch.
_ACTIVE = frozenset({LinkKind.SCRIPT, LinkKind.STYLE, LinkKind.FRAME})
_LOADED = _ACTIVE | {LinkKind.IMAGE, LinkKind.ATTACHMENT}
_ELEMENTS = frozenset(
    {"img", "script", "link", "iframe", "frame", "embed", "object", "video", "audio", "source"}
)
_TARGET_CHARS = 200
MESSAGES = {
    "clean": Text(
        zh="HTTPS 页面加载的 {count} 个资源均未使用明文 http。",
        en="None of the {count} resources of the HTTPS page is loaded over plain http.",
    ),
    "active": Text(
        zh="HTTPS 页面以明文 http 从 {host} 引用脚本、样式或框架，浏览器会直接拦截，如 {target}。",
        en="The HTTPS page loads scripts, styles or frames from {host} over plain http, which "
        "browsers block, such as {target}.",
    ),
    "passive": Text(
        zh="HTTPS 页面以明文 http 从 {host} 引用图片或媒体，浏览器会告警或不显示，如 {target}。",
        en="The HTTPS page loads pictures or media from {host} over plain http; browsers warn, or "
        "do not show them, such as {target}.",
    ),
    "plain-page": Text(zh="页面不是 HTTPS，本项不适用。", en="The page itself is not under HTTPS."),
}


@check(
    id="site-mixed-content",
    scope="page",
    title=Text(zh="HTTPS 页面混用明文资源", en="HTTPS pages with plain http resources"),
    why=Text(
        zh="HTTPS 页面中的明文资源可被篡改；脚本、样式和框架会被浏览器拦截，造成页面残缺"
        "（条文待核实，作提示）。",
        en="Plain resources of an HTTPS page can be tampered with; browsers block scripts, styles "
        "and frames (W3C Mixed Content; advice).",
    ),
    fix=Text(
        zh="把资源地址改为 https 或以“//”开头；对方不支持 HTTPS 的，下载到本站引用。",
        en="Use https addresses; host the file yourself where the other side has no HTTPS.",
    ),
    messages=MESSAGES,
)
def site_mixed_content(page: PageFacts) -> Iterator[Finding]:
    """Looks for resources that a page under https loads over http.

    Why: they can be tampered with and are blocked (W3C Mixed Content). How: the addresses of
    pictures, media, scripts, styles and frames in the source; links that visitors click do not
    count, nor what scripts load later. One issue per host. Fix: https addresses.
    """
    if not (page.final_url or page.url).startswith("https://"):
        yield Finding(Outcome.INAPPLICABLE, msg("plain-page"))
        return
    loaded = [link for link in page.links if _is_loaded(link)]
    plain = [link for link in loaded if link.url.startswith("http://")]
    for link in plain:
        key = "active" if link.kind in _ACTIVE else "passive"
        host = link.url.removeprefix("http://").partition("/")[0]
        locator = f"(//{link.tag})[{link.index}]" if link.index else ""
        yield Finding(
            Outcome.FAILED,
            msg(key, host=host, target=link.url[:_TARGET_CHARS]),
            Subject(SubjectKind.RESOURCE, link.url),
            (page_evidence(page, locator=locator, excerpt=link.raw),),
            cause=host,
        )
    if not plain:
        yield Finding(Outcome.PASSED, msg("clean", count=len(loaded)))


def _is_loaded(link: Link) -> bool:
    return link.kind in _LOADED and link.tag in _ELEMENTS and link.via in {"src", "href"}
