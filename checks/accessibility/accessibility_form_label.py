"""accessibility-form-label: form controls have a label."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import Field, Finding, Outcome, PageFacts, Text, check, msg, page_evidence
from checks.accessibility._common import PAGE_MESSAGES, because, page_subject, unjudged

MESSAGES = PAGE_MESSAGES | {
    "labelled": Text(
        zh="页面 {count} 个表单控件都有标签，自动检测未发现问题。",
        en="All {count} form controls have a label; the automated test found no problem.",
    ),
    "nameless": Text(
        zh="表单控件“{field}”没有标签（{place}），请核对控件是否显示。",
        en="The control “{field}” has no label ({place}); please look whether it shows.",
    ),
    "placeholder": Text(
        zh="表单控件“{field}”只有占位提示“{placeholder}”，输入后即消失，建议另加标签。",
        en="The control “{field}” has only the placeholder “{placeholder}”, which goes away "
        "when one types; a label would stay.",
    ),
    "no-fields": Text(zh="页面没有表单控件，本项不适用。", en="The page has no form controls."),
}


@check(
    id="accessibility-form-label",
    scope="page",
    title=Text(zh="表单标签", en="Labels of form controls"),
    why=because(
        "输入控件须有标签或说明（WCAG 3.3.2、4.1.2，A级），否则读屏用户不知道该填什么。",
        "controls need a label (WCAG 3.3.2 and 4.1.2, level A), or blind users do not know what to "
        "enter.",
    ),
    fix=Text(
        zh='用 <label for="控件id">姓名</label> 或 aria-label 为每个控件命名。',
        en='Name each control by <label for="id"> or aria-label.',
    ),
    messages=MESSAGES,
)
def accessibility_form_label(page: PageFacts) -> Iterator[Finding]:
    """Looks for controls without accessible name.

    Why: WCAG 3.3.2, 4.1.2. How: label, aria-label, aria-labelledby, title and a button's own text
    count; a placeholder alone is advice. What style sheets hide cannot be seen, so a hit is for a
    person and axe confirms it on rendered pages. Fix: label the control.
    """
    unfit = unjudged(page)
    if unfit is not None:
        yield unfit
        return
    fields = [item for form in page.forms for item in form.fields if not item.hidden]
    subject = page_subject(page)
    if not fields:
        yield Finding(Outcome.INAPPLICABLE, msg("no-fields"), subject)
        return
    found = False
    for item in fields:
        if item.name_source not in {"none", "placeholder"}:
            continue
        found = True
        name = (item.name or item.id or item.type or item.tag)[:40]
        message = (
            msg("nameless", field=name, place=item.place)
            if item.name_source == "none"
            else msg("placeholder", field=name, placeholder=item.placeholder[:40])
        )
        evidence = page_evidence(page, locator=_locator(item), excerpt=_shown(item))
        cause = f"{item.place}|{name}"
        yield Finding(Outcome.CANT_TELL, message, subject, (evidence,), cause=cause)
    if not found:
        yield Finding(Outcome.PASSED, msg("labelled", count=len(fields)), subject)


def _locator(item: Field) -> str:
    return f"(//{item.tag})[{item.index}]"


def _shown(item: Field) -> str:
    placeholder = f' placeholder="{item.placeholder}"' if item.placeholder else ""
    return f'<{item.tag} type="{item.type}" name="{item.name}" id="{item.id}"{placeholder}>'
