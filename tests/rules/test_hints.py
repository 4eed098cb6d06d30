"""What most likely happened when two sums differ: exact, and silent where nothing or too much fits."""

from __future__ import annotations

import pytest

from expectations.rules.hints import balance, equal, slips, stock, swapped, told, total


@pytest.mark.parametrize(
    ("number", "others"), [(54, (45,)), (123, (213, 132)), (40, ()), (7, ()), (11, ()), (505, (550,))]
)
def test_two_digits_swapped(number: int, others: tuple[int, ...]) -> None:
    assert swapped(number) == others


@pytest.mark.parametrize(
    ("value", "wanted", "sentence"),
    [
        (54, 45, "总计54可能是45的两位数字颠倒"),
        (3, 30, "总计3可能是30多写或少写了一位"),
        (300, 30, "总计300可能是30多写或少写了一位"),
        (30, 31, None),
        (0, 0, None),
        (-5, -50, None),
        (2.5, 25, None),
    ],
)
def test_slips_of_the_pen(value: float, wanted: float, sentence: str | None) -> None:
    assert slips({"总计": value}, {"总计": wanted}) == ([sentence] if sentence else [])


def test_one_explanation_or_two_but_no_more() -> None:
    assert told([]) is None
    assert told(["甲"]) == "甲。"
    assert told(["甲", "乙", "甲"]) == "甲；乙。"
    assert told(["甲", "乙", "丙"]) is None


@pytest.mark.parametrize(
    ("numbers", "sentence"),
    [
        ((40, 7, 36, 4, 0), "相差数等于上年结转7件，办理结果可能没有计入上年结转的申请。"),
        ((40, 7, 39, 4, 0), "相差数等于结转下年度4件，办理结果中可能把这些申请扣除了两次。"),
        ((40, 7, 50, 4, 0), "相差数等于上年结转7件，办理结果可能重复计入了上年结转的申请。"),
        ((40, 7, 47, 4, 0), "相差数等于结转下年度4件，这些申请可能已计入办理结果。"),
        (
            (40, 7, 45, 4, 3),
            "办理结果多出2件，不超过部分公开3件，区分处理的申请可能被重复计入。",
        ),
        ((40, 7, 34, 4, 0), "（七）总计34可能是43的两位数字颠倒。"),
        ((40, 7, 32, 4, 0), None),
    ],
)
def test_a_column_that_does_not_balance(numbers: tuple[int, ...], sentence: str | None) -> None:
    assert balance(*numbers) == sentence


def test_the_likeliest_two_of_three_readings() -> None:
    assert balance(40, 4, 44, 4, 5) == (
        "相差数等于上年结转4件，办理结果可能重复计入了上年结转的申请；相差数等于结转下年度4件，这些申请可能已计入办理结果。"
    )


def test_a_total() -> None:
    parts = {"甲": 12.0, "乙": 5.0}
    assert total(parts, 17) is None
    assert total(parts, 12, {"乙": 5}) == "相差数等于乙5件，总计可能没有计入这一项。"
    assert total(parts, 22, {"乙": 5}) == "相差数等于乙5件，这一项可能重复计入了总计。"
    assert total(parts, 71) == "总计71可能是17的两位数字颠倒。"
    assert total(parts, 26) == "甲12可能是21的两位数字颠倒。"
    assert total(parts, 18) is None


@pytest.mark.parametrize(
    ("numbers", "sentence"),
    [
        ((20, 5, 2, 20), "与上一年度现行有效件数20件相同，可能沿用了上一年度的数。"),
        ((20, 5, 2, 25), "相差数等于本年废止2件，可能没有减去废止的件数。"),
        ((20, 5, 2, 18), "相差数等于本年制发5件，可能没有计入新制发的件数。"),
        ((20, 5, 2, 27), "可能把本年废止2件加入了现行有效件数。"),
        ((20, 5, 2, 32), "现行有效件数32可能是23的两位数字颠倒。"),
        ((20, 5, 2, 24), None),
    ],
)
def test_documents_in_force(numbers: tuple[int, ...], sentence: str | None) -> None:
    assert stock(*numbers) == sentence


def test_a_number_that_should_be_another() -> None:
    assert equal("上年结转", 12, 21) == "上年结转12可能是21的两位数字颠倒。"
    assert equal("上年结转", 12, 20) is None
