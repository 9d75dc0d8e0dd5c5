"""site-dead-resources: pictures, styles, scripts and frames of the site load."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import BrokenLinks, Finding, LinkKind, Text, check
from checks.site._common import LINK_MESSAGES, judge_dead

KINDS = frozenset({LinkKind.IMAGE, LinkKind.STYLE, LinkKind.SCRIPT, LinkKind.FRAME})


@check(
    id="site-dead-resources",
    scope="site",
    title=Text(zh="图片、样式、脚本、框架失效", en="Dead pictures, styles, scripts and frames"),
    why=Text(
        zh="图片裂开、样式或脚本缺失会使页面残缺、功能失灵，也是网站监测的通行项目（作提示）。",
        en="Missing pictures, styles and scripts leave pages broken; monitors count them (advice).",
    ),
    fix=Text(
        zh="补传文件或改正引用路径；不再需要的引用请删除。模板引用的资源改一处即可。",
        en="Upload the file or correct the path, and remove references that are not needed.",
    ),
    messages=LINK_MESSAGES,
)
def site_dead_resources(links: BrokenLinks) -> Iterator[Finding]:
    """Lists the site's own pictures, styles, scripts and frames that do not exist.

    Why: pages are incomplete without them. How: as for dead links (404, 410 or a missing name in
    two looks); resources on other hosts are judged by site-outside-links. Fix: restore the file.
    """
    yield from judge_dead(links, KINDS)
