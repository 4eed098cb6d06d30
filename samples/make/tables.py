"""Numbers for the three tables: realistic, and right until a fault is planted."""

from __future__ import annotations

import random
from collections.abc import Mapping

from expectations.template import Template

APPLICANTS = ("natural_person", "enterprise", "research", "public_welfare", "legal_service", "other_org")
WEIGHTS = {"natural_person": 10, "enterprise": 3, "public_welfare": 1, "legal_service": 1}
"""How many requests a kind of applicant sends at most, times the agency's scale; the others send none."""
COMMON = ("results.full_disclosure", "results.partial_disclosure", "results.unable.not_held")
SELDOM = (
    "results.denied.third_party",
    "results.denied.process_info",
    "results.denied.enforcement_file",
    "results.unable.needs_creation",
    "results.not_handled.petition",
    "results.not_handled.repeat",
)

Values = dict[str, str]


def numbers(
    agency: str,
    year: int,
    scale: int,
    template: Template,
    before: Mapping[str, str] | None,
    carried_in_off: bool = False,
) -> Values:
    """Return every cell of the template as printed, by code. `before` is the same agency's year before."""
    rng = random.Random(f"{agency}/{year}")
    values = dict.fromkeys(template.cells, "0")
    _requests(values, rng, scale, template, before, carried_in_off)
    _disputes(values, rng, scale, before)
    if template.id == "v2021":
        _documents(values, rng, scale, before)
    else:
        _documents_2019(values, rng, scale)
    return values


def _requests(
    values: Values,
    rng: random.Random,
    scale: int,
    template: Template,
    before: Mapping[str, str] | None,
    off: bool,
) -> None:
    for applicant in APPLICANTS:
        new = rng.randint(1, 3 + WEIGHTS[applicant] * scale) if applicant in WEIGHTS else 0
        if before:
            new = _near(rng, int(before[f"t3.received_new.{applicant}"]))
        old = int(before[f"t3.carried_out.{applicant}"]) if before else rng.randint(0, 2) if new > 4 else 0
        if off and applicant == "natural_person":
            old += 1
        out = rng.randint(1, min(3, new)) if applicant == "natural_person" else 0
        done = new + old - out
        parts = dict.fromkeys((*COMMON, *SELDOM), 0)
        for _ in range(done):
            parts[rng.choice(COMMON * 4 + SELDOM)] += 1
        for line, count in {
            **parts,
            "received_new": new,
            "carried_in": old,
            "carried_out": out,
            "results.total": done,
        }.items():
            values[f"t3.{line}.{applicant}"] = str(count)
    for row in template.table3_rows:
        total = sum(int(values[f"t3.{row.key}.{applicant}"]) for applicant in APPLICANTS)
        values[f"t3.{row.key}.total"] = str(total)


def _near(rng: random.Random, last: int) -> int:
    """Return a number as an office has it the year after `last`."""
    return round(last * rng.uniform(0.8, 1.25))


def _disputes(values: Values, rng: random.Random, scale: int, before: Mapping[str, str] | None) -> None:
    for group in ("review", "suit_direct", "suit_after_review"):
        counts = {o: rng.randint(0, (1 + scale) // 2) for o in ("upheld", "corrected", "other", "pending")}
        if before:  # what was open is decided; nothing more than that where it has to follow a review
            counts = dict.fromkeys(counts, 0) if group == "suit_after_review" else counts
            counts["upheld"] += int(before[f"t4.{group}.pending"])
        for outcome, count in counts.items():
            values[f"t4.{group}.{outcome}"] = str(count)
        values[f"t4.{group}.total"] = str(sum(counts.values()))


def _documents(values: Values, rng: random.Random, scale: int, before: Mapping[str, str] | None) -> None:
    issued, repealed = rng.randint(1, 3 * scale), rng.randint(0, scale)
    stock = int(before["t2.normative_docs.in_force"]) if before else rng.randint(6, 12 * scale + 6)
    values["t2.normative_docs.issued"] = str(issued)
    values["t2.normative_docs.repealed"] = str(repealed)
    values["t2.normative_docs.in_force"] = str(stock + issued - repealed)
    counts = {
        "t2.licensing.decisions": rng.randint(20, 400 * scale),
        "t2.penalty.decisions": rng.randint(3, 90 * scale),
        "t2.coercion.decisions": rng.randint(0, 12 * scale),
    }
    fees = rng.randint(10_000, 900_000 * scale) / 10_000
    for code, count in counts.items():
        values[code] = str(_near(rng, int(before[code])) if before else count)
    if before:
        fees = float(before["t2.fees.amount_wan_yuan"]) * rng.uniform(0.8, 1.25)
    values["t2.fees.amount_wan_yuan"] = f"{fees:.4f}"


def _documents_2019(values: Values, rng: random.Random, scale: int) -> None:
    made = rng.randint(1, 3 * scale)
    values["t2v19.normative_docs.made_new"] = str(made)
    values["t2v19.normative_docs.disclosed_new"] = str(made)
    values["t2v19.normative_docs.disclosed_total"] = str(made + rng.randint(5, 20))
    for row in ("licensing", "other_services", "penalty", "coercion"):
        values[f"t2v19.{row}.items_prev"] = str(rng.randint(2, 60))
        values[f"t2v19.{row}.items_delta"] = str(rng.randint(-2, 5))
        values[f"t2v19.{row}.decisions"] = str(rng.randint(1, 120 * scale))
    values["t2v19.fees.items_prev"] = str(rng.randint(1, 9))
    values["t2v19.procurement.projects"] = str(rng.randint(2, 30))
    values["t2v19.procurement.amount"] = f"{rng.randint(100_000, 90_000_000) / 100:.2f}"


def table2(template: Template, values: Mapping[str, str]) -> list[list[str]]:
    """Return table 2 as rows of cells, block after block."""
    rows: list[list[str]] = []
    for block in template.table2:
        rows.append([block.label])
        rows.append(["信息内容", *(column.label for column in block.columns)])
        for row in block.rows:
            rows.append(
                [row.label, *(values[f"{template.table2_prefix}.{row.key}.{c.key}"] for c in block.columns)]
            )
    return rows


def table3(
    template: Template, values: Mapping[str, str], left_out: frozenset[str] = frozenset()
) -> list[list[str]]:
    """Return table 3 as rows of ten cells: three for the stubs (merged ones once), seven numbers."""
    columns = template.table3_columns
    rows = [
        [template.table3_note, "", "", "申请人情况", "", "", "", "", "", ""],
        ["", "", "", columns[0].label, columns[1].groups[0], "", "", "", "", columns[6].label],
        ["", "", "", "", *(column.label for column in columns[1:6]), ""],
    ]
    seen: set[str] = set()
    for row in template.table3_rows:
        if row.key in left_out:
            continue
        stubs = ["", "", ""]
        for level, group in enumerate(row.groups):
            if group not in seen:
                stubs[level] = group
                seen.add(group)
        stubs[len(row.groups)] = row.label
        rows.append([*stubs, *(values[f"t3.{row.key}.{column.key}"] for column in columns)])
    return rows


def table4(template: Template, values: Mapping[str, str]) -> list[list[str]]:
    """Return table 4 as three rows of heads and one of fifteen numbers."""
    outcomes = [outcome.label for outcome in template.table4_outcomes]
    review, direct, after = template.table4_groups
    return [
        [review.label, "", "", "", "", direct.groups[0], *[""] * 9],
        [*outcomes, direct.label, "", "", "", "", after.label, "", "", "", ""],
        ["", "", "", "", "", *outcomes, *outcomes],
        [values[f"t4.{g.key}.{o.key}"] for g in template.table4_groups for o in template.table4_outcomes],
    ]


Span = tuple[int, int, int, int]
"""(row, column, rows, columns) of a merged cell"""


def spans2(rows: list[list[str]], width: int) -> list[Span]:
    """Return the merged cells of table 2: block labels across, single numbers to the right edge."""
    found: list[Span] = []
    for r, row in enumerate(rows):
        if len(row) < width:
            last = len(row) - 1
            found.append((r, last, 1, width - last))
    return found


def spans3(template: Template, rows: list[list[str]]) -> list[Span]:
    """Return the merged cells of table 3: heads, and the stubs of the groups."""
    found: list[Span] = [(0, 0, 3, 3), (0, 3, 1, 7), (1, 3, 2, 1), (1, 4, 1, 5), (1, 9, 2, 1)]
    printed = [row for row in template.table3_rows if any(row.label in cells[:3] for cells in rows[3:])]
    for r, row in enumerate(printed, start=3):
        level = len(row.groups)
        if level < 2:
            found.append((r, level, 1, 3 - level))
        for at, group in enumerate(row.groups):
            if rows[r][at] == group:
                members = sum(1 for other in printed if other.groups[: at + 1] == row.groups[: at + 1])
                found.append((r, at, members, 1))
    return [span for span in found if span[2] * span[3] > 1]


SPANS4: list[Span] = [
    (0, 0, 1, 5), (0, 5, 1, 10), (1, 5, 1, 5), (1, 10, 1, 5), *((1, c, 2, 1) for c in range(5)),
]  # fmt: skip
