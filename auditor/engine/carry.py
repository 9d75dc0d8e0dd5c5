"""Results carried over from the last audit of a site, where everything they depend on is the same.

A page check's findings over all pages, and what a fold derives from them, are pure functions of the
stored pages, a few artifacts and thresholds. Each is stored with a key over all of these, over the
check's version and over the code. What has the same key now is taken over; everything else is
judged from the stored facts. `auditor judge` carries nothing over, so it can prove the rest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from auditor.engine.source_digest import source_digest
from auditor.model.check import Check
from auditor.store.codec import CodecError, decode, encode, packed

T = TypeVar("T")
#: What derives and judges, besides the packages of the checks.
_JUDGING = ("auditor.derive", "auditor.engine", "auditor.model")


@dataclass(frozen=True, slots=True)
class CarriedResults:
    """The artifact: by name of a check or product, the key and the encoded result."""

    entries: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)


class Carrier:
    """Hands out results of an earlier audit and notes those of this one. `pages` and `code` are
    digests of the stored pages and of the code; nothing is carried where one of them is "", which
    stands for unknown."""

    def __init__(self, pages: str, code: str, earlier: CarriedResults | None = None) -> None:
        self._basis = f"{code}\0{pages}"
        self._usable = bool(code and pages)
        self._earlier = earlier.entries if earlier is not None else {}
        self._noted: dict[str, tuple[str, bytes]] = {}
        #: Names of the results that were taken over.
        self.carried: list[str] = []

    def take(self, name: str, key: str, type_: type[T]) -> T | None:
        """The earlier result, if its key is the same."""
        known = self._earlier.get(name)
        if not self._usable or known is None or known[0] != key:
            return None
        try:
            value = decode(known[1], type_)
        except CodecError:
            return None
        self._noted[name] = known
        self.carried.append(name)
        return value

    def note(self, name: str, key: str, value: object) -> None:
        """Keep a result for the next audit."""
        if self._usable:
            self._noted[name] = key, encode(value)

    def key(self, *parts: object) -> str:
        """Key of a result that depends on the pages and on these values."""
        found = hashlib.sha256(self._basis.encode())
        for part in parts:
            data = packed(part)
            found.update(len(data).to_bytes(8, "big") + data)
        return found.hexdigest()

    def results(self) -> CarriedResults:
        """All results, for the store."""
        return CarriedResults(dict(sorted(self._noted.items())))


def code_digest(checks: Iterable[Check]) -> str:
    """Digest of the code that judges."""
    packages = {check.function.__module__.partition(".")[0] for check in checks}
    return source_digest((*_JUDGING, *packages))
