"""Finding the site's search form, and addressing a query to it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from auditor.gather.probes import _search_words as words
from auditor.model.page import Form, PageFacts

#: Candidates tried in turn before the search counts as unusable.
MAX_CANDIDATES = 3
#: Search pages that the home page links to, looked at when it has no form itself.
MAX_ENTRIES = 3
_ENOUGH = 3
_TEXT_TYPES = frozenset({"", "text", "search"})
_PRIVATE_TYPES = frozenset({"password", "email", "tel", "file"})
_GBK = frozenset({"gbk", "gb2312", "gb18030", "gb_2312-80", "hz-gb-2312", "x-gbk", "cp936"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A form that may be the site search, and the page that it stands on."""

    form: Form
    page_url: str
    charset: str
    score: int


def candidates(page: PageFacts) -> list[Candidate]:
    """The page's likely search forms, the likeliest first."""
    found = [
        Candidate(form, page.final_url or page.url, _charset(form, page), score)
        for form in page.forms
        if form.action and (score := _score(form)) >= _ENOUGH
    ]
    return sorted(found, key=lambda item: -item.score)


def _score(form: Form) -> int:
    """How much a form looks like a search; 0 for log-in, letter and mailbox forms."""
    texts = [item for item in form.fields if item.type.lower() in _TEXT_TYPES]
    private = any(item.type.lower() in _PRIVATE_TYPES for item in form.fields)
    if not form.field or private or form.kind in {"login", "letter"}:
        return 0
    score = 4 if form.kind == "search" else 0
    if form.field.lower() in words.FIELD_NAMES:
        score += 3
    if any(words.FIELD_LABELS.search(item.accessible_name + item.placeholder) for item in texts):
        score += 2
    if words.ACTIONS.search(form.action):
        score += 2
    return score - 2 if len(texts) > 2 else score


def _charset(form: Form, page: PageFacts) -> str:
    """The encoding that a browser would send the query in: accept-charset, else the page's."""
    label = (form.charset or page.encoding.used).split(",")[0].strip().lower()
    return "gbk" if label in _GBK else "utf-8"


def query_url(candidate: Candidate, text: str) -> str:
    """The address that a browser would ask for when `text` is typed into the form."""
    form = candidate.form
    action, _, _ = form.action.partition("#")
    base, _, _ = action.partition("?")
    pairs = [*form.hidden_fields, (form.field, text)]
    # Browsers send what the encoding lacks as character references (HTML, form submission).
    query = urlencode(pairs, encoding=candidate.charset, errors="xmlcharrefreplace")
    return f"{base}?{query}"


def entry_links(page: PageFacts) -> list[str]:
    """Links of the home page that lead to a search page."""
    found = [
        link.url
        for link in page.links
        if link.url and (link.text or link.name or link.title).strip().lower() in words.ENTRY_TEXTS
    ]
    return list(dict.fromkeys(found))[:MAX_ENTRIES]


def has_script_box(page: PageFacts) -> bool:
    """True when the page has a search box without an address to send the query to: a script
    carries it."""
    return any(not form.action and _score(form) >= _ENOUGH for form in page.forms)


def host_of(url: str) -> str:
    """Host of a URL, lower case; "" when it has none."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""
