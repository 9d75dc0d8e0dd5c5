"""Tables. Simple types only, so that SQLite, PostgreSQL and its derivatives take the same SQL.

URLs have no useful upper length, and index entries do: rows are found by the first 128 bits of
the URL's BLAKE2b hash. `urls` is both the frontier and the results of checking link targets.
"""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
)
from sqlalchemy.engine import Dialect


class UtcTime(TypeDecorator[datetime]):
    """Aware datetimes, kept as UTC without a zone because SQLite has none."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC without its zone."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """The same moment, aware."""
        return None if value is None else value.replace(tzinfo=UTC)


def url_hash(url: str) -> bytes:
    """Key of a URL within a site audit."""
    return blake2b(url.encode("utf-8", "replace"), digest_size=16).digest()


metadata = MetaData()

#: Text compared byte by byte in both databases, so that order never depends on a locale.
_ORDERED = Text().with_variant(Text(collation="C"), "postgresql")

runs = Table(
    "runs",
    metadata,
    Column("run_id", String(64), primary_key=True),
    Column("started_at", UtcTime, nullable=False),
    Column("finished_at", UtcTime),
    Column("as_of", UtcTime, nullable=False),
    Column("tool_version", Text, nullable=False),
    Column("config_json", Text, nullable=False),
    Column("config_sha256", String(64), nullable=False),
)

site_audits = Table(
    "site_audits",
    metadata,
    Column("audit_id", Integer, primary_key=True, autoincrement=True),
    Column("run_id", String(64), ForeignKey("runs.run_id"), nullable=False),
    Column("site_id", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("site", LargeBinary, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("stopped_because", Text, nullable=False),
    Column("error", Text, nullable=False),
    Column("started_at", UtcTime),
    Column("finished_at", UtcTime),
    UniqueConstraint("run_id", "site_id", name="uq_site_audits_run_site"),
)

urls = Table(
    "urls",
    metadata,
    Column("url_id", Integer, primary_key=True, autoincrement=True),
    Column("audit_id", Integer, ForeignKey("site_audits.audit_id"), nullable=False),
    Column("url_hash", LargeBinary, nullable=False),
    Column("url", _ORDERED, nullable=False),
    Column("state", String(8), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("in_site", Boolean, nullable=False),
    Column("depth", SmallInteger, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("parent", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("guessed", Boolean, nullable=False, server_default=false()),
    Column("status", SmallInteger, nullable=False, server_default="0"),
    Column("reason", String(32), nullable=False, server_default=""),
    Column("verdict", String(10), nullable=False, server_default=""),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    Column("checked_at", UtcTime),
    UniqueConstraint("audit_id", "url_hash", name="uq_urls_audit_hash"),
)

pages = Table(
    "pages",
    metadata,
    Column("audit_id", Integer, ForeignKey("site_audits.audit_id"), primary_key=True),
    Column("url_hash", LargeBinary, primary_key=True),
    Column("url", _ORDERED, nullable=False),
    Column("final_url", Text, nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("outcome", String(32), nullable=False),
    Column("parent", Text, nullable=False),
    Column("depth", SmallInteger, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("encoding", Text, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("fetched_at", UtcTime),
    Column("title", Text, nullable=False),
    Column("published_on", Date),
    Column("column", Text, nullable=False),
    Column("facts", LargeBinary),
    Column("kind", String(8), nullable=False, server_default=""),
    Column("etag", Text, nullable=False, server_default=""),
    Column("last_modified", Text, nullable=False, server_default=""),
    Column("plain", Boolean, nullable=False, server_default=false()),
    Column("confirmed_at", UtcTime),
    #: BLAKE2b of the facts, and the audit whose row of the same URL holds them (NULL: this one).
    Column("facts_digest", LargeBinary),
    Column("facts_audit", Integer),
)

#: `site_id` is "" for artifacts of the whole run.
artifacts = Table(
    "artifacts",
    metadata,
    Column("run_id", String(64), ForeignKey("runs.run_id"), primary_key=True),
    Column("site_id", Text, primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("missed", Boolean, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

issues = Table(
    "issues",
    metadata,
    Column("audit_id", Integer, ForeignKey("site_audits.audit_id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("issue_id", String(64), nullable=False),
    Column("number", Integer, nullable=False),
    Column("check_id", String(64), nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("count", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("ix_issues_issue_id", "issue_id"),
)

#: Tallies, untested checks and columns of a judged site, beside its issues.
judgements = Table(
    "judgements",
    metadata,
    Column("audit_id", Integer, ForeignKey("site_audits.audit_id"), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

#: Where archived answers are: the WARC file in the evidence folder, the record's offset and id.
captures = Table(
    "captures",
    metadata,
    Column("audit_id", Integer, ForeignKey("site_audits.audit_id"), primary_key=True),
    Column("url_hash", LargeBinary, primary_key=True),
    Column("captured_at", UtcTime, primary_key=True),
    Column("url", Text, nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("file", Text, nullable=False),
    Column("byte_offset", BigInteger, nullable=False),
    Column("record_id", String(36), nullable=False),
)
