"""What is odd without contradicting itself: sizes, shares, moves, powers. Most of these rules only ask."""

from expectations.rules.plausibility.cells import RULES as CELL_RULES
from expectations.rules.plausibility.table2 import RULES as TABLE_2
from expectations.rules.plausibility.table3 import RULES as TABLE_3
from expectations.rules.plausibility.table4 import BETWEEN_TABLES
from expectations.rules.plausibility.table4 import RULES as TABLE_4

__all__ = ["BETWEEN_TABLES", "CELL_RULES", "TABLE_2", "TABLE_3", "TABLE_4"]
