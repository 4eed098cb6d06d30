"""What Alembic runs: the connection comes from `models.database`, never from a file."""

from __future__ import annotations

from alembic import context

from models.tables import Stored

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Stored.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
