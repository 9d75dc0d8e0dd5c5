"""What can be refused is refused in plain words, with the right exit code, and leaves nothing."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.cli_lab import Shell, served, spawn
from tests.integration.probe_lab import page
from tests.integration.site_lab import linked

SITE = {"id": "a", "name": "甲局", "homepage": "http://www.example.gov.cn/"}
SMALL = {"/": linked("/a"), "/a": linked("/")}


@pytest.fixture
def shell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Shell:
    return Shell(tmp_path, capsys, monkeypatch)


def test_no_configuration(shell: Shell) -> None:
    ended = shell("run")
    assert ended.code == 2
    assert "There is no config.yaml here" in ended.err
    assert list(shell.folder.iterdir()) == []


def test_every_mistake_at_once_with_file_and_line(shell: Shell) -> None:
    (shell.folder / "config.yaml").write_text(
        "register:\n- {id: a, name: 甲局, homepage: 'ftp://x/'}\ncrawl:\n  max_page: 3\n"
        "browser: {enabled: maybe}\ncrawl: {}\n",
        "utf-8",
    )
    ended = shell("run")
    assert ended.code == 2
    assert "Traceback" not in ended.err
    for hint in ("config.yaml:2:", 'did you mean "max_pages"', "config.yaml:5:", "crawl"):
        assert hint in ended.err


def test_names_that_are_not_installed_are_listed_together(shell: Shell) -> None:
    shell.config(
        register=[SITE | {"column_template": "no-such"}],
        scheme=["gb19-2091"],
        checks={
            "include": ["serach"],
            "params": {"search-latency": {"limit": 3, "min_queries": "x"}, "search-latenzy": {}},
        },
        reports={"formats": ["htlm"]},
    )
    for command in (("run",), ("config", "validate")):
        ended = shell(*command)
        assert ended.code == 2
        assert "7 mistakes:" in ended.err
        for word in (
            "serach",
            'no parameter "limit"; did you mean "limit_s"?',
            "min_queries: Expected `int`, got `str`",
            'did you mean "search-latency"?',
            'did you mean "html"?',
            'did you mean "gb19-2019"?',
            "no-such",
            "config.yaml:",
        ):
            assert word in ended.err
    assert [path.name for path in shell.folder.iterdir()] == ["config.yaml"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "--site", "b"], "The register has no site b. It has: a."),
        (["run", "--check", "nothing"], "nothing"),
        (["run", "--family", "nothing"], "nothing"),
        (["run", "--scheme", "nothing"], "nothing"),
        (["run", "--format", "doc"], "doc"),
        (["run", "--fail-on", "score<x"], "choose from veto, new, score<N"),
        (["run", "--as-of", "yesterday"], "yesterday"),
        (["run", "--max-pages", "0"], "max-pages"),
        (["run", "--resume", "last"], "there is no database"),
        (["report"], "there is no database"),
        (["report", "x", "--database", "sqlite:///none.db"], "none.db"),
        (["report", "--database", "mysql://x/y"], "mysql"),
        (["audit", "http://x y/", "gopher://a/"], "2 mistakes"),
        (["audit"], "Missing argument"),
        (["nonsense"], "No such command"),
        (["run", "--nonsense"], "No such option"),
        (["inspect", "none.html"], "Give a saved page or a URL"),
        (["catalogue", "--family", "nothing"], "nothing"),
        (["--log-format", "xml", "catalogue"], "choose text or json"),
        (["demo", "-o", "out", "--resume", "last"], "no demo run to resume"),
    ],
)
def test_usage(shell: Shell, arguments: list[str], said: str) -> None:
    shell.config(register=[SITE])
    ended = shell(*arguments)
    assert ended.code == 2, ended.err
    assert said in ended.err
    assert "Traceback" not in ended.err


def test_a_place_that_cannot_be_written_to(shell: Shell) -> None:
    (shell.folder / "file").write_text("")
    with served(SMALL) as web:
        ended = shell.audit(web, "-o", "file/out")
        assert ended.code == 4
        assert ended.err.count("\n") == 1
        assert "file" in ended.err
        assert shell.audit(web, "--database", "sqlite:///file/a.db").code == 4
        assert web.log == []


def test_a_missing_browser_is_said_before_anything_is_asked(shell: Shell) -> None:
    shell.config(browser={"binary": "/nonexistent"})
    with served(SMALL) as web:
        port = str(web.port)
        ended = shell(
            "audit", web.url("/"), "-c", "config.yaml", "--allow", "127.0.0.1", "--allow-port", port
        )
        assert web.log == []
    assert ended.code == 4
    assert ended.err.count("\n") == 1
    assert "chromium-driver" in ended.err
    assert "--no-browser" in ended.err
    assert [path.name for path in shell.folder.iterdir()] == ["config.yaml"]


def test_incomplete(shell: Shell) -> None:
    chosen = ("--family", "accessibility", "--format", "json", "-o", "out")
    with served({}) as web:
        ended = shell.audit(web, *chosen)
        assert (ended.code, ended.out.strip()) == (3, str(shell.folder / "out"))
        shell.config(coverage_limit=0)
        assert shell.audit(web, *chosen, "-c", "config.yaml").code == 0
    with served(SMALL) as web:
        shell.config(coverage_limit=1)
        assert shell.audit(web, *chosen, "-c", "config.yaml").code == 0, "all that was asked for"


def test_the_gate_for_new_issues(shell: Shell) -> None:
    options = ("--check", "accessibility-page-language", "--format", "json", "-o", "out")
    gate = (*options, "--fail-on", "new")
    silent = page(linked("/").replace(b" lang=zh-CN", b""))
    with served(SMALL) as web:
        shell.audit(web, "--check", "accessibility-page-title", "--format", "json", "-o", "out")
        web.scripts["/"], good = silent, web.scripts["/"]
        assert shell.audit(web, *gate).code == 0, "nobody looked before"
        web.scripts["/"] = good
        assert shell.audit(web, *gate).code == 0
        web.scripts["/"] = silent
        assert shell.audit(web, *gate).code == 1
        assert shell.audit(web, *gate).code == 0, "known by now"


def test_the_gate_for_scores_passes_what_has_none(shell: Shell) -> None:
    with served(SMALL) as web:
        options = ("--check", "accessibility-image-text", "--format", "json", "-o", "out")
        assert shell.audit(web, *options, "--fail-on", "score<100,veto").code == 0


# --- a full disk


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)]
    if os.geteuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("making a small file system takes root")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def _fill(place: Path, spare: int) -> None:
    stat = os.statvfs(place)
    free = stat.f_bavail * stat.f_frsize
    (place / "ballast").write_bytes(bytes(max(free - spare, 0)))


def test_a_full_disk_leaves_earlier_results_readable(shell: Shell, tiny_disk: Path) -> None:
    database = f"sqlite:///{tiny_disk}/a.db"
    large = linked(
        *(f"/p{number}" for number in range(400)), more="<p>" + os.urandom(200_000).hex()
    )
    pages = {"/": linked("/a"), "/a": linked("/")}
    options = ("--database", database, "--check", "accessibility-page-language")
    with served(pages) as web:
        first = shell.audit(web, *options, "--format", "json", "-o", str(tiny_disk / "out"))
        assert first.code == 0
        before = (tiny_disk / "out" / "result.json").read_bytes()
        _fill(tiny_disk, 150_000)
        web.scripts["/"] = web.scripts["*"] = page(large)
        second = shell.audit(web, *options, "--format", "json", "-o", str(tiny_disk / "out"))
    assert second.code == 4, second.err
    last = second.err.strip().splitlines()[-1]
    assert "space" in last
    assert "Traceback" not in second.err
    assert (tiny_disk / "out" / "result.json").read_bytes() == before
    run_id = json.loads(before)["run"]["id"]
    rows = shell("export", run_id, "--database", database, "--what", "pages")
    assert (rows.code, rows.out.count("\n")) == (0, 2), rows.err
    (tiny_disk / "ballast").unlink()
    again = shell(
        "report", run_id, "--database", database, "--format", "json", "-o", str(shell.folder / "o")
    )
    assert again.code == 0, again.err
    assert (shell.folder / "o" / "result.json").read_bytes() == before


def test_a_disk_that_is_full_from_the_start(shell: Shell, tiny_disk: Path) -> None:
    _fill(tiny_disk, 0)
    with served(SMALL) as web:
        ended = shell.audit(web, "-o", str(tiny_disk / "out"))
    assert ended.code == 4, ended.err
    assert ended.err.count("\n") == 1


def test_output_that_nobody_reads(tmp_path: Path) -> None:
    with spawn(tmp_path, "catalogue", "--json") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 0
