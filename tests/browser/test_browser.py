"""The browser gatherer against pages that are good, bad, and bad on purpose."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import monotonic

import pytest

from auditor.gather.browser import Browser, BrowserBinary, Rendered, _chromium, _worker
from auditor.model.artifact import AxePage, AxeRule, Missed
from auditor.model.finding import Reason
from tests.browser.conftest import AGENT, Lab

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="package")]


async def one(browser: Browser, url: str) -> AxePage:
    return (await browser.axe([url])).pages[0]


def ids(rules: Sequence[AxeRule]) -> list[str]:
    return [rule.id for rule in rules]


@pytest.fixture
def scratch() -> Iterator[Path]:
    """A folder with a short path: sockets go into it."""
    with tempfile.TemporaryDirectory(prefix="scratch-", dir="/tmp") as folder:
        yield Path(folder)


def is_png(path: Path) -> bool:
    return path.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


async def test_a_clean_page_has_no_violation(browser: Browser, lab: Lab) -> None:
    page = await one(browser, lab.site.url("/clean"))
    assert (page.reason, page.violations, page.incomplete) == (None, (), ())
    assert page.passes > 10
    assert page.engine == "4.14.1"
    assert len(page.sha256) == 64
    assert not page.partial


async def test_a_violation_has_text_place_and_pictures(lab: Lab, tmp_path: Path) -> None:
    async with lab.browser(evidence=tmp_path) as browser:
        page = await one(browser, lab.site.url("/plain"))
    assert ids(page.violations) == ["image-alt"]
    rule = page.violations[0]
    assert (rule.help, rule.help_en) == ("图像必须有替代文本", "Images must have alternative text")
    assert "wcag111" in rule.tags
    assert [(node.target, node.place) for node in rule.nodes] == [("img", "html body main img")]
    assert rule.nodes[0].html.startswith("<img src=")
    assert "alt" in rule.nodes[0].summary
    assert is_png(tmp_path / page.screenshot)
    assert is_png(tmp_path / rule.nodes[0].screenshot)
    assert page.screenshot != rule.nodes[0].screenshot
    assert lab.site.agents == {AGENT}


@pytest.mark.parametrize(
    "path",
    [
        "/alert",
        "/alert-loop",
        "/amd",
        "/beforeunload",
        "/csp",
        "/endless-image",
        "/forged",
        "/gbk",
        "/polluted",
        "/popup",
    ],
)
async def test_pages_that_misbehave_are_judged(browser: Browser, lab: Lab, path: str) -> None:
    page = await one(browser, lab.site.url(path))
    assert page.reason is None, page.detail
    assert "image-alt" in ids(page.violations)
    assert not page.partial


@pytest.mark.parametrize("path", ["/framed", "/cross"])
async def test_frames_are_judged(browser: Browser, lab: Lab, path: str) -> None:
    page = await one(browser, lab.site.url(path))
    found = next(rule for rule in page.violations if rule.id == "image-alt")
    assert [node.target for node in found.nodes] == ["img", "iframe >>> img"]
    assert page.frames_skipped == 0


@pytest.mark.parametrize("path", ["/forged-framed", "/faked-framed"])
async def test_a_forged_engine_does_not_speak_for_frames(
    browser: Browser, lab: Lab, path: str
) -> None:
    page = await one(browser, lab.site.url(path))
    assert "image-alt" in ids(page.violations)
    assert page.engine == "4.14.1"
    assert page.frames_skipped == 1
    assert page.partial


async def test_a_page_that_leaves_is_judged_where_it_arrives(browser: Browser, lab: Lab) -> None:
    page = await one(browser, lab.site.url("/leaves"))
    assert (page.reason, page.violations) == (None, ())


async def test_a_large_page_is_judged_in_groups(browser: Browser, lab: Lab) -> None:
    page = await one(browser, lab.site.url("/large"))
    assert page.reason is None, page.detail
    assert "image-alt" in ids(page.violations)
    assert page.partial


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/empty", Reason.EMPTY),
        ("/file.pdf", Reason.PROTOCOL),
        ("/missing", Reason.HTTP_ERROR),
        ("/text.txt", Reason.PROTOCOL),
        ("/waf", Reason.BLOCKED),
    ],
)
async def test_what_is_no_page_is_not_judged(
    browser: Browser, lab: Lab, path: str, reason: Reason
) -> None:
    page = await one(browser, lab.site.url(path))
    assert (page.reason, page.violations) == (reason, ())


async def test_unreachable_pages_say_why(browser: Browser, lab: Lab) -> None:
    port = lab.site.port
    run = await browser.axe(
        [
            "http://127.0.0.1:80/",
            f"http://gone.example.gov.cn:{port}/",
            f"http://inner.example.gov.cn:{port}/",
            "https://127.0.0.1/",
            "file:///etc/passwd",
            "http://127.0.0.1:22/",
            "http://10.0.0.7/",
        ]
    )
    assert [page.reason for page in run.pages] == [
        Reason.REFUSED,
        Reason.NXDOMAIN,
        Reason.GUARD,
        Reason.REFUSED,
        Reason.GUARD,
        Reason.GUARD,
        Reason.GUARD,
    ]


@pytest.mark.parametrize("path", ["/endless.html", "/hang", "/silent"])
async def test_a_hanging_page_costs_its_time_and_no_more(lab: Lab, path: str) -> None:
    async with lab.browser(timeout_s=8) as browser:
        start = monotonic()
        page = await one(browser, lab.site.url(path))
        assert page.reason is Reason.TIMEOUT
        assert monotonic() - start < 8 + 10
        for _ in range(3):  # a busy machine may need more than the little time given here
            after = await one(browser, lab.site.url("/plain"))
            if after.reason is not Reason.TIMEOUT:
                break
        assert ids(after.violations) == ["image-alt"]


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_nothing_is_sent_but_get_and_head(browser: Browser, lab: Lab, scheme: str) -> None:
    port = lab.secure_port if scheme == "https" else lab.site.port
    page = await one(browser, f"{scheme}://127.0.0.1:{port}/posts")
    assert page.reason is None
    assert {method for method, _ in lab.site.seen} <= {"GET", "HEAD"}
    assert all(path != "/counted" for _, path in lab.site.seen)


async def test_nothing_gets_past_the_guard(browser: Browser, lab: Lab) -> None:
    before = browser.refused
    page = await one(browser, lab.site.url("/escape"))
    assert page.reason is None
    assert "image-alt" in ids(page.violations)
    assert browser.refused >= before + 2
    before = browser.refused
    await one(browser, lab.site.url("/inner"))
    assert browser.refused > before


async def test_rendering_runs_the_scripts(browser: Browser, lab: Lab) -> None:
    made = await browser.render(lab.site.url("/shell"))
    assert isinstance(made, Rendered)
    assert "由脚本写出的标题</h1>".encode() in made.html
    assert made.html.startswith(b"<!DOCTYPE html>")
    assert (made.title, made.status) == ("示例", 200)
    assert made.final_url == made.url


async def test_rendering_a_gbk_page_gives_utf8(browser: Browser, lab: Lab) -> None:
    made = await browser.render(lab.site.url("/gbk"))
    assert isinstance(made, Rendered)
    assert "这是为测试而写的".encode() in made.html


async def test_rendering_says_why_not(browser: Browser, lab: Lab) -> None:
    assert await browser.render("file:///etc/passwd") == Missed(Reason.GUARD, "scheme file")
    missed = await browser.render(lab.site.url("/missing"))
    assert missed == Missed(Reason.HTTP_ERROR, "HTTP 404")


async def test_a_broken_certificate_is_not_this_checks_matter(browser: Browser, lab: Lab) -> None:
    page = await one(browser, f"https://www.example.gov.cn:{lab.secure_port}/plain")
    assert (page.reason, ids(page.violations)) == (None, ["image-alt"])


async def test_the_self_test(browser: Browser) -> None:
    assert await browser.works() is None


async def test_two_browsers_keep_the_order(lab: Lab) -> None:
    paths = ["/clean", "/plain", "/missing", "/clean", "/plain"]
    async with lab.browser(workers=2) as browser:
        run = await browser.axe([lab.site.url(path) for path in paths])
    assert [page.url for page in run.pages] == [lab.site.url(path) for path in paths]
    assert [len(page.violations) for page in run.pages] == [0, 1, 0, 0, 1]


async def test_nothing_is_left_behind(lab: Lab, scratch: Path) -> None:
    async with lab.browser(scratch=scratch) as browser:
        await one(browser, lab.site.url("/plain"))
        processes = browser.processes()
        assert len(processes) > 3
        assert len(os.listdir(scratch)) == 1
    assert not any(map(alive, processes))
    assert os.listdir(scratch) == []


async def test_a_cancelled_page_ends_its_browser(lab: Lab, scratch: Path) -> None:
    async with lab.browser(scratch=scratch) as browser:
        await one(browser, lab.site.url("/plain"))
        processes = browser.processes()
        task = asyncio.create_task(browser.axe([lab.site.url("/silent")]))
        await lab.site.next_visit("/silent")
        start = monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert monotonic() - start < 8
    assert not any(map(alive, processes))
    assert os.listdir(scratch) == []


async def test_a_start_can_be_cut_short(lab: Lab, scratch: Path) -> None:
    async with lab.browser(scratch=scratch) as browser:
        task = asyncio.create_task(browser.axe([lab.site.url("/plain")]))
        for _ in range(3000):
            processes = browser.processes()
            if processes:
                break
            await asyncio.sleep(0.005)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert processes
    assert not any(map(alive, processes))
    assert os.listdir(scratch) == []


async def test_a_crashed_browser_is_replaced(lab: Lab) -> None:
    async with lab.browser() as browser:
        await one(browser, lab.site.url("/plain"))
        task = asyncio.create_task(browser.axe([lab.site.url("/silent")]))
        await lab.site.next_visit("/silent")
        for pid in browser.processes():
            with contextlib.suppress(ProcessLookupError):  # some end with their parent
                os.kill(pid, signal.SIGKILL)
        page = (await task).pages[0]
        assert page.reason is Reason.BROWSER
        after = await one(browser, lab.site.url("/plain"))
        assert ids(after.violations) == ["image-alt"]


async def test_a_worn_out_browser_is_replaced(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_worker, "MAX_PAGES", 2)
    async with lab.browser() as browser:
        seen = []
        for _ in range(3):
            await one(browser, lab.site.url("/plain"))
            seen.append(min(browser.processes()))
    assert seen[0] == seen[1] != seen[2]


async def test_a_killed_auditor_leaves_no_browser(lab: Lab, scratch: Path) -> None:
    assert isinstance(lab.binary, BrowserBinary)
    script = Path(__file__).with_name("killed.py")
    victim = await asyncio.create_subprocess_exec(
        sys.executable,
        *(str(script), str(lab.site.port), str(scratch)),
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
    )
    async with asyncio.timeout(120):
        output, _ = await victim.communicate()
    assert victim.returncode == -signal.SIGKILL
    processes = [int(word) for word in output.split()]
    assert len(processes) > 3
    for _ in range(100):
        if not any(map(alive, processes)):
            break
        await asyncio.sleep(0.1)
    assert not [pid for pid in processes if alive(pid)]


async def test_a_full_disk_is_said(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_chromium, "MIN_FREE_BYTES", 2**62)
    async with lab.browser() as browser:
        run = await browser.axe([lab.site.url("/plain")] * 3)
    assert {page.reason for page in run.pages} == {Reason.BROWSER}
    assert "MB free" in run.pages[0].detail


async def test_pictures_that_cannot_be_saved_cost_the_pictures_only(
    lab: Lab, tmp_path: Path
) -> None:
    blocked = tmp_path / "evidence"
    blocked.write_text("a file where a folder should be")
    async with lab.browser(evidence=blocked) as browser:
        page = await one(browser, lab.site.url("/plain"))
    assert ids(page.violations) == ["image-alt"]
    assert page.screenshot == page.violations[0].nodes[0].screenshot == ""
    assert page.detail.startswith("screenshot not saved")


async def test_a_missing_browser_says_what_to_install() -> None:
    missed = Browser.find("/nowhere/chromium")
    assert isinstance(missed, Missed)
    assert missed.reason is Reason.NO_BROWSER
    assert "/nowhere/chromium" in missed.detail
    assert "apt-get install chromium" in missed.detail


def alive(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return False
    return stat.rsplit(")", 1)[1].split()[0] not in {"Z", "X"}
