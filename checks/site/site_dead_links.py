"""site-dead-links: links within the site lead to pages that exist."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import BrokenLinks, Finding, LinkKind, Text, check
from checks.site._common import LINK_MESSAGES, judge_dead

KINDS = frozenset({LinkKind.PAGE})


@check(
    id="site-dead-links",
    scope="site",
    title=Text(zh="站内死链", en="Dead links within the site"),
    why=Text(
        zh="国办秘函〔2019〕19号把错断链列入“可用性”扣分（条文待核实，作提示）。"
        "行业监测把站内 404 记为确定不可用链接。",
        en="国办秘函〔2019〕19号 deducts for broken links (wording to be verified; advice). "
        "Monitors count 404 within the site as certainly dead.",
    ),
    fix=Text(
        zh="删除或改正链接；页面已改址的设置跳转。出现在每页导航、页脚中的链接只需改模板一处。",
        en="Remove or correct the link, redirect pages that moved. A link in the menu or footer of "
        "every page is mended once, in the template.",
    ),
    messages=LINK_MESSAGES,
)
def site_dead_links(links: BrokenLinks) -> Iterator[Finding]:
    """Lists in-site pages that links lead to and that do not exist.

    Why: broken links are a deduction of 国办秘函〔2019〕19号 (to be verified). How: two looks some
    time apart, and 404, 410 or a missing name both times; everything else is suspected or not
    tested. One issue per target, with the places that link to it. Fix: correct the link.
    """
    yield from judge_dead(links, KINDS)
