"""The text of each report that is searched for words: agency, file and what its findings say, kept with its standing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, select, update

from tasks.persist.rows import FINDINGS, SEARCH_TEXTS, STANDINGS, SUBMISSIONS, copy_in, select_in

# One character for one, so that what is found stands at the same place in the text that is shown.
_FOLDED = {
    **{code: chr(code - 0xFEE0).lower() for code in range(0xFF01, 0xFF5F)},
    **{code: chr(code).lower() for code in range(ord("A"), ord("Z") + 1)},
    0x3000: " ",
    0: " ",
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),
}


def folded(text: str) -> str:
    """Return the text as it is compared: capitals as small letters, wide digits, letters and marks as narrow ones.

    It is as long as the text; what no database can hold is another character.
    """
    return text.translate(_FOLDED)


def record_search_texts(connection: Connection, reports: Iterable[int]) -> None:
    """Write what is searched of these reports, as their standings are now. What is the same is left as it is."""
    wanted = sorted(set(reports))
    standing = select(
        *(STANDINGS.c[name] for name in ("report_id", "evaluation_id", "year")),
        SUBMISSIONS.c.agency,
        SUBMISSIONS.c.file,
    ).join_from(STANDINGS, SUBMISSIONS, SUBMISSIONS.c.id == STANDINGS.c.submission_id)
    found = list(select_in(connection, standing, STANDINGS.c.report_id, wanted))
    said: dict[int, list[str]] = defaultdict(list)
    sentences = select(FINDINGS.c.evaluation_id, FINDINGS.c.message).order_by(
        FINDINGS.c.evaluation_id, FINDINGS.c.position
    )
    evaluations = (row.evaluation_id for row in found if row.evaluation_id is not None)
    for evaluation, message in select_in(connection, sentences, FINDINGS.c.evaluation_id, evaluations):
        said[evaluation].append(message)
    texts = {
        row.report_id: search_text(row.agency, row.file, said.get(row.evaluation_id, ())) for row in found
    }
    chosen = select(SEARCH_TEXTS.c.report_id, SEARCH_TEXTS.c.text)
    stored = dict(tuple(row) for row in select_in(connection, chosen, SEARCH_TEXTS.c.report_id, wanted))
    rows = [
        {"report_id": row.report_id, "year": row.year, "text": texts[row.report_id]}
        for row in found
        if row.report_id not in stored
    ]
    copy_in(connection, SEARCH_TEXTS, rows)
    changed = [
        {"row": id_, "new": text} for id_, text in texts.items() if id_ in stored and stored[id_] != text
    ]
    if changed:
        connection.execute(_rewrite, changed)


def search_text(agency: str | None, file: str, sentences: Iterable[str]) -> str:
    """Return the text that is searched, in lines: no word, which has no blank, is found across two of them."""
    return folded("\n".join((agency or "", file, *sentences)))


_rewrite = (
    update(SEARCH_TEXTS).where(SEARCH_TEXTS.c.report_id == bindparam("row")).values(text=bindparam("new"))
)
