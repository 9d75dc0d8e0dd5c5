"""What is read back from a stored run, and what the other commands print."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from auditor.store import Store
from auditor.store.codec import encode
from tests.hostile.web import Web
from tests.integration.cli_lab import Shell, loopback, served, spawn
from tests.integration.probe_lab import html
from tests.integration.site_lab import linked, moved, status

KEYS = {
    "pages": [
        "site", "url", "final_url", "status", "outcome", "parent", "depth", "content_type",
        "encoding", "bytes", "sha256", "fetched_at", "title", "published_on", "column",
        "confirmed_at",
    ],
    "links": [
        "site", "source", "target", "text", "kind", "place", "status", "verdict", "in_site",
    ],
    "columns": [
        "site", "name", "path", "url", "template_id", "items", "newest_on", "state",
    ],
    "findings": [
        "site", "id", "number", "check_id", "outcome", "severity", "indicators", "subject",
        "message", "count", "evidence",
    ],
}  # fmt: skip
SITE = {
    "/": linked(
        "/tzgg/", "/gone", "/files/a.pdf", "/old", more='<img src="/p.png"><a href="#x">a</a>'
    ),
    "/tzgg/": linked("/tzgg/1.html", title="=通知公告"),
    "/tzgg/1.html": html("关于通知", "<p>2026-11-01 正文</p>", encoding="gb2312"),
    "/old": moved("/tzgg/"),
    "/broken": status(500),
}


@pytest.fixture
def shell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Shell:
    (tmp_path / "quick.yaml").write_text(
        "politeness: {delay_s: 0}\nsearch: {delay_s: 0}\ncoverage_limit: 0\n"
    )
    return Shell(tmp_path, capsys, monkeypatch)


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database and the reports of one run."""
    folder = tmp_path_factory.mktemp("audited")
    (folder / "quick.yaml").write_text(
        "politeness: {delay_s: 0}\nsearch: {delay_s: 0}\ncoverage_limit: 0\n"
    )
    with served(SITE) as web:
        options = ["-c", "quick.yaml", "--no-browser", "-o", "o", "--as-of", "2026-11-20"]
        with spawn(folder, "audit", web.url("/"), *loopback(web), *options) as process:
            _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return folder


def rows(shell: Shell, what: str, *more: str) -> list[dict[str, Any]]:
    ended = shell("export", "--what", what, *more)
    assert ended.code == 0, ended.err
    return [json.loads(line) for line in ended.out.splitlines()]


def test_exported_rows(shell: Shell, audited: Path) -> None:
    shell.folder = audited
    (site,) = json.loads((audited / "o" / "result.json").read_text("utf-8"))["sites"]
    for what, keys in KEYS.items():
        found = rows(shell, what)
        assert found
        assert all(list(row) == keys for row in found), what
        assert {row["site"] for row in found} == {site["id"]}
        if what in {"findings", "columns"}:
            plain = [{key: value for key, value in row.items() if key != "site"} for row in found]
            assert plain == site[what]
    pages = {row["url"].rpartition(":")[2].partition("/")[2]: row for row in rows(shell, "pages")}
    assert set(pages) == {"", "tzgg/", "tzgg/1.html", "gone"} or "old" in pages
    assert (pages["gone"]["outcome"], pages["gone"]["status"]) == ("http-error", 404)
    assert (pages["tzgg/1.html"]["encoding"], pages["tzgg/1.html"]["depth"]) == ("gb18030", 2)
    links = {row["target"].rpartition("/")[2]: row for row in rows(shell, "links")}
    assert (links["gone"]["verdict"], links["gone"]["status"]) == ("certain", 404)
    assert (links["a.pdf"]["kind"], links["a.pdf"]["verdict"]) == ("attachment", "certain")
    assert links["p.png"]["kind"] == "image"


def test_exported_csv_is_safe_in_spreadsheets(shell: Shell, audited: Path) -> None:
    shell.folder = audited
    for what, keys in KEYS.items():
        ended = shell("export", "--what", what, "--format", "csv")
        assert ended.code == 0
        assert ended.out.startswith("\ufeff")
        table = list(csv.reader(io.StringIO(ended.out[1:])))
        assert table[0] == keys
        assert {len(line) for line in table} == {len(keys)}
        assert not [cell for line in table for cell in line if cell.startswith("=")]


def test_judging_again_gives_the_same_bytes(shell: Shell, audited: Path) -> None:
    shell.folder = audited
    before = (audited / "o" / "result.json").read_bytes()

    def stored() -> list[bytes]:
        with Store.open(f"sqlite:///{audited}/auditor.db", create=False) as store:
            run = store.run("last").run_id
            return [encode(store.judgement(run, row.site.id)) for row in store.site_rows(run)]

    judged = stored()
    assert shell("judge").code == 0
    assert stored() == judged
    ended = shell("report", "--format", "json", "-o", str(shell.folder / "again"))
    assert (ended.code, ended.out.strip()) == (0, str(shell.folder / "again"))
    assert (shell.folder / "again" / "result.json").read_bytes() == before
    english = shell("report", "last", "--lang", "en", "--format", "html", "-o", "en")
    assert english.code == 0
    assert 'lang="en"' in (audited / "en" / "index.html").read_text("utf-8")


def test_other_schemes_later(shell: Shell, audited: Path) -> None:
    shell.folder = audited
    ended = shell("report", "--scheme", "zichuan-2019", "--format", "json", "-o", "z")
    assert ended.code == 0, ended.err
    result = json.loads((audited / "z" / "result.json").read_text("utf-8"))
    assert result["run"]["scheme"]["id"] == "zichuan-2019"


# --- inspect


PAGE = html("关于通知", "<p>发布日期：2026-11-01</p><a href='/a'>甲</a>", encoding="gb2312")


def test_inspect_the_three_kinds_of_input(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    (shell.folder / "page.html").write_bytes(PAGE)
    url = "http://www.example.gov.cn/x.html"
    by_file = shell("inspect", "page.html", "--json", "--url", url)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(PAGE)))
    by_pipe = shell("inspect", "-", "--json", "--url", url)
    assert by_file.code == by_pipe.code == 0
    assert by_file.out == by_pipe.out
    found = json.loads(by_file.out)
    assert list(found) == [
        "url", "encoding", "title", "official_meta", "published_on", "column", "identity",
        "links", "forms", "text_chars",
    ]  # fmt: skip
    assert (found["url"], found["encoding"]["used"]) == (url, "gb18030")
    assert found["published_on"]["value"] == "2026-11-01"
    with served({"/x.html": PAGE}) as web:
        shell.config(network={"allow": ["127.0.0.1"], "allow_ports": [web.port]})
        by_url = shell("inspect", web.url("/x.html"), "--json", "-c", "config.yaml")
        assert by_url.code == 0, by_url.err
        assert json.loads(by_url.out)["title"] == found["title"]
        refused = shell("inspect", web.url("/x.html"))
        assert refused.code == 4
        assert "address-not-allowed" in refused.err
    future = shell("inspect", "page.html", "--json", "--as-of", "2026-10-01")
    assert json.loads(future.out)["published_on"]["disagreements"] == ["as_of=2026-10-01"]


def test_page_text_cannot_steer_the_terminal(shell: Shell) -> None:
    evil = "标题\x1b[2J\x1b]0;x\x07\x9b31m\u202e"
    (shell.folder / "page.html").write_text(
        f"<html><title>{evil}</title><body><h1>{evil}</h1>", "utf-8"
    )
    for options in ([], ["--json"]):
        ended = shell("inspect", "page.html", *options)
        assert ended.code == 0
        assert not [letter for letter in "\x1b\x07\x9b" if letter in ended.out]
    with served({"/": linked(f"/\x1b[31m{evil}", title=evil)}) as web:
        ended = shell("-v", "audit", web.url("/"), *loopback(web), "-c", "quick.yaml",
                      "--no-browser", "--format", "json", "-o", "o")  # fmt: skip
    assert ended.code == 0, ended.err
    assert not [letter for letter in "\x1b\x07\x9b" if letter in ended.err + ended.out]


# --- catalogue, config, doctor, logs


def test_catalogue(shell: Shell) -> None:
    found = json.loads(shell("catalogue", "--json").out)
    assert len(found) >= 60
    for row in found:
        assert list(row) == [
            "id", "family", "scope", "version", "title", "why", "fix", "messages", "needs",
        ]  # fmt: skip
        assert all(row[key]["zh"] and row[key]["en"] for key in ("title", "why", "fix"))
    text = shell("catalogue", "--family", "search").out
    assert "search-form" in text
    assert "ipv6" not in text


def test_config_show_tells_origins(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    shell.config(crawl={"max_pages": 7})
    monkeypatch.setenv("AUDITOR_CRAWL__MAX_DEPTH", "3")
    for options in ([], ["-c", "config.yaml"]):
        out = shell("config", "show", *options).out
        lines = {line.split(":")[0].strip(): line for line in out.splitlines()}
        assert "# config.yaml:2" in lines["max_pages"]
        assert "# env" in lines["max_depth"]
        assert "# default" in lines["max_seconds"]


def test_doctor_names_what_is_missing(shell: Shell) -> None:
    shell.config(browser={"binary": "/nonexistent"}, network={"resolvers": ["127.0.0.1:9"]})
    ended = shell("doctor", "-c", "config.yaml")
    assert ended.code == 4
    (line,) = [line for line in ended.out.splitlines() if line.startswith("FAIL")]
    assert "/nonexistent" in line
    assert "apt-get install chromium" in line


@pytest.mark.browser
def test_doctor_tries_the_browser(shell: Shell) -> None:
    shell.config(network={"resolvers": ["127.0.0.1:9"]})
    ended = shell("doctor", "-c", "config.yaml")
    assert ended.code == 0, ended.out
    assert "ok   axe: works" in ended.out


def _audit(shell: Shell, web: Web, *before: str) -> str:
    arguments = ["audit", web.url("/"), *loopback(web), "-c", "quick.yaml", "--no-browser"]
    ended = shell(*before, *arguments, "--check", "accessibility-page-title", "-o", "o")
    assert ended.code == 0, ended.err
    return ended.err


def test_logs(shell: Shell) -> None:
    with served({"/": linked()}) as web:
        text = _audit(shell, web, "-v")
        lines = [line for line in text.splitlines() if line.startswith("timestamp=")]
        events = [line.split("event=")[1].split(" ")[0] for line in lines]
        assert events[0] == "round_started"
        assert "gathered" in events
        assert events[-1] == "round_ended"
        json_lines = [
            json.loads(line)
            for line in _audit(shell, web, "-v", "--log-format", "json").splitlines()
            if line.startswith("{")
        ]
        # The second audit knows the first: it says so, and is otherwise the same.
        again = [line["event"] for line in json_lines if line["event"] != "revisited"]
        assert again == events
        assert _audit(shell, web, "-q") == ""
        assert "event=" not in _audit(shell, web)


# --- starting


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys\nfrom auditor.cli.main import app\n"
        "sys.argv[1:] = ['run', '--help']\napp(standalone_mode=False)\n"
        "heavy = {'sqlalchemy', 'aiohttp', 'selenium', 'lxml', 'structlog', 'dns'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "--resume" in done.stdout
    assert done.stderr.strip() == "[]"


def test_version(shell: Shell) -> None:
    ended = shell("--version")
    assert (ended.code, ended.out.split()[0]) == (0, "govsite-auditor")
