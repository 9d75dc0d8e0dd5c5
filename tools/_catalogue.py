"""The catalogue of checks: what each tests, why, its messages, thresholds and remedies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import groupby, islice

from auditor.api import Check, Indicator, Scheme, Text
from auditor.engine.catalogue import load_checks
from reports._texts import Texts
from tools._markdown import code, page, plain, table
from tools._schemes import installed_schemes

_WORDS = {
    "title": Text(zh="检查项目录", en="Catalogue of checks"),
    "intro": Text(
        zh="共 {count} 项检查。每项只做测量；是否扣分、是否单项否决"
        "由[指标体系](schemes.zh-CN.md)决定。"
        "示例页面在 `tests/checks/<编号>/`，既是测试也是说明。",
        en="{count} checks. A check measures; whether that costs points or is a veto is decided by "
        "a [scheme](schemes.zh-CN.md). Example pages, which are the tests too, are in "
        "`tests/checks/<id>/`.",
    ),
    "checks": Text(zh="检查项", en="Check"),
    "name": Text(zh="名称", en="Title"),
    "scope": Text(zh="范围", en="Scope"),
    "page": Text(zh="逐页", en="each page"),
    "site": Text(zh="全站", en="site"),
    "why": Text(zh="依据与影响", en="Why"),
    "fix": Text(zh="整改方法", en="How to fix"),
    "how": Text(zh="测量方法（英文）", en="How it is measured"),
    "needs": Text(zh="所需数据", en="Needs"),
    "version": Text(zh="版本", en="Version"),
    "old": Text(zh="曾用编号", en="Earlier ids"),
    "params": Text(zh="参数（默认值）", en="Parameters (defaults)"),
    "indicators": Text(zh="指标", en="Indicators"),
    "none": Text(zh="未列入内置指标体系", en="in no built-in scheme"),
    "key": Text(zh="消息", en="Message"),
    "says": Text(zh="报告中的说法", en="What reports say"),
    "more": Text(
        zh="另有 {count} 条消息，见 `auditor catalogue --json`。",
        en="{count} more messages: see `auditor catalogue --json`.",
    ),
}
#: Messages listed per check; the axe checks have a pair for every rule of axe.
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class _Use:
    scheme: Scheme
    indicator: Indicator


def catalogue(lang: str) -> str:
    """The page in `zh` or `en`, built from the checks that are installed."""
    checks = sorted(load_checks().values(), key=lambda check: (check.family, check.id))
    uses = _uses(installed_schemes())
    words = {key: text.of(lang) for key, text in _WORDS.items()}
    texts = Texts(lang)
    blocks = [words["intro"].format(count=len(checks))]
    for family, members in groupby(checks, key=lambda check: check.family):
        own = list(members)
        blocks += [f"## {texts.word('family', family)}", _index(own, words, lang)]
        blocks += [_entry(check, uses.get(check.id, ()), words, texts) for check in own]
    return page(words["title"], *blocks)


def _uses(schemes: Sequence[Scheme]) -> Mapping[str, list[_Use]]:
    found: dict[str, list[_Use]] = {}
    for scheme in schemes:
        for indicator in scheme.indicators:
            for check_id in indicator.checks:
                found.setdefault(check_id, []).append(_Use(scheme, indicator))
    return found


def _index(checks: Sequence[Check], words: Mapping[str, str], lang: str) -> str:
    rows = (
        (f"[{check.id}](#{check.id})", plain(check.title.of(lang)), words[check.scope.value])
        for check in checks
    )
    return table((words["checks"], words["name"], words["scope"]), rows)


def _entry(check: Check, uses: Sequence[_Use], words: Mapping[str, str], texts: Texts) -> str:
    lang = texts.lang
    messages = table(
        (words["key"], words["says"]),
        ((code(key), plain(text.of(lang))) for key, text in islice(check.messages.items(), _SHOWN)),
    )
    more = len(check.messages) - _SHOWN
    blocks = (
        f"### {check.id}",
        f"**{plain(check.title.of(lang))}**",
        "\n".join(_facts(check, uses, words, texts)),
        messages,
        words["more"].format(count=more) if more > 0 else "",
    )
    return "\n\n".join(filter(None, blocks))


def _facts(
    check: Check, uses: Sequence[_Use], words: Mapping[str, str], texts: Texts
) -> Iterator[str]:
    lang = texts.lang
    needs = ", ".join(code(need.__name__) for need in check.needs.values())
    yield f"- {words['why']}: {plain(check.why.of(lang))}"
    yield f"- {words['fix']}: {plain(check.fix.of(lang))}"
    yield f"- {words['how']}: {plain(check.doc)}"
    yield f"- {words['indicators']}: {_indicators(uses, texts) or words['none']}"
    yield f"- {words['needs']}: {needs}"
    if check.params:
        defaults = check.params()
        named = (f"{item.name} = {getattr(defaults, item.name)}" for item in fields(defaults))
        yield f"- {words['params']}: {', '.join(map(code, named))}"
    if check.old_ids:
        yield f"- {words['old']}: {', '.join(map(code, check.old_ids))}"
    yield f"- {words['version']}: {check.version}"


def _indicators(uses: Sequence[_Use], texts: Texts) -> str:
    return "; ".join(
        f"{use.scheme.id} {use.indicator.id} "
        f"({texts.word('severity', use.indicator.severity)}, {use.indicator.grade})"
        for use in uses
    )
