"""Runs and site audits: what is to be audited, who works on it, how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from auditor.model.site import Site
from auditor.store.codec import clean_text, decode, encode
from auditor.store.database import Database
from auditor.store.errors import LeaseLost, StoreMissing
from auditor.store.rows import RunRow, SiteRow
from auditor.store.tables import runs, site_audits

LAST = "last"
#: State of a site audit that was gathered and judged; nobody may claim it any more.
DONE = "done"


class SiteTables(Database):
    """Reads and writes `runs` and `site_audits`."""

    def create_run(
        self,
        *,
        run_id: str,
        started_at: datetime,
        as_of: datetime,
        tool_version: str,
        config_json: str,
        config_sha256: str,
        sites: Sequence[Site],
    ) -> None:
        """Store a new run with every site queued. A run id can be used once."""
        row = {
            "run_id": run_id,
            "started_at": started_at,
            "as_of": as_of,
            "tool_version": tool_version,
            "config_json": config_json,
            "config_sha256": config_sha256,
        }
        with self._writing() as connection:
            connection.execute(runs.insert(), row)
            if sites:
                rows = [_queued(run_id, place, site) for place, site in enumerate(sites)]
                connection.execute(site_audits.insert(), rows)

    def run_ids(self) -> tuple[str, ...]:
        """Every run, newest first."""
        newest = runs.c.started_at.desc(), runs.c.run_id.desc()
        with self._reading() as connection:
            return tuple(connection.execute(select(runs.c.run_id).order_by(*newest)).scalars())

    def run(self, run_id: str) -> RunRow:
        """A run by id, or the newest one for `last`. `StoreMissing` when there is none."""
        if run_id == LAST:
            run_id = next(iter(self.run_ids()), LAST)
        with self._reading() as connection:
            row = connection.execute(select(runs).where(runs.c.run_id == run_id)).one_or_none()
        if row is None:
            known = "no run yet" if run_id == LAST else f"no run {run_id!r}"
            raise StoreMissing(f"the database holds {known}")
        return RunRow(**row._mapping)

    def finish_run(self, run_id: str, at: datetime) -> None:
        """Note when the run ended."""
        with self._writing() as connection:
            connection.execute(update(runs).where(runs.c.run_id == run_id).values(finished_at=at))

    def site_rows(self, run_id: str) -> tuple[SiteRow, ...]:
        """The run's site audits in the register's order."""
        query = (
            select(site_audits)
            .where(site_audits.c.run_id == run_id)
            .order_by(site_audits.c.position)
        )
        with self._reading() as connection:
            return tuple(_site_row(row) for row in connection.execute(query))

    def claim(self, run_id: str, site_id: str, now: datetime) -> int | None:
        """Take a site audit over and return its new fence; older fences can no longer write.
        None when the audit is done: there is nothing to take over."""
        table = site_audits
        statement = (
            update(table)
            .where(table.c.run_id == run_id, table.c.site_id == site_id, table.c.state != DONE)
            .values(
                fence=table.c.fence + 1,
                attempt=table.c.attempt + 1,
                state="running",
                stopped_because="",
                error="",
                started_at=now,
                finished_at=None,
            )
            .returning(table.c.fence)
        )
        with self._writing() as connection:
            fence = connection.execute(statement).scalar_one_or_none()
            if fence is None:
                self._audit_id(connection, run_id, site_id)
        return None if fence is None else int(fence)

    def finish_site(
        self,
        run_id: str,
        site_id: str,
        fence: int,
        state: str,
        *,
        stopped_because: str,
        error: str,
        now: datetime,
    ) -> None:
        """Note how a site audit ended. `state` is a word of at most 16 characters."""
        values = {
            "state": state,
            "stopped_because": clean_text(stopped_because),
            "error": clean_text(error),
            "finished_at": now,
        }
        with self._writing() as connection:
            audit_id = self._guarded(connection, run_id, site_id, fence)
            connection.execute(
                update(site_audits).where(site_audits.c.audit_id == audit_id).values(values)
            )

    def _audit_id(self, connection: Connection, run_id: str, site_id: str) -> int:
        query = select(site_audits.c.audit_id).where(
            site_audits.c.run_id == run_id, site_audits.c.site_id == site_id
        )
        audit_id = connection.execute(query).scalar_one_or_none()
        if audit_id is None:
            raise StoreMissing(f"run {run_id!r} has no site {site_id!r}")
        return int(audit_id)

    def _guarded(self, connection: Connection, run_id: str, site_id: str, fence: int) -> int:
        """The audit's id, its row locked until the transaction ends so that no claim can slip
        in between the comparison and the write. `LeaseLost` when the fence is another one."""
        query = (
            select(site_audits.c.audit_id, site_audits.c.fence)
            .where(site_audits.c.run_id == run_id, site_audits.c.site_id == site_id)
            .with_for_update()
        )
        row = connection.execute(query).one_or_none()
        if row is None:
            raise StoreMissing(f"run {run_id!r} has no site {site_id!r}")
        if row.fence != fence:
            raise LeaseLost(f"site {site_id!r} was taken over (fence {row.fence}, ours {fence})")
        return int(row.audit_id)


def _queued(run_id: str, position: int, site: Site) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "site_id": site.id,
        "position": position,
        "site": encode(site),
        "state": "queued",
        "attempt": 0,
        "fence": 0,
        "stopped_because": "",
        "error": "",
    }


def _site_row(row: Row[Any]) -> SiteRow:
    return SiteRow(
        site=decode(row.site, Site),
        state=row.state,
        attempt=row.attempt,
        fence=row.fence,
        stopped_because=row.stopped_because,
        error=row.error,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )
