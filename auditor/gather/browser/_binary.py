"""Finds Chromium and the driver that fits it."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from auditor.model.artifact import Missed
from auditor.model.finding import Reason

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_DRIVERS = ("chromedriver", "chromium-driver", "/usr/lib/chromium-browser/chromedriver")
_VERSION = re.compile(r"\b(\d+)\.\d+[.\d]*")
_VERSION_S = 15
_INSTALL = "install it with: apt-get install chromium chromium-driver fonts-noto-cjk"


@dataclass(frozen=True, slots=True)
class BrowserBinary:
    """A browser and its driver, of the same major version."""

    path: str
    driver: str
    version: str


def find(binary: str | None) -> BrowserBinary | Missed:
    """The browser at `binary`, or the first one on the path; `Missed(NO_BROWSER)` says in one
    sentence what to do."""
    path = _first((binary,) if binary else _BROWSERS)
    if path is None:
        return _missing(f"{binary or 'Chromium'} was not found; {_INSTALL}")
    beside = str(Path(path).parent / "chromedriver")
    driver = _first((beside, *_DRIVERS)) if binary else _first(_DRIVERS)
    if driver is None:
        return _missing(f"the driver of {path} was not found; {_INSTALL}")
    version, driver_version = _version(path), _version(driver)
    if not version or not driver_version:
        broken = path if not version else driver
        return _missing(f"{broken} does not tell its version; {_INSTALL}")
    if version.split(".")[0] != driver_version.split(".")[0]:
        return _missing(
            f"Chromium {version} and chromedriver {driver_version} do not fit together; {_INSTALL}"
        )
    return BrowserBinary(path, driver, version)


def _first(names: tuple[str, ...]) -> str | None:
    return next((found for found in map(shutil.which, names) if found), None)


def _version(path: str) -> str:
    """The version that a program prints, "" when it does not run."""
    try:
        done = subprocess.run(
            [path, "--version"], capture_output=True, timeout=_VERSION_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    match = _VERSION.search(done.stdout.decode("utf-8", "replace"))
    return match.group(0) if match else ""


def _missing(detail: str) -> Missed:
    return Missed(Reason.NO_BROWSER, detail)
