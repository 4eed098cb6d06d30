"""How rules on one row of `totals` say what they found."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from expectations.rule import Evidence, Row
from expectations.rules.wording import number

NO_PREVIOUS = "未找到该机关上一年度报告，或者有关单元格没有可用的数值，无法与上一年度核对。"


def percent(share: float) -> str:
    """Return ``63%``."""
    return f"{100 * share:.0f}%"


def told(
    cells: Sequence[str], observed: str, sentence: Callable[[Row], str]
) -> Callable[[Sequence[Row]], Evidence]:
    """Return the evidence of a rule on one row a report: its sentence, its cells, the number in `observed`."""

    def evidence(rows: Sequence[Row]) -> Evidence:
        row = rows[0]
        return Evidence("", sentence(row), tuple(cells), number(row[observed]))

    return evidence
