"""One pace for several processes of a machine: when each host and address was last asked, and how
many requests are in flight there.

Sites that share an address are audited in one process, but all sites link to the portal, and to
the same few hosts outside. The processes therefore keep a common book of starts in a small file
that all of them map into memory; a lock on the file makes looking and writing one act. It costs
some microseconds a request, and no process waits for another one's request.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from time import monotonic

#: Places in the book, for a host or an address each. When all are taken, the rest has no place and
#: is paced by each process for itself.
PLACES = 1 << 15
_PROBES = 32
#: A request in flight elsewhere tells nobody when it ends: seconds until the next look.
LOOK_AGAIN_S = 0.05
#: Key, last start, and not before (seconds of the monotonic clock, which is the machine's).
_HEAD = struct.Struct("=8sdd")
_NOBODY = bytes(8)


class SharedPace:
    """The book as one process sees it. `members` processes share it, `member` is this one's
    number; what an earlier process of this number had in flight is forgotten."""

    def __init__(self, path: Path, *, members: int, member: int) -> None:
        self._size = _HEAD.size + members
        self._column = _HEAD.size + member
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        with self._locked():
            if os.fstat(self._file).st_size < PLACES * self._size:
                os.ftruncate(self._file, PLACES * self._size)
            self._book = mmap.mmap(self._file, PLACES * self._size)
            for start in range(0, len(self._book), self._size):
                if self._book[start + self._column]:
                    self._book[start + self._column] = 0

    def close(self) -> None:
        """Give the file back."""
        self._book.close()
        os.close(self._file)

    def begin(
        self, host: str, address: str, *, gaps_s: tuple[float, float], limits: tuple[int, int]
    ) -> float:
        """Count a request as begun and return 0, or return the moment from which to ask again.
        `gaps_s`: least time since the last start at the host and at the address; `limits`: most
        requests in flight at each."""
        with self._locked():
            places = self._places(host, address)
            now = monotonic()
            ready = now
            for place, gap_s, limit in zip(places, gaps_s, limits, strict=True):
                if place is not None:
                    _, last, not_before = _HEAD.unpack_from(self._book, place)
                    ready = max(ready, not_before)
                    if gap_s:
                        ready = max(ready, last + gap_s)
                    if sum(self._book[place + _HEAD.size : place + self._size]) >= limit:
                        ready = max(ready, now + LOOK_AGAIN_S)
            if ready > now:
                return ready
            for place, gap_s in zip(places, gaps_s, strict=True):
                if place is not None:
                    self._book[place + self._column] = min(
                        self._book[place + self._column] + 1, 255
                    )
                    if gap_s:
                        self._write(place, last=now)
        return 0.0

    def started(self, host: str, address: str) -> None:
        """The request that was counted as begun starts only now."""
        with self._locked():
            for place in self._places(host, address):
                if place is not None:
                    self._write(place, last=monotonic())

    def end(self, host: str, address: str) -> None:
        """A request is over."""
        with self._locked():
            for place in self._places(host, address):
                if place is not None and self._book[place + self._column]:
                    self._book[place + self._column] -= 1

    def rest(self, host: str, until: float) -> None:
        """The host asked to be left alone until this moment."""
        with self._locked():
            place = self._place(f"host {host}")
            if place is not None:
                _, _, earlier = _HEAD.unpack_from(self._book, place)
                self._write(place, not_before=max(until, earlier))

    def _places(self, host: str, address: str) -> tuple[int | None, int | None]:
        return self._place(f"host {host}"), self._place(f"address {address}")

    def _place(self, name: str) -> int | None:
        """Where the name's entry begins, made when it is new; None when there is no room."""
        key = blake2b(name.encode(), digest_size=8).digest()
        first = int.from_bytes(key, "little")
        for step in range(_PROBES):
            place = (first + step) % PLACES * self._size
            found = self._book[place : place + 8]
            if found == key:
                return place
            if found == _NOBODY:
                _HEAD.pack_into(self._book, place, key, float("-inf"), 0.0)
                return place
        return None

    def _write(
        self, place: int, *, last: float | None = None, not_before: float | None = None
    ) -> None:
        key, old_last, old_not_before = _HEAD.unpack_from(self._book, place)
        _HEAD.pack_into(
            self._book,
            place,
            key,
            old_last if last is None else last,
            old_not_before if not_before is None else not_before,
        )

    @contextmanager
    def _locked(self) -> Iterator[None]:
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            with suppress(OSError):
                fcntl.flock(self._file, fcntl.LOCK_UN)
