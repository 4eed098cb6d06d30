"""Where each report stands today, and the indexes for what pages ask; filled from what is stored.

Taking it back loses nothing: standings are made from the other tables. On PostgreSQL file and agency names are
found through an index over their pairs of characters, on SQLite by reading an index that holds only these.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# An extension for this (pg_trgm) is not everywhere, and finds no Chinese in a database with the locale C.
_GRAMS = """
CREATE FUNCTION hecha_grams(words text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT coalesce(array_agg(DISTINCT substr(w, i, n)), '{}')
    FROM (SELECT lower(words) AS w) AS lowered,
         generate_series(1, 2) AS n,
         generate_series(1, length(w) - n + 1) AS i
$$
"""
_PAIRS = """
CREATE FUNCTION hecha_pairs(words text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT CASE WHEN length(words) < 2 THEN ARRAY[lower(words)] ELSE
        (SELECT array_agg(DISTINCT substr(lower(words), i, 2)) FROM generate_series(1, length(words) - 1) AS i)
    END
$$
"""
_NEWEST = """
INSERT INTO standings
    (report_id, agency_id, year, submission_id, evaluation_id, format, total, grade, critical, warning)
SELECT r.id, r.agency_id, r.year, s.id, e.id, s.format, e.total, e.grade, e.critical, e.warning
FROM reports AS r
JOIN submissions AS s ON s.report_id = r.id
    AND s.version = (SELECT max(version) FROM submissions WHERE report_id = r.id)
LEFT JOIN evaluations AS e ON e.id = (SELECT max(id) FROM evaluations WHERE submission_id = s.id)
"""


def upgrade() -> None:
    """Create and fill the table, then the indexes."""
    op.create_table(
        "standings",
        sa.Column("report_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("evaluation_id", sa.Integer(), nullable=True),
        sa.Column("format", sa.String(length=16), nullable=False),
        sa.Column("total", sa.Float(), nullable=True),
        sa.Column("grade", sa.String(length=16), nullable=True),
        sa.Column("critical", sa.Integer(), nullable=True),
        sa.Column("warning", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_standings_agency_id_agencies")),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_standings_report_id_reports")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_standings_submission_id_submissions")
        ),
        sa.ForeignKeyConstraint(
            ["evaluation_id"],
            ["evaluations.id"],
            name=op.f("fk_standings_evaluation_id_evaluations"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_standings")),
    )
    op.execute(_NEWEST)
    for columns in (
        ("submission_id",),
        ("evaluation_id",),
        ("year", "total", "report_id"),
        ("year", "grade", "total", "report_id"),
        ("year", "format", "total", "report_id"),
        ("year", "evaluation_id"),
        ("agency_id", "year"),
    ):
        op.create_index(op.f(f"ix_standings_{'_'.join(columns)}"), "standings", list(columns))
    critical = sa.text("critical > 0")
    op.create_index(
        "ix_standings_critical",
        "standings",
        ["year", "total", "report_id"],
        postgresql_where=critical,
        sqlite_where=critical,
    )
    op.drop_index(op.f("ix_findings_rule_severity"), "findings")
    op.create_index(
        op.f("ix_findings_rule_severity_evaluation_id"), "findings", ["rule", "severity", "evaluation_id"]
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_GRAMS)
        op.execute(_PAIRS)
        op.execute(
            "CREATE INDEX ix_submissions_search ON submissions"
            " USING gin (hecha_grams(coalesce(agency, '') || ' ' || file))"
        )
    else:
        op.create_index("ix_submissions_search", "submissions", ["agency", "file"])


def downgrade() -> None:
    """Drop them, and put the index of findings back."""
    op.drop_index("ix_submissions_search", "submissions")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION hecha_grams(text)")
        op.execute("DROP FUNCTION hecha_pairs(text)")
    op.drop_index(op.f("ix_findings_rule_severity_evaluation_id"), "findings")
    op.create_index(op.f("ix_findings_rule_severity"), "findings", ["rule", "severity"])
    op.drop_table("standings")
