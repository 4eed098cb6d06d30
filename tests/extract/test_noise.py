"""Damaged labels, lost rows and lost cells: what is still read is right, whatever else becomes unsure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from benchmarks.noise import Kind, noise, without_cells, without_rows
from expectations.template import load
from tasks.extract import extract_rows
from tests.extract.made import Rows, document, numbered

SEEDS = range(20)
PRINTED = numbered(load("v2021"))

Damage = Callable[[dict[str, Rows], int], None]


def outcome(layout: str, damage: Damage, seeds: range = SEEDS) -> Counter[str]:
    """Count right and wrong values over all seeds; what is not read counts by its kind."""
    counted: Counter[str] = Counter()
    for seed in seeds:

        def change(rows: dict[str, Rows], seed: int = seed) -> None:
            damage(rows, seed)

        for cell in extract_rows(document(PRINTED, layout=layout, change=change), "s", "x.html")["cells"]:
            if cell["value"] is None:
                counted[cell["kind"]] += 1
            else:
                counted["right" if cell["value"] == float(PRINTED[cell["code"]]) else "wrong"] += 1
    return counted


def smudged(share: float, kind: Kind) -> Damage:
    def damage(rows: dict[str, Rows], seed: int) -> None:
        for n, table in enumerate(rows):
            rows[table] = noise(rows[table], share, 10 * seed + n, kind)

    return damage


@pytest.mark.parametrize(
    ("layout", "kind", "expected"),
    [
        ("ruled", "replaced", {"right": 4000}),
        ("ruled", "dropped", {"right": 3992, "uncertain": 8}),
        ("ruled", "confused", {"right": 4000}),
        ("delimited", "replaced", {"right": 4000}),
        ("delimited", "dropped", {"right": 3985, "uncertain": 15}),
        ("delimited", "confused", {"right": 4000}),
        ("aligned", "replaced", {"right": 4000}),
        ("aligned", "dropped", {"right": 3985, "uncertain": 15}),
        ("aligned", "confused", {"right": 4000}),
    ],
)
def test_one_label_character_in_twenty_is_damaged(layout: str, kind: Kind, expected: dict[str, int]) -> None:
    assert outcome(layout, smudged(0.05, kind)) == expected


@pytest.mark.parametrize(
    ("layout", "kind", "expected"),
    [
        ("ruled", "replaced", {"right": 3558, "uncertain": 442}),
        ("ruled", "dropped", {"right": 3822, "uncertain": 178}),
        ("ruled", "confused", {"right": 3951, "uncertain": 49}),
        ("delimited", "replaced", {"right": 3264, "uncertain": 736}),
        ("delimited", "dropped", {"right": 3380, "uncertain": 620}),
        ("delimited", "confused", {"right": 3951, "uncertain": 49}),
        ("one_cell_a_line", "replaced", {"right": 612, "uncertain": 3388}),
    ],
)
def test_one_label_character_in_five_is_damaged(layout: str, kind: Kind, expected: dict[str, int]) -> None:
    assert outcome(layout, smudged(0.2, kind)) == expected


def test_damaged_labels_are_never_told_to_be_missing() -> None:
    matches: Counter[str] = Counter()
    for layout in ("ruled", "delimited", "aligned", "one_cell_a_line"):
        for seed in SEEDS:

            def change(rows: dict[str, Rows], seed: int = seed) -> None:
                smudged(0.2, "replaced")(rows, seed)

            rows = extract_rows(document(PRINTED, layout=layout, change=change), "s", "x.html")
            matches.update(line["match"] for line in rows["lines"])
    assert matches["missing"] == 0


@pytest.mark.parametrize("layout", ["ruled", "delimited", "aligned", "one_cell_a_line"])
def test_lost_rows_move_nothing(layout: str) -> None:
    def lose(rows: dict[str, Rows], seed: int) -> None:
        rows["t3"] = without_rows(rows["t3"], 0.15, seed, heads=3)

    counted = outcome(layout, lose)
    assert counted["wrong"] == 0
    assert counted["right"] > 3000


@pytest.mark.parametrize("layout", ["delimited", "aligned", "one_cell_a_line"])
def test_lost_cells_leave_their_rows_unsure(layout: str) -> None:
    def lose(rows: dict[str, Rows], seed: int) -> None:
        for n, table in enumerate(rows):
            rows[table] = without_cells(rows[table], 0.3, 10 * seed + n)

    counted = outcome(layout, lose)
    assert counted["wrong"] == 0
    assert counted["right"] > 2500


def test_a_row_of_a_grid_that_lacks_a_cell_is_unsure_as_a_whole() -> None:
    def lose(rows: dict[str, Rows], seed: int) -> None:
        del rows["t3"][5][6]

    assert outcome("ruled", lose, range(1)) == {"right": 193, "uncertain": 7}
