"""The frames between extraction and validation: one row = one fact, with keys that join.

`submission` is the sha256 of the file's bytes, in every frame. Numbers are Float64 (exact for counts up
to 2**53) and null unless they were read for certain; what was printed stands beside them in `cells`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import polars as pl

Schema = Mapping[str, pl.DataType | type[pl.DataType]]

APPLICANTS = (
    "natural_person",
    "enterprise",
    "research",
    "public_welfare",
    "legal_service",
    "other_org",
    "total",
)
OUTCOMES = ("upheld", "corrected", "other", "pending", "total")
DISPUTE_GROUPS = ("review", "suit_direct", "suit_after_review")

REPORTS: Schema = {
    "submission": pl.String,
    "file": pl.String,
    "format": pl.String,
    "title": pl.String,  # as printed, white space folded; null if the file has none
    "agency": pl.String,
    "agency_source": pl.String,  # title | intro | signature | publisher | file_name | roster
    "rank": pl.String,  # state | province | city | county | township | unknown
    "organ": pl.String,  # government | department | unknown
    "year": pl.Int32,  # the report year
    "year_source": pl.String,  # title | period | body | file_name
    "title_year": pl.Int32,  # only what the title says
    "period_text": pl.String,  # the sentence part that states the statistics period; null if none
    "period_start": pl.Date,
    "period_end": pl.Date,
    "signed_on": pl.Date,
    "published_on": pl.Date,
    "template": pl.String,  # v2021 | v2019 | pre2019, from the headers printed; null if undecidable
    "template_required": pl.String,  # what the report year calls for; null without a year
    "fee_statement": pl.String,  # the sentence on 信息处理费 in section 6 or 1; null if there is none
    "zero_report": pl.Boolean,  # every number read is zero
    "uncertain_cells": pl.Int32,
    "characters": pl.Int32,
    "notes": pl.List(pl.String),  # the reader's remarks for the operator, Chinese
    "read_by": pl.String,  # ocr if any page was a picture, else text
}

SECTIONS: Schema = {
    "submission": pl.String,
    "key": pl.String,  # six rows a report, one a template section; further rows "extra" for what is not on the form
    "expected_heading": pl.String,
    "heading": pl.String,  # as printed, without its numeral; null if missing
    "numeral": pl.String,  # as printed: 三, 3, or null when the heading has none
    "match": pl.String,  # exact | variant | deviation | extra | uncertain (traces of it only) | null (missing)
    "order": pl.Int32,  # place among the headings found, from 1; null if missing
    "previous_order": pl.Int32,  # the largest order among the template sections before this one; null if none
    "occurrences": pl.Int32,  # how often the heading was found
    "text": pl.String,  # the prose below the heading, tables left out
    "characters": pl.Int32,  # Chinese characters and digits of `text`; null if the part cannot be told
    "tables": pl.Int32,  # numeric tables (t2, t3, t4) standing in this section
    "misplaced_table": pl.String,  # t2 | t3 | t4 standing here though it belongs to another section; null if none
    "where": pl.String,  # locator as JSON
}

TABLES: Schema = {
    "submission": pl.String,
    "table": pl.String,  # t2 | t3 | t4: three rows a report
    "cells_expected": pl.Int32,
    "cells_found": pl.Int32,  # cells for which the file has a place, whatever stands in it
    "cells_read": pl.Int32,  # cells read for certain (number or zero)
    "occurrences": pl.Int32,  # how often it was found; 0 = missing, null = may be there unrecognised
    "section": pl.String,  # key of the section it stands in
    "where": pl.String,
}

LINES: Schema = {
    "submission": pl.String,
    "table": pl.String,  # t2 | t3 | t4
    "axis": pl.String,  # row | column | block
    "key": pl.String,  # "t3.results.total" (row), "t3.columns.total" (column), "t2.item_8" (block)
    "expected_label": pl.String,
    "label": pl.String,  # as printed; null if missing
    "match": pl.String,  # exact | variant | typo | missing | uncertain | undivided (（六）其他处理 as one row)
    "similarity": pl.Float64,  # 0..1 against the nearest accepted wording
    "order": pl.Int32,  # place among the lines found in its table and axis, from 1
    "previous_order": pl.Int32,  # the largest order among the template lines before this one
    "width": pl.Int32,  # numbers or blanks printed in the row; null if not countable for certain
    "expected_width": pl.Int32,  # 7 in table 3, 15 in the one row of table 4; null for columns and blocks
    "foreign": pl.Boolean,  # belongs to the other template (STR-09)
    "where": pl.String,
}

CELLS: Schema = {
    "submission": pl.String,
    "code": pl.String,
    "table": pl.String,
    "row": pl.String,
    "column": pl.String,
    "total": pl.Boolean,  # stands in a total row or column
    "form": pl.String,  # count | signed | amount
    "raw": pl.String,  # as printed; null if the file has no such cell
    "value": pl.Float64,
    "kind": pl.String,  # number | zero | blank | placeholder | text | uncertain | missing
    "reason": pl.String,  # Chinese; why uncertain
    "proposal": pl.String,  # what the cell most likely says, for the operator; never checked
    "normalised": pl.String,  # how `raw` had to be rewritten to be a number: separator | fullwidth | chinese | letter | unit; null if not
    "where": pl.String,
    "read_by": pl.String,  # text | ocr | person (`CORRECTIONS`)
    "confidence": pl.Float64,
}

REQUESTS_BY_OUTCOME: Schema = {
    "submission": pl.String,
    "line": pl.String,  # "received_new", "results.denied.state_secret", …
    **dict.fromkeys(APPLICANTS, pl.Float64),
}

OUTCOME_LINES = (
    "full_disclosure",
    "partial_disclosure",
    "denied_state_secret",
    "denied_other_law",
    "denied_security_stability",
    "denied_third_party",
    "denied_internal_affairs",
    "denied_process_info",
    "denied_enforcement_file",
    "denied_admin_inquiry",
    "unable_not_held",
    "unable_needs_creation",
    "unable_still_unclear",
    "not_handled_petition",
    "not_handled_repeat",
    "not_handled_publication",
    "not_handled_excessive",
    "not_handled_reconfirm",
    "other_processing",  # （六）: the printed undivided row, or the sum of its three lines
)

REQUESTS_BY_APPLICANT: Schema = {
    "submission": pl.String,
    "applicant": pl.String,
    "received_new": pl.Float64,
    "carried_in": pl.Float64,
    **dict.fromkeys(OUTCOME_LINES, pl.Float64),
    "results_total": pl.Float64,
    "carried_out": pl.Float64,
}

DISPUTES: Schema = {
    "submission": pl.String,
    "group": pl.String,
    **dict.fromkeys(OUTCOMES, pl.Float64),
}

DOCUMENTS: Schema = {
    "submission": pl.String,
    "kind": pl.String,  # rules | normative_docs (v2021 only: the stock of 规章 and 行政规范性文件)
    "issued": pl.Float64,
    "repealed": pl.Float64,
    "in_force": pl.Float64,
    "previous_submission": pl.String,
    "previous_in_force": pl.Float64,  # the year before, where that report is v2021 too
    "previous_read_by": pl.String,  # text | ocr
}

YEARS: Schema = {
    "submission": pl.String,
    "applicant": pl.String,
    "carried_in": pl.Float64,
    "previous_submission": pl.String,  # null: no report of the year before is among those compared
    "previous_carried_out": pl.Float64,
    "previous_read_by": pl.String,  # text | ocr
}

PARAGRAPHS: Schema = {
    "submission": pl.String,
    "paragraph": pl.Int32,  # number in reading order, from 1
    "section": pl.String,  # title | intro | a template section's key | extra | signature
    "text": pl.String,  # as printed, white space folded, lines that a conversion broke joined; tables left out
    "where": pl.String,
}

CLAIMS: Schema = {
    "submission": pl.String,
    "claim": pl.Int32,  # number in reading order, from 1
    "paragraph": pl.Int32,
    "section": pl.String,
    "sentence": pl.String,  # the sentence it stands in, as printed
    "quote": pl.String,  # the words of the claim itself
    "metric": pl.String,  # what is counted; the vocabulary stands in tasks/extract/claims
    "relation": pl.String,  # is | none (“未收到”, 0件) | share | outcome (“均获维持”) | sum (parts of a whole)
    "value": pl.Float64,  # 0 for none; share: per cent; sum: the sum of the parts; null for outcome
    "raw": pl.String,  # the number as printed; null where the claim has none
    "unit": pl.String,  # 件 | 条 | 元 | % …; null where none is printed
    "base": pl.Float64,  # relation share: the whole that the prose states, null if none; sum: the stated whole
    "parts": pl.List(pl.Float64),  # relation sum: the parts; share: the number whose share is stated
    "scope": pl.String,  # own | whole (全市, 各部门) | part (其中, one channel, one office) | unknown
    "period": pl.String,  # this | previous | other | unknown
    "subject": pl.String,  # what is counted in the report's own words, without period, agency and fillers
    "exhaustive": pl.Boolean,  # relation sum: the parts are said to be all there are; else null
    "doubt": pl.String,  # Chinese: why the claim cannot be held against the tables for certain; null if it can
    "where": pl.String,
}

MENTIONS: Schema = {
    "submission": pl.String,
    "mention": pl.Int32,  # number in reading order, from 1
    "paragraph": pl.Int32,  # null for what stands in a table
    "section": pl.String,
    # year | relative_time | congress | document | order | law | article | principle | place | level | agency | residue
    # | phone | resident_id | bank_card | address | applicant
    "kind": pl.String,
    "text": pl.String,  # as printed; personal data masked
    "value": pl.String,  # in its plain form: 2023, 国办公开办函〔2021〕30号, 370000; null for personal data
    "role": pl.String,  # how it is used: acting | period | title | comparison | plan | quoted | masked | …
    "sentence": pl.String,  # as printed; personal data masked
    "where": pl.String,
}

HISTORY: Schema = {
    "submission": pl.String,
    "previous_submission": pl.String,  # the same agency's report of the year before, as in `years`
    "previous_template": pl.String,
    "previous_read_by": pl.String,  # text | ocr
    "previous_characters": pl.Int32,
    "previous_rivals": pl.List(
        pl.String
    ),  # other versions of that report, none of which is known to be the last
    "years_received": pl.List(
        pl.Int32
    ),  # every year of which a report of this agency is among those compared
    "first_year": pl.Int32,  # the first year owed, from the roster; null if it does not say
    "other_versions": pl.List(pl.String),  # other submissions of the same agency and year
    "differing_cells": pl.List(pl.String),  # cells read for certain that differ from one of those versions
    "conflicting_cells": pl.List(pl.String),  # of these, from a version where neither says it is a correction
    "other_version": pl.String,  # a version with conflicting cells: its file
    "other_version_read_by": pl.String,  # text | ocr
    "other_version_published": pl.Boolean,  # both carry the date on which a web site published them
    "missing_years": pl.List(
        pl.Int32
    ),  # years just before this report of which none is there, see `years.py`
    "series_owed": pl.Boolean,  # the roster says of these years that a report is owed
    "vertical": pl.Boolean,  # led from above, by the roster; null if it does not say
    "due_below": pl.Int32,  # agencies below this government that owe a report of the year, from the roster
    "missing_below": pl.List(pl.String),  # of these, without a report among those compared
}

PREVIOUS_CELLS: Schema = {
    "submission": pl.String,
    "code": pl.String,  # cells that both templates share
    "previous_value": pl.Float64,  # null unless it was read for certain
}

TWINS: Schema = {
    # for every report at least one row of each relation and part that is looked at (see tasks/compare/copies.py)
    "submission": pl.String,
    "relation": pl.String,  # previous (the same agency's year before) | peer (another agency, same year) | parent
    "part": pl.String,  # prose (sections one and five) | problems (section five) | overview (section one)
    "other_submission": pl.String,  # null: there is none, or (peer) none that is alike
    "other_agency": pl.String,
    "other_year": pl.Int32,
    "other_file": pl.String,
    "other_read_by": pl.String,  # text | ocr
    "similarity": pl.Float64,  # 0..1, cut to 4 decimals, of the masked text without what many reports share; null: cannot be told
    "shared_characters": pl.Int32,  # length of the matching passages; null: cannot be told
    "partners": pl.Int32,  # relation peer: agencies whose reports are alike, at least; the most alike have rows
    "perhaps_same": pl.Boolean,  # by its name the other may be the same agency: abbreviated, or renamed
    "moulded": pl.Boolean,  # nearly all of it is text that many reports share, so that this was compared as well
    "new_numbers": pl.Boolean,  # part problems: numbers other than years differ though the words are alike
    "reason": pl.String,  # Chinese; why it cannot be told
    "passages": pl.List(pl.Struct({"own": pl.String, "other": pl.String, "section": pl.String})),
}

SUBORDINATES: Schema = {
    "submission": pl.String,  # of a government's report
    "code": pl.String,
    "value": pl.Float64,
    "due": pl.Int32,  # agencies below it that owe a report of the year, from the roster
    "received": pl.Int32,  # of these, with a report that has the cell for certain
    "total": pl.Float64,  # Σ of the cell over the reports received
    "largest": pl.Float64,
    "largest_agency": pl.String,
    "largest_submission": pl.String,
    "largest_read_by": pl.String,  # text | ocr
}

OUTSIDE: Schema = {
    "submission": pl.String,  # rows of the optional table of outside facts, joined by agency and year
    "url": pl.String,
    "status": pl.Int32,  # HTTP status when the address was last tried
    "size": pl.Int64,  # bytes that it gave
    "column": pl.String,  # column of the web site it is published in
    "submitted_on": pl.Date,
    "published_on": pl.Date,
    "changed_on": pl.Date,  # published again after that without a note of correction
    "changed": pl.Boolean,  # whether that was found; null if nobody looked
    "licensing": pl.Float64,  # decisions of the year by the published statistics of enforcement
    "penalty": pl.Float64,
    "coercion": pl.Float64,
    "normative_docs": pl.Float64,  # in force by the official library
}

CORRECTIONS: Schema = {
    # what people read otherwise than we did, of every report that this one's evaluation rests on
    "submission": pl.String,
    "of": pl.String,  # the submission the cell stands in: this one, or a report of the year before
    "code": pl.String,
    "kind": pl.String,
    "value": pl.Float64,
    "printed": pl.String,
}


@dataclass(frozen=True, slots=True)
class Facts:
    """The frames of a set of submissions. Every frame has the schema of the same name in this module."""

    reports: pl.DataFrame
    sections: pl.DataFrame
    tables: pl.DataFrame
    lines: pl.DataFrame
    cells: pl.DataFrame
    requests_by_outcome: pl.DataFrame
    requests_by_applicant: pl.DataFrame
    disputes: pl.DataFrame
    documents: pl.DataFrame
    years: pl.DataFrame
    paragraphs: pl.DataFrame
    claims: pl.DataFrame
    mentions: pl.DataFrame
    history: pl.DataFrame
    previous_cells: pl.DataFrame
    twins: pl.DataFrame
    subordinates: pl.DataFrame
    outside: pl.DataFrame
    corrections: pl.DataFrame

    @staticmethod
    def names() -> tuple[str, ...]:
        """The names of the frames, in order."""
        return tuple(f.name for f in fields(Facts))


SCHEMAS: Mapping[str, Schema] = {
    "reports": REPORTS,
    "sections": SECTIONS,
    "tables": TABLES,
    "lines": LINES,
    "cells": CELLS,
    "requests_by_outcome": REQUESTS_BY_OUTCOME,
    "requests_by_applicant": REQUESTS_BY_APPLICANT,
    "disputes": DISPUTES,
    "documents": DOCUMENTS,
    "years": YEARS,
    "paragraphs": PARAGRAPHS,
    "claims": CLAIMS,
    "mentions": MENTIONS,
    "history": HISTORY,
    "previous_cells": PREVIOUS_CELLS,
    "twins": TWINS,
    "subordinates": SUBORDINATES,
    "outside": OUTSIDE,
    "corrections": CORRECTIONS,
}

COMPARED = ("history", "previous_cells", "twins", "subordinates", "outside", "corrections")
"""The frames that no single file fills: they are filled over all reports of a sweep (`tasks.batches.gather`)."""


def empty() -> Facts:
    """Return frames without rows."""
    return Facts(**{name: pl.DataFrame(schema=schema) for name, schema in SCHEMAS.items()})


def concat(parts: list[Facts]) -> Facts:
    """Stack the frames of several sets of submissions."""
    if not parts:
        return empty()
    return Facts(**{name: pl.concat([getattr(p, name) for p in parts]) for name in Facts.names()})


def write(facts: Facts, folder: Path) -> None:
    """Write each frame as ``<name>.parquet`` into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in Facts.names():
        getattr(facts, name).write_parquet(folder / f"{name}.parquet")


def read(folder: Path) -> Facts:
    """Read what `write` wrote. Raises FileNotFoundError when a frame is missing."""
    return Facts(**{name: pl.read_parquet(folder / f"{name}.parquet") for name in Facts.names()})
