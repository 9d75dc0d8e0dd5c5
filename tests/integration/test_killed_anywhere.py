"""kill -9 at any moment, then `--resume`: no page is lost or judged twice, little is fetched
again, and the findings are those of an audit that nobody disturbed.

The moments are random and printed: AUDITOR_TEST_SEED repeats a run of this test, and
AUDITOR_TEST_KILLS asks for more of them, on a site with dead links as well.
"""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

import pytest

from auditor.gather.crawl._batch import BATCH_PAGES
from tests.hostile.web import Web
from tests.integration.cli_lab import served
from tests.integration.round_lab import (
    asked,
    configure,
    finish,
    found,
    small_site,
    start,
    stored,
)

pytestmark = pytest.mark.slow

ARTICLES = 240
KILLS = int(os.environ.get("AUDITOR_TEST_KILLS", "4"))
#: Requests that may be under way besides those of the batch.
UNDER_WAY = 8


def test_killed_again_and_again(tmp_path: Path) -> None:
    seed = int(os.environ.get("AUDITOR_TEST_SEED", "0")) or random.SystemRandom().randrange(10**6)
    print(f"AUDITOR_TEST_SEED={seed} AUDITOR_TEST_KILLS={KILLS}")
    chance = random.Random(seed)
    with served(small_site(ARTICLES, dead=KILLS > 4)) as web:
        whole = tmp_path / "whole"
        configure(whole, {"a": web.url("/")})
        finish(start(whole))
        once, requests = asked(web), len(web.log)
        assert len(once) == ARTICLES
        assert set(once.values()) == {1}

        folder = tmp_path / "killed"
        configure(folder, {"a": web.url("/")})
        for point in sorted(chance.randrange(requests + 1) for _ in range(KILLS)):
            kill(folder, web, at=requests + point, delay_s=chance.uniform(0, 0.5))
        finish(start(folder, *resumed(folder)))
        again = asked(web, requests)
        assert set(again) == set(once), f"seed {seed}"
        twice = sum(again.values()) - len(again)
        assert twice <= KILLS * (BATCH_PAGES + UNDER_WAY), f"seed {seed}"
        assert stored(folder) == stored(whole), f"seed {seed}"
        assert found(folder) == found(whole), f"seed {seed}"


def resumed(folder: Path) -> list[str]:
    """Options that go on with the run, if it had come so far that there is one."""
    return ["--resume", "last"] if stored(folder, "runs") else []


def kill(folder: Path, web: Web, *, at: int, delay_s: float) -> None:
    """Run until the server was asked so often and a moment longer, then kill -9."""
    before = stored(folder)
    process = start(folder, *resumed(folder))
    while len(web.log) < at and process.poll() is None:
        time.sleep(0.005)
    time.sleep(delay_s)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    print(f"killed {delay_s:.3f} s after request {at}: {before} to {stored(folder)} pages")
