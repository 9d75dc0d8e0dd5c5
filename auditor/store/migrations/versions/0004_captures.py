"""Where archived answers are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table of captures."""
    op.create_table(
        "captures",
        sa.Column(
            "audit_id", sa.Integer, sa.ForeignKey("site_audits.audit_id"), primary_key=True
        ),
        sa.Column("url_hash", sa.LargeBinary, primary_key=True),
        sa.Column("captured_at", sa.DateTime, primary_key=True),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("status", sa.SmallInteger, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("byte_offset", sa.BigInteger, nullable=False),
        sa.Column("record_id", sa.String(36), nullable=False),
    )
