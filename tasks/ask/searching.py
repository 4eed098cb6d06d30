"""Finding reports by words: each in the agency's name, the file's or what the findings of the newest evaluation say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, literal, literal_column, select, true

from tasks.decide.reviews import NAMES, standing_reviews
from tasks.persist.rows import FINDINGS, SEARCH_TEXTS, STANDINGS, SUBMISSIONS, AnyRow, select_in
from tasks.persist.searched import folded, search_text

LONGEST = 100
"""Characters of what is searched for; the rest is left out."""
SAMPLED = 80
"""Pages of the table that are looked into for how common the words are: some hundred reports, from all over it."""
PAGE_BYTES = 8192
COMMON = 600
"""Reports that the index gives, times the share that holds the words: where it is more, they are met along the list."""

_TEXT = SEARCH_TEXTS.c.text


@dataclass(frozen=True, slots=True)
class Quote:
    """The sentence in which a report was found. `kind`: a severity, ``review`` when it is for our own people.

    `pieces`: the sentence in parts, each with whether it is one of the words. `decision`: what people decided of it.
    """

    kind: str
    pieces: tuple[tuple[str, bool], ...]
    decision: str | None


def words_of(text: str) -> list[str]:
    """Return the words that are searched for, as they are compared."""
    return list(dict.fromkeys(folded(text[:LONGEST]).split()))


def found(connection: Connection, text: str, year: int | None = None) -> ColumnElement[bool]:
    """Return the condition on `STANDINGS` that agency, file or a sentence holds each one of the words.

    `year`: the one that is looked into anyway, for it to be found faster.
    """
    words = words_of(text)
    if not words:
        return true()
    if connection.dialect.name != "postgresql":
        held = [func.instr(_TEXT, word) > 0 for word in words]
        return STANDINGS.c.report_id.in_(select(SEARCH_TEXTS.c.report_id).where(*held))
    held = [func.strpos(_TEXT, word) > 0 for word in words]
    if _are_common(connection, words, year):
        of_report = SEARCH_TEXTS.c.report_id == STANDINGS.c.report_id
        # one condition: for each of several PostgreSQL expects a third of the rest, and gives up walking along the list
        places = [func.strpos(_TEXT, word) for word in words]
        return select(SEARCH_TEXTS.c.report_id).where(of_report, func.least(*places) > 0).exists()
    # As the index `ix_search_texts_text` is made. Materialized: met along the way instead, the pairs of characters would
    # be made anew for every row, which takes a hundred times as long.
    grams: ColumnElement[str] = literal_column(
        "array_append(hecha_grams(search_texts.text), search_texts.year::text)"
    )
    looked_up = [grams.op("@>")(func.hecha_pairs(word)) for word in words]
    if year is not None:
        looked_up.append(grams.op("@>")(func.array_append(literal_column("'{}'::text[]"), str(year))))
    hits = select(SEARCH_TEXTS.c.report_id).where(*looked_up, *held).cte("hits")
    return STANDINGS.c.report_id.in_(
        select(hits.prefix_with("MATERIALIZED", dialect="postgresql").c.report_id)
    )


def _are_common(connection: Connection, words: Sequence[str], year: int | None) -> bool:
    """Whether to meet the words along the order of the list takes less time than to look them up in the index.

    The index gives the reports that hold all pairs of characters of the words (2020: 20 and 02), which are read then;
    along the order of the list the more are read the fewer hold the words.
    """
    size = connection.execute(select(func.pg_relation_size(SEARCH_TEXTS.name))).scalar_one()
    percent = min(100.0, 100 * SAMPLED * PAGE_BYTES / max(size, 1))
    sample = SEARCH_TEXTS.tablesample(func.system(percent), name="sample", seed=literal(0))
    pairs = {word[at : at + 2] for word in words for at in range(max(1, len(word) - 1))}
    given, held = (
        func.count().filter(*(func.strpos(sample.c.text, part) > 0 for part in parts))
        for parts in (sorted(pairs), words)
    )
    counted = select(func.count(), given, held).select_from(sample)
    if year is not None:
        counted = counted.where(sample.c.year == year)
    every, by_pairs, by_words = connection.execute(counted).one()
    return bool(by_pairs * by_words * 100 > COMMON * every * percent)


def quotes(connection: Connection, report_ids: Iterable[int], text: str) -> dict[int, Quote]:
    """Return for each report that was found by its findings the first sentence with most of the words.

    Who asks has seen to it that the person may see the reports. One that has all words in its agency's name and the file's
    has no sentence.
    """
    words = words_of(text)
    ids = set(report_ids)
    named = select(STANDINGS.c.report_id, SUBMISSIONS.c.agency, SUBMISSIONS.c.file).join_from(
        STANDINGS, SUBMISSIONS, SUBMISSIONS.c.id == STANDINGS.c.submission_id
    )
    looked_for = {}
    for report, agency, file in select_in(connection, named, STANDINGS.c.report_id, ids):
        name = search_text(agency, file, ())
        if missing := [word for word in words if word not in name]:
            looked_for[report] = missing
    columns = ("fingerprint", "severity", "addressee", "message")
    said = (
        select(STANDINGS.c.report_id, *(FINDINGS.c[name] for name in columns))
        .join_from(STANDINGS, FINDINGS, FINDINGS.c.evaluation_id == STANDINGS.c.evaluation_id)
        .order_by(STANDINGS.c.report_id, FINDINGS.c.position)
    )
    best: dict[int, tuple[int, AnyRow]] = {}
    for row in select_in(connection, said, STANDINGS.c.report_id, looked_for):
        sentence = folded(row.message)
        held = sum(word in sentence for word in looked_for[row.report_id])
        if held > (best[row.report_id][0] if row.report_id in best else 0):
            best[row.report_id] = (held, row)
    decided = standing_reviews(connection, best)
    return {
        report: Quote(
            row.severity if row.addressee == "agency" else "review",
            marked(row.message, words),
            NAMES[review.decision] if (review := decided.get((report, row.fingerprint))) else None,
        )
        for report, (_, row) in best.items()
    }


def marked(sentence: str, words: Sequence[str]) -> tuple[tuple[str, bool], ...]:
    """Return the sentence in parts, each with whether it is one of the words."""
    either = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    pieces, end = [], 0
    for match in re.finditer(either, folded(sentence)):
        if match.start() > end:
            pieces.append((sentence[end : match.start()], False))
        pieces.append((sentence[match.start() : match.end()], True))
        end = match.end()
    if end < len(sentence):
        pieces.append((sentence[end:], False))
    return tuple(pieces)
