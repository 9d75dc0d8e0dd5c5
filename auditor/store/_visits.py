"""A later visit of a site: what an earlier audit knew, and taking it over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    case,
    delete,
    func,
    insert,
    literal,
    null,
    select,
    update,
)

from auditor.store._pages import PageTables
from auditor.store._shared_facts import FACTS, HAS_FACTS, WITH_FACTS, copied, copy_all, digest
from auditor.store.codec import clean_text, decode, encode
from auditor.store.rows import EarlierPage, KnownPage, MovedPage, PageLinks, Validators
from auditor.store.tables import pages, runs, site_audits, url_hash, urls

#: Rows per statement with a list of keys.
_CHUNK = 500
#: Known pages wait behind new ones, so that a small budget is spent on what is new.
_KNOWN_PRIORITY = 1


class VisitTables(PageTables):
    """What one audit knows of another one of the same site."""

    def earlier_runs(self, run_id: str, site_id: str) -> tuple[str, ...]:
        """Runs that began before this one and audited the site to the end, newest first."""
        began = select(runs.c.started_at).where(runs.c.run_id == run_id).scalar_subquery()
        query = (
            select(runs.c.run_id)
            .join(site_audits, site_audits.c.run_id == runs.c.run_id)
            .where(
                site_audits.c.site_id == site_id,
                site_audits.c.state == "done",
                runs.c.run_id != run_id,
                runs.c.started_at <= began,
            )
            .order_by(runs.c.started_at.desc(), runs.c.run_id.desc())
        )
        with self._reading() as connection:
            return tuple(connection.execute(query).scalars())

    def take_over_urls(
        self,
        run_id: str,
        site_id: str,
        fence: int,
        *,
        of: str,
        but: Iterable[str],
        fresh: Sequence[str] | None = None,
    ) -> bool:
        """Queue every URL that the run `of` knew, in its order, for an audit that knows none yet;
        false when it does. `but`: URLs to leave out. What was deferred stays so. With `fresh`
        only these and what was not in order are queued; all else is taken over as it is, the
        pages with it."""
        left_out = [url_hash(url) for url in but]
        state = _AS_QUEUED if fresh is None else _AS_SETTLED
        with self._writing() as connection:
            audit_id = self._guarded(connection, run_id, site_id, fence)
            known = select(urls.c.url_id).where(urls.c.audit_id == audit_id).limit(1)
            if connection.execute(known).first() is not None:
                return False
            earlier = self._audit_id(connection, of, site_id)
            names, values = copied(urls, {"audit_id": literal(audit_id), **state})
            source = select(*values[1:]).where(urls.c.audit_id == earlier).order_by(urls.c.url_id)
            connection.execute(insert(urls).from_select(names[1:], source))
            for keys in _chunks(left_out):
                connection.execute(
                    delete(urls).where(urls.c.audit_id == audit_id, urls.c.url_hash.in_(keys))
                )
            if fresh is not None:
                copy_all(connection, audit_id, earlier)
                _requeue(connection, audit_id, fresh)
        return True

    def requeue(self, run_id: str, site_id: str, fence: int, wanted: Sequence[str]) -> None:
        """Queue pages again that were taken over."""
        with self._writing() as connection:
            _requeue(connection, self._guarded(connection, run_id, site_id, fence), wanted)

    def page_kinds(self, run_id: str, site_id: str) -> Iterator[KnownPage]:
        """Every page with facts, by URL."""
        columns = (pages.c.url, pages.c.kind, pages.c.plain)
        for row in self._by_url(run_id, site_id, columns, HAS_FACTS):
            yield KnownPage(row.url, row.kind, row.plain)

    def pages_taken_over(self, run_id: str, site_id: str, *, than: str) -> tuple[str, ...]:
        """URLs of pages that stand as the other audit left them and were not asked for since."""
        with self._reading() as connection:
            here, there = self._both(connection, run_id, site_id, than)
            query = select(pages.c.url).join(_OTHER, _same_url(there))
            query = query.where(pages.c.audit_id == here, _NOT_ASKED).order_by(pages.c.url)
            return tuple(connection.execute(query).scalars())

    def oldest_taken_over(
        self, run_id: str, site_id: str, *, than: str
    ) -> tuple[int, datetime | None]:
        """Number of pages taken over, and when the oldest of them was last looked at."""
        with self._reading() as connection:
            here, there = self._both(connection, run_id, site_id, than)
            query = select(func.count(), func.min(pages.c.confirmed_at))
            query = query.select_from(pages.join(_OTHER, _same_url(there)))
            row = connection.execute(query.where(pages.c.audit_id == here, _NOT_ASKED)).one()
            return int(row[0]), row[1]

    def earlier_pages(
        self, run_id: str, site_id: str, wanted: Sequence[str]
    ) -> Mapping[str, EarlierPage]:
        """Pages with facts among the wanted URLs, as an audit left them."""
        with self._reading() as connection:
            query = select(*_EARLIER).where(
                pages.c.audit_id == self._audit_id(connection, run_id, site_id),
                pages.c.url_hash.in_([url_hash(url) for url in wanted]),
                HAS_FACTS,
            )
            return {
                row.url: EarlierPage(
                    row.url,
                    row.final_url,
                    row.status,
                    row.sha256,
                    row.kind,
                    Validators(row.etag, row.last_modified, row.plain),
                )
                for row in connection.execute(query)
            }

    def renamed_pages(self, run_id: str, site_id: str) -> tuple[tuple[str, str], ...]:
        """(URL, final URL) of every page with facts that is stored under another name."""
        with self._reading() as connection:
            query = select(pages.c.url, pages.c.final_url).where(
                pages.c.audit_id == self._audit_id(connection, run_id, site_id),
                pages.c.final_url != pages.c.url,
                HAS_FACTS,
            )
            return tuple((row.url, row.final_url) for row in connection.execute(query))

    def links_of(self, run_id: str, site_id: str, wanted: Sequence[str]) -> Iterator[PageLinks]:
        """What the wanted pages link to; those without facts are left out."""
        for keys in _chunks([url_hash(url) for url in wanted]):
            with self._reading() as connection:
                query = (
                    select(FACTS)
                    .select_from(WITH_FACTS)
                    .where(
                        pages.c.audit_id == self._audit_id(connection, run_id, site_id),
                        pages.c.url_hash.in_(keys),
                        HAS_FACTS,
                    )
                )
                found = connection.execute(query).scalars().all()
            yield from (decode(body, PageLinks) for body in found)

    def pages_read_anew(self, run_id: str, site_id: str, *, than: str) -> tuple[str, ...]:
        """URLs of pages that both audits hold and that this one did not take from the other."""
        with self._reading() as connection:
            here, there = self._both(connection, run_id, site_id, than)
            query = (
                select(pages.c.url)
                .join(_OTHER, _same_url(there))
                .where(
                    pages.c.audit_id == here,
                    pages.c.facts.is_not(None),
                    _OTHER.c.facts_digest.is_not(None),
                )
                .order_by(pages.c.url)
            )
            return tuple(connection.execute(query).scalars())

    def pages_without(self, run_id: str, site_id: str, *, than: str) -> tuple[tuple[str, int], ...]:
        """(URL, status) of pages that the other audit has facts of and this one has not; the
        status is 0 where this one got no answer or did not ask."""
        mine = pages.alias("mine")
        with self._reading() as connection:
            here, there = self._both(connection, run_id, site_id, than)
            query = (
                select(pages.c.url, func.coalesce(mine.c.status, 0).label("status"))
                .outerjoin(mine, and_(mine.c.audit_id == here, mine.c.url_hash == pages.c.url_hash))
                .where(pages.c.audit_id == there, HAS_FACTS)
                .where(mine.c.facts.is_(None), mine.c.facts_audit.is_(None))
                .order_by(pages.c.url)
            )
            return tuple((row.url, int(row.status)) for row in connection.execute(query))

    def deferred_parents(self, run_id: str, site_id: str, most: int) -> tuple[str, ...]:
        """Pages that lead to deferred URLs, by URL; at most so many."""
        with self._reading() as connection:
            query = (
                select(urls.c.parent)
                .where(
                    urls.c.audit_id == self._audit_id(connection, run_id, site_id),
                    urls.c.state == "deferred",
                )
                .distinct()
                .order_by(urls.c.parent)
                .limit(most)
            )
            return tuple(connection.execute(query).scalars())

    def page_outcomes(self, run_id: str, site_id: str) -> Mapping[str, int]:
        """Number of stored pages by outcome."""
        with self._reading() as connection:
            query = (
                select(pages.c.outcome, func.count())
                .where(pages.c.audit_id == self._audit_id(connection, run_id, site_id))
                .group_by(pages.c.outcome)
            )
            return {row[0]: int(row[1]) for row in connection.execute(query)}

    def pages_digest(self, run_id: str, site_id: str) -> str:
        """Digest of all stored facts; "" where those of a page are not known by a digest."""
        query = (
            select(pages.c.url_hash, pages.c.facts_digest)
            .where(HAS_FACTS)
            .order_by(pages.c.url_hash)
        )
        found = blake2b(digest_size=32)
        with self._reading() as connection:
            audit_id = self._audit_id(connection, run_id, site_id)
            for row in connection.execute(query.where(pages.c.audit_id == audit_id)):
                if row.facts_digest is None:
                    return ""
                found.update(row.url_hash + row.facts_digest)
        return found.hexdigest()

    def facts_counts(self, run_id: str, site_id: str) -> tuple[int, int]:
        """Pages with facts: all of them, and those whose facts an earlier audit holds."""
        with self._reading() as connection:
            query = select(func.count(), func.count(pages.c.facts_audit)).where(
                pages.c.audit_id == self._audit_id(connection, run_id, site_id), HAS_FACTS
            )
            row = connection.execute(query).one()
            return int(row[0]), int(row[1])

    def forget_urls(self, run_id: str, site_id: str, fence: int, gone: Sequence[str]) -> None:
        """Remove URLs, and their pages, that do not belong to the site any more."""
        with self._writing() as connection:
            audit_id = self._guarded(connection, run_id, site_id, fence)
            for keys in _chunks([url_hash(url) for url in gone]):
                for table in (pages, urls):
                    connection.execute(
                        delete(table).where(
                            table.c.audit_id == audit_id, table.c.url_hash.in_(keys)
                        )
                    )

    def move_page(self, run_id: str, site_id: str, fence: int, found: MovedPage) -> None:
        """Note that a page is linked from elsewhere now; its facts say so as well."""
        facts = self.page(run_id, site_id, found.url)
        place = {"parent": clean_text(found.parent), "text": clean_text(found.text)}
        values: dict[str, Any] = {"parent": place["parent"]}
        if facts is not None:
            moved = replace(facts, parent_url=found.parent, parent_text=found.text)
            body = encode(moved)
            values |= {"facts": body, "facts_digest": digest(body), "facts_audit": None}
        with self._writing() as connection:
            audit_id = self._guarded(connection, run_id, site_id, fence)
            for table, changed in ((urls, place), (pages, values)):
                connection.execute(
                    update(table)
                    .where(table.c.audit_id == audit_id, table.c.url_hash == url_hash(found.url))
                    .values(changed)
                )

    def _both(self, connection: Any, run_id: str, site_id: str, other: str) -> tuple[int, int]:
        return (
            self._audit_id(connection, run_id, site_id),
            self._audit_id(connection, other, site_id),
        )


_OTHER = pages.alias("other")
#: Taken over, and not confirmed in the meantime.
_NOT_ASKED = and_(pages.c.facts_audit.is_not(None), pages.c.confirmed_at == _OTHER.c.confirmed_at)
_EARLIER = (
    pages.c.url,
    pages.c.final_url,
    pages.c.status,
    pages.c.sha256,
    pages.c.kind,
    pages.c.etag,
    pages.c.last_modified,
    pages.c.plain,
)
_AS_QUEUED = {
    "state": case((urls.c.state == "deferred", "deferred"), else_="queued"),
    "priority": literal(_KNOWN_PRIORITY),
    "status": literal(0),
    "reason": literal(""),
    "verdict": literal(""),
    "attempts": literal(0),
    "checked_at": null(),
}
_IN_ORDER = and_(urls.c.state == "done", urls.c.verdict == "ok")
_AS_SETTLED = {
    name: value if name == "priority" else case((_IN_ORDER, urls.c[name]), else_=value)
    for name, value in _AS_QUEUED.items()
}


def _same_url(there: int) -> ColumnElement[bool]:
    """The other audit's row of the same page."""
    return and_(_OTHER.c.audit_id == there, _OTHER.c.url_hash == pages.c.url_hash)


def _requeue(connection: Connection, audit_id: int, wanted: Sequence[str]) -> None:
    """Forget the pages and queue their URLs."""
    state = {**_AS_QUEUED, "state": "queued"}
    for keys in _chunks([url_hash(url) for url in wanted]):
        connection.execute(
            delete(pages).where(pages.c.audit_id == audit_id, pages.c.url_hash.in_(keys))
        )
        found = (urls.c.audit_id == audit_id, urls.c.url_hash.in_(keys))
        connection.execute(update(urls).where(*found).values(state))


def _chunks(keys: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    for start in range(0, len(keys), _CHUNK):
        yield keys[start : start + _CHUNK]
