"""What the search of the work list looks in: one text a report, with agency, file and the sentences of its findings.

Taking it back loses nothing: the texts are made from the other tables. On PostgreSQL they are found through an index
over their single characters and pairs of characters, which takes the place of that over agency and file; SQLite reads
the texts. Besides an index for the list of all years by score.
"""

from __future__ import annotations

import json
from collections import defaultdict

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_AT_ONCE = 5_000
"""Reports whose texts are made at once."""
_NARROW = {
    **{code: chr(code - 0xFEE0).lower() for code in range(0xFF01, 0xFF5F)},
    **{code: chr(code).lower() for code in range(ord("A"), ord("Z") + 1)},
    0x3000: " ",
    0: " ",
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),
}
_ESCAPED = "\ufdd0"
_REPORTS = """
SELECT t.report_id, t.year, t.evaluation_id, s.agency, s.file
FROM standings AS t JOIN submissions AS s ON s.id = t.submission_id
WHERE t.report_id > :last ORDER BY t.report_id LIMIT :count
"""
_SENTENCES = """
SELECT f.evaluation_id, f.message FROM standings AS t JOIN findings AS f ON f.evaluation_id = t.evaluation_id
WHERE t.report_id > :last AND t.report_id <= :until ORDER BY f.evaluation_id, f.position
"""

# The same pairs as before in a fraction of the time: the text is cut into characters once; an index sorts by itself.
_GRAMS = """
CREATE OR REPLACE FUNCTION hecha_grams(words text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT coalesce(array_agg(c) || array_agg(before || c) FILTER (WHERE before IS NOT NULL), '{}')
    FROM (SELECT c, lag(c) OVER () AS before FROM unnest(string_to_array(words, NULL)) AS c) AS cut
$$
"""
_OLD_GRAMS = """
CREATE OR REPLACE FUNCTION hecha_grams(words text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT coalesce(array_agg(DISTINCT substr(w, i, n)), '{}')
    FROM (SELECT lower(words) AS w) AS lowered,
         generate_series(1, 2) AS n,
         generate_series(1, length(w) - n + 1) AS i
$$
"""


def upgrade() -> None:
    """Create and fill the table, then its index; that over agency and file is not needed any longer."""
    op.create_table(
        "search_texts",
        sa.Column("report_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["reports.id"],
            name=op.f("fk_search_texts_report_id_reports"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_search_texts")),
    )
    _fill()
    op.create_index(op.f("ix_standings_total_report_id"), "standings", ["total", "report_id"])
    op.drop_index("ix_submissions_search", "submissions")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_GRAMS)
        # The year is one key more (no pair of characters has four), so that the default list, a year's, reads only that.
        op.execute(
            "CREATE INDEX ix_search_texts_text ON search_texts"
            " USING gin (array_append(hecha_grams(text), year::text))"
        )


def _fill() -> None:
    connection, last = op.get_bind(), 0
    table = sa.table("search_texts", *map(sa.column, ("report_id", "year", "text")))
    while reports := connection.execute(sa.text(_REPORTS), {"last": last, "count": _AT_ONCE}).all():
        chosen = {"last": last, "until": reports[-1].report_id}
        said: dict[int, list[str]] = defaultdict(list)
        for evaluation, message in connection.execute(sa.text(_SENTENCES), chosen):
            said[evaluation].append(message)
        rows = [
            {"report_id": id_, "year": year, "text": _text(agency or "", file, *said.get(evaluation, ()))}
            for id_, year, evaluation, agency, file in reports
        ]
        connection.execute(sa.insert(table), rows)
        last = reports[-1].report_id


def _text(*lines: str) -> str:
    """As `tasks.persist.searched` writes it."""
    printed = (json.loads(one[1:]) if one.startswith(_ESCAPED) else one for one in lines)
    return "\n".join(printed).translate(_NARROW)


def downgrade() -> None:
    """Drop the table, and put the index over agency and file back."""
    op.drop_index(op.f("ix_standings_total_report_id"), "standings")
    op.drop_table("search_texts")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_OLD_GRAMS)
        op.execute(
            "CREATE INDEX ix_submissions_search ON submissions"
            " USING gin (hecha_grams(coalesce(agency, '') || ' ' || file))"
        )
    else:
        op.create_index("ix_submissions_search", "submissions", ["agency", "file"])
