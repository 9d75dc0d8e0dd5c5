"""accessibility-axe-understandable: axe-core's rules of one principle, on rendered pages."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import AxeRun, Finding, Text, check
from checks.accessibility._axe import axe_messages, judge
from checks.accessibility._common import because


@check(
    id="accessibility-axe-understandable",
    scope="site",
    title=Text(zh="可理解（浏览器检测）", en="Understandable (in a browser)"),
    why=because(
        "WCAG 2 的“可理解”原则（3.x，A级、AA级）：表单控件有标签、语言标记有效等。"
        "GB/T 37668—2019 同样以此为四项原则之一。",
        "WCAG 2, principle 3 (levels A and AA): labels of form controls, language marks. It is "
        "one of the four principles of GB/T 37668-2019 too.",
    ),
    fix=Text(
        zh="按证据中的元素为控件加标签，改正语言标记。",
        en="Label the controls shown and mend language marks.",
    ),
    messages=axe_messages("understandable"),
)
def accessibility_axe_understandable(run: AxeRun) -> Iterator[Finding]:
    """Reports what axe-core found on the rendered pages.

    Why: WCAG 2, principle 3 (levels A and AA); law, article 32. How: rules of level A and AA
    fail, best practices are advice, what axe leaves open is for a person; only a sample of pages
    is rendered, and automated tests see a minority of barriers. Fix: at the element shown.
    """
    yield from judge("understandable", run)
