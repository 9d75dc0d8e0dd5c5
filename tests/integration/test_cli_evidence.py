"""The evidence of an audit, as an inspector verifies it later: from a finding to the archived
answer, by the tools that anybody has."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.recordloader import ArcWarcRecord

from tests.hostile.web import Script, Web
from tests.integration.cli_lab import ROOT, Shell, loopback, served, spawn
from tests.integration.probe_lab import page
from tests.integration.site_lab import linked

pytestmark = pytest.mark.slow

ARTICLES = [f"/a{number}.html" for number in range(14)]
#: Without a language: a finding cites each of them.
PLAIN = "<html><head><title>办事指南</title></head><body><h1>指南</h1>{}<p>" + (
    "这里是正文，说明办事的条件和流程。" * 20 + "</p></body></html>"
)
CHECKS = ("accessibility-page-language", "site-dead-links")
QUIET = ["--no-browser", "--no-progress", "--format", "json", "--format", "html"]


def site() -> dict[str, Script]:
    """Articles that findings cite, one that none cites, and a dead link."""
    pages = {path: page(PLAIN.format(path).encode("gbk")) for path in ARTICLES}
    pages["/"] = page(linked(*ARTICLES, "/fine.html", "/gone.html"))
    pages["/fine.html"] = page(linked("/", title="没有问题"))
    return pages


@dataclass(frozen=True)
class Audited:
    """The output folder of an audit."""

    folder: Path

    @property
    def result(self) -> dict[str, Any]:
        """The only site's part of `result.json`."""
        text = (self.folder / "result.json").read_text("utf-8")
        (found,) = json.loads(text)["sites"]
        return dict(found)

    @property
    def evidence(self) -> list[dict[str, Any]]:
        """Every place that a finding cites."""
        return [ref for item in self.result["findings"] for ref in item["evidence"]]

    @property
    def archives(self) -> list[Path]:
        """The WARC files."""
        return sorted((self.folder / "evidence").glob("*.warc.gz"))

    def record(self, warc: str) -> tuple[ArcWarcRecord, bytes]:
        """The record at `file#offset` and its decoded payload."""
        name, offset = warc.split("#")
        with (self.folder / "evidence" / name).open("rb") as stream:
            stream.seek(int(offset))
            found = next(iter(ArchiveIterator(stream, check_digests="raise")))
            return found, found.content_stream().read()


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Audited]:
    """An audit that was killed half-way and resumed."""
    folder = tmp_path_factory.mktemp("evidence")
    (folder / "quick.yaml").write_text("politeness: {delay_s: 0.25}\n")
    chosen = [word for check in CHECKS for word in ("--check", check)]
    with served_site(site()) as web:
        command = ["audit", web.url("/"), *loopback(web), *chosen, *QUIET]
        command += ["-c", "quick.yaml", "-o", "out"]
        with spawn(folder, *command) as process:
            while stored(folder) < 5:
                assert process.poll() is None
                time.sleep(0.1)
            process.kill()
        with spawn(folder, *command, "--resume", "last") as process:
            _, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        yield Audited(folder / "out")


def served_site(scripts: dict[str, Script]) -> Any:
    return served({**scripts, "*": page(b"<p>gone</p>", 404)})


def moment(text: str) -> datetime:
    """To the second, as reports have it."""
    return datetime.fromisoformat(text).replace(microsecond=0)


def stored(folder: Path) -> int:
    """Pages that the database holds."""
    try:
        with sqlite3.connect(f"file:{folder}/auditor.db?mode=ro", uri=True) as database:
            return int(database.execute("SELECT count(*) FROM pages").fetchone()[0])
    except sqlite3.OperationalError:  # not made yet
        return 0


def test_each_attempt_has_its_archive_and_other_tools_read_it(audited: Audited) -> None:
    run = json.loads((audited.folder / "result.json").read_text("utf-8"))["run"]["id"]
    names = [path.name for path in audited.archives]
    assert [name.rpartition(f"{run}-")[2] for name in names] == ["1.warc.gz", "2.warc.gz"]
    for path in audited.archives:
        for command in ("check", "index"):
            done = subprocess.run(
                [sys.executable, "-m", "warcio.cli", command, str(path)],
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stdout + done.stderr
    left = [path.name for path in (audited.folder / "evidence").iterdir()]
    assert sorted(left) == names, "the spools are gone"


def test_every_place_leads_to_the_answer_that_it_rests_on(audited: Audited) -> None:
    assert len({ref["url"] for ref in audited.evidence}) == len(ARTICLES) + 1
    files = set()
    for ref in audited.evidence:
        record, payload = audited.record(ref["warc"])
        files.add(ref["warc"].partition("#")[0])
        fields = record.rec_headers
        assert record.rec_type == "response"
        assert fields["WARC-Target-URI"] == ref["url"]
        assert fields["WARC-Record-ID"] == f"<{ref['warc_record']}>"
        assert moment(fields["WARC-Date"]) == moment(ref["captured_at"])
        assert hashlib.sha256(payload).hexdigest() == ref["sha256"]
        assert record.http_headers.get_statuscode() == "200"
    assert len(files) == 2, "pages of both attempts are cited"


def test_a_dead_link_leads_to_its_404(audited: Audited) -> None:
    (dead,) = (item for item in audited.result["findings"] if item["check_id"] == CHECKS[1])
    record, _ = audited.record(dead["subject"]["warc"])
    assert record.rec_headers["WARC-Target-URI"] == dead["subject"]["url"]
    assert record.http_headers.get_statuscode() == "404"


def test_both_looks_at_a_dead_link_are_there(audited: Audited) -> None:
    seen = [record for record in records(audited) if record[1].endswith("/gone.html")]
    assert len([kind for kind, _ in seen if kind in {"response", "revisit"}]) >= 2


def test_what_nobody_cites_is_not_kept(audited: Audited) -> None:
    assert not [uri for _, uri in records(audited) if uri.endswith("/fine.html")]


def records(audited: Audited) -> list[tuple[str, str]]:
    """Kind and address of every record but the first."""
    found = []
    for path in audited.archives:
        with path.open("rb") as stream:
            found += [
                (record.rec_type, record.rec_headers["WARC-Target-URI"] or "")
                for record in ArchiveIterator(stream)
            ]
    return found


def test_the_reports_name_the_archives(audited: Audited) -> None:
    archive = audited.result["archive"]
    assert (archive["store"], archive["problem"], archive["unarchived"]) == ("cited", "", 0)
    manifest = json.loads((audited.folder / "manifest.json").read_text("utf-8"))
    listed = {item["path"]: item for item in manifest["files"]}
    html = (audited.folder / "sites" / audited.result["id"] / "index.html").read_text("utf-8")
    for path, file in zip(audited.archives, archive["files"], strict=True):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        assert file["file"] == path.name
        assert file["sha256"] == digest == listed[f"evidence/{path.name}"]["sha256"]
        assert file["bytes"] == path.stat().st_size
        assert digest in html
        assert f'href="../../evidence/{path.name}"' in html
    assert audited.evidence[0]["warc"] in html


def test_the_documented_example_finds_no_fault_and_would(audited: Audited, tmp_path: Path) -> None:
    """The lines of the inspectors' page, as they are."""
    text = (ROOT / "docs" / "inspectors.zh-CN.md").read_text("utf-8")
    (example,) = re.findall(r"^```python\n(.*?)^```$", text, re.S | re.M)

    def said(folder: Path) -> list[str]:
        done = subprocess.run(
            [sys.executable, "-X", "utf8", "-c", example],
            capture_output=True,
            cwd=folder,
            check=True,
        )
        return done.stdout.decode().splitlines()

    assert said(audited.folder) == ["核对完毕"]
    forged = tmp_path / "forged"
    shutil.copytree(audited.folder, forged)
    digest = audited.evidence[0]["sha256"]
    result = (forged / "result.json").read_text("utf-8")
    (forged / "result.json").write_text(result.replace(digest, "0" * 64), "utf-8")
    assert f"与报告中的 SHA-256 不符： {audited.evidence[0]['url']}" in said(forged)


def test_later_reports_cite_the_same_records(
    audited: Audited, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = Shell(audited.folder.parent, capsys, monkeypatch)
    assert shell("judge", "last").code == 0
    assert shell("report", "last", "-o", "again", "--format", "json").code == 0
    again = Audited(audited.folder.parent / "again")
    result = (again.folder / "result.json").read_bytes()
    assert result == (audited.folder / "result.json").read_bytes()
    assert [path.read_bytes() for path in again.archives] == [
        path.read_bytes() for path in audited.archives
    ]


@pytest.fixture
def shell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Shell:
    return Shell(tmp_path, capsys, monkeypatch)


def quick(shell: Shell, web: Web, **evidence: object) -> Audited:
    """A whole audit of one check, which needs no waiting."""
    config = shell.config(politeness={"delay_s": 0}, evidence=evidence)
    command = ["audit", web.url("/"), *loopback(web), "--check", CHECKS[0], *QUIET]
    ended = shell(*command, "-c", str(config), "-o", "out")
    assert ended.code == 0, ended.err
    assert ("Evidence of 1 site(s) is incomplete" in ended.err) is ("keep_free_mb" in evidence)
    return Audited(shell.folder / "out")


@pytest.mark.parametrize(
    ("settings", "kept", "problem"),
    [
        ({"store": "all"}, True, ""),
        ({"store": "none"}, False, None),
        ({"keep_free_mb": 100_000_000}, False, "disk-nearly-full"),
    ],
)
def test_what_is_kept(
    shell: Shell, settings: dict[str, object], kept: bool, problem: str | None
) -> None:
    pages = {"/": page(linked("/fine.html")), "/fine.html": page(PLAIN.encode())}
    with served_site(pages) as web:
        audited = quick(shell, web, **settings)
    assert audited.evidence, "findings do not depend on evidence"
    assert all(bool(ref["warc"]) is kept for ref in audited.evidence)
    archive = audited.result["archive"]
    assert (archive and archive["problem"]) == problem
    if problem:
        assert archive["unarchived"] == 1
    if kept:
        assert ("response", web.url("/robots.txt")) in records(audited)
    else:
        assert not records(audited)
        assert list((audited.folder / "evidence").iterdir()) == []


@pytest.mark.browser
def test_what_the_browser_found_is_shown_and_archived(shell: Shell) -> None:
    """The finding cites the document that axe judged, and pictures of page and element."""
    image = '<img src="/p.png" width="90" height="90">'
    pages = {"/": page(linked("/", more=f"<main>{image}</main>"))}
    config = shell.config(politeness={"delay_s": 0})
    with served_site(pages) as web:
        command = [
            "audit",
            web.url("/"),
            *loopback(web),
            "--check",
            "accessibility-axe-perceivable",
        ]
        quiet = [word for word in QUIET if word != "--no-browser"]
        ended = shell(*command, *quiet, "-c", str(config), "-o", "out")
    assert ended.code == 0, ended.err
    audited = Audited(shell.folder / "out")
    assert audited.result["archive"]["unarchived"] == 0
    manifest = json.loads((audited.folder / "manifest.json").read_text("utf-8"))
    listed = {item["path"]: item["sha256"] for item in manifest["files"]}
    html = (audited.folder / "sites" / audited.result["id"] / "index.html").read_text("utf-8")
    (ref,) = (ref for ref in audited.evidence if ref["excerpt"].startswith("<img"))
    record, payload = audited.record(ref["warc"])
    assert record.rec_type == "conversion"
    assert hashlib.sha256(payload).hexdigest() == ref["sha256"]
    assert "办事" in payload.decode()
    shot = audited.folder / "evidence" / ref["screenshot"]
    digest = hashlib.sha256(shot.read_bytes()).hexdigest()
    assert listed[f"evidence/{ref['screenshot']}"] == digest
    assert digest.startswith(shot.stem), "named by its content"
    assert f'src="../../evidence/{ref["screenshot"]}"' in html
    shots = list((audited.folder / "evidence" / "screenshots").iterdir())
    assert len(shots) >= 2, "the element and the page"
    kinds = [kind for kind, uri in records(audited) if uri == web.url("/")]
    assert {"response", "conversion"} <= set(kinds)
