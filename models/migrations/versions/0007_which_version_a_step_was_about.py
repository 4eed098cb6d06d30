"""The version of the report that a step was about, so that a newer one is told from it.

Taking it back loses which versions the steps were about.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_KEY = "fk_transitions_submission_id_submissions"


def upgrade() -> None:
    """Add the column; steps that are there were about the newest version of today."""
    with op.batch_alter_table("transitions") as table:
        table.add_column(sa.Column("submission_id", sa.Integer(), nullable=True))
        table.create_foreign_key(op.f(_KEY), "submissions", ["submission_id"], ["id"])
    op.execute(
        "UPDATE transitions SET submission_id ="
        " (SELECT submission_id FROM standings WHERE standings.report_id = transitions.report_id)"
    )


def downgrade() -> None:
    """Drop it."""
    with op.batch_alter_table("transitions") as table:
        table.drop_constraint(op.f(_KEY), type_="foreignkey")
        table.drop_column("submission_id")
