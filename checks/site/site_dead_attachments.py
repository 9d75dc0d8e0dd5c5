"""site-dead-attachments: files that pages offer can be downloaded."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import BrokenLinks, Finding, LinkKind, Text, check
from checks.site._common import LINK_MESSAGES, judge_dead

KINDS = frozenset({LinkKind.ATTACHMENT})


@check(
    id="site-dead-attachments",
    scope="site",
    title=Text(zh="附件、表格无法下载", en="Attachments that cannot be downloaded"),
    why=Text(
        zh="表格、附件下载不了，通知和办事指南就无法执行；"
        "国办秘函〔2019〕19号“办事服务”扣分项涉及（条文待核实，作提示）。",
        en="Without its forms and files a notice or guide cannot be followed; "
        "国办秘函〔2019〕19号 deducts for it (wording to be verified; advice).",
    ),
    fix=Text(
        zh="重新上传附件并核对链接；改名或迁移附件时同步更新正文中的地址。",
        en="Upload the file again and check the link; update addresses when files move.",
    ),
    messages=LINK_MESSAGES,
)
def site_dead_attachments(links: BrokenLinks) -> Iterator[Finding]:
    """Lists the site's own attachments that do not exist.

    Why: guides and notices depend on their files. How: as for dead links (404, 410 or a missing
    name in two looks); the content of files is not read. Fix: upload the file again.
    """
    yield from judge_dead(links, KINDS)
