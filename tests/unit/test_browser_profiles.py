"""Profiles that a killed auditor left behind."""

from __future__ import annotations

import os
from pathlib import Path
from time import time

import pytest

from auditor.gather.browser import _chromium
from auditor.gather.browser._chromium import BrowserFailure
from auditor.model.finding import Reason


def made(folder: Path, name: str, *, age_h: float) -> Path:
    path = folder / name
    path.mkdir()
    (path / "Preferences").write_text("{}")
    moment = time() - age_h * 3600
    os.utime(path, (moment, moment))
    return path


def test_old_profiles_of_ours_go(tmp_path: Path) -> None:
    old = made(tmp_path, "govsite-auditor-old", age_h=25)
    young = made(tmp_path, "govsite-auditor-young", age_h=23)
    foreign = made(tmp_path, "somebody-else", age_h=99)
    target = made(tmp_path, "target", age_h=99)
    link = tmp_path / "govsite-auditor-link"
    link.symlink_to(target)
    os.utime(link, (0, 0), follow_symlinks=False)
    fresh = _chromium._profile(tmp_path)
    assert fresh.is_dir()
    assert not old.exists()
    assert young.exists()
    assert foreign.exists()
    assert (target / "Preferences").exists()


def test_no_profile_on_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_chromium, "MIN_FREE_BYTES", 2**62)
    with pytest.raises(BrowserFailure) as caught:
        _chromium._profile(tmp_path)
    assert caught.value.missed.reason is Reason.BROWSER
    assert list(tmp_path.iterdir()) == []
