"""accessibility-axe-robust: axe-core's rules of one principle, on rendered pages."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.api import AxeRun, Finding, Text, check
from checks.accessibility._axe import axe_messages, judge
from checks.accessibility._common import because


@check(
    id="accessibility-axe-robust",
    scope="site",
    title=Text(zh="兼容（浏览器检测）", en="Robust (in a browser)"),
    why=because(
        "WCAG 2 的“兼容”原则（4.x，A级、AA级）：按钮有名称、ARIA 角色和属性有效等。"
        "GB/T 37668—2019 同样以此为四项原则之一。",
        "WCAG 2, principle 4 (levels A and AA): names of buttons, valid ARIA roles and "
        "attributes. It is one of the four principles of GB/T 37668-2019 too.",
    ),
    fix=Text(
        zh="按证据中的元素补充按钮名称，改正或删除错误的 ARIA 属性；优先使用原生 HTML 元素。",
        en="Name the buttons and mend or remove wrong ARIA attributes at the elements "
        "shown; prefer plain HTML elements.",
    ),
    messages=axe_messages("robust"),
)
def accessibility_axe_robust(run: AxeRun) -> Iterator[Finding]:
    """Reports what axe-core found on the rendered pages.

    Why: WCAG 2, principle 4 (levels A and AA); law, article 32. How: rules of level A and AA
    fail, best practices are advice, what axe leaves open is for a person; only a sample of pages
    is rendered, and automated tests see a minority of barriers. Fix: at the element shown.
    """
    yield from judge("robust", run)
