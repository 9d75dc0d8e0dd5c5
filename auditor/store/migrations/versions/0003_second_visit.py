"""Pages are known again on a later visit, and unchanged ones share their facts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the validators of pages, when they were confirmed, and where their facts are."""
    for column in (
        sa.Column("kind", sa.String(8), nullable=False, server_default=""),
        sa.Column("etag", sa.Text, nullable=False, server_default=""),
        sa.Column("last_modified", sa.Text, nullable=False, server_default=""),
        sa.Column("plain", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("confirmed_at", sa.DateTime),
        sa.Column("facts_digest", sa.LargeBinary),
        sa.Column("facts_audit", sa.Integer),
    ):
        op.add_column("pages", column)
