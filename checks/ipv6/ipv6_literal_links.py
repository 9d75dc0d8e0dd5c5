"""ipv6-literal-links: links use host names, not IPv4 addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.api import (
    Finding,
    Outcome,
    PageFacts,
    Subject,
    SubjectKind,
    Text,
    check,
    msg,
    page_evidence,
)

_IPV4_HOST = re.compile(r"https?://(\d{1,3}(?:\.\d{1,3}){3})(?::\d+)?(?:[/?#]|$)", re.IGNORECASE)
_TARGET_CHARS = 120
MESSAGES = {
    "names-only": Text(
        zh="页面的 {count} 个链接和资源都使用域名。",
        en="All {count} links and resources of the page use host names.",
    ),
    "literal": Text(
        zh="链接“{text}”直接使用 IPv4 地址 {address}（{target}），纯 IPv6 用户无法打开。",
        en="The link “{text}” uses the IPv4 address {address} ({target}), which IPv6-only visitors "
        "cannot open.",
    ),
    "no-links": Text(zh="页面没有链接，本项不适用。", en="The page has no links."),
}


@check(
    id="ipv6-literal-links",
    scope="page",
    title=Text(zh="链接直接使用 IPv4 地址", en="Links to IPv4 addresses"),
    why=Text(
        zh="写成 IPv4 地址的链接绕过域名解析，纯 IPv6 网络（含 NAT64）中的用户打不开；"
        "更换服务器后也会失效。（工程建议；无明文条款，作提示。）",
        en="A link to an IPv4 address bypasses DNS, so IPv6-only networks (NAT64 included) cannot "
        "open it, and it breaks when the server moves. (Engineering advice; no clause.)",
    ),
    fix=Text(
        zh="为该服务配置域名，并把链接改为域名形式。",
        en="Give the service a host name and link to that.",
    ),
    messages=MESSAGES,
)
def ipv6_literal_links(page: PageFacts) -> Iterator[Finding]:
    """Looks for links and resources whose host is an IPv4 address.

    Why: unreachable from IPv6-only networks. How: on the resolved addresses of the page's links;
    one issue per address. Hidden links count too when they load something. Fix: use a name.
    """
    address_of_page = page.final_url or page.url
    own = _IPV4_HOST.match(address_of_page)
    origin = "/".join(address_of_page.split("/", 3)[:3]) + "/"
    # Most links lead to the page's own host, and none of these can fail.
    others = [link for link in page.links if not link.url.startswith(origin)]
    count = len(page.links) - sum(not link.url for link in others)
    if not count:
        yield Finding(Outcome.INAPPLICABLE, msg("no-links"))
        return
    found = False
    for link in others:
        match = _IPV4_HOST.match(link.url)
        # A site that is itself visited by its address links to itself; that is one matter.
        if match is None or (own is not None and own.group(1) == match.group(1)):
            continue
        if link.hidden and link.tag == "a":
            continue
        found = True
        address, target = match.group(1), link.url[:_TARGET_CHARS]
        text = (link.text or link.name or link.tag)[:40]
        yield Finding(
            Outcome.FAILED,
            msg("literal", text=text, address=address, target=target),
            Subject(SubjectKind.LINK, link.url),
            (page_evidence(page, locator=f"(//{link.tag})[{link.index}]", excerpt=link.raw),),
            cause=address,
        )
    if not found:
        yield Finding(Outcome.PASSED, msg("names-only", count=count))
