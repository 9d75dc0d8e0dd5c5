"""Two audits of one site from the command line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from auditor.store import Store
from auditor.store.codec import encode
from tests.hostile.web import Web
from tests.integration.cli_lab import Shell, loopback, served
from tests.integration.site_lab import linked
from tests.integration.visit_lab import tagged

ARTICLES = [f"/tzgg/{number}.html" for number in range(6)]
CONFIG = """
politeness: {delay_s: 0}
search: {max_queries: 0}
coverage_limit: 0
checks: {exclude: [site-reachability]}
reports: {formats: [json, html]}
"""


@pytest.fixture
def web() -> Iterator[Web]:
    pages = {
        "/": tagged(linked("/tzgg/", title="首页")),
        "/tzgg/": tagged(linked(*ARTICLES, title="通知公告")),
    }
    pages |= {path: tagged(linked("/", title=path)) for path in ARTICLES}
    with served(pages) as server:
        yield server


@pytest.fixture
def shell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Shell:
    (tmp_path / "quick.yaml").write_text(CONFIG)
    return Shell(tmp_path, capsys, monkeypatch)


def audit(shell: Shell, web: Web, out: str, *options: str) -> dict[str, Any]:
    """Audit the site on a fixed day; the site in result.json, and what was logged."""
    common = ["-c", "quick.yaml", "--as-of", "2026-11-20", "--no-browser", "-o", out, *options]
    ended = shell("-v", "audit", web.url("/"), *loopback(web), *common)
    assert ended.code == 0, ended.err
    result = json.loads((shell.folder / out / "result.json").read_text("utf-8"))
    (site,) = result["sites"]
    carried = re.search(r"event=judged .*carried=(\d+)", ended.err)
    assert carried is not None
    return {**site, "carried": int(carried[1]), "page": html_of(shell.folder / out)}


def html_of(out: Path) -> str:
    (page,) = out.glob("sites/*/index.html")
    return page.read_text("utf-8")


def said(site: dict[str, Any]) -> list[object]:
    """Findings without the archive of each run."""
    return [
        (item["id"], item["outcome"], item["message"], item["count"], len(item["evidence"]))
        for item in site["findings"]
    ]


def test_an_unchanged_site_is_judged_by_what_is_known(shell: Shell, web: Web) -> None:
    first = audit(shell, web, "one")
    assert first["crawl"]["revisit"] is None
    assert first["carried"] == 0
    second = audit(shell, web, "two")
    assert said(second) == said(first)
    revisit = second["crawl"]["revisit"]
    assert (revisit["mode"], revisit["unchanged"], revisit["changed"]) == ("full", 8, 0)
    assert second["crawl"]["compared_with"]["change"] == 0
    assert second["carried"] > 30
    cited = [ref for finding in second["findings"] for ref in finding["evidence"] if ref["sha256"]]
    assert cited
    assert [ref["url"] for ref in cited if not ref["warc"]] == [], "each audit has its evidence"
    with Store.open(f"sqlite:///{shell.folder}/auditor.db") as store:
        run_id = store.run_ids()[0]
        (row,) = store.site_rows(run_id)
        carried = encode(store.judgement(run_id, row.site.id))
    assert shell("judge", run_id).code == 0
    with Store.open(f"sqlite:///{shell.folder}/auditor.db") as store:
        assert encode(store.judgement(run_id, row.site.id)) == carried, "judging afresh agrees"


def test_a_site_that_lost_its_pages_is_told_of(shell: Shell, web: Web) -> None:
    audit(shell, web, "one")
    web.scripts["/tzgg/"] = tagged(linked(ARTICLES[0], title="通知公告"))
    (shell.folder / "quick.yaml").write_text(CONFIG + "crawl: {mode: list-first}\n")
    second = audit(shell, web, "two")
    assert second["crawl"]["pages"] == 3
    assert second["crawl"]["compared_with"]["fell"]
    assert second["crawl"]["revisit"]["mode"] == "list-first"
    assert second["crawl"]["revisit"]["gone"] == 5
    (finding,) = [f for f in second["findings"] if f["check_id"] == "site-crawl-coverage"]
    assert (finding["outcome"], finding["message"]["key"]) == ("cant-tell", "fell")
    assert "五分之一以上" in second["page"]
