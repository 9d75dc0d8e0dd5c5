"""Pages that only send the visitor on: `index.html` with a meta refresh or a line of script.

What counts is what every visitor meets. A script that looks at the browser first (most of them
send telephones to another site) decides nothing here; such a page needs a browser to be judged.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from auditor.derive._targets import is_address, redirects
from auditor.derive.urls import canonical

if TYPE_CHECKING:
    from auditor.derive._walk import Walk

#: A page with more text, links or longer patience (seconds) than this has something to say itself.
_FEW_CHARS: Final = 120
_FEW_LINKS: Final = 5
MAX_DELAY_S: Final = 10.0
_CHOICE: Final = re.compile(r"\b(?:if|switch)\s*\(|&&|\|\||\?[^?:\n]{1,200}:|userAgent")


def sent_on(walk: Walk, text: str) -> str:
    """The address to which the page sends everybody at once; "" when it does not."""
    if len(text) >= _FEW_CHARS or walk.anchors_total >= _FEW_LINKS or walk.frames:
        return ""
    if any(form.controls for form in walk.forms):
        return ""
    own = canonical(walk.base_url if not walk.base_seen else "")
    targets = [url for delay_s, url in walk.refreshes if delay_s <= MAX_DELAY_S][:1]
    targets = [url for url in targets or _by_script(walk) if url and url != own]
    return targets[0] if len(set(targets)) == 1 else ""


def _by_script(walk: Walk) -> list[str]:
    scripts = [code for _, code in walk.scripts if "location" in code]
    if any(_CHOICE.search(code) for code in scripts):
        return []
    found = (href for code in scripts for href in redirects(code))
    return [walk.join(href) for href in found if is_address(href)]
