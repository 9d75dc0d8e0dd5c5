"""columns-gazette: a portal offers the government gazette."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.api import (
    Column,
    Columns,
    ColumnState,
    Finding,
    Outcome,
    Site,
    SiteType,
    Text,
    check,
    msg,
)
from checks.columns._common import column_evidence, column_subject

#: 统计公报, 环境公报 and the like are something else.
_GAZETTE = re.compile(r"^(?:.{0,8}政府)?公报(?:电子版|专栏)?$|政府公报|公报电子版")
_TEMPLATE_ID = "gazette"
MESSAGES = {
    "found": Text(
        zh="设有“{name}”栏目，最新信息发布于 {newest_on}。",
        en="There is a column {name}; its newest entry is of {newest_on}.",
    ),
    "blank": Text(zh="“{name}”栏目为空白。", en="The column {name} is blank."),
    "old": Text(
        zh="“{name}”栏目最新信息发布于 {newest_on}，请核对公报电子版是否与纸质版同步。",
        en="The newest entry of {name} is of {newest_on}; please see whether it keeps up with the "
        "printed gazette.",
    ),
    "not-found": Text(
        zh="未发现政府公报栏目（县级政府结合实际开设），请核对当地要求。",
        en="No gazette column was found (counties may open one); please see what is asked for.",
    ),
    "not-portal": Text(zh="仅适用于政府门户网站。", en="Only portals are asked for a gazette."),
}


@check(
    id="columns-gazette",
    scope="site",
    title=Text(zh="政府公报栏目", en="Gazette column"),
    why=Text(
        zh="2018年《关于做好政府公报工作的通知》要求政府门户网站设公报专栏，"
        "县级结合实际探索（据转述）；"
        "川政办字〔2019〕43号要求办好我区政府公报电子版，与纸质版同步发行。",
        en="A notice of 2018 asks portals for a gazette column, counties as they see fit (read in "
        "paraphrase); 川政办字〔2019〕43号 asks for an electronic gazette along with the "
        "printed one.",
    ),
    fix=Text(
        zh="在首页设政府公报专栏，按期发布电子版并保留往期目录。",
        en="Open a gazette column on the home page, publish each issue and keep the earlier ones.",
    ),
    messages=MESSAGES,
)
def columns_gazette(site: Site, columns: Columns) -> Iterator[Finding]:
    """Looks for the gazette column of a portal.

    Why: the notice of 2018 and 川政办字〔2019〕43号. How: by name among the site's columns; a blank
    one is failed, an old or missing one is for a person, since counties need not publish one.
    Fix: open the column, publish on time.
    """
    if site.type is not SiteType.PORTAL:
        yield Finding(Outcome.INAPPLICABLE, msg("not-portal"))
        return
    found = next((column for column in columns.columns if _is_gazette(column)), None)
    if found is None:
        yield Finding(Outcome.CANT_TELL, msg("not-found"))
        return
    outcome, key = _judge(found)
    newest = found.newest_on.isoformat() if found.newest_on else "—"
    message = msg(key, name=found.name, newest_on=newest)
    yield Finding(outcome, message, column_subject(found), (column_evidence(found),))


def _is_gazette(column: Column) -> bool:
    there = bool(column.url) and column.state is not ColumnState.MISSING
    return there and (
        column.template_id == _TEMPLATE_ID or _GAZETTE.search(column.name) is not None
    )


def _judge(column: Column) -> tuple[Outcome, str]:
    if column.state is ColumnState.BLANK:
        return Outcome.FAILED, "blank"
    if column.state is ColumnState.STALE:
        return Outcome.CANT_TELL, "old"
    return Outcome.PASSED, "found"
