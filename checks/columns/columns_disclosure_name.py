"""columns-disclosure-name: the disclosure column is called 政府信息公开."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import (
    Columns,
    Finding,
    HomePage,
    Link,
    Outcome,
    Reason,
    Subject,
    SubjectKind,
    Text,
    check,
    msg,
    page_evidence,
)
from checks.columns._common import PATH_SEPARATOR

OFFICIAL = "政府信息公开"
#: Names that sites give the column instead. Parts of it (指南, 年报 ...) are other columns.
_INSTEAD = (
    "信息公开",
    "信息公开专栏",
    "信息公开目录",
    "信息公开平台",
    "信息公开栏",
    "政务信息公开",
    "政府信息",
    "政府信息公开专栏",
    "政府信息公开平台",
    "政府信息公开目录",
    "政府信息公开栏",
    "政府信息公开专区",
    "公开信息",
    "信息公示",
)
_MARKS = " \u3000>»·|+-—"
MESSAGES = {
    "official": Text(zh="栏目名称为“政府信息公开”。", en="The column is called 政府信息公开."),
    "other-name": Text(
        zh="政府信息公开栏目名称为“{name}”，应统一为“政府信息公开”。",
        en="The disclosure column is called {name}; its name must be 政府信息公开.",
    ),
    "no-column": Text(
        zh="首页和栏目中未见政府信息公开栏目，本项不适用（见“应设栏目齐全”）。",
        en="No disclosure column was seen (see the check on required columns).",
    ),
}


@check(
    id="columns-disclosure-name",
    scope="site",
    title=Text(zh="政府信息公开栏目名称", en="Name of the disclosure column"),
    why=Text(
        zh="国办公开办函〔2019〕61号要求政府信息公开平台统一名称、统一格式，"
        "栏目名称为“政府信息公开”。",
        en="国办公开办函〔2019〕61号 asks for one name and one form: the column is called "
        "政府信息公开.",
    ),
    fix=Text(
        zh="把栏目和首页入口的名称改为“政府信息公开”。",
        en="Rename the column and its entry on the home page to 政府信息公开.",
    ),
    messages=MESSAGES,
)
def columns_disclosure_name(columns: Columns, home: HomePage) -> Iterator[Finding]:
    """Looks for the disclosure column by its official name, then by the names used instead.

    Why: 国办公开办函〔2019〕61号 asks for one name. How: link texts of the home page and names of
    columns and their navigation paths; 政务公开 is a wider channel and does not count as a wrong
    name. Fix: rename the column.
    """
    facts = home.facts
    if facts.script_shell and not home.rendered:
        reason = Reason.NO_BROWSER.value
        yield Finding(Outcome.UNTESTED, msg("untested", reason=reason, detail="home page"))
        return
    linked = {_plain(link.text or link.name): link for link in reversed(facts.links) if link.url}
    names = {name for column in columns.columns for name in column.path.split(PATH_SEPARATOR)}
    if OFFICIAL in linked or OFFICIAL in names:
        yield Finding(Outcome.PASSED, msg("official"))
        return
    name = next((each for each in _INSTEAD if each in linked or each in names), "")
    if not name:
        yield Finding(Outcome.INAPPLICABLE, msg("no-column"))
        return
    subject = Subject(SubjectKind.COLUMN, name)
    evidence = page_evidence(facts, locator=_locator(linked.get(name)), excerpt=name)
    yield Finding(Outcome.FAILED, msg("other-name", name=name), subject, (evidence,))


def _plain(text: str) -> str:
    return "".join(text.split()).strip(_MARKS)


def _locator(link: Link | None) -> str:
    return f"(//{link.tag})[{link.index}]" if link is not None and link.index else ""
