"""Judges what the prose names: under the profile, and against the agency, its place, its level and its year.

Every row of the frame is one thing that some rule asks about; `topic` says which question it is. A row that has
no topic stands for a report whose prose was not found: no rule on words can be decided for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import polars as pl

from expectations.profile import Profile
from models.facts import MENTIONS, Facts
from tasks.validate import citations
from tasks.validate.agency_names import relation as agency_relation
from tasks.validate.own_place import own_place, wider_than_own
from tasks.validate.own_place import relation as place_relation
from tasks.validate.slips import slips

Row = dict[str, Any]
Judgements = Iterator[Row]

SIX_PARTS = ("overview", "proactive", "requests", "disputes", "problems", "other")
_PERSONAL = {
    "phone": "phone",
    "resident_id": "resident id",
    "bank_card": "account or address",
    "address": "account or address",
    "applicant": "applicant",
}
_ADDED: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "topic": pl.String,  # agency | place | level | year | relative time | basis | number | citation | principle | …
    "use": pl.String,  # what the words turned out to be; null where that cannot be told
    "printed": pl.String,  # the words without spaces; null where a conversion may have changed them
    "cited": pl.String,
    "correct": pl.String,
    "mentioned_year": pl.Int32,
    "fault": pl.String,  # what is wrong with the spelling, Chinese
    "fault_kind": pl.String,  # typo | doubled | unpaired
    "legible": pl.Boolean,  # null: the characters were read from a picture
    "reason": pl.String,  # why the row cannot be judged, Chinese
}
_BLANK: Row = dict.fromkeys((*MENTIONS, *_ADDED)) | {"legible": True}
_NO_PROSE = "未读到报告正文，不能核查文字表述。"
_READ_FROM_PICTURE = "报告文字由图像识别所得，不作文字规范核查。"


def prepare_mentions(facts: Facts, reports: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """Return the frame `mentions`: columns of `models.facts.MENTIONS`, of `_ADDED`, and the report's context.

    `reports`: as prepared. Personal data is masked in the facts already.
    """
    known = {
        row["submission"]: row
        for row in reports.select(
            "submission", "agency", "year", "rank", "organ", "format", "read_by"
        ).iter_rows(named=True)
    }
    rows: list[Row] = []
    for submission, found in _by_submission(facts.mentions).items():
        rows += _judged(found, known[submission], profile)
    rows += slips(facts, reports, profile)
    rows += citations.misnomers(facts, profile)
    rows += _undecidable(facts, known)
    schema = dict(MENTIONS) | dict(_ADDED)
    frame = pl.DataFrame([_BLANK | row for row in rows], schema=schema, orient="row")
    context = reports.select(
        "submission", "template", "year", "rank", "organ", "format", "agency", "zero_report",
        "year_source", "agency_source", report_read_by="read_by",
    )  # fmt: skip
    order = {submission: place for place, submission in enumerate(known)}
    return (
        frame.with_columns(place=pl.col("submission").replace_strict(order, return_dtype=pl.Int64))
        .sort("place", "mention", maintain_order=True, nulls_last=True)
        .drop("place")
        .with_columns(mention=pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("submission"))
        .join(context, on="submission", how="left", maintain_order="left")
    )


def _by_submission(mentions: pl.DataFrame) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in mentions.iter_rows(named=True):
        groups.setdefault(row["submission"], []).append(row)
    return groups


def _judged(found: list[Row], report: Row, profile: Profile) -> Judgements:
    for row in found:
        judge = _JUDGES.get(row["kind"])
        if judge is not None:
            yield from (row | more for more in judge(row, report, profile))
    yield from citations.judged(found, report, profile)


def _agency(row: Row, report: Row, profile: Profile) -> Judgements:
    own, organ = report["agency"], report["organ"]
    if own is None:
        if row["role"] != "opening":
            yield {"topic": "agency", "use": None}
        return
    use = agency_relation(row["value"], own, organ, profile.words.renamed, row["role"])
    if row["role"] != "opening":
        yield {"topic": "agency", "use": use}
    elif use == "other" and organ == "department":
        # the first sentence tells of another agency's work: words taken over from its report
        yield {"topic": "place", "use": "other agency"}


def _place(row: Row, report: Row, profile: Profile) -> Judgements:
    if row["section"] in ("title", "signature"):
        return
    use = row["role"]
    if use in ("named", "acting"):
        related = place_relation(own_place(report["agency"]), tuple(row["value"].split(",")))
        use = None if related is None else "own" if related == "own" else f"foreign {use}"
    reason = None if use else f"按单位名称不能确定其所属行政区划，无法判断“{row['text']}”是否为异地地名。"
    yield {"topic": "place", "use": use, "reason": reason}


def _level(row: Row, report: Row, profile: Profile) -> Judgements:
    wider = wider_than_own(row["value"], own_place(report["agency"]), report["rank"])
    use: str | None = row["role"]
    if wider is False:
        use = "own level"
    elif use == "own":
        use = "wider" if wider else None
    elif use == "unclear":
        use = None
    reason = None
    if use is None:
        what = "单位层级" if wider is None else "其在句中的所指"
        reason = f"报告用到“{row['text']}”，但{what}不能确定，请人工核实。"
    yield {"topic": "level", "use": use, "reason": reason}


def _year(row: Row, report: Row, profile: Profile) -> Judgements:
    if row["role"] in ("acting", "dated") and row["section"] in SIX_PARTS:
        yield {"topic": "year", "mentioned_year": int(row["value"])}


def _relative_time(row: Row, report: Row, profile: Profile) -> Judgements:
    if row["section"] == "overview" and row["role"] == "acting":
        yield {"topic": "relative time"}


def _principle(row: Row, report: Row, profile: Profile) -> Judgements:
    yield {"topic": "principle", "use": row["role"]}


def _residue(row: Row, report: Row, profile: Profile) -> Judgements:
    yield {"topic": "residue", "use": row["role"]}


def _personal(row: Row, report: Row, profile: Profile) -> Judgements:
    yield {"topic": _PERSONAL[row["kind"]], "use": row["role"]}


_JUDGES: Mapping[str, Callable[[Row, Row, Profile], Judgements]] = {
    "agency": _agency,
    "place": _place,
    "level": _level,
    "year": _year,
    "relative_time": _relative_time,
    "principle": _principle,
    "residue": _residue,
    **dict.fromkeys(_PERSONAL, _personal),
}


def _undecidable(facts: Facts, known: Mapping[str, Row]) -> list[Row]:
    """Rows that stand for what cannot be judged: reports without prose, spelling read from pictures."""
    read = set(
        facts.paragraphs.filter(pl.col("section").is_in(SIX_PARTS) & (pl.col("text").str.len_chars() > 1))
        .get_column("submission")
        .unique()
    )
    rows: list[Row] = []
    for submission, report in known.items():
        if submission not in read:
            rows.append({"submission": submission, "reason": _NO_PROSE})
        if report["read_by"] == "ocr":
            rows.append(
                {"submission": submission, "topic": "spelling", "legible": None, "reason": _READ_FROM_PICTURE}
            )
    return rows
