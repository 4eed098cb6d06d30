"""CELL and EXT: what stands in a single cell, and how sure the reading is."""

from __future__ import annotations

import random

from benchmarks.accuracy.cases import Case
from benchmarks.accuracy.fault import SOME, Told, fault
from benchmarks.accuracy.faults.structure import RULED, section_of, table_edit
from benchmarks.accuracy.numbers import APPLICANTS
from samples.make.report import Part

ALL_TABLES = "t2 t3 t4"
_TOLD = "TXT-01 TXT-02 TXT-03 TXT-04 TXT-05 TXT-06 TXT-07 TXT-08 TXT-09 TXT-10 TXT-11"
_SUMS = f"{_TOLD} T2-01 T2-04 T3-01 T3-02 T3-03 T3-04 T3-05 T4-01 T2-02 T2-03 XY-01 XY-02"
_ODD = "CELL-01 CELL-02 CELL-03 CELL-04 CELL-05 CELL-06 EXT-01"
_PLACES = ("t3.received_new.natural_person", "t2.licensing.decisions", "t4.review.upheld", "t3.carried_in.total",
           "t3.results.full_disclosure.enterprise", "t2.penalty.decisions", "t4.suit_direct.total",
           "t3.results.unable.not_held.natural_person", "t2.normative_docs.issued", "t3.results.total.total",
           "t3.results.denied.third_party.research", "t4.suit_after_review.pending", "t3.carried_out.legal_service",
           "t2.rules.issued", "t3.results.not_handled.petition.other_org", "t2.coercion.decisions")  # fmt: skip


def _place(n: int) -> str:
    return _PLACES[n % len(_PLACES)]


def _guessed(case: Case) -> bool:
    """Say whether the format has no real cells: where a word stands among numbers, their places are a guess there."""
    return case.report.writer not in RULED


@fault("CELL-01", ALL_TABLES, formats=RULED, also=_SUMS)
def a_blank_cell(case: Case, rng: random.Random, n: int) -> Told:
    """Cells are left blank."""
    codes = [_place(n), *([_place(n + 5)] if n % 3 == 0 else [])]
    for code in codes:
        case.report.values[code] = ("", " ", "")[n % 3]
    return Told(cells=tuple(codes))


@fault("CELL-02", ALL_TABLES, also="CELL-01")
def a_placeholder(case: Case, rng: random.Random, n: int) -> Told:
    """A cell holds a stroke or a word instead of 0."""
    code = _place(n)
    case.report.values[code] = ("/", "-", "—", "无", "－", "N/A", "空", "nil", "——")[n % 9]
    return Told(cells=(code,))


@fault("CELL-03", ALL_TABLES, also=_ODD + " " + _SUMS)
def no_whole_number(case: Case, rng: random.Random, n: int) -> Told:
    """A count is negative or broken."""
    code = _place(n)
    case.report.values[code] = ("-1", "3.5", "-12", "0.5", "17.25")[n % 5]
    return Told(cells=(code,))


@fault("CELL-03", ALL_TABLES, also=_ODD + " " + _SUMS)
def a_letter_for_a_digit(case: Case, rng: random.Random, n: int) -> Told:
    """A letter stands for a digit."""
    code = _place(n)
    case.report.values[code] = f"1{'OlI'[n % 3]}" if n % 2 else f"{2 + n % 7}O"
    return Told(cells=(code,), either=("CELL-05", "CELL-06"), unsure=_guessed(case))


@fault("CELL-04", "t2", also=_ODD + " T2-05 CELL-10")
def a_wrong_amount(case: Case, rng: random.Random, n: int) -> Told:
    """The amount of fees has too many decimals or is negative."""
    code = "t2.fees.amount_wan_yuan"
    case.report.values[code] = ("12.34567", "-3.2", "0.123456", "45.678912", "-0.5")[n % 5]
    return Told(cells=(code,))


@fault("CELL-05", ALL_TABLES, also=_ODD + " " + _SUMS)
def a_unit_in_the_cell(case: Case, rng: random.Random, n: int) -> Told:
    """A cell has a unit or words beside its number."""
    code = "t2.fees.amount_wan_yuan" if n % 11 == 10 else _place(n)
    count = case.report.count(code) or 3
    case.report.values[code] = (
        f"{count}件",
        f"约{count}",
        f"{count}余件",
        f"{count} 条",
        f"{count}以上",
        f"共{count}件",
    )[n % 6]
    return Told(cells=(code,), unsure=_guessed(case))


@fault("CELL-06", ALL_TABLES, also=_ODD + " " + _SUMS)
def other_digits(case: Case, rng: random.Random, n: int) -> Told:
    """A number is printed in full-width digits, with separators or in Chinese."""
    code = _place(n)
    count = case.report.count(code)
    if n % 4 == 0:
        printed = str(count).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    elif n % 4 == 1:
        printed = ("〇一二三四五六七八九"[count]) if count < 10 else "十二"
    else:
        code = ("t2.licensing.decisions", "t2.penalty.decisions")[n % 4 - 2]
        printed = f"1{',，'[n % 2]}{200 + n}"
    case.report.values[code] = printed
    return Told(cells=(code,), unsure=_guessed(case))


@fault(
    "CELL-07",
    ALL_TABLES,
    stage=2,
    also="CELL-01 EXT-01 STR-08 CELL-08 " + _SUMS,
    formats=(*RULED, "tabs", "columns"),
)
def a_row_of_another_width(case: Case, rng: random.Random, n: int) -> Told:
    """A row of table 3 has six or eight numbers, the row of table 4 fourteen or sixteen."""

    def change(rows: list[list[str]]) -> list[list[str]]:
        at = len(rows) - 1 if n % 3 == 0 else 4 + n % (len(rows) - 6)
        row = rows[at]
        first = 0 if n % 3 == 0 else 3
        where = first + 2 + n % 3
        rows[at] = [*row[:where], *row[where + 1 :]] if n % 2 else [*row[:where], row[where], *row[where:]]
        return rows

    table_edit(case, "t4" if n % 3 == 0 else "t3", change)
    return Told(unsure=True, either=("EXT-01", "CELL-01"))


@fault(
    "CELL-08",
    "t3",
    sizes=SOME,
    also=_SUMS + " TXT-02 TXT-03 TXT-08 T3-05",
    formats=("tabs", "lines", "columns", "markdown", "pdf", "comma", "bom"),
    stage=0,
)
def a_number_in_two(case: Case, rng: random.Random, n: int) -> Told:
    """Two digits of one number stand in two neighbouring cells."""
    values, row = case.report.values, ("results.unable.not_held", "results.partial_disclosure")[n % 2]
    tens, units = 1 + n % 6, 1 + n % 9
    for applicant in APPLICANTS:
        values[f"t3.{row}.{applicant}"] = "0"
    at = n % 4
    values[f"t3.{row}.{APPLICANTS[at]}"], values[f"t3.{row}.{APPLICANTS[at + 1]}"] = str(tens), str(units)
    values[f"t3.{row}.total"] = str(10 * tens + units)
    return Told(cells=(f"t3.{row}.{APPLICANTS[at]}",))


@fault("CELL-09", "t2 t4", also="CELL-10 T4-01 XY-05 T2-02 T2-03 T4-06 XT-02 T2-08", stage=0)
def a_year_for_a_number(case: Case, rng: random.Random, n: int) -> Told:
    """A cell holds the year or the serial number of a day."""
    code = ("t2.penalty.decisions", "t2.licensing.decisions", "t2.coercion.decisions", "t4.review.other")[
        n % 4
    ]
    case.report.values[code] = (str(case.report.year), "45291", str(case.report.year), "44927")[n // 4 % 4]
    if code.startswith("t4"):
        total = sum(case.report.count(f"t4.review.{o}") for o in ("upheld", "corrected", "other", "pending"))
        case.report.values["t4.review.total"] = str(total)
    return Told(cells=(code,))


@fault(
    "CELL-10",
    "t2",
    power="licensing",
    kinds=("county/department", "city/department"),
    previous=True,
    also="XY-05",
    stage=0,
)
def a_hundredfold(case: Case, rng: random.Random, n: int) -> Told:
    """A number is a hundred times last year's, or a hundredth."""
    code = "t2.licensing.decisions"
    assert case.before is not None
    case.before.values[code] = str(60 + n)
    case.report.values[code] = str((60 + n) * (120 if n % 2 else 250)) if n % 4 else "0"
    if n % 4 == 0:
        case.before.values[code], case.report.values[code] = str(5000 + n), str(20 + n)
    return Told(cells=(code,))


@fault("CELL-11", "t3", sizes=("small",), also="T3-09 T3-10 T3-08 T3-07 XY-01 XY-02", stage=0)
def one_number_along_a_row(case: Case, rng: random.Random, n: int) -> Told:
    """A row of table 3 holds one and the same number throughout."""
    values, rows = case.report.values, case.report.template.table3_rows
    same = str(2 + n % 3) if n % 2 == 0 else "1"
    leaves = [r.key for r in rows if r.key.startswith("results.") and r.key != "results.total"]
    for one in APPLICANTS[: 5 + n % 2]:
        values[f"t3.{leaves[1 + n % (len(leaves) - 1)]}.{one}"] = same
    settle(values, [r.key for r in rows])
    return Told()


def settle(values: dict[str, str], rows: list[str]) -> None:
    """Make table 3 hold again after leaves have changed: results total, new requests, row totals."""
    leaves = [r for r in rows if r.startswith("results.") and r != "results.total"]
    for applicant in APPLICANTS:
        done = sum(int(values[f"t3.{r}.{applicant}"]) for r in leaves)
        out, old = int(values[f"t3.carried_out.{applicant}"]), int(values[f"t3.carried_in.{applicant}"])
        if done + out < old:
            values[f"t3.{leaves[0]}.{applicant}"] = str(
                int(values[f"t3.{leaves[0]}.{applicant}"]) + old - done - out
            )
            done = old - out
        values[f"t3.results.total.{applicant}"] = str(done)
        values[f"t3.received_new.{applicant}"] = str(done + out - old)
    for row in rows:
        values[f"t3.{row}.total"] = str(sum(int(values[f"t3.{row}.{a}"]) for a in APPLICANTS))


@fault("EXT-01", ALL_TABLES, formats=("columns",), stage=2, also="CELL-01 CELL-07 CELL-02")
def a_number_nobody_can_place(case: Case, rng: random.Random, n: int) -> Told:
    """Text in columns has a row with numbers missing: which cells they belong to is not known."""

    def change(rows: list[list[str]]) -> list[list[str]]:
        at = 5 + n % (len(rows) - 7)
        rows[at] = [
            *rows[at][:3],
            *("" if c in (1 + n % 3, 4) else text for c, text in enumerate(rows[at][3:])),
        ]
        return rows

    table_edit(case, "t3", change)
    return Told()


@fault("EXT-03", "everything", stage=2,
       also="STR-01 STR-06 STR-07 STR-08 STR-10 STR-11 STR-12 S5-01 S5-02 S6-01 META-04 META-05 META-06 TXT-15 STALE-01 "
       "DUP-04")  # fmt: skip
def a_text_cut_off(case: Case, rng: random.Random, n: int) -> Told:
    """The file ends in the middle."""

    last = case.report.headings[("disputes", "problems", "requests")[n % 3]]

    def edit(parts: list[Part]) -> list[Part]:
        return parts[: section_of(parts, last)[0]]

    case.report.edits.append(edit)
    return Told()
