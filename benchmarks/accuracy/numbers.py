"""Right numbers for the three tables: every identity holds, also with the year before, and nothing is implausible."""

from __future__ import annotations

import random
from collections.abc import Mapping

from benchmarks.accuracy.agencies import Agency
from expectations.template import Template

APPLICANTS = ("natural_person", "enterprise", "research", "public_welfare", "legal_service", "other_org")
SIZES = ("zero", "small", "middle", "busy")
Values = dict[str, str]

_NEW = {
    "zero": (0, 0, 0, 0, 0, 0),
    "small": (6, 2, 0, 0, 0, 0),
    "middle": (34, 11, 0, 3, 2, 1),
    "busy": (420, 130, 6, 14, 22, 9),
}
"""About how many requests of each kind of applicant a year."""
_USUAL = ("full_disclosure",) * 6 + ("partial_disclosure",) * 2 + ("unable.not_held",) * 3
_SELDOM = ("denied.third_party", "denied.process_info", "denied.internal_affairs", "denied.admin_inquiry",
           "unable.needs_creation", "not_handled.petition", "not_handled.repeat", "not_handled.publication")  # fmt: skip


def numbers(
    rng: random.Random,
    agency: Agency,
    size: str,
    template: Template,
    before: Mapping[str, str] | None,
) -> Values:
    """Return every cell of the template as printed, by code; `before` is the same agency's year before."""
    values = dict.fromkeys(template.cells, "0")
    _requests(values, rng, size, template, before)
    _disputes(values, rng, size, before)
    if template.id == "v2021":
        _documents(values, rng, agency, size, before)
    else:
        _documents_2019(values, rng, size)
    return values


def _requests(
    values: Values, rng: random.Random, size: str, template: Template, before: Mapping[str, str] | None
) -> None:
    undivided = template.id == "v2019"
    for applicant, usual in zip(APPLICANTS, _NEW[size], strict=True):
        new = rng.randint(-(-usual // 2), usual + usual // 3) if usual else 0
        old = int(before[f"t3.carried_out.{applicant}"]) if before else min(new // 4, rng.randint(0, 4))
        out = rng.randint(0, max(0, new // 6))
        if size != "zero" and applicant == "natural_person":
            out = max(1, out)
        done = new + old - out
        counts = {"received_new": new, "carried_in": old, "carried_out": out, "results.total": done}
        for _ in range(done):
            line = rng.choice(_USUAL * 3 + _SELDOM)
            line = (
                f"results.{line}" if undivided or rng.random() > 0.02 else "results.other.overdue_correction"
            )
            counts[line] = counts.get(line, 0) + 1
        for line, count in counts.items():
            values[f"t3.{line}.{applicant}"] = str(count)
    for row in template.table3_rows:
        total = sum(int(values[f"t3.{row.key}.{applicant}"]) for applicant in APPLICANTS)
        values[f"t3.{row.key}.total"] = str(total)


def _disputes(values: Values, rng: random.Random, size: str, before: Mapping[str, str] | None) -> None:
    most = {"zero": 0, "small": 0, "middle": 2, "busy": 9}[size]
    review = {o: rng.randint(0, most) for o in ("upheld", "corrected", "other", "pending")}
    review["upheld"] += most  # what was open at the end of last year comes to an end in this one
    after = {o: rng.randint(0, most // 3) for o in review}
    direct = {o: rng.randint(0, most // 2) for o in review}
    for group, counts in (("review", review), ("suit_direct", direct), ("suit_after_review", after)):
        if before:
            counts["upheld"] += int(before[f"t4.{group}.pending"])
        counts["pending"] = min(counts["pending"], sum(counts.values()) // 3)
        for outcome, count in counts.items():
            values[f"t4.{group}.{outcome}"] = str(count)
        values[f"t4.{group}.total"] = str(sum(counts.values()))


def _documents(
    values: Values, rng: random.Random, agency: Agency, size: str, before: Mapping[str, str] | None
) -> None:
    scale = {"zero": 1, "small": 1, "middle": 3, "busy": 8}[size]
    kinds = ["normative_docs"] if size != "zero" else []
    if "rules" in agency.powers:
        kinds.append("rules")
    for kind in kinds:
        issued, repealed = rng.randint(0, 2 * scale), rng.randint(0, scale)
        stock = before.get(f"t2.{kind}.in_force") if before else None
        had = rng.randint(6, 12 * scale + 6) if stock is None else int(stock)
        repealed = min(repealed, had)
        values[f"t2.{kind}.issued"], values[f"t2.{kind}.repealed"] = str(issued), str(repealed)
        values[f"t2.{kind}.in_force"] = str(had + issued - repealed)
    for power, most in (("licensing", 150), ("penalty", 60), ("coercion", 12)):
        if power in agency.powers:
            code = f"t2.{power}.decisions"
            values[code] = str(_near(rng, before, code, rng.randint(most // 4 + 1, most * scale)))
    if "fees" in agency.powers:
        code = "t2.fees.amount_wan_yuan"
        last = float(before[code]) if before and float(before.get(code, 0)) else rng.uniform(2, 60 * scale)
        values[code] = f"{last * rng.uniform(0.8, 1.25):.4f}"


def _near(rng: random.Random, before: Mapping[str, str] | None, code: str, otherwise: int) -> int:
    """Return a number not far from last year's, and never one that could be taken for a year."""
    last = int(before[code]) if before and int(before.get(code, 0)) else otherwise
    count = max(1, round(last * rng.uniform(0.75, 1.3)))
    return count + 100 if 1990 <= count <= 2030 else count


def _documents_2019(values: Values, rng: random.Random, size: str) -> None:
    scale = {"zero": 0, "small": 1, "middle": 3, "busy": 8}[size]
    for kind in ("normative_docs",) if scale else ():
        made = rng.randint(0, 2 * scale)
        values[f"t2v19.{kind}.made_new"] = values[f"t2v19.{kind}.disclosed_new"] = str(made)
        values[f"t2v19.{kind}.disclosed_total"] = str(made + rng.randint(5, 20))
    for row in ("licensing", "other_services", "penalty", "coercion"):
        held = rng.randint(2, 60)
        values[f"t2v19.{row}.items_prev"] = str(held)
        values[f"t2v19.{row}.items_delta"] = str(rng.randint(-2, 5))
        values[f"t2v19.{row}.decisions"] = str(rng.randint(0, 120 * scale))
    values["t2v19.fees.items_prev"] = str(rng.randint(1, 9))
    values["t2v19.procurement.projects"] = str(rng.randint(1, 30))
    values["t2v19.procurement.amount"] = f"{rng.randint(100_000, 90_000_000) / 100:.2f}"
