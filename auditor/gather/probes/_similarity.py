"""How alike two renderings of one page are, leaving out what changes from minute to minute."""

from __future__ import annotations

import re
from collections import Counter

from auditor.model.page import PageFacts

#: Characters compared; internet.nl compares the first 500 kB of source.
_LIMIT = 200_000
#: With less visible text than this the page is built by script, and the source is compared.
_ENOUGH_TEXT = 50
_CHANGING = re.compile(
    r"""星期[一二三四五六日天]|上午|下午|周[一二三四五六日]
      |\b(?=[0-9a-f]*\d)[0-9a-f]{8,}\b     # nonces, hashes, session ids
      |[\d\s:：,.，。\-/]+""",
    re.VERBOSE | re.IGNORECASE,
)
_SCRIPTS = re.compile(
    rb"<(script|style)\b.*?</\1\s*>|<!--.*?-->|<input[^>]*hidden[^>]*>", re.S | re.I
)


def stable_text(facts: PageFacts, body: bytes) -> str:
    """The visible text, or for a script shell the source, without numbers, dates and nonces."""
    text = facts.text[:_LIMIT]
    if len(text) < _ENOUGH_TEXT:
        source = _SCRIPTS.sub(b" ", body[:_LIMIT])
        text = source.decode("latin-1")
    return _CHANGING.sub(" ", text).strip()


def similarity(left: str, right: str) -> float:
    """Dice coefficient of the character pairs, 0 to 1; two empty texts are alike.

    Linear in the length, so a hostile page cannot make it slow, and blind to reordering, so a
    rotating list does not count as another page.
    """
    if left == right:
        return 1.0
    a, b = _pairs(left), _pairs(right)
    total = a.total() + b.total()
    return 2 * (a & b).total() / total if total else 0.0


def _pairs(text: str) -> Counter[str]:
    return Counter(text[index : index + 2] for index in range(len(text) - 1))
