"""The words of the sections as they are searched: one row a report, one column a section."""

from __future__ import annotations

import re
from collections.abc import Iterable

import polars as pl

from models.facts import Facts

_BETWEEN = ("proactive", "requests", "disputes")


def section_texts(facts: Facts) -> pl.DataFrame:
    """Return one row a report of `facts`: what sections one, five and six say, and what the whole says.

    Columns: submission; overview, problems, other (null where the heading was not found for certain, so that nothing
    can be said of the section); `extra` (parts outside the form, which may be pieces of a section); `elsewhere`
    (sections two to four); `intro`; `whole` (all of these); `other_suspected` (there are traces of section six that
    could not be made out); overview_characters and problems_characters (Chinese
    characters and digits as printed); `ended` (something follows section five, which is therefore whole).
    Texts are in NFKC without white space: widths are one, and lines that a conversion broke are joined. A full stop
    stands between pieces that were apart.
    """
    found = (
        pl.col("heading").is_not_null()
        & (pl.col("match") != "uncertain")
        & pl.col("characters").is_not_null()
    )
    sections = facts.sections.select(
        "submission", "key", "characters", "order", found=found, text=_plain("text")
    )
    apart = facts.paragraphs.filter(pl.col("section").is_in(["intro", "signature"])).select(
        "submission", "section", text=_plain("text")
    )
    texts = facts.reports.select("submission")
    for name, rows in {
        **{key: _of(sections, [key]) for key in ("overview", "problems", "other", "extra")},
        "elsewhere": _of(sections, _BETWEEN),
        "sections": sections,
        "intro": apart.filter(pl.col("section") == "intro"),
        "signature": apart.filter(pl.col("section") == "signature"),
    }.items():
        joined = rows.group_by("submission", maintain_order=True).agg(
            pl.col("text").str.join("。").alias(name)
        )
        texts = texts.join(joined, on="submission", how="left", maintain_order="left")
    for key in ("overview", "problems"):
        counted = _of(sections, [key]).select("submission", pl.col("characters").alias(f"{key}_characters"))
        texts = texts.join(counted, on="submission", how="left", maintain_order="left")
    suspected = facts.sections.filter((pl.col("key") == "other") & (pl.col("match") == "uncertain"))
    return texts.with_columns(pl.col("extra", "elsewhere", "intro", "sections").fill_null("")).select(
        pl.exclude("sections", "signature"),
        whole=pl.concat_str("intro", "sections", separator="。"),
        other_suspected=pl.col("submission").is_in(suspected.get_column("submission").implode()),
        ended=pl.col("other").is_not_null() | pl.col("signature").is_not_null(),
    )


def _plain(column: str) -> pl.Expr:
    return pl.col(column).fill_null("").str.normalize("NFKC").str.replace_all(r"\s+", "")


def _of(sections: pl.DataFrame, keys: Iterable[str]) -> pl.DataFrame:
    return sections.filter(pl.col("key").is_in(list(keys)) & pl.col("found").fill_null(False))


def any_of(words: Iterable[str]) -> str:
    """Return a pattern that finds any of these words, the longer ones first."""
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))
