"""accessibility-axe-operable: axe-core's rules of one principle, on rendered pages."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import AxeRun, Finding, Text, check
from checks.accessibility._axe import axe_messages, judge
from checks.accessibility._common import because


@check(
    id="accessibility-axe-operable",
    scope="site",
    title=Text(zh="可操作（浏览器检测）", en="Operable (in a browser)"),
    why=because(
        "WCAG 2 的“可操作”原则（2.x，A级、AA级）：链接和框架有名称、键盘可达、"
        "可跳过重复内容等。GB/T 37668—2019 同样以此为四项原则之一。",
        "WCAG 2, principle 2 (levels A and AA): names of links and frames, keyboard reach, ways "
        "to skip repeated blocks. It is one of the four principles of GB/T 37668-2019 too.",
    ),
    fix=Text(
        zh="按证据中的元素补充链接文字和框架标题，保证键盘可达；优先改模板。",
        en="Name links and frames and make everything reachable by keyboard at the elements "
        "shown, beginning with templates.",
    ),
    messages=axe_messages("operable"),
)
def accessibility_axe_operable(run: AxeRun) -> Iterator[Finding]:
    """Reports what axe-core found on the rendered pages.

    Why: WCAG 2, principle 2 (levels A and AA); law, article 32. How: rules of level A and AA
    fail, best practices are advice, what axe leaves open is for a person; only a sample of pages
    is rendered, and automated tests see a minority of barriers. Fix: at the element shown.
    """
    yield from judge("operable", run)
