"""What the sections of a report say, one row a report."""

from __future__ import annotations

import polars as pl

from expectations.profile import Profile
from models.facts import Facts
from tasks.validate.prose.aspects import with_aspects, with_results
from tasks.validate.prose.extent import with_extent
from tasks.validate.prose.fees import with_fees
from tasks.validate.prose.problems import with_problems
from tasks.validate.prose.specifics import with_specifics
from tasks.validate.prose.texts import section_texts

_CELLS = ("t3.received_new.total", "t3.results.other.overdue_fee.total", "t3.results.other.misc.total")
_TEXTS = ("overview", "problems", "other", "extra", "elsewhere", "intro", "whole", "ended", "other_suspected")


def prepare_prose(facts: Facts, reports: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """Return one row a report, on any form: its context, and what its sections say.

    `reports`: as prepared. Columns besides the context: those of `with_aspects`, `with_results`, `with_problems`,
    `with_fees`, `with_extent` and `with_specifics` (see there); the cells of table 3 that such statements speak of, by their codes
    (null unless read for certain).
    """
    context = reports.select(
        "submission",
        "template",
        "year",
        "rank",
        "organ",
        "format",
        "agency",
        "zero_report",
        "pictures",
        "fee_statement",
        report_read_by="read_by",
    )
    prose = context.join(section_texts(facts), on="submission", how="left", maintain_order="left")
    cells = facts.cells.filter(pl.col("code").is_in(_CELLS)).select("submission", "code", "value")
    values = cells.pivot(
        on="code", on_columns=list(_CELLS), index="submission", values="value", aggregate_function="first"
    )
    return (
        prose.join(values, on="submission", how="left", maintain_order="left")
        .pipe(with_aspects, profile)
        .pipe(with_results, profile)
        .pipe(with_problems, profile)
        .pipe(with_fees)
        .pipe(with_extent, profile)
        .pipe(with_specifics, facts, profile)
        .drop(_TEXTS)
    )
