"""Deadlines, the year shown first, and answers that are kept."""

from __future__ import annotations

from datetime import UTC, date, datetime

from expectations.profile import default
from tasks.ask.kept import Kept
from tasks.ask.years import Due, Sweep, deadlines, last_of

AT = datetime(2024, 3, 1, tzinfo=UTC)


def sweep(id_: int, years: tuple[int, ...], state: str = "completed") -> Sweep:
    return Sweep(id_, "核查", "报告", years, state, AT, AT, "1", "a" * 64, "default", "")


def test_days_to_the_deadline() -> None:
    assert deadlines(default(), 2023, date(2024, 1, 31)) == (
        Due("政府部门", date(2024, 1, 31), 0),
        Due("县级以上人民政府", date(2024, 3, 31), 60),
        Due("乡镇（街道）", date(2024, 1, 31), 0),
    )
    assert [one.days for one in deadlines(default(), 2023, date(2024, 4, 1))] == [-61, -1, -61]


def test_the_last_sweep_of_a_year() -> None:
    found = [sweep(9, (2023,), "running"), sweep(8, (2022,)), sweep(7, ()), sweep(6, (2023,))]
    assert [one and one.id for one in (last_of(found, 2023), last_of(found, 2022), last_of(found, 2020))] == [
        7,
        8,
        7,
    ]
    assert last_of([], 2023) is None


def test_a_kept_answer_is_given_until_something_was_stored() -> None:
    asked: list[int] = []

    def ask() -> int:
        asked.append(len(asked))
        return len(asked)

    kept: Kept[int] = Kept()
    assert [kept.get("a", 1, ask), kept.get("a", 1, ask), kept.get("b", 1, ask), kept.get("a", 2, ask)] == [
        1,
        1,
        2,
        3,
    ]
    fresh: Kept[int] = Kept(fresh=60)
    assert [fresh.get("a", 1, ask), fresh.get("a", 2, ask)] == [4, 4]
    small: Kept[int] = Kept(size=1)
    assert [small.get(key, 1, ask) for key in ("a", "b", "a")] == [5, 6, 7]
