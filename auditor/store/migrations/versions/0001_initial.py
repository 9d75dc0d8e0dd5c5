"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ORDERED = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make every table."""
    op.create_table(
        "runs",
        sa.Column("run_id", sa.String(64), primary_key=True),
        sa.Column("started_at", sa.DateTime, nullable=False),
        sa.Column("finished_at", sa.DateTime),
        sa.Column("as_of", sa.DateTime, nullable=False),
        sa.Column("tool_version", sa.Text, nullable=False),
        sa.Column("config_json", sa.Text, nullable=False),
        sa.Column("config_sha256", sa.String(64), nullable=False),
    )
    op.create_table(
        "site_audits",
        sa.Column("audit_id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("run_id", sa.String(64), sa.ForeignKey("runs.run_id"), nullable=False),
        sa.Column("site_id", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("site", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("stopped_because", sa.Text, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("started_at", sa.DateTime),
        sa.Column("finished_at", sa.DateTime),
        sa.UniqueConstraint("run_id", "site_id", name="uq_site_audits_run_site"),
    )
    _create_urls()
    _create_pages()
    op.create_table(
        "artifacts",
        sa.Column("run_id", sa.String(64), sa.ForeignKey("runs.run_id"), primary_key=True),
        sa.Column("site_id", sa.Text, primary_key=True),
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("missed", sa.Boolean, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    _create_issues()


def _audit_id(*, primary_key: bool = False) -> sa.Column[int]:
    key = sa.ForeignKey("site_audits.audit_id")
    return sa.Column("audit_id", sa.Integer, key, primary_key=primary_key, nullable=False)


def _create_urls() -> None:
    op.create_table(
        "urls",
        sa.Column("url_id", sa.Integer, primary_key=True, autoincrement=True),
        _audit_id(),
        sa.Column("url_hash", sa.LargeBinary, nullable=False),
        sa.Column("url", _ORDERED, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("in_site", sa.Boolean, nullable=False),
        sa.Column("depth", sa.SmallInteger, nullable=False),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("parent", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("status", sa.SmallInteger, nullable=False, server_default="0"),
        sa.Column("reason", sa.String(32), nullable=False, server_default=""),
        sa.Column("verdict", sa.String(10), nullable=False, server_default=""),
        sa.Column("attempts", sa.SmallInteger, nullable=False, server_default="0"),
        sa.Column("checked_at", sa.DateTime),
        sa.UniqueConstraint("audit_id", "url_hash", name="uq_urls_audit_hash"),
    )


def _create_pages() -> None:
    op.create_table(
        "pages",
        _audit_id(primary_key=True),
        sa.Column("url_hash", sa.LargeBinary, primary_key=True),
        sa.Column("url", _ORDERED, nullable=False),
        sa.Column("final_url", sa.Text, nullable=False),
        sa.Column("status", sa.SmallInteger, nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("parent", sa.Text, nullable=False),
        sa.Column("depth", sa.SmallInteger, nullable=False),
        sa.Column("content_type", sa.Text, nullable=False),
        sa.Column("encoding", sa.Text, nullable=False),
        sa.Column("bytes", sa.Integer, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("fetched_at", sa.DateTime),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("published_on", sa.Date),
        sa.Column("column", sa.Text, nullable=False),
        sa.Column("facts", sa.LargeBinary),
    )


def _create_issues() -> None:
    op.create_table(
        "issues",
        _audit_id(primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("issue_id", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("check_id", sa.String(64), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_issues_issue_id", "issues", ["issue_id"])
    op.create_table(
        "judgements",
        _audit_id(primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
