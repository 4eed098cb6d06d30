"""Finding reports by a part of the agency's name or of the file's."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, func, literal_column, or_, select

from tasks.persist.rows import STANDINGS, SUBMISSIONS

LONGEST = 100
"""Characters of what is searched for; the rest is left out."""
SAMPLED = 500
"""The newest submissions, in which a word that stands in many is recognised."""
COMMON = 20
"""A word in one of so many submissions, or more, is not looked up in the index but met while reading along the list."""


def found(connection: Connection, words: str) -> ColumnElement[bool]:
    """Return the condition on `STANDINGS` that agency or file of the newest version holds every one of the words."""
    asked = words[:LONGEST].split()
    if connection.dialect.name != "postgresql":
        return STANDINGS.c.submission_id.in_(select(SUBMISSIONS.c.id).where(*map(_holds, asked)))
    sample = _sample(connection)
    common = [word for word in asked if _is_common(sample, word)]
    rare = [word for word in asked if word not in common]
    of_report = SUBMISSIONS.c.id == STANDINGS.c.submission_id
    condition = select(SUBMISSIONS.c.id).where(of_report, *map(_holds, common)).exists()
    if not rare:
        return condition
    # The same words as the index `ix_submissions_search` is made of. Materialized: met along the way instead, the pairs
    # of characters would be made anew for every row, which takes a hundred times as long.
    grams: ColumnElement[str] = literal_column(
        "hecha_grams(coalesce(submissions.agency, '') || ' ' || submissions.file)"
    )
    looked_up = [grams.op("@>")(func.hecha_pairs(word)) for word in rare]
    hits = select(SUBMISSIONS.c.id).where(*looked_up, *map(_holds, rare)).cte("hits")
    here = STANDINGS.c.submission_id.in_(select(hits.prefix_with("MATERIALIZED", dialect="postgresql").c.id))
    return here & condition if common else here


def _sample(connection: Connection) -> list[str]:
    newest = select(SUBMISSIONS.c.agency, SUBMISSIONS.c.file).order_by(SUBMISSIONS.c.id.desc()).limit(SAMPLED)
    return [f"{agency or ''} {file}".lower() for agency, file in connection.execute(newest)]


def _is_common(sample: list[str], word: str) -> bool:
    """Whether many names hold all pairs of characters of the word, by which the index finds it (2020: 20, 02)."""
    lowered = word.lower()
    pairs = {lowered[at : at + 2] for at in range(max(1, len(lowered) - 1))}
    return COMMON * sum(all(pair in name for pair in pairs) for name in sample) > len(sample)


def _holds(word: str) -> ColumnElement[bool]:
    like = f"%{word.replace('!', '!!').replace('%', '!%').replace('_', '!_')}%"
    columns = (SUBMISSIONS.c.agency, SUBMISSIONS.c.file)
    if (
        word.lower() == word.upper()
    ):  # Chinese and numbers: no need to fold cases, which takes most of the time
        return or_(*(column.like(like, escape="!") for column in columns))
    return or_(*(column.ilike(like, escape="!") for column in columns))
