"""Addresses that were guessed are told from those that a visitor sees."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add `urls.guessed`."""
    op.add_column(
        "urls", sa.Column("guessed", sa.Boolean, nullable=False, server_default=sa.false())
    )
