"""Forms and their controls: what a form is for, and what names its controls have.

Controls outside any form are gathered in one form with `index` 0 and no action, because many
search boxes are driven by scripts alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from auditor.derive.limits import MAX_FIELDS, MAX_FORMS, MAX_LABEL_CHARS
from auditor.derive.text import label as cut
from auditor.model.page import Field, Form

_QUERY_NAME: Final = re.compile(
    r"^(?:q|wd|kw|k|key|keys|keyword|keywords|query|search|searchword|searchkey|searchtext|qt|title"
    r"|searchinput|txtsearch|strsearch|text|sword|word|content|s)$|search|keyword|query|sousuo|jiansuo",
    re.I,
)
_QUERY_WORDS: Final = re.compile("搜索|检索|请输入.{0,6}(?:关键|内容|搜)|关键字|关键词|站内|查询")
_SEARCH_ACTION: Final = re.compile(r"search|query|sousuo|jiansuo|/s[os]?(?:[.?/]|$)", re.I)
_LOGIN: Final = re.compile("login|signin|logon|登录|登陆", re.I)
_LETTER: Final = re.compile(
    "信件|来信|留言|咨询|投诉|建议|意见|姓名|联系电话|内容|mail|letter|feedback|message|advice",
    re.I,
)
_TEXT_TYPES: Final = frozenset(("text", "search", ""))
_NAMELESS: Final = frozenset(("submit", "reset", "button", "image", "hidden"))
_CAPTCHA: Final = re.compile(
    "captcha|verif(?:y|ication)?_?(?:code|img|image)|valid(?:ate)?_?code|check_?code|rand_?code"
    "|kaptcha|yzm|authcode|vcode|imgcode|securitycode|验证码",
    re.I,
)


@dataclass(slots=True)
class Control:
    """A control while its page is read. `label` is the text of a label around it."""

    tag: str
    attrib: Mapping[str, str]
    hidden: bool
    place: str
    index: int
    label: str = ""


@dataclass(slots=True)
class FormDraft:
    """A form while its page is read; `action` is absolute."""

    attrib: Mapping[str, str]
    action: str = ""
    place: str = ""
    index: int = 0
    controls: list[Control] = field(default_factory=list)


def is_captcha(*values: str) -> bool:
    """Whether names, addresses or texts of a control or image speak of a captcha."""
    return any(_CAPTCHA.search(value[:500]) for value in values if value)


def finish(
    drafts: list[FormDraft], labels: Mapping[str, str], texts: Mapping[str, str]
) -> tuple[Form, ...]:
    """Forms in document order. `labels` maps ids to the text of their label elements, `texts` ids
    to element text, for aria-labelledby."""
    forms = []
    for draft in drafts[:MAX_FORMS]:
        fields = tuple(
            _field(control, labels, texts)
            for control in draft.controls[:MAX_FIELDS]
            if _type(control) != "hidden"
        )
        if draft.index or fields:
            forms.append(_form(draft, fields))
    return tuple(forms)


def _form(draft: FormDraft, fields: tuple[Field, ...]) -> Form:
    query = _query_field(fields)
    kind = _kind(draft, fields, query)
    text = query if kind == "search" else next((f for f in fields if f.type in _TEXT_TYPES), None)
    return Form(
        kind=kind,
        action=draft.action,
        method=(draft.attrib.get("method") or "get").strip().lower()[:10],
        field=text.name or text.id if text else "",
        hidden_fields=tuple(
            (cut(c.attrib.get("name") or ""), (c.attrib.get("value") or "")[:MAX_LABEL_CHARS])
            for c in draft.controls[:MAX_FIELDS]
            if _type(c) == "hidden" and c.attrib.get("name")
        ),
        fields=fields,
        place=draft.place,
        index=draft.index,
        charset=(draft.attrib.get("accept-charset") or "").strip()[:40],
    )


def _kind(draft: FormDraft, fields: tuple[Field, ...], query: Field | None) -> str:
    if any(item.type == "password" for item in fields):
        return "login"
    words = f"{draft.action} {draft.attrib.get('id') or ''} {draft.attrib.get('name') or ''}"[:2500]
    areas = sum(1 for item in fields if item.tag == "textarea")
    texts = [item for item in fields if item.type in _TEXT_TYPES and item.tag == "input"]
    if areas and (len(texts) >= 1 or any(_LETTER.search(_words(item)) for item in fields)):
        return "letter"
    if query and len(texts) <= 8 and not areas:
        return "search"
    if _LOGIN.search(words):
        return "login"
    return "search" if len(texts) == 1 and _SEARCH_ACTION.search(words) else "other"


def _query_field(fields: tuple[Field, ...]) -> Field | None:
    """The text input that most likely takes the search words."""
    best: tuple[int, Field] | None = None
    for item in fields:
        if item.tag != "input" or item.type not in _TEXT_TYPES or is_captcha(item.name, item.id):
            continue
        points = 4 * (item.type == "search") + 2 * bool(_QUERY_WORDS.search(_words(item)))
        points += 2 * bool(_QUERY_NAME.search(item.name) or _QUERY_NAME.search(item.id))
        if points and (best is None or points > best[0]):
            best = points, item
    return best[1] if best else None


def _words(item: Field) -> str:
    return f"{item.placeholder} {item.accessible_name} {item.name} {item.id}"


def _type(control: Control) -> str:
    if control.tag != "input":
        return control.tag
    return (control.attrib.get("type") or "text").strip().lower()[:20] or "text"


def _field(control: Control, labels: Mapping[str, str], texts: Mapping[str, str]) -> Field:
    get = control.attrib.get
    kind = _type(control)
    name, source = _name(control, kind, labels, texts)
    return Field(
        tag=control.tag,
        type=kind,
        name=cut(get("name") or ""),
        id=cut(get("id") or ""),
        accessible_name=name,
        name_source=source,
        placeholder=cut(get("placeholder") or ""),
        hidden=control.hidden,
        place=control.place,
        index=control.index,
    )


def _name(
    control: Control, kind: str, labels: Mapping[str, str], texts: Mapping[str, str]
) -> tuple[str, str]:
    """Accessible name and its source, in the order of the accessible name computation."""
    get = control.attrib.get
    ids = (get("aria-labelledby") or "").split()[:10]
    named = cut(" ".join(texts[ident] for ident in ids if ident in texts))
    if named:
        return named, "aria"
    if cut(get("aria-label") or ""):
        return cut(get("aria-label") or ""), "aria"
    if kind in _NAMELESS or control.tag == "button":
        own = get("alt") if kind == "image" else get("value")
        own = cut(control.label if control.tag == "button" and control.label else own or "")
        if not own and kind in ("submit", "reset"):
            own = "提交" if kind == "submit" else "重置"  # browsers supply a text of their own
        if own:
            return own, "value"
    else:
        text = cut(labels.get(get("id") or "", "") or control.label)
        if text:
            return text, "label"
    for source in ("title", "placeholder"):
        if cut(get(source) or ""):
            return cut(get(source) or ""), source
    return "", "none"
