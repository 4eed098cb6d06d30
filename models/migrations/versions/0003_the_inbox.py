"""What came into the inbox and how far it is through.

Taking it back loses the list of arrivals; the submissions that came of them stay.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "arrivals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("repeats_id", sa.Integer(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("report_id", sa.Integer(), nullable=True),
        sa.Column("agency", sa.Text(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("queue", sa.String(length=64), nullable=False),
        sa.Column("parcel", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("source IN ('folder', 'upload', 'bucket')", name=op.f("ck_arrivals_source")),
        sa.CheckConstraint(
            "state IN ('recorded', 'running', 'done', 'failed', 'repeated')", name=op.f("ck_arrivals_state")
        ),
        sa.CheckConstraint(
            "(state = 'repeated') = (repeats_id IS NOT NULL)", name=op.f("ck_arrivals_repeats")
        ),
        sa.ForeignKeyConstraint(
            ["repeats_id"], ["arrivals.id"], name=op.f("fk_arrivals_repeats_id_arrivals")
        ),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_arrivals_report_id_reports")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_arrivals_run_id_runs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arrivals")),
    )
    first = sa.text("repeats_id IS NULL")
    op.create_index(
        "uq_arrivals_first_sha256",
        "arrivals",
        ["sha256"],
        unique=True,
        postgresql_where=first,
        sqlite_where=first,
    )
    waiting = sa.text("state IN ('recorded', 'running')")
    op.create_index(
        "ix_arrivals_open",
        "arrivals",
        ["queue", "received_at", "position", "id"],
        postgresql_where=waiting,
        sqlite_where=waiting,
    )
    untold = sa.text("told_at IS NULL")
    op.create_index("ix_arrivals_untold", "arrivals", ["id"], postgresql_where=untold, sqlite_where=untold)
    op.create_index(op.f("ix_arrivals_repeats_id"), "arrivals", ["repeats_id"])
    op.create_index(op.f("ix_arrivals_report_id"), "arrivals", ["report_id"])
    op.create_index(op.f("ix_arrivals_run_id"), "arrivals", ["run_id"])
    op.create_index("ix_arrivals_newest", "arrivals", ["state", "received_at", "position", "id"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("arrivals")
