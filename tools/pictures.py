"""Takes the pictures of the report for the README: `python -m tools.pictures OUT`.

OUT is the folder of a report, as `auditor demo` writes it. Two PNG files go to `docs/images/`:
the top of the district page, and of the page of the site with the most issues.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

IMAGES = Path(__file__).parents[1] / "docs" / "images"
#: A file above this makes the README slow to open (bytes).
MAX_BYTES = 300_000
_SIZE = "1120,1150"
_WAIT_S = 60


def main(arguments: Sequence[str]) -> int:
    """Take both pictures; 1 when one of them is too large, 2 without a report or a browser."""
    out = Path(arguments[0] if arguments else "demo-out").resolve()
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None or not (out / "result.json").is_file():
        sys.stderr.write(f"needs chromium, and a report in {out}: run auditor demo first\n")
        return 2
    pages = {
        "report-district.png": out / "index.html",
        "report-site.png": out / "sites" / _busiest(out / "result.json") / "index.html",
    }
    IMAGES.mkdir(parents=True, exist_ok=True)
    too_large = 0
    for name, page in pages.items():
        take(browser, page, IMAGES / name)
        size = (IMAGES / name).stat().st_size
        too_large += size > MAX_BYTES
        sys.stdout.write(f"docs/images/{name}  {size // 1000} KB\n")
    return 1 if too_large else 0


def take(browser: str, page: Path, target: Path) -> None:
    """One picture of the upper part of a page, with a profile that is thrown away."""
    with tempfile.TemporaryDirectory() as profile:
        command = [
            browser,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            f"--user-data-dir={profile}",
            f"--window-size={_SIZE}",
            f"--screenshot={target}",
            page.as_uri(),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=_WAIT_S)


def _busiest(result: Path) -> str:
    sites = json.loads(result.read_text("utf-8"))["sites"]
    return str(max(sites, key=lambda site: len(site["findings"]))["id"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
