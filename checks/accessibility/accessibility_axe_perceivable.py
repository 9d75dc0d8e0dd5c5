"""accessibility-axe-perceivable: axe-core's rules of one principle, on rendered pages."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import AxeRun, Finding, Text, check
from checks.accessibility._axe import axe_messages, judge
from checks.accessibility._common import because


@check(
    id="accessibility-axe-perceivable",
    scope="site",
    title=Text(zh="可感知（浏览器检测）", en="Perceivable (in a browser)"),
    why=because(
        "WCAG 2 的“可感知”原则（1.x，A级、AA级）：图片有替代文字、颜色对比足够、"
        "表格和列表结构正确等。GB/T 37668—2019 同样以此为四项原则之一。",
        "WCAG 2, principle 1 (levels A and AA): text alternatives, contrast, structure of tables "
        "and lists. It is one of the four principles of GB/T 37668-2019 too.",
    ),
    fix=Text(
        zh="按证据中的元素补充替代文字、提高颜色对比度（正文不低于4.5:1）、"
        "改正表格和列表结构；优先改模板。",
        en="Add text alternatives, raise the contrast (4.5:1 for text) and mend tables and "
        "lists at the elements shown, beginning with templates.",
    ),
    messages=axe_messages("perceivable"),
)
def accessibility_axe_perceivable(run: AxeRun) -> Iterator[Finding]:
    """Reports what axe-core found on the rendered pages.

    Why: WCAG 2, principle 1 (levels A and AA); law, article 32. How: rules of level A and AA
    fail, best practices are advice, what axe leaves open is for a person; only a sample of pages
    is rendered, and automated tests see a minority of barriers. Fix: at the element shown.
    """
    yield from judge("perceivable", run)
