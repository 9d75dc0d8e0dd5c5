"""Handlers of blocks, headings, forms, tables and the head; and the tables of all handlers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from auditor.derive import _links
from auditor.derive.forms import Control, FormDraft
from auditor.derive.limits import (
    MAX_FIELDS,
    MAX_FORMS,
    MAX_HEADINGS,
    MAX_META_CHARS,
    MAX_METAS,
    MAX_MOVING,
    MAX_TABLES,
)
from auditor.derive.places import LANDMARKS, SECTIONS, style_of
from auditor.derive.tables import TableDraft
from auditor.derive.text import label, words
from auditor.model.page import Heading, LinkKind, Meta

if TYPE_CHECKING:
    from auditor.derive._walk import Walk

Attributes = Mapping[str, str]
Start = Callable[["Walk", str, Attributes], None]
End = Callable[["Walk", str], None]


# --- blocks and rows ------------------------------------------------------------------------------


def _block(walk: Walk, tag: str, attrib: Attributes) -> None:
    walk.parts.append("\n")


def _section(walk: Walk, tag: str, attrib: Attributes) -> None:
    if tag in LANDMARKS:
        walk.landmarks.add(LANDMARKS[tag])
    if not attrib:
        walk.special(style_of(tag, None, None), tag)
    walk.parts.append("\n")


def _end_block(walk: Walk, tag: str) -> None:
    walk.parts.append("\n")


def ROW(walk: Walk, tag: str, attrib: Attributes) -> None:
    """An element begins that may be an entry of a list."""
    walk.parts.append("\n")
    walk.open_rows.append((len(walk.parts), len(walk.anchors)))


def END_ROW(walk: Walk, tag: str) -> None:
    """Mark for the end of such an element; `_walk` has the work itself written out."""


def _heading(walk: Walk, tag: str, attrib: Attributes) -> None:
    walk.parts.append("\n")
    walk.open_headings.append(len(walk.parts))


def _end_heading(walk: Walk, tag: str) -> None:
    if walk.open_headings:
        mark = walk.open_headings.pop()
        if len(walk.headings) < MAX_HEADINGS and not walk.hidden:
            walk.headings.append(Heading(int(tag[1]), walk.text_from(mark)))
    walk.parts.append("\n")


def _moving(walk: Walk, tag: str, attrib: Attributes) -> None:
    if not walk.hidden and len(walk.moving) < MAX_MOVING:
        walk.moving.append(walk.place(tag))


def _unseen(walk: Walk, tag: str, attrib: Attributes) -> None:
    """noscript, template: their links accuse nobody (`GUESSED`)."""
    walk.hide()
    walk.doubt(tag)


# --- head -----------------------------------------------------------------------------------------


def _html(walk: Walk, tag: str, attrib: Attributes) -> None:
    if walk.lang is None:
        walk.lang = attrib.get("lang") or attrib.get("xml:lang")


def _raw(walk: Walk, tag: str, attrib: Attributes) -> None:
    walk.raw_marks.append((attrib, len(walk.parts)))


def _end_raw(walk: Walk, tag: str) -> None:
    if walk.raw_marks:
        del walk.parts[walk.raw_marks.pop()[1] :]


def _end_title(walk: Walk, tag: str) -> None:
    if walk.raw_marks:
        mark = walk.raw_marks.pop()[1]
        if walk.title is None and not any(name.startswith("svg") for name in walk.labels):
            walk.title = label("".join(walk.parts[mark:]))
        del walk.parts[mark:]


@lru_cache(maxsize=512)
def _named(name: str, content: str) -> Meta:
    return Meta(name, content)


def _meta(walk: Walk, tag: str, attrib: Attributes) -> None:
    get = attrib.get
    name = get("name") or get("property") or get("http-equiv") or ""
    content = get("content")
    if name and content is not None and len(walk.metas) < MAX_METAS:
        walk.metas.append(_named(label(name), content.strip()[:MAX_META_CHARS]))
    if content and get("http-equiv", "").lower() == "refresh":
        _links.refresh(walk, content[: MAX_META_CHARS * 3])


# --- forms ----------------------------------------------------------------------------------------


def _form(walk: Walk, tag: str, attrib: Attributes) -> None:
    walk.parts.append("\n")
    action = attrib.get("action")
    url = walk.join(action) if action and action.strip() else walk.joiner.join("")
    walk.form = FormDraft(attrib, url, walk.place(tag), walk.counts[tag])
    if len(walk.forms) <= MAX_FORMS:
        walk.forms.append(walk.form)


def _end_form(walk: Walk, tag: str) -> None:
    walk.form = walk.forms[0]
    walk.parts.append("\n")


def _control(walk: Walk, tag: str, attrib: Attributes) -> None:
    control = Control(tag, attrib, walk.hidden > 0, walk.place(tag), walk.counts[tag])
    if len(walk.form.controls) < MAX_FIELDS:
        walk.form.controls.append(control)
    if tag == "input":
        if attrib.get("type", "").lower() == "image" and attrib.get("src"):
            walk.resource(tag, attrib["src"], LinkKind.IMAGE, "src")
    else:
        walk.open_controls.append((control, len(walk.parts), len(walk.alts)))
    if walk.open_tables:
        walk.open_tables[-1].controls = True


def _end_button(walk: Walk, tag: str) -> None:
    if walk.open_controls:
        control, mark, alt = walk.open_controls.pop()
        alternatives = " ".join([value for _, value in walk.alts[alt : alt + 20]])
        control.label = walk.text_from(mark) or label(alternatives)


def _end_textarea(walk: Walk, tag: str) -> None:
    if walk.open_controls:
        del walk.parts[walk.open_controls.pop()[1] :]


def _end_select(walk: Walk, tag: str) -> None:
    if walk.open_controls:
        walk.open_controls.pop()
    walk.parts.append("\n")


def _label(walk: Walk, tag: str, attrib: Attributes) -> None:
    target = attrib.get("for", "")
    walk.open_labels.append((target, len(walk.parts), walk.form, len(walk.form.controls)))


def _end_label(walk: Walk, tag: str) -> None:
    if not walk.open_labels:
        return
    target, mark, form, first = walk.open_labels.pop()
    text = walk.text_from(mark)
    if target and text:
        walk.labels_for.setdefault(target, text)
    # A label without `for` names the first control inside it (HTML, "labeled control").
    for control in form.controls[first : first + 1]:
        if control.tag != "button":
            control.label = control.label or text


# --- tables ---------------------------------------------------------------------------------------


def _table(walk: Walk, tag: str, attrib: Attributes) -> None:
    walk.parts.append("\n")
    if walk.open_tables:
        walk.open_tables[-1].nested = True
    table = TableDraft(
        attrib, walk.place(tag), walk.counts[tag], len(walk.parts), len(walk.anchors)
    )
    walk.open_tables.append(table)
    if len(walk.tables) < 4 * MAX_TABLES:
        walk.tables.append(table)


def _end_table(walk: Walk, tag: str) -> None:
    if walk.open_tables:
        table = walk.open_tables.pop()
        table.links = len(walk.anchors) - table.links
        if not table.nested:
            table.chars = sum(map(len, walk.parts[table.mark :]))
        table.hidden = walk.hidden > 0
    walk.parts.append("\n")


def _tr(walk: Walk, tag: str, attrib: Attributes) -> None:
    if walk.open_tables:
        walk.open_tables[-1].row()
    ROW(walk, tag, attrib)


def _cell(walk: Walk, tag: str, attrib: Attributes) -> None:
    walk.parts.append("\n")
    if walk.open_tables:
        walk.open_tables[-1].cell(tag, attrib)


def _caption(walk: Walk, tag: str, attrib: Attributes) -> None:
    walk.open_captions.append(len(walk.parts))


def _end_caption(walk: Walk, tag: str) -> None:
    if walk.open_captions:
        mark = walk.open_captions.pop()
        if walk.open_tables:
            walk.open_tables[-1].caption = walk.text_from(mark)
    walk.parts.append("\n")


_BLOCKS: Final = words(
    "article section main header footer nav aside ul ol figure figcaption blockquote center "
    "address fieldset pre br hr body summary details"
)
_ROWS: Final = words("li dl dd dt div p")
_HEADINGS: Final = words("h1 h2 h3 h4 h5 h6")

STARTS: Final[dict[str, Start]] = {
    **dict.fromkeys(_BLOCKS, _block),
    **dict.fromkeys(SECTIONS, _section),
    **dict.fromkeys(_ROWS, ROW),
    **dict.fromkeys(_HEADINGS, _heading),
    **dict.fromkeys(("marquee", "blink"), _moving),
    **dict.fromkeys(("noscript", "template"), _unseen),
    **dict.fromkeys(("style", "title"), _raw),
    **dict.fromkeys(("iframe", "frame"), _links.start_frame),
    **dict.fromkeys(("video", "audio", "source", "embed", "object"), _links.start_media),
    **dict.fromkeys(("input", "select", "textarea", "button"), _control),
    **dict.fromkeys(("td", "th"), _cell),
    "area": _links.start_area,
    "base": _links.start_base,
    "caption": _caption,
    "form": _form,
    "html": _html,
    "img": _links.start_img,
    "label": _label,
    "link": _links.start_link,
    "meta": _meta,
    "option": _links.start_option,
    "script": _links.start_script,
    "table": _table,
    "tr": _tr,
}

ENDS: Final[dict[str, End]] = {
    **dict.fromkeys(_BLOCKS, _end_block),
    **dict.fromkeys((*_ROWS, "tr"), END_ROW),
    **dict.fromkeys(_HEADINGS, _end_heading),
    **dict.fromkeys(("td", "th"), _end_block),
    "option": _links.end_option,
    "button": _end_button,
    "caption": _end_caption,
    "form": _end_form,
    "label": _end_label,
    "script": _links.end_script,
    "select": _end_select,
    "style": _end_raw,
    "table": _end_table,
    "textarea": _end_textarea,
    "title": _end_title,
}
