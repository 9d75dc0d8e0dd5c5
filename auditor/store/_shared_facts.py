"""Facts that several audits share: an unchanged page's row names the audit that holds its facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import blake2b
from typing import Any

from sqlalchemy import (
    Connection,
    Executable,
    Table,
    and_,
    bindparam,
    delete,
    func,
    insert,
    literal,
    null,
    or_,
    select,
)

from auditor.store.rows import StoredPage
from auditor.store.tables import pages, site_audits, url_hash

_HOLDER = pages.alias("holder")
#: The facts of a page, its own or an earlier audit's, read from `WITH_FACTS`.
FACTS = _HOLDER.c.facts
WITH_FACTS = pages.join(
    _HOLDER,
    and_(
        _HOLDER.c.audit_id == func.coalesce(pages.c.facts_audit, pages.c.audit_id),
        _HOLDER.c.url_hash == pages.c.url_hash,
    ),
)
HAS_FACTS = or_(pages.c.facts.is_not(None), pages.c.facts_audit.is_not(None))


def digest(facts: bytes) -> bytes:
    """What encoded facts are known by."""
    return blake2b(facts, digest_size=16).digest()


def copied(table: Table, changed: Mapping[str, Any]) -> tuple[list[str], list[Any]]:
    """Names and values for INSERT ... SELECT: every column as it is, but for the changed ones."""
    names = [column.name for column in table.columns]
    return names, [changed.get(name, table.c[name]) for name in names]


def copy_unchanged(
    connection: Connection, audit_id: int, site_id: str, found: Sequence[StoredPage]
) -> None:
    """Give the audit the rows of pages that are as an earlier run stored them. Pages of a batch
    lie seconds apart; all count as confirmed when the first of them was."""
    groups: dict[str, list[StoredPage]] = defaultdict(list)
    for page in found:
        if page.same_as:
            groups[page.same_as].append(page)
    for run_id, group in groups.items():
        moments = [page.row.confirmed_at for page in group if page.row.confirmed_at is not None]
        values = {
            "the_audit": audit_id,
            "the_site": site_id,
            "the_run": run_id,
            "the_keys": [url_hash(page.row.url) for page in group],
            "the_time": min(moments, default=None),
        }
        connection.execute(_FORGET, values)
        connection.execute(_copy(), values)


def copy_all(connection: Connection, audit_id: int, earlier: int) -> None:
    """Give the audit the rows of all pages with facts of an earlier one, as they are."""
    names, values = copied(pages, {"audit_id": literal(audit_id), **_HELD_THERE})
    chosen = select(*values).where(pages.c.audit_id == earlier, HAS_FACTS)
    connection.execute(insert(pages).from_select(names, chosen))


_HELD_THERE = {
    "facts": null(),
    "facts_audit": func.coalesce(pages.c.facts_audit, pages.c.audit_id),
}
_KEYS = pages.c.url_hash.in_(bindparam("the_keys", expanding=True))
_FORGET = delete(pages).where(pages.c.audit_id == bindparam("the_audit"), _KEYS)


@cache
def _copy() -> Executable:
    moment = bindparam("the_time", type_=pages.c.confirmed_at.type)
    names, values = copied(
        pages,
        {
            "audit_id": bindparam("the_audit"),
            "confirmed_at": func.coalesce(moment, pages.c.confirmed_at),
            **_HELD_THERE,
        },
    )
    earlier = (
        select(site_audits.c.audit_id)
        .where(
            site_audits.c.run_id == bindparam("the_run"),
            site_audits.c.site_id == bindparam("the_site"),
        )
        .scalar_subquery()
    )
    return insert(pages).from_select(
        names, select(*values).where(pages.c.audit_id == earlier, _KEYS)
    )
