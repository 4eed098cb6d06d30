"""The last report year an agency owes, and whether it owes none at all; written by the next sweep with the roster.

Taking it back loses what the next sweep writes again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the two columns."""
    with op.batch_alter_table("agencies") as table:
        table.add_column(sa.Column("last_year", sa.Integer(), nullable=True))
        table.add_column(sa.Column("exempt", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Drop them."""
    with op.batch_alter_table("agencies") as table:
        table.drop_column("exempt")
        table.drop_column("last_year")
