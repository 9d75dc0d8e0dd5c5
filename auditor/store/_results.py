"""Artifacts and judgements."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Executable, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from auditor.model.artifact import Missed
from auditor.model.column import Column
from auditor.model.finding import Finding, Issue
from auditor.model.result import CheckTally
from auditor.store._visits import VisitTables
from auditor.store.codec import decode, encode
from auditor.store.rows import Judgement
from auditor.store.tables import artifacts, issues, judgements

T = TypeVar("T")

#: `site_id` of artifacts that belong to the whole run.
_RUN = ""


class ResultTables(VisitTables):
    """Reads and writes `artifacts`, `issues` and `judgements`."""

    def save_artifact(
        self, run_id: str, site_id: str, fence: int, name: str, value: object
    ) -> None:
        """Store an artifact, or the `Missed` in its place, under its type's name (`HomePage`).
        An older value is replaced."""
        row = _artifact_values(run_id, site_id, name, value)
        with self._writing() as connection:
            self._guarded(connection, run_id, site_id, fence)
            connection.execute(_upsert_artifact(connection.dialect.name), row)

    def artifact(self, run_id: str, site_id: str, type_: type[T]) -> T | Missed | None:
        """The stored artifact of a type; None when none was stored."""
        query = select(artifacts.c.missed, artifacts.c.body).where(
            artifacts.c.run_id == run_id,
            artifacts.c.site_id == site_id,
            artifacts.c.name == type_.__name__,
        )
        with self._reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        return decode(row.body, Missed) if row.missed else decode(row.body, type_)

    def artifact_names(self, run_id: str, site_id: str) -> tuple[str, ...]:
        """Names of the site's stored artifacts, missed ones included, sorted."""
        query = select(artifacts.c.name).where(
            artifacts.c.run_id == run_id, artifacts.c.site_id == site_id
        )
        with self._reading() as connection:
            return tuple(sorted(connection.execute(query).scalars()))

    def save_run_artifact(self, run_id: str, name: str, value: object) -> None:
        """Store something about the whole run, such as its `Vantage`."""
        row = _artifact_values(run_id, _RUN, name, value)
        with self._writing() as connection:
            connection.execute(_upsert_artifact(connection.dialect.name), row)

    def run_artifact(self, run_id: str, type_: type[T]) -> T | Missed | None:
        """What `save_run_artifact` stored under the type's name; None when nothing."""
        return self.artifact(run_id, _RUN, type_)

    def save_judgement(
        self,
        run_id: str,
        site_id: str,
        issues: Sequence[Issue],
        tallies: Sequence[CheckTally],
        untested: Sequence[tuple[str, Finding]],
        columns: Sequence[Column],
        *,
        fence: int | None = None,
    ) -> None:
        """Replace what an earlier judging of the site gave, all or nothing. With a fence, only
        as long as nobody else has claimed the audit."""
        rest = Judgement((), tuple(tallies), tuple(untested), tuple(columns))
        rows = [_issue_values(position, issue) for position, issue in enumerate(issues)]
        with self._writing() as connection:
            if fence is None:
                audit_id = self._audit_id(connection, run_id, site_id)
            else:
                audit_id = self._guarded(connection, run_id, site_id, fence)
            _clear(connection, audit_id)
            connection.execute(judgements.insert(), {"audit_id": audit_id, "body": encode(rest)})
            if rows:
                connection.execute(_ISSUES.insert(), [{"audit_id": audit_id, **r} for r in rows])

    def judgement(self, run_id: str, site_id: str) -> Judgement | None:
        """What judging gave, issues in the order of saving; None when the site was not judged."""
        with self._reading() as connection:
            audit_id = self._audit_id(connection, run_id, site_id)
            query = select(judgements.c.body).where(judgements.c.audit_id == audit_id)
            body = connection.execute(query).scalar_one_or_none()
            if body is None:
                return None
            bodies = (
                select(issues.c.body)
                .where(issues.c.audit_id == audit_id)
                .order_by(issues.c.position)
            )
            found = tuple(decode(item, Issue) for item in connection.execute(bodies).scalars())
        rest = decode(body, Judgement)
        return Judgement(found, rest.tallies, rest.untested, rest.columns)


# The name of a parameter in `save_judgement` hides the table's.
_ISSUES = issues


def _clear(connection: Any, audit_id: int) -> None:
    connection.execute(delete(issues).where(issues.c.audit_id == audit_id))
    connection.execute(delete(judgements).where(judgements.c.audit_id == audit_id))


def _artifact_values(run_id: str, site_id: str, name: str, value: object) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "site_id": site_id,
        "name": name,
        "missed": isinstance(value, Missed),
        "body": encode(value),
    }


def _issue_values(position: int, issue: Issue) -> dict[str, Any]:
    return {
        "position": position,
        "issue_id": issue.id,
        "number": issue.number,
        "check_id": issue.check_id,
        "outcome": issue.outcome.value,
        "count": issue.count,
        "body": encode(issue),
    }


@cache
def _upsert_artifact(dialect: str) -> Executable:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = insert(artifacts)
    new = {"missed": statement.excluded.missed, "body": statement.excluded.body}
    return statement.on_conflict_do_update(index_elements=["run_id", "site_id", "name"], set_=new)
