"""The truth file: what an audit of the district must report, and what it must not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the crawl of one site must have found. `encoding` is "" where nothing was read."""

    site: str
    encoding: str
    pages_min: int
    stopped_because: str
    blocked: bool


@dataclass(frozen=True, slots=True)
class ExpectedIssue:
    """An issue that must be reported, named by `subject` or by an article's `title`.

    `subject` is a path, host, address, column, zone or axe rule; `count` and `key` are None
    where they are left open; `detail` tells apart several issues of one check.
    """

    site: str
    check_id: str
    outcome: str
    why: str
    subject: str = ""
    title: str = ""
    detail: str = ""
    key: str | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class NonDefect:
    """Something that looks like a defect and is none; `url` is a path of the site or a URL."""

    site: str
    what: str
    url: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Truth:
    """The whole file."""

    as_of: date
    expectations: tuple[Expectation, ...]
    findings: tuple[ExpectedIssue, ...]
    optional: tuple[ExpectedIssue, ...]
    non_defects: tuple[NonDefect, ...]


def load_truth() -> Truth:
    """Read `truth.yaml`; it is part of the package, so a mistake is a bug and raises."""
    raw: Mapping[str, Any] = yaml.safe_load(
        (files("auditor.demo") / "truth.yaml").read_text("utf-8")
    )
    return Truth(
        as_of=raw["as_of"],
        expectations=tuple(Expectation(**item) for item in raw["expectations"]),
        findings=tuple(ExpectedIssue(**item) for item in raw["findings"]),
        optional=tuple(ExpectedIssue(**item) for item in raw["optional"]),
        non_defects=tuple(NonDefect(**item) for item in raw["non_defects"]),
    )
