"""The Jinja environment: autoescape for every template, strict names, one language."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reports._clean import shown
from reports._texts import Texts
from reports.html import _markup

_STYLES = ("base.css", "parts.css", "print.css")


def environment(texts: Texts) -> Environment:
    """Templates with the filters and the words that they use."""
    env = Environment(
        loader=PackageLoader("reports.html"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(
        bdi=_markup.page_text,
        link=_markup.page_link,
        moment=_markup.moment,
        day=_markup.day,
        percent=_markup.percent,
        number=_markup.number,
    )
    script = _asset("report.js")
    env.globals.update(
        t=texts,
        word=texts.word,
        lang=texts.lang,
        style=Markup("\n".join(_asset(name) for name in _STYLES)),
        script=Markup(script),
        policy=_policy(script),
    )
    return env


def _finalize(value: object) -> object:
    """Last gate for whatever a template prints: no invisible character passes, even where a
    filter was forgotten."""
    return shown(value) if type(value) is str else value


def _asset(name: str) -> str:
    return files("reports.html").joinpath("assets", name).read_text("utf-8").strip()


def _policy(script: str) -> str:
    """No network at all, and no script but ours: were a page's markup to slip through the
    escaping, it still could not run."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        "default-src 'none'; img-src 'self' file: data:; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
