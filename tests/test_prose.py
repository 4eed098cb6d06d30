"""The prepared frame `prose`: what is made of the wording of the sections."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from expectations.profile import default
from models.facts import Facts
from tasks.validate.prepare import prepare
from tests.facts_builder import batch, change, change_prose, clean_report


def _prose(facts: Facts) -> dict[str, Any]:
    return prepare(facts, default()).frames["prose"].row(0, named=True)


def _with(section: str, *paragraphs: str) -> dict[str, Any]:
    return _prose(
        change(
            change_prose(clean_report(), section, *paragraphs), "reports", pl.lit(True), fee_statement=None
        )
    )


@pytest.mark.parametrize(
    ("sentence", "kind", "amount", "basis"),
    [
        ("2023年没有收取政府信息公开信息处理费。", "not charged", None, None),
        ("信息处理费收取情况：无。", "not charged", None, None),
        ("发出收费通知0件，收取信息处理费总金额为0元。", "not charged", None, None),
        ("2023年收取信息处理费0.00万元。", "not charged", None, None),
        ("全年未出现政府信息公开的收费及减免情况。", "not charged", None, None),
        ("本年度我局向申请人提供信息免收费用。", "not charged", None, None),
        ("对1名申请人按件收取信息处理费400元。", "charged", 400.0, "piece"),
        ("发出收费通知3件，收取信息处理费共计1,200元。", "charged", 1200.0, None),
        ("按量（共42页）收取信息处理费0.012万元。", "charged", 120.0, "volume"),
        ("对25件申请收取了信息处理费2950元，其中1件收取420元。", "charged", 2950.0, None),
        ("收取信息处理费三百元。", "charged", None, None),
        ("严格执行《政府信息公开信息处理费管理办法》。", "refers", None, None),
        ("全年行政事业性收费为0元。", "none", None, None),
        ("没有其他需要报告的事项。", "none", None, None),
        ("全镇收取垃圾处理费3000元。", "none", None, None),
        ("收取城市基础设施配套费3000元。", "none", None, None),
        ("上年收取信息处理费500元，本年度未收取信息处理费。", "charged", None, None),
    ],
)
def test_statements_on_the_fee(sentence: str, kind: str, amount: float | None, basis: str | None) -> None:
    row = _with("other", sentence)
    assert (row["fee_kind"], row["fee_amount"], row["fee_basis"]) == (kind, amount, basis)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("一是栏目更新慢，群众看不懂。二是解读少。为此，我局配发图解。", None),
        ("存在的主要问题：公开渠道少。解决办法：在村口设公告栏。", "both"),
        ("窗口人员对申请类型把握不准，已聘请法律顾问逐件审核答复书。", "both"),
        ("公开工作仍存在解读形式单一、栏目更新不及时等问题。", "problems"),
        ("下一步，我局将健全公开制度，加大培训力度，做到应公开尽公开、不缺项不漏项。", "measures"),
        ("针对上述问题和不足，我局建立了周提醒制度。", "measures"),
        ("暂无。", "none"),
        ("2023年度，我局不存在问题。", "none"),
        ("没有需要报告的问题及改进情况。", "none"),
    ],
)
def test_parts_of_section_five(text: str, parts: str | None) -> None:
    assert _with("problems", text)["problems_parts"] == parts


def test_measures_in_a_part_outside_the_form_leave_it_open() -> None:
    facts = change_prose(clean_report(), "problems", "政策解读形式单一，栏目更新不及时。")
    row = facts.sections.tail(1).with_columns(key=pl.lit("extra"), text=pl.lit("下一步，我局将加强培训。"))
    with_extra = replace(facts, sections=pl.concat([facts.sections, row]))
    assert (_prose(facts)["problems_parts"], _prose(with_extra)["problems_parts"]) == ("problems", None)


@pytest.mark.parametrize(
    ("text", "problems", "measures"),
    [
        ("问题：一是解读单一；二是更新不及时。措施：一是配图解；二是定期核对；三是培训。", 2, 3),
        ("（一）存在问题 1.解读单一；2.更新不及时。（二）改进情况 1.配发图解。", 2, 1),
        ("一是解读单一；二是更新不及时。改进：（一）配图解（二）定期核对", 2, 2),
        ("一是解读单一；二是更新不及时；三是人手不足。下一步将加强培训。", 3, 1),
        ("一是解读单一；二是更新不及时。下一步将加强培训、改进栏目。", None, None),
        ("一是加强培训；二是配图解。存在的问题：一是解读单一；二是更新不及时。", None, None),
        ("解读单一，更新不及时。下一步配图解。", None, None),
    ],
)
def test_numbered_problems_and_measures(text: str, problems: int | None, measures: int | None) -> None:
    row = _with("problems", text)
    assert (row["problems_counted"], row["measures_counted"]) == (problems, measures)


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("2023年1月1日起，我局按照国办要求开展工作，第3季度实行二次审查。", 0),
        ("公开信息1,315条，培训两次，访问量18万余人次，满意率98.5%。", 4),
        ("一次性告知，做到一事一审。", 0),
    ],
)
def test_figures_with_a_unit(text: str, figures: int) -> None:
    assert _with("overview", text)["overview_figures"] == figures


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("本报告由区政府办公室汇总全区各部门、各镇街道数据编制。", "whole"),
        ("全区共受理政府信息公开申请58件。", "whole"),
        ("本报告数据仅包括区政府办公室办理的事项。", "own"),
        ("区政府办公室代表区政府受理申请17件。", None),
    ],
)
def test_the_scope_that_is_told(text: str, scope: str | None) -> None:
    assert _with("overview", text)["scope_statement"] == scope


@pytest.mark.parametrize(
    ("text", "notice", "misc"),
    [
        ("无。", False, False),
        ("未发出收费通知。", False, False),
        ("发出收费通知0件。", False, False),
        ("向2名申请人发出缴费通知，逾期未缴。", True, False),
        ("3件申请由申请人主动撤回。", False, True),
    ],
)
def test_explanations_for_other_outcomes(text: str, notice: bool, misc: bool) -> None:
    row = _prose(change_prose(change_prose(clean_report(), "overview", "稳步开展工作。"), "other", text))
    assert (row["fee_notice_told"], row["misc_told"]) == (notice, misc)


def test_every_report_has_one_row_whatever_is_missing() -> None:
    facts = batch(clean_report("a"), clean_report("b"))
    bare = replace(
        facts, sections=facts.sections.head(0), paragraphs=facts.paragraphs.head(0), cells=facts.cells.head(0)
    )
    frame = prepare(bare, default()).frames["prose"]
    assert frame.get_column("submission").to_list() == ["a", "b"]
    for column in ("aspects_told", "results_told", "problems_parts", "overview_figures", "generic_share"):
        assert frame.get_column(column).to_list() == [None, None]
    assert frame.get_column("fee_kind").to_list() == ["not charged", "not charged"]
