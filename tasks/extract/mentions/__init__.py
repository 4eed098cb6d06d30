"""What the prose of a report names: years, documents, places, agencies, congresses, personal data, left-over blanks.

Only what is printed is told here, and how the sentence uses it. What it means for the report (whose place, which
document holds today, which words are forbidden) is decided in `tasks.validate.mentions` under the profile.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from tasks.extract.mentions.agencies import opening, signed, stated
from tasks.extract.mentions.documents import documents, laws, principles
from tasks.extract.mentions.gazetteer import places
from tasks.extract.mentions.levels import levels
from tasks.extract.mentions.passage import Mention, Passage
from tasks.extract.mentions.personal import Person, masked, persons
from tasks.extract.mentions.place_roles import place_role
from tasks.extract.mentions.residues import conversion_mark, residues
from tasks.extract.mentions.years import congresses, relative_times, years

__all__ = ["conversion_mark", "mention_rows"]


def mention_rows(
    paragraphs: Sequence[Mapping[str, Any]],
    *,
    year: int | None,
    agency: str | None,
    rank: str,
    organ: str,
    tables: Sequence[tuple[str, str]] = (),
) -> list[dict[str, Any]]:
    """Return rows of `models.facts.MENTIONS` without ``submission``, in reading order.

    `paragraphs` are the rows of `models.facts.PARAGRAPHS` of one report, `tables` text and locator of printed lines of
    its tables that hold a mark of a conversion. Personal data is masked in ``text`` and in every ``sentence``, and
    has no ``value``.
    """
    passages = [Passage.of(row) for row in paragraphs]
    apart = [(p.paragraph, mention) for p, mention in chain(opening(passages), signed(passages))]
    rows: list[dict[str, Any]] = []
    for passage in passages:
        private = list(persons(passage))
        found = list(_found(passage, year))
        found += [mention for paragraph, mention in apart if paragraph == passage.paragraph]
        found += [Mention(p.start, p.end, p.kind, p.text, None, p.role) for p in private]
        for mention in sorted(found, key=lambda m: (m.start, m.end, m.kind)):
            rows.append(_row(len(rows) + 1, passage, mention, private))
    for text, where in tables:
        passage = Passage(0, "", text, where)
        for mention in residues(passage):
            rows.append(_row(len(rows) + 1, passage, mention, []) | {"paragraph": None, "section": None})
    return rows


def _found(passage: Passage, year: int | None) -> Iterator[Mention]:
    return chain(
        years(passage, year),
        relative_times(passage),
        congresses(passage),
        documents(passage),
        laws(passage),
        principles(passage),
        _places(passage),
        levels(passage),
        stated(passage),
        residues(passage),
    )


def _places(passage: Passage) -> Iterator[Mention]:
    for start, end, codes in places(passage.plain):
        yield passage.found(start, end, "place", ",".join(codes), place_role(passage, start, end))


def _row(number: int, passage: Passage, mention: Mention, private: list[Person]) -> dict[str, Any]:
    first, last = passage.sentence_span(mention.start)
    return {
        "mention": number,
        "paragraph": passage.paragraph,
        "section": passage.section,
        "kind": mention.kind,
        "text": mention.text,
        "value": mention.value,
        "role": mention.role,
        "sentence": masked(passage.text[first:last], private, first).strip(),
        "where": passage.where,
    }
