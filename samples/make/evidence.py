"""What the finding for a planted fault must say, by plain arithmetic on the numbers as printed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from samples.make.tables import APPLICANTS

Printed = Mapping[str, str]


def observed_and_expected(
    fault: Mapping[str, Any], values: Printed, before: Printed | None
) -> tuple[int | None, int | None]:
    """Return the number printed and the number it should be, for rules that compare numbers."""

    def at(code: str) -> int:
        return int(values[code])

    rule, subject = fault["rule"], fault.get("subject", "")
    if rule == "T3-01":
        return at(f"t3.{subject}.total"), sum(at(f"t3.{subject}.{applicant}") for applicant in APPLICANTS)
    if rule == "T3-02":
        lines = {
            code.removeprefix("t3.").rsplit(".", 1)[0] for code in values if code.startswith("t3.results.")
        }
        parts = sorted(lines - {"results.total"})
        return at(f"t3.results.total.{subject}"), sum(at(f"t3.{line}.{subject}") for line in parts)
    if rule == "T3-03":
        came = at(f"t3.received_new.{subject}") + at(f"t3.carried_in.{subject}")
        return came, at(f"t3.results.total.{subject}") + at(f"t3.carried_out.{subject}")
    if rule == "T4-01":
        outcomes = ("upheld", "corrected", "other", "pending")
        return at(f"t4.{subject}.total"), sum(at(f"t4.{subject}.{outcome}") for outcome in outcomes)
    if rule == "T2-03" and before:
        stock = int(before[f"t2.{subject}.in_force"])
        return at(f"t2.{subject}.in_force"), stock + at(f"t2.{subject}.issued") - at(f"t2.{subject}.repealed")
    if rule == "XY-01" and before:
        return at(f"t3.carried_in.{subject}"), int(before[f"t3.carried_out.{subject}"])
    return None, None
