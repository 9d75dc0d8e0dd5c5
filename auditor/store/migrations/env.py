"""Alembic's environment: migrates over the connection that `auditor.store.database` hands in."""

from __future__ import annotations

from alembic import context

from auditor.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
context.run_migrations()
