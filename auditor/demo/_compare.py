"""Compares the `result.json` of an audit of the district with the truth file."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import urljoin

from auditor.demo._district import District
from auditor.demo._truth import Expectation, ExpectedIssue, Truth, load_truth

_ACCUSING = frozenset({"failed", "cant-tell"})


def differences(
    district: District, result: Mapping[str, Any], checks: Collection[str] | None = None
) -> tuple[str, ...]:
    """What is missing from, unexpected in, or otherwise wrong with a parsed `result.json`.

    `checks` limits the comparison to these check ids (the ones that exist or that ran). Empty
    when the audit says exactly what the truth file demands.
    """
    return tuple(_differences(district, load_truth(), result, checks))


def _differences(
    district: District, truth: Truth, result: Mapping[str, Any], checks: Collection[str] | None
) -> Iterator[str]:
    sites = {site["id"]: site for site in result["sites"]}
    for expectation in truth.expectations:
        site = sites.get(expectation.site)
        if site is None:
            yield f"{expectation.site}: not in the result"
            continue
        yield from _crawl(expectation, site)
        yield from _issues(district, truth, site, checks)


def _crawl(expectation: Expectation, site: Mapping[str, Any]) -> Iterator[str]:
    crawl = site["crawl"]
    if crawl["stopped_because"] != expectation.stopped_because:
        yield (
            f"{expectation.site}: crawl stopped because {crawl['stopped_because']}, "
            f"not {expectation.stopped_because}"
        )
    if crawl["pages"] < expectation.pages_min:
        yield f"{expectation.site}: {crawl['pages']} pages, not {expectation.pages_min}"


def _issues(
    district: District, truth: Truth, site: Mapping[str, Any], checks: Collection[str] | None
) -> Iterator[str]:
    found = [
        item
        for item in site["findings"]
        if item["outcome"] in _ACCUSING and (checks is None or item["check_id"] in checks)
    ]
    for expected in truth.findings:
        if expected.site != site["id"] or (checks is not None and expected.check_id not in checks):
            continue
        match = next((item for item in found if _fits(district, expected, item)), None)
        if match is None:
            yield f"{expected.site}: missing {_named(expected)}: {expected.why}"
            continue
        found.remove(match)
        if expected.count is not None and match["count"] != expected.count:
            yield f"{expected.site}: {_named(expected)}: count {match['count']}"
    optional = [item for item in truth.optional if item.site == site["id"]]
    for item in found:
        if not any(_fits(district, expected, item) for expected in optional):
            yield f"{site['id']}: unexpected {_shown(item)}"


def _fits(district: District, expected: ExpectedIssue, item: Mapping[str, Any]) -> bool:
    if (item["check_id"], item["outcome"]) != (expected.check_id, expected.outcome):
        return False
    if expected.key is not None and item["message"]["key"] != expected.key:
        return False
    texts = list(_texts(item))
    if expected.detail and not any(expected.detail in text for text in texts):
        return False
    if expected.title:
        return district.article_url(expected.site, expected.title) in texts
    if expected.subject.startswith("/"):
        home = next(s for s in district.spec.sites if s.id == expected.site)
        url = urljoin(district.homepage(home), expected.subject)
        # A search is named by one of its queries, a folder by something in it.
        within = url if url.endswith("/") and expected.subject != "/" else url + "?"
        return any(text == url or text.startswith(within) for text in texts)
    return any(expected.subject in text for text in texts)


def _texts(item: Mapping[str, Any]) -> Iterator[str]:
    """Everything by which an issue may name its subject."""
    yield item["subject"]["name"]
    yield from (str(value) for value in item["message"]["params"].values())
    for evidence in item["evidence"]:
        yield from (evidence["url"], evidence["excerpt"], evidence["locator"])


def _named(expected: ExpectedIssue) -> str:
    subject = expected.title or expected.subject
    return " ".join(filter(None, (expected.check_id, expected.outcome, subject, expected.detail)))


def _shown(item: Mapping[str, Any]) -> str:
    first = item["evidence"][0]["url"] if item["evidence"] else ""
    parts = (item["check_id"], item["outcome"], item["subject"]["name"], f"x{item['count']}")
    return " ".join((*parts, item["message"]["zh"], first))
