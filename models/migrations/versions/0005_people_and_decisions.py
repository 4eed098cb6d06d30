"""Accounts, what people decide and answer, the state of each report, the place of each agency in its region.

Taking it back loses the accounts and all that was added here; decisions on findings go back to their three old kinds.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_PATHS = """
WITH RECURSIVE tree (id, path) AS (
    SELECT id, '/' || id || '/' FROM agencies WHERE parent_id IS NULL
    UNION ALL
    SELECT agencies.id, tree.path || agencies.id || '/' FROM agencies JOIN tree ON agencies.parent_id = tree.id
)
UPDATE agencies SET path = (SELECT tree.path FROM tree WHERE tree.id = agencies.id)
WHERE id IN (SELECT id FROM tree)
"""
_COUNTED = """
UPDATE standings SET
    info = (SELECT info FROM evaluations WHERE evaluations.id = standings.evaluation_id),
    operator = (SELECT operator FROM evaluations WHERE evaluations.id = standings.evaluation_id)
"""
_REVIEWS_UP = """
INSERT INTO reviews (id, report_id, agency_id, fingerprint, rule, subject, decision, reason, lasting, batch,
                     reviewer, decided_at)
SELECT o.id, o.report_id, r.agency_id, o.fingerprint,
    coalesce((SELECT min(f.rule) FROM findings AS f WHERE f.fingerprint = o.fingerprint), ''),
    coalesce((SELECT min(f.subject) FROM findings AS f WHERE f.fingerprint = o.fingerprint), ''),
    CASE o.decision WHEN 'confirmed' THEN 'mend' WHEN 'excused' THEN 'explained' ELSE 'misread' END,
    o.reason, false, 'review-' || o.id, o.reviewer, o.decided_at
FROM old_reviews AS o JOIN reports AS r ON r.id = o.report_id
"""
_REVIEWS_DOWN = """
INSERT INTO reviews (id, report_id, fingerprint, decision, reason, reviewer, decided_at)
SELECT id, report_id, fingerprint,
    CASE decision WHEN 'mend' THEN 'confirmed' WHEN 'misread' THEN 'dismissed' ELSE 'excused' END,
    reason, reviewer, decided_at
FROM old_reviews WHERE undone_at IS NULL
"""
_REFUSED = "the audit log is only ever added to"


def upgrade() -> None:
    """Create the tables, add the columns, and fill them from what is stored."""
    _accounts()
    _audit_up()
    _agencies_and_standings()
    _reviews_up()
    _notices_up()
    _said()


def _account(table: str) -> list[sa.schema.SchemaItem]:
    """The column that names an account, and its key."""
    return [
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f(f"fk_{table}_account_id_accounts")
        ),
    ]


def _accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("password", sa.String(length=255), nullable=True),
        sa.Column("subject", sa.String(length=255), nullable=True),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", _INSTANT, nullable=True),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("seen_at", _INSTANT, nullable=True),
        sa.Column("disabled_at", _INSTANT, nullable=True),
        sa.CheckConstraint("role IN ('operator', 'supervisor', 'agency')", name=op.f("ck_accounts_role")),
        sa.CheckConstraint("role = 'operator' OR agency_id IS NOT NULL", name=op.f("ck_accounts_agency")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_accounts_agency_id_agencies")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("name", name=op.f("uq_accounts_name")),
        sa.UniqueConstraint("subject", name=op.f("uq_accounts_subject")),
    )
    op.create_index(op.f("ix_accounts_agency_id"), "accounts", ["agency_id"])
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("seen_at", _INSTANT, nullable=False),
        sa.Column("expires_at", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_sign_ins_account_id_accounts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
        sa.UniqueConstraint("hash", name=op.f("uq_sign_ins_hash")),
    )
    op.create_index(op.f("ix_sign_ins_account_id"), "sign_ins", ["account_id"])
    op.create_index(op.f("ix_sign_ins_expires_at"), "sign_ins", ["expires_at"])
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("expires_at", _INSTANT, nullable=True),
        sa.Column("used_at", _INSTANT, nullable=True),
        sa.Column("revoked_at", _INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_api_tokens_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("hash", name=op.f("uq_api_tokens_hash")),
    )
    op.create_index(op.f("ix_api_tokens_account_id"), "api_tokens", ["account_id"])


def _audit_up() -> None:
    with op.batch_alter_table("audit_log") as table:
        table.add_column(sa.Column("account_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("address", sa.String(length=64), nullable=False, server_default=""))
        table.create_foreign_key(op.f("fk_audit_log_account_id_accounts"), "accounts", ["account_id"], ["id"])
    op.create_index(op.f("ix_audit_log_account_id_at"), "audit_log", ["account_id", "at"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION hecha_only_added() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE EXCEPTION '{_REFUSED}'; END $$"
        )
        op.execute(
            "CREATE TRIGGER audit_log_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log"
            " FOR EACH STATEMENT EXECUTE FUNCTION hecha_only_added()"
        )
        return
    for event in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_log_no_{event.lower()} BEFORE {event} ON audit_log"
            f" BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
        )


def _agencies_and_standings() -> None:
    bytewise = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.add_column("agencies", sa.Column("path", bytewise, nullable=False, server_default=""))
    op.execute(_PATHS)
    op.create_index(op.f("ix_agencies_path"), "agencies", ["path"])
    op.add_column("standings", sa.Column("info", sa.Integer(), nullable=True))
    op.add_column("standings", sa.Column("operator", sa.Integer(), nullable=True))
    op.add_column(
        "standings", sa.Column("state", sa.String(length=16), nullable=False, server_default="pending")
    )
    op.execute(_COUNTED)
    op.create_index(
        op.f("ix_standings_year_state_total_report_id"), "standings", ["year", "state", "total", "report_id"]
    )
    review = sa.text("operator > 0")
    op.create_index(
        "ix_standings_review",
        "standings",
        ["year", "total", "report_id"],
        postgresql_where=review,
        sqlite_where=review,
    )


def _reviews(decisions: str, *further: sa.schema.SchemaItem) -> None:
    """Create the table `reviews` beside the old one, whose names it takes."""
    op.create_table(
        "reviews",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("decision", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column("decided_at", _INSTANT, nullable=False),
        *further,
        sa.CheckConstraint(f"decision IN ({decisions})", name=op.f("ck_reviews_decision")),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_reviews_report_id_reports")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
    )
    op.create_index(op.f("ix_reviews_report_id_fingerprint"), "reviews", ["report_id", "fingerprint"])


def _set_aside_reviews() -> None:
    op.drop_index(op.f("ix_reviews_report_id_fingerprint"), "reviews")
    op.rename_table("reviews", "old_reviews")
    if (
        op.get_bind().dialect.name == "postgresql"
    ):  # names of keys and of the sequence are shared by all tables
        op.execute("ALTER INDEX pk_reviews RENAME TO pk_old_reviews")
        op.execute("ALTER SEQUENCE reviews_id_seq RENAME TO old_reviews_id_seq")


def _count_on() -> None:
    """Let the ids of the new table follow those that were taken over."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SELECT setval('reviews_id_seq', (SELECT coalesce(max(id), 0) + 1 FROM reviews), false)")


def _reviews_up() -> None:
    _set_aside_reviews()
    _reviews(
        "'mend', 'explained', 'not_applicable', 'misread'",
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("lasting", sa.Boolean(), nullable=False),
        sa.Column("batch", sa.String(length=32), nullable=False),
        sa.Column("undone_at", _INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_reviews_agency_id_agencies")),
        *_account("reviews"),
    )
    op.execute(_REVIEWS_UP)
    op.drop_table("old_reviews")
    _count_on()
    op.create_index(op.f("ix_reviews_agency_id_rule"), "reviews", ["agency_id", "rule"])
    op.create_index(op.f("ix_reviews_batch"), "reviews", ["batch"])


def _notices_up() -> None:
    with op.batch_alter_table("notices") as table:
        table.add_column(sa.Column("report_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("number", sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("findings", sa.JSON(), nullable=False, server_default="[]"))
        table.add_column(sa.Column("answered_at", _INSTANT, nullable=True))
        table.add_column(sa.Column("account_id", sa.Integer(), nullable=True))
        table.create_foreign_key(op.f("fk_notices_report_id_reports"), "reports", ["report_id"], ["id"])
        table.create_foreign_key(op.f("fk_notices_account_id_accounts"), "accounts", ["account_id"], ["id"])
    op.execute(
        "UPDATE notices SET report_id = (SELECT id FROM reports"
        " WHERE reports.agency_id = notices.agency_id AND reports.year = notices.year)"
    )
    op.create_index(op.f("ix_notices_report_id"), "notices", ["report_id"])


def _said() -> None:
    op.create_table(
        "transitions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(length=16), nullable=False),
        sa.Column("before", sa.String(length=16), nullable=False),
        sa.Column("after", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("batch", sa.String(length=32), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        *_account("transitions"),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_transitions_report_id_reports")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transitions")),
    )
    op.create_index(op.f("ix_transitions_report_id_id"), "transitions", ["report_id", "id"])
    op.create_index(op.f("ix_transitions_batch"), "transitions", ["batch"])
    op.create_table(
        "answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        *_account("answers"),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_answers_report_id_reports")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
    )
    op.create_index(op.f("ix_answers_report_id_id"), "answers", ["report_id", "id"])
    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("cell", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("printed", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("undone_at", _INSTANT, nullable=True),
        *_account("corrections"),
        sa.CheckConstraint(
            "kind IN ('number', 'zero', 'blank', 'placeholder', 'text')", name=op.f("ck_corrections_kind")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_corrections_submission_id_submissions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
    )
    op.create_index(op.f("ix_corrections_sha256_cell"), "corrections", ["sha256", "cell"])
    op.create_index(op.f("ix_corrections_submission_id"), "corrections", ["submission_id"])


def downgrade() -> None:
    """Take back what was added; decisions keep what their old table can hold."""
    for said in ("corrections", "answers", "transitions"):
        op.drop_table(said)
    op.drop_index(op.f("ix_notices_report_id"), "notices")
    with op.batch_alter_table("notices") as table:
        for name in ("report_id", "account_id"):
            other = "reports" if name == "report_id" else "accounts"
            table.drop_constraint(op.f(f"fk_notices_{name}_{other}"), type_="foreignkey")
        for name in ("report_id", "number", "findings", "answered_at", "account_id"):
            table.drop_column(name)
    op.drop_index(op.f("ix_reviews_agency_id_rule"), "reviews")
    op.drop_index(op.f("ix_reviews_batch"), "reviews")
    _set_aside_reviews()
    _reviews("'confirmed', 'dismissed', 'excused'")
    op.execute(_REVIEWS_DOWN)
    op.drop_table("old_reviews")
    _count_on()
    op.drop_index("ix_standings_review", "standings")
    op.drop_index(op.f("ix_standings_year_state_total_report_id"), "standings")
    with op.batch_alter_table("standings") as table:
        for name in ("state", "operator", "info"):
            table.drop_column(name)
    op.drop_index(op.f("ix_agencies_path"), "agencies")
    with op.batch_alter_table("agencies") as table:
        table.drop_column("path")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER audit_log_only_added ON audit_log")
        op.execute("DROP FUNCTION hecha_only_added()")
    else:
        for event in ("update", "delete"):
            op.execute(f"DROP TRIGGER audit_log_no_{event}")
    op.drop_index(op.f("ix_audit_log_account_id_at"), "audit_log")
    with op.batch_alter_table("audit_log") as table:
        table.drop_constraint(op.f("fk_audit_log_account_id_accounts"), type_="foreignkey")
        table.drop_column("address")
        table.drop_column("account_id")
    for name in ("api_tokens", "sign_ins", "accounts"):
        op.drop_table(name)
