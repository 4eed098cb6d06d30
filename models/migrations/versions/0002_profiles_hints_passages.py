"""The profile stands on runs and evaluations; findings keep hints, passages and what they entail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_PROFILE = (("profile", 64, "default"), ("profile_hash", 64, ""))


def upgrade() -> None:
    """Add the columns; what was stored before was judged under the default profile, without these parts."""
    for table in ("runs", "evaluations"):
        with op.batch_alter_table(table) as batch:
            for name, length, before in _PROFILE:
                batch.add_column(
                    sa.Column(name, sa.String(length=length), nullable=False, server_default=before)
                )
    with op.batch_alter_table("findings") as batch:
        batch.add_column(sa.Column("entailed", sa.JSON(), nullable=False, server_default="[]"))
        batch.add_column(sa.Column("hint", sa.Text(), nullable=True))
        batch.add_column(sa.Column("passages", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    """Drop the columns."""
    with op.batch_alter_table("findings") as batch:
        for name in ("passages", "hint", "entailed"):
            batch.drop_column(name)
    for table in ("evaluations", "runs"):
        with op.batch_alter_table(table) as batch:
            for name, _, _ in reversed(_PROFILE):
                batch.drop_column(name)
