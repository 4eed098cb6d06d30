"""What of the evaluations decisions overrule, and the scoring by which scores are worked out anew after them.

Reports of which something was decided before stand anew with the next sweep. Taking it back leaves the standings as
decisions made them until reports are recorded again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both tables, and the index that tells when a decision was taken back last."""
    op.create_table(
        "overruled",
        sa.Column("evaluation_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rule", sa.String(length=16), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("addressee", sa.String(length=16), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.CheckConstraint("severity IN ('critical', 'warning', 'info')", name=op.f("ck_overruled_severity")),
        sa.CheckConstraint("addressee IN ('agency', 'operator')", name=op.f("ck_overruled_addressee")),
        sa.ForeignKeyConstraint(
            ["evaluation_id"],
            ["evaluations.id"],
            name=op.f("fk_overruled_evaluation_id_evaluations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("evaluation_id", "rule", "severity", "addressee", name=op.f("pk_overruled")),
    )
    op.create_index(op.f("ix_overruled_rule"), "overruled", ["rule"])
    op.create_table(
        "scoring_models",
        sa.Column("profile_hash", sa.String(length=64), nullable=False),
        sa.Column("model", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("profile_hash", name=op.f("pk_scoring_models")),
    )
    op.create_index(op.f("ix_reviews_undone_at"), "reviews", ["undone_at"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index(op.f("ix_reviews_undone_at"), "reviews")
    op.drop_table("scoring_models")
    op.drop_table("overruled")
