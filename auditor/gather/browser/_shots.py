"""Screenshots as evidence: the page, and the elements that rules name, marked with a box."""

from __future__ import annotations

import base64
import contextlib
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from selenium.common.exceptions import WebDriverException

from auditor.gather.browser._chromium import WIDTH, BrowserFailure
from auditor.gather.browser._visit import PLACE, SIZE, Visit

#: The part of a page that its screenshot shows, in CSS pixels.
MAX_HEIGHT = 4_000
MAX_BYTES = 1_500_000
ELEMENT_WIDTH, ELEMENT_HEIGHT = 900, 600
#: What is shown around an element, so that it is recognised.
MARGIN = 48
MIN_WIDTH, MIN_HEIGHT = 360, 160
_FOLDER = "screenshots"
_MARK = "auditor-mark-5f0c"
_SCALES = (1.0, 0.5, 0.25)


@dataclass(frozen=True, slots=True)
class Clip:
    """A rectangle of the page, in CSS pixels."""

    x: float
    y: float
    width: float
    height: float


class Camera:
    """Takes pictures of one page into `folder`/screenshots, named by their content.

    Pictures are help, not evidence of last resort: what cannot be taken or written is left out,
    and `problem` says why.
    """

    def __init__(self, visit: Visit, folder: Path | None) -> None:
        self._visit = visit
        self._folder = folder
        self.problem = ""

    def page(self) -> str:
        """The whole page, at most `MAX_HEIGHT` high. Returns the name in the evidence folder."""
        if self._folder is None:
            return ""
        with contextlib.suppress(BrowserFailure, WebDriverException, KeyError, TypeError):
            size = self._visit.evaluate(SIZE)
            width = min(max(float(size["width"]), 1.0), WIDTH * 1.5)
            height = min(max(float(size["height"]), 1.0), MAX_HEIGHT)
            return self._take(Clip(0, 0, width, height))
        return ""

    def element(self, selector: str) -> str:
        """The element with its surroundings; "" when it is not visible, or is the whole page."""
        if self._folder is None or selector in {"", "html", "body"}:
            return ""
        with contextlib.suppress(BrowserFailure, WebDriverException, KeyError, TypeError):
            place = self._visit.evaluate(PLACE, selector, _MARK)
            if place:
                try:
                    return self._take(_around(place))
                finally:
                    self._visit.evaluate(PLACE, "", _MARK)
        return ""

    def _take(self, clip: Clip) -> str:
        for scale in _SCALES:
            shot = self._visit.chromium.cdp(
                "Page.captureScreenshot",
                format="png",
                captureBeyondViewport=True,
                clip={
                    "x": clip.x,
                    "y": clip.y,
                    "width": clip.width,
                    "height": clip.height,
                    "scale": scale,
                },
            )
            picture = base64.b64decode(shot["data"])
            if len(picture) <= MAX_BYTES:
                return self._save(picture)
        self.problem = "screenshot too large"
        return ""

    def _save(self, picture: bytes) -> str:
        assert self._folder is not None
        name = f"{_FOLDER}/{sha256(picture).hexdigest()[:20]}.png"
        path = self._folder / name
        partial = path.with_suffix(".part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(picture)
            partial.replace(path)
        except OSError as error:
            self.problem = f"screenshot not saved: {error.strerror or error}"
            with contextlib.suppress(OSError):
                partial.unlink()
            return ""
        return name


def _around(place: dict[str, Any]) -> Clip:
    """The clip that shows an element: with a margin, neither tiny nor huge, inside the page."""
    width = min(max(place["width"] + 2 * MARGIN, MIN_WIDTH), ELEMENT_WIDTH)
    height = min(max(place["height"] + 2 * MARGIN, MIN_HEIGHT), ELEMENT_HEIGHT)
    # A huge element is shown from its corner, a small one in the middle.
    x = place["left"] + min(place["width"] / 2 - width / 2, -4 if width == ELEMENT_WIDTH else 0)
    y = place["top"] + min(place["height"] / 2 - height / 2, -4 if height == ELEMENT_HEIGHT else 0)
    x = min(max(x, 0.0), max(place["pageWidth"] - width, 0.0))
    y = min(max(y, 0.0), max(place["pageHeight"] - height, 0.0))
    return Clip(x, y, width, height)
