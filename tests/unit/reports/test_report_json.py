"""result.json: the stable surface."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

import reports.json as report
from reports.json._document import Document
from tests.unit.reports.sample import HOSTILE, sample

SCHEMA_FILE = Path(__file__).parents[3] / "docs" / "result.schema.json"


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    (path,) = report.write(sample(), tmp_path_factory.mktemp("json"))
    return json.loads(path.read_text("utf-8"))


def test_same_result_same_bytes(tmp_path: Path) -> None:
    (first,) = report.write(sample(), tmp_path / "a")
    (second,) = report.write(sample(), tmp_path / "b", lang="en")
    assert first.read_bytes() == second.read_bytes()
    assert first.name == "result.json"


def test_every_promised_key(document: dict[str, Any]) -> None:
    assert document["schema"] == "auditor-result/1"
    run, portal = document["run"], document["sites"][0]
    assert {"id", "started_at", "finished_at", "as_of", "tool_version", "config_sha256", "scheme",
            "vantage", "coverage"} <= run.keys()  # fmt: skip
    assert run["scheme"] == {"id": "sample-national", "version": "2019", "sha256": "a" * 64}
    assert {"id", "name", "homepage", "verdict", "score", "coverage", "crawl", "columns",
            "findings", "assessments"} <= portal.keys()  # fmt: skip
    assert {"pages", "stopped_because", "left"} <= portal["crawl"].keys()
    assert portal["columns"][0].keys() == {
        "name", "path", "url", "template_id", "items", "newest_on", "state"}  # fmt: skip
    finding = portal["findings"][0]
    assert {"id", "number", "check_id", "outcome", "severity", "indicators", "subject", "message",
            "count", "evidence"} <= finding.keys()  # fmt: skip
    assert {"key", "params", "zh", "en"} == finding["message"].keys()
    assert {"url", "captured_at", "sha256", "locator", "excerpt", "warc"} <= finding["evidence"][
        0
    ].keys()


def test_times_are_utc(document: dict[str, Any]) -> None:
    assert document["run"]["started_at"] == "2026-11-22T16:30:00Z"
    evidence = document["sites"][0]["findings"][0]["evidence"][0]
    assert evidence["captured_at"] == "2026-11-22T16:41:07Z"


def test_messages_are_rendered_in_both_languages(document: dict[str, Any]) -> None:
    message = document["sites"][0]["findings"][0]["message"]
    assert message["zh"].startswith("“部门动态”栏目最新信息发布于 2026-10-19")
    assert message["en"].startswith("Column “部门动态” was last updated on 2026-10-19")
    assert message["params"]["age_days"] == 35


def test_subjects_name_their_kind(document: dict[str, Any]) -> None:
    findings = document["sites"][0]["findings"]
    assert findings[0]["subject"] == {"kind": "column", "name": "部门动态", "column": "部门动态"}
    link = findings[5]["subject"]
    assert link["url"] == link["name"]
    assert "column" not in link


def test_reasons_of_untested_checks(document: dict[str, Any]) -> None:
    rows = document["sites"][0]["untested"]
    assert [row["reason"] for row in rows] == ["no-ipv6-at-vantage", "needs-history"]


def test_quotations_and_points_only_of_verified_clauses(document: dict[str, Any]) -> None:
    indicators = {row["id"]: row for row in document["schemes"][0]["indicators"]}
    assert indicators["dead-links"]["quote"]
    assert indicators["dead-links"]["points"] == 1
    assert (
        indicators["accessibility"] | {"quote": "", "points": None, "cap": None}
        == indicators["accessibility"]
    )


def test_hostile_strings_arrive_whole(document: dict[str, Any]) -> None:
    hostile = next(site for site in document["sites"] if site["id"] == "qx-hostile")
    excerpts = [finding["evidence"][0]["excerpt"] for finding in hostile["findings"][:10]]
    assert excerpts[0] == HOSTILE[0]
    assert excerpts[5] == HOSTILE[5]
    assert "\ud800" not in excerpts[6]
    assert len(excerpts[9]) == 4000
    assert hostile["findings"][10]["message"]["params"]["count"] is None


def test_evidence_leads_to_the_archive(tmp_path: Path) -> None:
    (path,) = report.write(sample(), tmp_path)
    sites = {item["id"]: item for item in json.loads(path.read_bytes())["sites"]}
    portal, town = sites["qx-portal"], sites["qx-town"]
    place = portal["findings"][0]["evidence"][0]
    assert (place["warc"], place["warc_record"]) == ("qx-portal.warc.gz#1000", "urn:uuid:0")
    dead = next(item for item in portal["findings"] if item["subject"]["kind"] == "page")
    assert dead["subject"]["warc"] == "qx-portal.warc.gz#999"
    assert portal["archive"]["files"][0] == {
        "file": "qx-portal-1.warc.gz",
        "sha256": "1" * 64,
        "bytes": 123_456,
        "records": 2_005,
    }
    assert town["archive"] is None


def test_published_schema_is_fresh() -> None:
    assert json.loads(SCHEMA_FILE.read_text("utf-8")) == report.json_schema()


def test_the_document_matches_its_types(tmp_path: Path) -> None:
    (path,) = report.write(sample(), tmp_path)
    decoded = msgspec.json.decode(path.read_bytes(), type=Document, strict=True)
    assert json.loads(msgspec.json.encode(decoded)) == json.loads(path.read_bytes())
