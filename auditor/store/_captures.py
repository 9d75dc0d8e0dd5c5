"""Where the archived answers of a site audit are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, fields
from itertools import islice
from typing import TypeVar

from sqlalchemy import bindparam, delete, select

from auditor.store._results import ResultTables
from auditor.store.codec import clean_text
from auditor.store.rows import CaptureRow
from auditor.store.tables import captures, url_hash

T = TypeVar("T")

#: Rows per statement.
_ROWS = 500
_NAMES = tuple(field.name for field in fields(CaptureRow))


class CaptureTables(ResultTables):
    """Reads and writes `captures`."""

    def save_captures(
        self, run_id: str, site_id: str, fence: int, found: Iterable[CaptureRow]
    ) -> None:
        """Replace what is known of the site's archived answers, all or nothing. Of several
        answers for one URL at one moment the first counts."""
        with self._writing() as connection:
            audit_id = self._guarded(connection, run_id, site_id, fence)
            connection.execute(delete(captures).where(captures.c.audit_id == audit_id))
            rows = {(url_hash(row.url), row.captured_at): row for row in reversed(list(found))}
            for part in _parts(rows.items()):
                values = [
                    {
                        **asdict(row),
                        "url": clean_text(row.url),
                        "audit_id": audit_id,
                        "url_hash": key,
                    }
                    for (key, _), row in part
                ]
                connection.execute(captures.insert(), values)

    def captures(
        self, run_id: str, site_id: str, urls: Collection[str]
    ) -> Mapping[str, tuple[CaptureRow, ...]]:
        """The archived answers for these URLs, oldest first; URLs without one are left out."""
        found: dict[str, list[CaptureRow]] = {}
        query = (
            select(captures)
            .where(
                captures.c.audit_id == bindparam("audit_id"),
                captures.c.url_hash.in_(bindparam("keys", expanding=True)),
            )
            .order_by(captures.c.captured_at)
        )
        names = {url_hash(url): url for url in urls}
        with self._reading() as connection:
            audit_id = self._audit_id(connection, run_id, site_id)
            for part in _parts(names):
                rows = connection.execute(query, {"audit_id": audit_id, "keys": part})
                for row in rows:
                    values = {name: row._mapping[name] for name in _NAMES}
                    url = names[row.url_hash]
                    found.setdefault(url, []).append(CaptureRow(**{**values, "url": url}))
        return {url: tuple(rows) for url, rows in found.items()}


def _parts(items: Iterable[T]) -> Iterator[list[T]]:
    source = iter(items)
    while part := list(islice(source, _ROWS)):
        yield part
