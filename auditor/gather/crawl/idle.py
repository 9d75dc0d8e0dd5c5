"""Parameters that change nothing: session ids, print and share versions, tracking marks.

Which ones these are is learned from the pages: when addresses that differ in one parameter alone
show the same text again and again, and hardly ever another, the parameter is idle on that host.
"""

from __future__ import annotations

from collections import defaultdict

from auditor.derive.urls import host_of

#: Addresses that must have shown the same text without regard to the parameter, and how many
#: times as many they must be as those that showed another.
LEAST_SAME = 3
SAME_TO_OTHER = 10
#: Parameters looked at in one address, texts remembered, and addresses that witness.
_MAX_PARAMETERS = 8
_MAX_TEXTS = 20_000
_MAX_WITNESSES = 100


class IdleParameters:
    """Learns from pages, and names the idle parameter for which an address may be left out."""

    def __init__(self) -> None:
        self._texts: dict[int, int] = {}
        self._same: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
        self._other: defaultdict[tuple[str, str], int] = defaultdict(int)

    def learn(self, url: str, text_hash: str) -> None:
        """Note what the page at an address said; `text_hash` stands for its main text."""
        if not text_hash:
            return
        text = hash(text_hash)
        self._remember(hash(url), text)
        for name, without in _without_each(url):
            key = hash(without)
            before = self._texts.get(key)
            if before is None:
                self._remember(key, text)
            elif before == text:
                witnesses = self._same[host_of(url), name]
                if len(witnesses) < _MAX_WITNESSES:
                    witnesses.add(key)
            else:
                self._other[host_of(url), name] += 1

    def idle(self, url: str) -> str:
        """The idle parameter of an address whose text is known without it; "" when there is
        none."""
        if "?" not in url or not self._same:
            return ""
        host = host_of(url)
        for name, without in _without_each(url):
            if self._is_idle(host, name) and hash(without) in self._texts:
                return name
        return ""

    def _is_idle(self, host: str, name: str) -> bool:
        same = len(self._same.get((host, name), ()))
        return same >= LEAST_SAME and same >= SAME_TO_OTHER * self._other.get((host, name), 0)

    def _remember(self, key: int, text: int) -> None:
        if len(self._texts) >= _MAX_TEXTS:
            self._texts.clear()
        self._texts.setdefault(key, text)


def _without_each(url: str) -> list[tuple[str, str]]:
    """Each parameter with the address that is left without it."""
    head, mark, query = url.partition("?")
    if not mark:
        return []
    pairs = query.split("&")[:_MAX_PARAMETERS]
    found = []
    for index, pair in enumerate(pairs):
        rest = "&".join(pairs[:index] + pairs[index + 1 :])
        found.append((pair.partition("=")[0], f"{head}?{rest}" if rest else head))
    return found
