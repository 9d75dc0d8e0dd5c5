"""columns-source: articles say where they come from."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.api import Finding, Outcome, PageFacts, PageKind, Text, check, msg, page_evidence

_SOURCE = re.compile(
    r"来\s*源|稿\s*源|出\s*处|供\s*稿|转\s*载|转自|摘自|原载|撰\s*稿|作\s*者|文\s*[/／]|记\s*者|通讯员"
    r"|(?:发布|发文|公开|制发|印发|信息提供|提供)\s*(?:机构|机关|单位|部门)|发布人|信息提供"
)
_METAS = ("ContentSource", "source", "author")
MESSAGES = {
    "shown": Text(zh="页面注明了信息来源。", en="The page shows its source."),
    "not-shown": Text(
        zh="文章未注明信息来源（页面无“来源：”等字样，也无 ContentSource 标签），请核对。",
        en="The article shows no source, nor has it the tag ContentSource.",
    ),
    "only-tag": Text(
        zh="文章仅在 ContentSource 标签中写有来源“{source}”，页面上未显示，请核对。",
        en="The article names its source only in the tag ContentSource ({source}), not on the "
        "page.",
    ),
    "no-article": Text(zh="页面不是文章，本项不适用。", en="The page is not an article."),
}


@check(
    id="columns-source",
    scope="page",
    title=Text(zh="信息来源", en="Source of articles"),
    why=Text(
        zh="《政府网站发展指引》（国办发〔2017〕47号）要求转载信息注明来源（据转述，作提示）。",
        en="The guidelines 国办发〔2017〕47号 ask for the source of reprints (read in paraphrase; "
        "advice).",
    ),
    fix=Text(
        zh="在正文页显示“来源：XX”，并填写 ContentSource 标签。",
        en="Show the source on the page and fill in the tag ContentSource.",
    ),
    messages=MESSAGES,
)
def columns_source(page: PageFacts) -> Iterator[Finding]:
    """Looks for a source, author or issuing body on articles.

    Why: reprints must show their source (国办发〔2017〕47号, in paraphrase). How: words
    on the page; the official tag alone does not show. What kind of source it is, and whether an
    article is a reprint, only a person can say. Never failed; one issue per site. Fix: show it.
    """
    if page.kind is not PageKind.ARTICLE or page.published.source not in ("visible", "meta"):
        yield Finding(Outcome.INAPPLICABLE, msg("no-article"))
        return
    if _SOURCE.search(page.text):
        yield Finding(Outcome.PASSED, msg("shown"))
        return
    source = next((text for name in _METAS if (text := (page.meta(name) or "").strip())), "")
    message = msg("only-tag", source=source[:40]) if source else msg("not-shown")
    evidence = page_evidence(page, excerpt=page.title)
    yield Finding(Outcome.CANT_TELL, message, evidence=(evidence,), cause=message.key)
