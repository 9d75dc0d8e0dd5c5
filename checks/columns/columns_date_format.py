"""columns-date-format: publication times are written as the guidelines ask."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.api import Finding, Outcome, PageFacts, PageKind, Text, check, msg, page_evidence

#: Full-width dashes and any dash-like sign count as the dash of YYYY-MM-DD.
_DASHED = re.compile(r"\d{4}\s?[-‐‑‒–—―－]{1,2}\s?\d{2}\s?[-‐‑‒–—―－]{1,2}\s?\d{2}(?!\d)")
_TIME = re.compile(r"\d{1,2}[:：]\d{2}")
_FORMS = (
    ("chinese", re.compile(r"\d{4}\s?年")),
    ("slashes", re.compile(r"\d{4}\s?[/／]")),
    ("dots", re.compile(r"\d{4}\s?[.．。·]")),
    ("one-digit", re.compile(r"\d{4}\s?[-‐‑‒–—―－]")),
)
MESSAGES = {
    "regular": Text(zh="发布时间格式规范（{raw}）。", en="The time is well formed ({raw})."),
    "irregular": Text(
        zh="发布时间写作“{raw}”，与 YYYY-MM-DD HH:MM 格式不符。",
        en="The publication time is written “{raw}”, not YYYY-MM-DD HH:MM.",
    ),
    "no-time": Text(
        zh="发布时间写作“{raw}”，缺少时分，建议为 YYYY-MM-DD HH:MM。",
        en="The publication time is written “{raw}”, without hours and minutes.",
    ),
    "no-date": Text(
        zh="页面没有显示发布时间，本项不适用。", en="The page shows no publication time."
    ),
}


@check(
    id="columns-date-format",
    scope="page",
    title=Text(zh="发布时间格式", en="Format of publication times"),
    why=Text(
        zh="《政府网站发展指引》（国办发〔2017〕47号）要求清晰显示发布时间，格式为 YYYY-MM-DD HH:MM"
        "（据转述，作提示）。",
        en="The guidelines 国办发〔2017〕47号 ask for a clear publication time as YYYY-MM-DD HH:MM "
        "(read in paraphrase; advice).",
    ),
    fix=Text(
        zh="在内容模板中统一时间格式为 YYYY-MM-DD HH:MM，改一处模板即可。",
        en="Set the format YYYY-MM-DD HH:MM in the template, once for all pages.",
    ),
    messages=MESSAGES,
)
def columns_date_format(page: PageFacts) -> Iterator[Finding]:
    """Looks at how the visible publication time is written.

    Why: the guidelines 国办发〔2017〕47号 give a format (read in paraphrase). How: the text from
    which the visible time was read; seconds and dashes of any width are accepted. Never failed;
    one issue per kind of deviation. Fix: one format in the template.
    """
    published = page.published
    if page.kind is not PageKind.ARTICLE or published.source != "visible" or not published.raw:
        yield Finding(Outcome.INAPPLICABLE, msg("no-date"))
        return
    raw = published.raw[:40]
    form = _form(raw)
    if not form:
        yield Finding(Outcome.PASSED, msg("regular", raw=raw))
        return
    key = "no-time" if form == "no-time" else "irregular"
    evidence = page_evidence(page, excerpt=raw)
    yield Finding(Outcome.CANT_TELL, msg(key, raw=raw), evidence=(evidence,), cause=form)


def _form(raw: str) -> str:
    """What deviates; "" when nothing does."""
    if _DASHED.search(raw):
        return "" if _TIME.search(raw) else "no-time"
    return next((name for name, pattern in _FORMS if pattern.search(raw)), "")
