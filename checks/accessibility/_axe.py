"""What the four axe checks share: which rule belongs to which principle, and what a result says.

A violation of a rule that tests a WCAG A or AA criterion is `failed`: axe saw the element as it is
shown. axe's best practices are no law: their violations are `cant-tell`, marked as advice, one
issue per rule. What axe itself left open is `cant-tell`, one finding per rule and page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files

from auditor.api import (
    AxeNode,
    AxePage,
    AxeRule,
    AxeRun,
    EvidenceRef,
    Finding,
    Outcome,
    Subject,
    SubjectKind,
    Text,
    msg,
)

#: Rules that a check of the source decides on every page; said twice they would count twice.
_SAID_BY_SOURCE = frozenset(
    {
        "blink",
        "document-title",
        "heading-order",
        "html-has-lang",
        "html-lang-valid",
        "marquee",
        "meta-refresh",
        "meta-viewport",
    }
)
#: Tells about our reach into frames, not about the site.
_ABOUT_US = frozenset({"frame-tested"})
_ADVICE = "best-practice"
_NUMBER = re.compile(r":nth-(?:child|of-type)\(\d+\)|\d+")
_ATTRIBUTE = re.compile(r"\[(\w+)[~|^$*]?=(?:\"[^\"]*\"|'[^']*'|[^\]]*)\]")
_MAX_PLACE = 160


@dataclass(frozen=True, slots=True)
class _Rule:
    principle: str
    text: Text
    criteria: str


def _load() -> Mapping[str, _Rule]:
    raw = json.loads(files("checks.data").joinpath("axe", "rules.json").read_text("utf-8"))
    return {
        name: _Rule(item["principle"], Text(item["zh"], item["en"]), ", ".join(item["criteria"]))
        for name, item in raw.items()
    }


_RULES = _load()


def axe_messages(principle: str) -> dict[str, Text]:
    """The messages of one principle's check: per rule, what is wrong and what is left open."""
    texts = dict(_OWN)
    for name, rule in _RULES.items():
        if rule.principle != principle:
            continue
        zh, en = _cited(name, rule)
        texts[name] = Text(f"{rule.text.zh}{zh}：{{place}}", f"{rule.text.en}{en}: {{place}}")
        texts[f"review-{name}"] = Text(
            f"{rule.text.zh}{zh}：{{count}} 处自动检测无法判定，请人工核查。",
            f"{rule.text.en}{en}: {{count}} elements could not be judged; please look.",
        )
    return texts


def judge(principle: str, run: AxeRun) -> Iterator[Finding]:
    """Findings of one principle over the rendered pages."""
    if not run.pages:
        yield Finding(Outcome.INAPPLICABLE, msg("no-pages"))
    for page in run.pages:
        if page.reason is not None:
            message = msg("untested", reason=page.reason.value, detail=page.detail[:200])
            yield Finding(Outcome.UNTESTED, message, _subject(page))
        else:
            yield from _judge_page(principle, page)


def _judge_page(principle: str, page: AxePage) -> Iterator[Finding]:
    clean = True
    for rule in page.violations:
        if _belongs(rule, principle):
            clean = False
            for node in rule.nodes:
                yield _violation(page, rule, node)
    for rule in page.incomplete:
        if _belongs(rule, principle) and _ADVICE not in rule.tags:
            clean = False
            yield _open(page, rule)
    if clean:
        yield Finding(Outcome.PASSED, msg("clean", rules=page.passes), _subject(page))


def _belongs(rule: AxeRule, principle: str) -> bool:
    if rule.id in _SAID_BY_SOURCE or rule.id in _ABOUT_US:
        return False
    known = _RULES.get(rule.id)
    # A rule of a newer engine that the table does not know is reported with the last principle.
    return known.principle == principle if known else principle == "robust"


def _violation(page: AxePage, rule: AxeRule, node: AxeNode) -> Finding:
    advice = _ADVICE in rule.tags
    place = node.place or structure(node.target)
    key = rule.id if rule.id in _RULES else "other-rule"
    params = {"place": place[:_MAX_PLACE]}
    if key == "other-rule":
        params |= {"rule": rule.id, "help": rule.help[:120]}
    return Finding(
        Outcome.CANT_TELL if advice else Outcome.FAILED,
        msg(key, **params),
        _subject(page),
        (_evidence(page, node),),
        cause=rule.id if advice else f"{rule.id}|{place}",
    )


def _open(page: AxePage, rule: AxeRule) -> Finding:
    key = f"review-{rule.id}" if rule.id in _RULES else "review-other-rule"
    params: dict[str, str | int] = {"count": rule.nodes_total}
    if key == "review-other-rule":
        params |= {"rule": rule.id, "help": rule.help[:120]}
    return Finding(
        Outcome.CANT_TELL,
        msg(key, **params),
        _subject(page),
        tuple(_evidence(page, node) for node in rule.nodes[:3]),
        cause=f"{rule.id}|review",
    )


def structure(target: str) -> str:
    """An axe selector without positions, numbers and attribute values: equal for elements that
    one template line makes."""
    plain = _ATTRIBUTE.sub(r"[\1]", target)
    return _NUMBER.sub("", plain)[:300]


def _evidence(page: AxePage, node: AxeNode) -> EvidenceRef:
    return EvidenceRef(
        url=page.url,
        captured_at=page.captured_at,
        sha256=page.sha256,
        locator=node.target,
        excerpt=node.html[:300],
        screenshot=node.screenshot or page.screenshot,
    )


def _subject(page: AxePage) -> Subject:
    return Subject(SubjectKind.PAGE, page.url)


def _cited(name: str, rule: _Rule) -> tuple[str, str]:
    if rule.criteria:
        return f"（{name}，WCAG {rule.criteria}）", f" ({name}, WCAG {rule.criteria})"
    return f"（{name}，最佳实践，提示）", f" ({name}, best practice, advice)"


_OWN = {
    "clean": Text(
        zh="在浏览器中检测，{rules} 条规则未发现问题。自动检测只能发现部分障碍，"
        "不代表页面没有障碍。",
        en="{rules} rules tested in a browser found no problem. Automated tests see only some "
        "barriers, so this is no proof of accessibility.",
    ),
    "no-pages": Text(zh="没有在浏览器中检测的页面。", en="No page was tested in a browser."),
    "other-rule": Text(zh="{help}（{rule}）：{place}", en="{help} ({rule}): {place}"),
    "review-other-rule": Text(
        zh="{help}（{rule}）：{count} 处自动检测无法判定，请人工核查。",
        en="{help} ({rule}): {count} elements could not be judged; please look.",
    ),
}
