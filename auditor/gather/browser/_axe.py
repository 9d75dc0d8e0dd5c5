"""axe-core in a page: axe-selenium-python's adapter made fit for frames and for hostile pages."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from axe_selenium_python import Axe
from selenium.common.exceptions import WebDriverException

from auditor.gather.browser._chromium import BrowserFailure, one_line
from auditor.gather.browser._visit import COLLECT, State, Visit
from auditor.model.artifact import AxeNode, AxeRule
from auditor.model.finding import Reason

_VENDOR = Path(__file__).parent / "vendor" / "axe-core"
SCRIPT = _VENDOR / "axe.min.js"
BEST_PRACTICE = "best-practice"
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", BEST_PRACTICE)
#: axe's cost grows faster than the page; above this the costly rules see a sample only, and
#: above the second they are left out, because they weigh the whole page to judge a part of it.
LARGE_PAGE = 6_000
HUGE_PAGE = 20_000
SAMPLE = 1_500
#: Seconds that must be left for the sample.
_SAMPLE_S = 12.0
#: Rules whose cost grows fastest (measured), switched off for the whole of a large page.
COSTLY = ("color-contrast", "link-in-text-block", "region", "target-size")
NODES_PER_RULE = 20
HTML_CHARS = 300
#: axe waits a minute for a frame that does not answer, unless told otherwise.
_FRAME_WAIT_MS = 6_000
_MAX_DEPTH = 3
_MAX_FRAMES = 10


@dataclass(frozen=True, slots=True)
class Verdict:
    """What axe said about a page. `tops` maps the targets of violations to the selectors by which
    they, or the frames they stand in, are found in the top document; `partial` when not every
    rule saw the whole page."""

    engine: str
    violations: tuple[AxeRule, ...]
    incomplete: tuple[AxeRule, ...]
    passes: int
    frames_skipped: int
    partial: bool
    tops: Mapping[str, str]


class FrameAxe(Axe):  # type: ignore[misc]
    """The adapter with three repairs: frames get the script too, arguments are passed instead of
    pasted, and a rejected run is an answer instead of a wait for the time limit."""

    def __init__(self, driver: Any) -> None:
        super().__init__(driver, script_url=str(SCRIPT))
        self.skipped = 0

    def inject(self) -> None:
        """Put axe into the top document and into its frames, three deep and ten wide; a frame
        that cannot be entered is counted in `skipped`."""
        self.selenium.switch_to.default_content()
        self.skipped = 0
        try:
            self._inject_here(0)
        finally:
            self.selenium.switch_to.default_content()

    def run(self, context: Any = None, options: Any = None) -> dict[str, Any]:
        """Run in the page's own world. `options` is the job of collect.js; `context` is not
        used, because a context of elements cannot cross worlds. Returns {"ok"} or {"err"}."""
        script = (
            "const done = arguments[arguments.length - 1];"
            f"({COLLECT})(window.axe, arguments[0])"
            ".then((ok) => done({ok}), (e) => done({err: String((e && e.message) || e)}));"
        )
        answer = self.selenium.execute_async_script(script, options)
        return answer if isinstance(answer, dict) else {"err": "no answer"}

    def _inject_here(self, depth: int) -> None:
        self.selenium.execute_script(_script())
        count = self.selenium.execute_script("return window.length")
        count = count if isinstance(count, int) else 0
        for index in range(count):
            if depth >= _MAX_DEPTH or index >= _MAX_FRAMES:
                self.skipped += count - index
                return
            try:
                self.selenium.switch_to.frame(index)
            except WebDriverException:
                self.skipped += 1
                continue
            try:
                self.selenium.execute_script(
                    f"{_script()};axe.configure({{allowedOrigins: ['<unsafe_all_origins>']}})"
                )
                self._inject_deeper(depth + 1)
            except WebDriverException:
                self.skipped += 1
            self.selenium.switch_to.parent_frame()

    def _inject_deeper(self, depth: int) -> None:
        if self.selenium.execute_script("return window.length"):
            self._inject_here(depth)


def audit(visit: Visit, state: State, note: Callable[[Verdict], None]) -> Verdict:
    """Run axe on the open page. Frames need axe in their own worlds, which the adapter reaches;
    without frames, or when the page breaks that way, it runs in an isolated world. `note` is told
    what is known already, in case time runs out. Raises `BrowserFailure` when axe fails, or fails
    its self-check."""
    large = state.elements > LARGE_PAGE
    verdict = _with_frames(visit, large=large) if state.frames else None
    if verdict is None:
        found = _isolated(visit, _job(skip=COSTLY if large else ()))
        verdict = replace(
            _verdict(found), frames_skipped=state.frames, partial=bool(state.frames) or large
        )
    note(verdict)
    if large and state.elements <= HUGE_PAGE and visit.left_s > _SAMPLE_S:
        verdict = _sampled(visit, verdict)
        note(verdict)
    return verdict


def _with_frames(visit: Visit, *, large: bool) -> Verdict | None:
    """axe in every frame; None when this page does not let it."""
    axe = FrameAxe(visit.chromium.driver)
    try:
        axe.inject()
        answer = axe.run(options=_job(skip=COSTLY if large else ()))
    except WebDriverException as error:
        if visit.left_s <= 0:
            raise BrowserFailure(Reason.TIMEOUT, one_line(error)) from error
        return None
    found = answer.get("ok")
    if not isinstance(found, dict) or found.get("proven") is not True:
        return None
    return replace(_verdict(found), frames_skipped=axe.skipped, partial=large or axe.skipped > 0)


def _isolated(visit: Visit, job: Mapping[str, Any]) -> dict[str, Any]:
    visit.evaluate(f"{_script()};0")
    found = visit.evaluate(f"(job => ({COLLECT})(axe, job))", job)
    if not isinstance(found, dict) or found.get("proven") is not True:
        raise BrowserFailure(Reason.BROWSER, "axe failed its self-check on this page")
    return found


def _sampled(visit: Visit, verdict: Verdict) -> Verdict:
    """Add what the costly rules say of a sample of a large page."""
    job = _job(only=COSTLY) | {"sample": SAMPLE}
    try:
        more = _verdict(_isolated(visit, job))
    except BrowserFailure:
        return verdict  # the whole-page rules stand; `partial` is set already
    return replace(
        verdict,
        violations=verdict.violations + more.violations,
        incomplete=verdict.incomplete + more.incomplete,
        passes=verdict.passes + more.passes,
        tops={**more.tops, **verdict.tops},
    )


def _job(*, skip: tuple[str, ...] = (), only: tuple[str, ...] = ()) -> dict[str, Any]:
    options: dict[str, Any] = {
        "resultTypes": ["violations", "incomplete"],
        "elementRef": False,
        "frameWaitTime": _FRAME_WAIT_MS,
    }
    if only:
        options["runOnly"] = {"type": "rule", "values": list(only)}
    else:
        options["runOnly"] = {"type": "tag", "values": list(TAGS)}
        options["rules"] = {rule: {"enabled": False} for rule in skip}
    return {
        "locale": locale(),
        "options": options,
        "nodes": NODES_PER_RULE,
        "html": HTML_CHARS,
        "sample": 0,
    }


def _verdict(found: Mapping[str, Any]) -> Verdict:
    violations, incomplete = found.get("violations", []), found.get("incomplete", [])
    nodes = [node for rule in violations for node in rule["nodes"]]
    tops = {str(node["target"]): str(node["top"]) for node in nodes}
    return Verdict(
        engine=str(found.get("engine", "")),
        violations=tuple(sorted(map(_rule, violations), key=lambda rule: rule.id)),
        incomplete=tuple(sorted(map(_rule, incomplete), key=lambda rule: rule.id)),
        passes=int(found.get("passes", 0)),
        frames_skipped=0,
        partial=False,
        tops=tops,
    )


def _rule(found: Mapping[str, Any]) -> AxeRule:
    return AxeRule(
        id=str(found["id"]),
        impact=str(found["impact"]),
        help=str(found["help"]),
        help_en=str(found["english"]),
        tags=tuple(map(str, found["tags"])),
        nodes=tuple(
            AxeNode(
                target=str(node["target"]),
                html=str(node["html"]),
                summary=str(node["summary"]),
                place=str(node["place"]),
            )
            for node in found["nodes"]
        ),
        nodes_total=int(found["total"]),
    )


@cache
def _script() -> str:
    """axe-core's source; raises when the file is not the one that was vendored."""
    body = SCRIPT.read_bytes()
    listed = (_VENDOR / "SHA256SUMS").read_text("ascii").split()
    if sha256(body).hexdigest() != listed[listed.index(SCRIPT.name) - 1]:
        raise BrowserFailure(Reason.BROWSER, "axe.min.js differs from its checksum")
    return body.decode("utf-8")


@cache
def locale() -> dict[str, Any]:
    """axe's Chinese locale with our texts for what it lacks."""
    texts: dict[str, Any] = json.loads((_VENDOR / "zh_CN.json").read_text("utf-8"))
    ours = json.loads((Path(__file__).parent / "locale_zh.json").read_text("utf-8"))
    _merge(texts, ours)
    return texts


def _merge(texts: dict[str, Any], more: Mapping[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(texts.get(key), dict):
            _merge(texts[key], value)
        else:
            texts[key] = value
