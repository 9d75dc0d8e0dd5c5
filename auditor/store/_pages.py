"""Crawled pages, the frontier and the checked link targets."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Executable, Row, Select, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from auditor.model.artifact import BadTarget
from auditor.model.finding import Reason
from auditor.model.page import LinkKind, PageFacts
from auditor.store._shared_facts import FACTS, HAS_FACTS, WITH_FACTS, copy_unchanged, digest
from auditor.store._sites import SiteTables
from auditor.store.codec import clean_text, decode, encode
from auditor.store.rows import CrawlVolume, FrontierUrl, PageRow, StoredPage, UrlDone, UrlRow
from auditor.store.tables import pages, url_hash, urls

#: Rows per read: few enough to hold their page facts, enough to make the queries cheap.
_CHUNK = 100

#: What the other columns and the indexes of a row take on disk, roughly (measured on SQLite).
_PAGE_ROW_BYTES = 700
_URL_ROW_BYTES = 350

_PAGE_NAMES = tuple(field.name for field in fields(PageRow))
_PAGE_COLUMNS = tuple(pages.c[name] for name in _PAGE_NAMES)


class PageTables(SiteTables):
    """Reads and writes `pages` and `urls`."""

    def save_batch(
        self,
        run_id: str,
        site_id: str,
        fence: int,
        *,
        pages: Sequence[StoredPage],
        new_urls: Sequence[FrontierUrl],
        done: Sequence[UrlDone],
        now: datetime,
    ) -> None:
        """Store pages, newly found URLs and what came of known ones, all or nothing.

        A URL that is already known keeps its row; a page saved again replaces the older one.
        `done` speaks of URLs that this or an earlier batch had in `new_urls`; `now` stands in for
        a missing `checked_at`.
        """
        page_rows = [_page_values(page) for page in pages if not page.same_as]
        with self._writing() as connection:
            audit_id = self._guarded(connection, run_id, site_id, fence)
            dialect = connection.dialect.name
            if new_urls:
                rows = [_url_values(audit_id, item) for item in new_urls]
                connection.execute(_insert_urls(dialect), rows)
            if done:
                connection.execute(_UPDATE_URL, [_done_values(audit_id, it, now) for it in done])
            if page_rows:
                for values in page_rows:
                    values["audit_id"] = audit_id
                connection.execute(_upsert_pages(dialect), page_rows)
            copy_unchanged(connection, audit_id, site_id, pages)

    def pages(self, run_id: str, site_id: str) -> Iterator[PageFacts]:
        """Facts of every page that has them, by URL (code point order), a chunk at a time."""
        for row in self._by_url(run_id, site_id, (FACTS,), HAS_FACTS):
            yield decode(row.facts, PageFacts)

    def page_rows(self, run_id: str, site_id: str) -> Iterator[PageRow]:
        """The export row of every page, by URL."""
        for row in self._by_url(run_id, site_id, _PAGE_COLUMNS):
            yield PageRow(**{name: row._mapping[name] for name in _PAGE_NAMES})

    def page(self, run_id: str, site_id: str, url: str) -> PageFacts | None:
        """Facts of one page by its requested URL; None when it is not stored."""
        with self._reading() as connection:
            query = (
                select(FACTS)
                .select_from(WITH_FACTS)
                .where(
                    pages.c.audit_id == self._audit_id(connection, run_id, site_id),
                    pages.c.url_hash == url_hash(url),
                )
            )
            facts = connection.execute(query).scalar_one_or_none()
        return None if facts is None else decode(facts, PageFacts)

    def page_count(self, run_id: str, site_id: str) -> int:
        """Number of stored pages, those without facts included."""
        with self._reading() as connection:
            audit_id = self._audit_id(connection, run_id, site_id)
            query = select(func.count()).select_from(pages).where(pages.c.audit_id == audit_id)
            return int(connection.execute(query).scalar_one())

    def frontier(self, run_id: str, site_id: str) -> Iterator[FrontierUrl]:
        """Queued URLs: lower priority first, then in the order in which they were saved."""
        in_order = urls.c.priority, urls.c.url_id
        for row in self._url_rows(run_id, site_id, urls.c.state == "queued", in_order):
            yield FrontierUrl(
                url=row.url,
                kind=LinkKind(row.kind),
                in_site=row.in_site,
                depth=row.depth,
                parent=row.parent,
                text=row.text,
                priority=row.priority,
                state=row.state,
                guessed=row.guessed,
            )

    def seen_urls(self, run_id: str, site_id: str) -> Iterator[str]:
        """Every known URL in the order in which they were saved."""
        for row in self._url_rows(run_id, site_id, None, (urls.c.url_id,)):
            yield row.url

    def url_states(self, run_id: str, site_id: str) -> Iterator[UrlRow]:
        """Everything known about every URL, by URL."""
        for row in self._url_rows(run_id, site_id, None, (urls.c.url,)):
            yield _url_row(row)

    def bad_targets(self, run_id: str, site_id: str) -> Iterator[BadTarget]:
        """Checked link targets that are not ok, by URL."""
        bad = urls.c.verdict.not_in(["", "ok"])
        for row in self._url_rows(run_id, site_id, bad, (urls.c.url,)):
            yield BadTarget(
                url=row.url,
                status=row.status,
                verdict=row.verdict,
                reason=Reason(row.reason) if row.reason else None,
                in_site=row.in_site,
                attempts=row.attempts,
                captured_at=row.checked_at,
            )

    def url_counts(self, run_id: str, site_id: str) -> Mapping[tuple[str, str], int]:
        """Number of URLs by (state, verdict)."""
        with self._reading() as connection:
            audit_id = self._audit_id(connection, run_id, site_id)
            query = (
                select(urls.c.state, urls.c.verdict, func.count())
                .where(urls.c.audit_id == audit_id)
                .group_by(urls.c.state, urls.c.verdict)
                .order_by(urls.c.state, urls.c.verdict)
            )
            return {(row[0], row[1]): int(row[2]) for row in connection.execute(query)}

    def crawl_volume(self, run_id: str, site_id: str) -> CrawlVolume:
        """How much a site audit brought, counted by the database."""
        with self._reading() as connection:
            audit_id = self._audit_id(connection, run_id, site_id)
            page = connection.execute(
                select(
                    func.count(pages.c.facts),
                    func.count(),
                    func.coalesce(func.sum(pages.c.bytes), 0),
                    func.coalesce(func.sum(func.length(pages.c.facts)), 0),
                ).where(pages.c.audit_id == audit_id, pages.c.outcome != Reason.ROBOTS)
            ).one()
            crawled = [kind.value for kind in (LinkKind.PAGE, LinkKind.FRAME)]
            target = (urls.c.audit_id == audit_id) & (urls.c.state == "done")
            outside = target & ~urls.c.in_site
            inside = target & urls.c.in_site & urls.c.kind.not_in(crawled)
            rows, inner, outer = (
                int(connection.execute(select(func.count()).where(where)).scalar_one())
                for where in (urls.c.audit_id == audit_id, inside, outside)
            )
        return CrawlVolume(
            pages=int(page[0]),
            without_facts=int(page[1]) - int(page[0]),
            targets_inside=inner,
            targets_outside=outer,
            body_bytes=int(page[2]),
            stored_bytes=int(page[3]) + int(page[1]) * _PAGE_ROW_BYTES + rows * _URL_ROW_BYTES,
        )

    def _by_url(
        self, run_id: str, site_id: str, columns: Sequence[Any], where: Any = None
    ) -> Iterator[Row[Any]]:
        """Page rows by URL. Only the 16-byte keys of all pages are held in memory, and no
        transaction stays open while the caller works."""
        with self._reading() as connection:
            audit_id = self._audit_id(connection, run_id, site_id)
            query = select(pages.c.url_hash).where(pages.c.audit_id == audit_id)
            query = (query if where is None else query.where(where)).order_by(pages.c.url)
            keys = connection.execute(query).scalars().all()
        chosen = (
            select(*columns, pages.c.url_hash)
            .select_from(WITH_FACTS if FACTS in columns else pages)
            .where(
                pages.c.audit_id == audit_id,
                pages.c.url_hash.in_(bindparam("keys", expanding=True)),
            )
        )
        yield from self._chunks(chosen, keys, "url_hash")

    def _url_rows(
        self, run_id: str, site_id: str, where: Any, order: Sequence[Any]
    ) -> Iterator[Row[Any]]:
        with self._reading() as connection:
            audit_id = self._audit_id(connection, run_id, site_id)
            query = select(urls.c.url_id).where(urls.c.audit_id == audit_id)
            query = (query if where is None else query.where(where)).order_by(*order)
            keys = array("q", connection.execute(query).scalars())
        chosen = select(urls).where(urls.c.url_id.in_(bindparam("keys", expanding=True)))
        yield from self._chunks(chosen, keys, "url_id")

    def _chunks(self, query: Select[Any], keys: Sequence[Any], key_name: str) -> Iterator[Row[Any]]:
        """The rows of the keys, in the order of the keys."""
        for start in range(0, len(keys), _CHUNK):
            wanted = list(keys[start : start + _CHUNK])
            with self._reading() as connection:
                found = connection.execute(query, {"keys": wanted}).all()
            by_key = {row._mapping[key_name]: row for row in found}
            yield from (by_key[key] for key in wanted if key in by_key)


def _url_values(audit_id: int, item: FrontierUrl) -> dict[str, Any]:
    return {
        "audit_id": audit_id,
        "url_hash": url_hash(item.url),
        "url": clean_text(item.url),
        "state": item.state,
        "kind": item.kind.value,
        "in_site": item.in_site,
        "depth": item.depth,
        "priority": item.priority,
        "parent": clean_text(item.parent),
        "text": clean_text(item.text),
        "guessed": item.guessed,
    }


def _done_values(audit_id: int, item: UrlDone, now: datetime) -> dict[str, Any]:
    return {
        "the_audit": audit_id,
        "the_hash": url_hash(item.url),
        "state": item.state,
        "status": item.status,
        "reason": "" if item.reason is None else item.reason.value,
        "verdict": item.verdict,
        "attempts": item.attempts,
        "checked_at": item.checked_at or now,
    }


def _page_values(page: StoredPage) -> dict[str, Any]:
    row, known = page.row, page.validators
    facts = None if page.facts is None else encode(page.facts)
    return {
        "url_hash": url_hash(row.url),
        "url": clean_text(row.url),
        "final_url": clean_text(row.final_url),
        "status": row.status,
        "outcome": row.outcome,
        "parent": clean_text(row.parent),
        "depth": row.depth,
        "content_type": clean_text(row.content_type),
        "encoding": clean_text(row.encoding),
        "bytes": row.bytes,
        "sha256": row.sha256,
        "fetched_at": row.fetched_at,
        "title": clean_text(row.title),
        "published_on": row.published_on,
        "column": clean_text(row.column),
        "facts": facts,
        "kind": "" if page.facts is None else page.facts.kind.value,
        "etag": clean_text(known.etag),
        "last_modified": clean_text(known.last_modified),
        "plain": known.plain,
        "confirmed_at": row.confirmed_at,
        "facts_digest": None if facts is None else digest(facts),
        "facts_audit": None,
    }


def _url_row(row: Row[Any]) -> UrlRow:
    return UrlRow(
        url=row.url,
        state=row.state,
        kind=LinkKind(row.kind),
        in_site=row.in_site,
        depth=row.depth,
        parent=row.parent,
        text=row.text,
        status=row.status,
        reason=Reason(row.reason) if row.reason else None,
        verdict=row.verdict,
        attempts=row.attempts,
        checked_at=row.checked_at,
    )


_UPDATE_URL = (
    update(urls)
    .where(urls.c.audit_id == bindparam("the_audit"), urls.c.url_hash == bindparam("the_hash"))
    .values(
        {
            name: bindparam(name)
            for name in ("state", "status", "reason", "verdict", "attempts", "checked_at")
        }
    )
)


# Statements are built once: SQLAlchemy then finds their SQL by identity of the cache key.
@cache
def _insert_urls(dialect: str) -> Executable:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(urls).on_conflict_do_nothing(index_elements=["audit_id", "url_hash"])


@cache
def _upsert_pages(dialect: str) -> Executable:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = insert(pages)
    keys = {"audit_id", "url_hash"}
    new = {column.name: column for column in statement.excluded if column.name not in keys}
    return statement.on_conflict_do_update(index_elements=sorted(keys), set_=new)
