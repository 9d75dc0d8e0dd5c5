"""What `auditor inspect --json` prints about one page."""

from __future__ import annotations

from datetime import date
from typing import Final

from auditor.derive.urls import host_of
from auditor.model.page import LinkKind, PageFacts, PublishedOn

#: The names of the official page tags (网页标签, 国办发〔2017〕47号), in their order.
OFFICIAL_META: Final = (
    "SiteName", "SiteDomain", "SiteIDCode", "ColumnName", "ColumnDescription", "ColumnKeywords",
    "ColumnType", "ArticleTitle", "PubDate", "ContentSource", "Keywords", "Author", "Description",
    "Image", "Url",
)  # fmt: skip
_LAST_CRUMBS: Final = frozenset(("正文", "内容", "详情", "信息内容", "文章内容", "列表"))


def inspect_json(facts: PageFacts, as_of: date | None = None) -> dict[str, object]:
    """The facts of one page in the fixed shape of `inspect --json`. A publication date after
    `as_of` is named among the disagreements."""
    identity = facts.identity
    return {
        "url": facts.final_url or facts.url,
        "encoding": {
            "used": facts.encoding.used,
            "declared": facts.encoding.declared,
            "source": facts.encoding.source,
        },
        "title": facts.title,
        "official_meta": official_meta(facts),
        "published_on": _published(facts.published, as_of),
        "column": column_name(facts),
        "identity": {
            "site_code": identity.site_code,
            "icp": identity.icp,
            "police": identity.police,
            "organiser": identity.organiser,
            "gov_mark": identity.gov_mark,
            "error_report_entry": identity.error_report_entry,
            "rendered_by_script": identity.rendered_by_script,
        },
        "links": _links(facts),
        "forms": [
            {"kind": form.kind, "action": form.action, "method": form.method, "field": form.field}
            for form in facts.forms
        ],
        "text_chars": facts.text_chars,
    }


def official_meta(facts: PageFacts) -> dict[str, str]:
    """The official tags that the page has, by their official names (compared without case).
    Where a tag is repeated, the first content that is not empty counts."""
    found: dict[str, str] = {}
    for meta in facts.metas:
        name = _BY_LOWER.get(meta.name.lower())
        if name and not found.get(name):
            found[name] = meta.content
    return {name: found[name] for name in OFFICIAL_META if name in found}


def column_name(facts: PageFacts) -> str | None:
    """The column of the page: its ColumnName tag, else the breadcrumb's last column."""
    tagged = official_meta(facts).get("ColumnName", "").strip()
    if tagged:
        return tagged
    names = [name for name in facts.breadcrumb[1:] if name not in _LAST_CRUMBS]
    if names and names[-1] == facts.title:
        names.pop()
    return names[-1] if names else None


def _published(published: PublishedOn, as_of: date | None) -> dict[str, object]:
    disagreements = list(published.disagreements)
    if published.value and as_of and published.value > as_of:
        disagreements.append(f"as_of={as_of.isoformat()}")
    return {
        "value": published.value.isoformat() if published.value else None,
        "source": published.source,
        "disagreements": disagreements,
    }


def _links(facts: PageFacts) -> dict[str, int]:
    """Distinct addresses that the page links to, its resources left out."""
    host = host_of(facts.final_url or facts.url)
    pages = {link.url for link in facts.links if link.url and link.kind is LinkKind.PAGE}
    files = {
        link.url
        for link in facts.links
        if link.url and link.kind is LinkKind.ATTACHMENT and link.tag == "a"
    }
    internal = sum(1 for url in pages if host_of(url) == host)
    return {
        "internal": internal,
        "external": len(pages) - internal,
        "attachments": len(files),
    }


_BY_LOWER: Final = {name.lower(): name for name in OFFICIAL_META}
