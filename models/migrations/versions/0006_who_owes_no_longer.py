"""The last report year an agency owes, and whether it owes none at all; written by the next sweep with the roster.

The index of findings by rule tells besides to whom a finding is addressed, so that a rule's reports are counted from
the index alone. Taking it back loses what the next sweep writes again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_OLD = ["rule", "severity", "evaluation_id"]
_NEW = ["rule", "severity", "addressee", "evaluation_id"]


def upgrade() -> None:
    """Add the two columns and the index."""
    with op.batch_alter_table("agencies") as table:
        table.add_column(sa.Column("last_year", sa.Integer(), nullable=True))
        table.add_column(sa.Column("exempt", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.drop_index(op.f("ix_findings_rule_severity_evaluation_id"), "findings")
    op.create_index(op.f("ix_findings_rule_severity_addressee_evaluation_id"), "findings", _NEW)


def downgrade() -> None:
    """Drop them."""
    op.drop_index(op.f("ix_findings_rule_severity_addressee_evaluation_id"), "findings")
    op.create_index(op.f("ix_findings_rule_severity_evaluation_id"), "findings", _OLD)
    with op.batch_alter_table("agencies") as table:
        table.drop_column("exempt")
        table.drop_column("last_year")
