"""Messages made into sentences when a report is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from string import Formatter

from auditor.api import CheckInfo, Finding, Message, Text
from reports._clean import SHOWN_CHARS, clip, encodable
from reports._texts import Texts

Value = str | int | float
_FORMATTER = Formatter()


def pieces(template: str, params: Mapping[str, Value]) -> Iterator[tuple[str, bool]]:
    """The template's pieces in order, each with whether it is a value (which may come from a
    page) rather than our own words. Never raises: an unknown or malformed field is shown as
    written. Only plain names are looked up, so a template cannot reach into objects."""
    try:
        parsed = list(_FORMATTER.parse(template))
    except ValueError:
        yield template, False
        return
    for literal, name, spec, _ in parsed:
        if literal:
            yield literal, False
        if name is None:
            continue
        if name in params:
            yield clip(_formatted(params[name], spec or ""), SHOWN_CHARS), True
        else:
            yield "{" + name + "}", False


def _formatted(value: Value, spec: str) -> str:
    if isinstance(value, float) and not spec:
        spec = ".4g" if abs(value) < 1000 else ".0f"
    try:
        return format(value, spec)
    except ValueError:
        return str(value)


def template_of(info: CheckInfo | None, message: Message) -> Text:
    """The message's text, or its key where the check (of another version, say) has none."""
    known = info.messages.get(message.key) if info else None
    return known or Text(message.key, message.key)


def sentence(info: CheckInfo | None, message: Message, lang: str) -> str:
    """The finished sentence as plain text."""
    template = template_of(info, message).of(lang)
    return encodable("".join(piece for piece, _ in pieces(template, message.params)))


def untested_sentence(info: CheckInfo | None, finding: Finding, texts: Texts) -> str:
    """Why a check was not made: the check's own words, else those of the reason."""
    if info and finding.message.key in info.messages:
        return sentence(info, finding.message, texts.lang)
    return texts.untested(finding) or finding.message.key
