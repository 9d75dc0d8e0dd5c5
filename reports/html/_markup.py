"""Making page content safe to show.

Autoescaping handles `<` and quotes. This module adds what it cannot know: isolation of text
direction, invisible characters, links that would run code, and bounds.
"""

from __future__ import annotations

from datetime import date, datetime
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from auditor.api import CheckInfo, Message
from reports._clean import visible
from reports._moments import local, utc
from reports._sentence import pieces, template_of

_URL_CHARS = 2_000


def page_text(text: str) -> Markup:
    """Text from a page: on one line, bounded, its direction kept to itself."""
    return Markup("<bdi>{}</bdi>").format(visible(text))


def page_link(url: str, text: str = "") -> Markup:
    """A link to something that a page named. Anything but plain http(s) is shown as text."""
    if not linkable(url):
        return page_text(text or url)
    return Markup('<a href="{}" rel="noreferrer nofollow">{}</a>').format(
        url, page_text(text or url)
    )


def linkable(url: str) -> bool:
    """True for an absolute http or https URL without anything invisible in it."""
    if len(url) > _URL_CHARS or visible(url, _URL_CHARS) != url or " " in url:
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def said(info: CheckInfo | None, message: Message, lang: str) -> Markup:
    """The finished sentence, every value isolated."""
    template = template_of(info, message).of(lang)
    parts = (page_text(piece) if value else escape(piece)
             for piece, value in pieces(template, message.params))  # fmt: skip
    return Markup("").join(parts)


def moment(value: datetime | None) -> Markup:
    """`2026-11-22 18:30` in China's time; a dash where there is none."""
    if value is None:
        return Markup("—")
    stamp = utc(value).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Markup('<time datetime="{}">{}</time>').format(stamp, local(value)[:16])


def day(value: date | datetime | None) -> Markup:
    """`2026-11-22`; a dash where there is none."""
    if value is None:
        return Markup("—")
    shown = local(value)[:10] if isinstance(value, datetime) else value.isoformat()
    return Markup('<time datetime="{}">{}</time>').format(shown, shown)


def percent(share: float) -> str:
    """A share as a whole per cent, never rounded up to 100 nor down to 0."""
    value = round(share * 100)
    if share < 1:
        value = min(value, 99)
    if share > 0:
        value = max(value, 1)
    return f"{value}%"


def number(value: float | int | None) -> str:
    """At most two decimals, none where there are none; a dash for None."""
    if value is None:
        return "—"
    return f"{value:,.2f}".rstrip("0").rstrip(".") if value % 1 else f"{value:,.0f}"
