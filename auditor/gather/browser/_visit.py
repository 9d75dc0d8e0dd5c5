"""One page in one tab: open it, wait until it is quiet, look at it from an isolated world.

An isolated world shares the document with the page but none of its JavaScript, so a page that
redefines `JSON`, `Array.prototype` or `axe` changes nothing of what is read here.
"""

from __future__ import annotations

import contextlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlsplit

from selenium.common.exceptions import WebDriverException

from auditor.gather.browser._chromium import BrowserFailure, Chromium, one_line
from auditor.gather.browser.proxy import GuardedProxy
from auditor.gather.waf import challenge
from auditor.model.artifact import Missed
from auditor.model.finding import Reason

_JS = Path(__file__).parent / "js"
QUIET, STATE, SOURCE, SIZE, PLACE, COLLECT, REQUESTS = (
    (_JS / f"{name}.js").read_text("utf-8")
    for name in ("quiet", "state", "source", "size", "place", "collect", "requests")
)
#: Longest wait for style sheets and for a document that still grows.
SETTLE_S = 6.0
_POLL_S = 0.25
#: A page with less text than this may still be waiting for its script's data.
_THIN_TEXT = 40
SOURCE_LIMIT = 10 * 2**20
#: Addresses of a page's data that are told.
MAX_REQUESTS = 100
_WORLD = "auditor"
_REASONS = (
    ("ERR_NAME_NOT_RESOLVED", Reason.DNS_FAILURE),
    ("ERR_CONNECTION_REFUSED", Reason.REFUSED),
    ("ERR_CONNECTION_RESET", Reason.RESET),
    ("ERR_EMPTY_RESPONSE", Reason.RESET),
    ("ERR_CONNECTION_CLOSED", Reason.RESET),
    ("ERR_TIMED_OUT", Reason.TIMEOUT),
    ("ERR_CONNECTION_TIMED_OUT", Reason.TIMEOUT),
    ("ERR_SSL", Reason.TLS),
    ("ERR_CERT", Reason.TLS),
    ("ERR_INCOMPLETE_CHUNKED", Reason.TRUNCATED),
    ("ERR_CONTENT_LENGTH_MISMATCH", Reason.TRUNCATED),
    ("ERR_TOO_MANY_REDIRECTS", Reason.PROTOCOL),
    ("ERR_", Reason.PROTOCOL),
)
_CODE = re.compile(r"\bERR_[A-Z_]+")
_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})


@dataclass(frozen=True, slots=True)
class State:
    """What the page looks like at one moment (see state.js)."""

    url: str
    ready: str
    type: str
    status: int
    pending: int
    elements: int
    text: int
    frames: int


class Visit:
    """A page in a tab of its own. Use as a context manager; every method may raise
    `BrowserFailure` with the page's outcome."""

    def __init__(self, chromium: Chromium, proxy: GuardedProxy, deadline: float) -> None:
        self.chromium = chromium
        self.deadline = deadline
        self._proxy = proxy

    def __enter__(self) -> Visit:
        driver = self.chromium.driver
        driver.switch_to.new_window("tab")
        self._only_this_tab()
        self.chromium.cdp("Page.enable")
        self.chromium.cdp("Page.addScriptToEvaluateOnNewDocument", source=QUIET)
        self.chromium.cdp("Browser.setDownloadBehavior", behavior="deny")
        return self

    def __exit__(self, *_: object) -> None:
        self.chromium.pages += 1

    @property
    def left_s(self) -> float:
        """Seconds until the page's deadline."""
        return self.deadline - monotonic()

    def open(self, url: str) -> State:
        """Go to the page and wait until it is quiet."""
        self._go(url)
        state = self._settle()
        self._refuse(state)
        return state

    def evaluate(self, expression: str, *arguments: object) -> Any:
        """The value of an expression, or of a function called with arguments, in an isolated
        world of the top document; promises are waited for."""
        if arguments:
            listed = ", ".join(json.dumps(item, ensure_ascii=True) for item in arguments)
            expression = f"{expression.strip().rstrip(';')}({listed})"
        answer = self.chromium.cdp(
            "Runtime.evaluate",
            expression=expression,
            contextId=self._world(),
            awaitPromise=True,
            returnByValue=True,
        )
        if "exceptionDetails" in answer:
            problem = answer["exceptionDetails"]
            text = problem.get("exception", {}).get("description") or problem.get("text", "")
            raise BrowserFailure(Reason.BROWSER, one_line(text))
        return answer.get("result", {}).get("value")

    def source(self) -> tuple[str, str, bytes]:
        """Final URL, title and the document as UTF-8 source."""
        found = self.evaluate(SOURCE, SOURCE_LIMIT)
        if found["length"] > SOURCE_LIMIT:
            raise BrowserFailure(Reason.TOO_LARGE, f"{found['length']} characters when rendered")
        body = found["html"].encode("utf-8", "replace")
        return found["url"], found["title"], body

    def requests(self) -> tuple[str, ...]:
        """Addresses from which the page's scripts loaded data, oldest first."""
        return tuple(map(str, self.evaluate(REQUESTS, MAX_REQUESTS)))

    # --- opening ------------------------------------------------------------------------------

    def _only_this_tab(self) -> None:
        """Close every other tab, pop-ups of earlier pages included."""
        driver = self.chromium.driver
        mine = driver.current_window_handle
        for handle in driver.window_handles:
            if handle != mine:
                with contextlib.suppress(WebDriverException):
                    driver.switch_to.window(handle)
                    driver.close()
        driver.switch_to.window(mine)

    def _go(self, url: str) -> None:
        """Navigate until the document is parsed; its images need not be there.

        The driver is told not to wait (page load strategy `none`): its own waiting also covers
        frames that never load, and then hangs every later command.
        """
        limit_s = self.left_s / 2
        self.chromium.driver.get(url)
        until = monotonic() + limit_s
        while monotonic() < until:
            state = self._state()
            if state.url.startswith("chrome-error:"):
                raise self._failure(url)
            if state.ready != "loading" and not _is_blank(state.url, url):
                return
            sleep(_POLL_S)
        # Half a document must not be judged: what is missing may be on its way.
        raise BrowserFailure(Reason.TIMEOUT, f"the document did not end within {limit_s:.0f} s")

    def _failure(self, url: str) -> BrowserFailure:
        """What a failed navigation means; the proxy knows better than the browser."""
        known = self._proxy.failure(urlsplit(url).hostname or "")
        if known is not None:
            return BrowserFailure(known.reason, known.detail)
        match = _CODE.search(str(self.evaluate("document.body.innerText")))
        code = match.group(0) if match else "the browser shows an error page"
        reason = next((reason for start, reason in _REASONS if code.startswith(start)), None)
        return BrowserFailure(reason or Reason.BROWSER, code)

    def _settle(self) -> State:
        """Wait for style sheets and until the document no longer grows, with a limit."""
        until = monotonic() + min(SETTLE_S, max(self.left_s / 3, 1.0))
        before: State | None = None
        while True:
            state = self._state()
            same = before is not None and (state.elements, state.url) == (
                before.elements,
                before.url,
            )
            quiet = same and state.ready != "loading" and not state.pending
            full = state.text >= _THIN_TEXT or state.type not in _HTML_TYPES
            if (quiet and full) or monotonic() >= until:
                return state
            before = state
            sleep(_POLL_S)

    def _state(self) -> State:
        """The present state; a page that is just leaving for another one is asked again."""
        for attempt in range(4):
            try:
                return State(**self.evaluate(STATE))
            except (WebDriverException, BrowserFailure, TypeError) as error:
                if attempt == 3:
                    raise BrowserFailure(Reason.BROWSER, one_line(error)) from error
                sleep(_POLL_S)
        raise AssertionError("unreachable")

    def _refuse(self, state: State) -> None:
        """Raise when what was opened is no page to be judged."""
        if state.url.startswith("chrome-error:"):
            raise self._failure(state.url)
        if state.type not in _HTML_TYPES:
            raise BrowserFailure(Reason.PROTOCOL, f"not a page: {state.type}")
        missed = self._blocked(state)
        if missed is not None:
            raise BrowserFailure(missed.reason, missed.detail)
        if not state.text and not state.frames and state.elements < 8:
            raise BrowserFailure(Reason.EMPTY, f"{state.elements} elements, no text")

    def _blocked(self, state: State) -> Missed | None:
        if state.text < 3_000:
            product = challenge(state.status or 200, (), self.source()[2])
            if product:
                return Missed(Reason.BLOCKED, product)
        if state.status == 429:
            return Missed(Reason.RATE_LIMITED, "HTTP 429")
        if state.status >= 400:
            return Missed(Reason.HTTP_ERROR, f"HTTP {state.status}")
        return None

    def _world(self) -> int:
        """The isolated world of the top document that is shown now."""
        tree = self.chromium.cdp("Page.getFrameTree")
        world = self.chromium.cdp(
            "Page.createIsolatedWorld", frameId=tree["frameTree"]["frame"]["id"], worldName=_WORLD
        )
        return int(world["executionContextId"])


def _is_blank(shown: str, wanted: str) -> bool:
    """True while the new tab's own empty document is still shown."""
    return shown.startswith("about:") and not wanted.startswith("about:")
