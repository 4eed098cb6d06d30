"""Renders the rule book that people read, ``docs/RULES.md``, from the rule objects and the scoring model.

``python -m expectations.rulebook`` writes the page; a test fails when the page is stale.
"""

from __future__ import annotations

from pathlib import Path

from expectations.catalogue import RULESET_VERSION, rules
from expectations.profile import default
from expectations.rule import Case, Rule, Where
from models.results import Addressee, Severity

PAGE = Path(__file__).resolve().parent.parent / "docs" / "RULES.md"

_SEVERITY = {Severity.CRITICAL: "严重", Severity.WARNING: "一般", Severity.INFO: "提示"}
_FRAMES = {
    "reports": "报告",
    "sections": "部分",
    "tables": "统计表",
    "lines": "表的行、列",
    "cells": "单元格",
    "requests_by_outcome": "表三的行",
    "requests_by_applicant": "表三的列",
    "disputes": "表四的组",
    "documents": "表二的文件件数",
    "years": "相邻两个年度",
}
_TEMPLATES = {"v2021": "2021年格式", "v2019": "2019年试行格式"}


def render() -> str:
    """Return the whole page as Markdown."""
    model = default().scoring
    titles = {dimension.key: dimension.title for dimension in model.dimensions}
    lines = [
        "# 核查规则",
        "",
        "<!-- 本页由 python -m expectations.rulebook 生成，请勿手工修改。 -->",
        "",
        f"规则集版本 {RULESET_VERSION}，共{len(rules())}条规则。编号一经公布永不改用：停用的规则保留编号。",
        "",
        "每条规则对每份报告给出三种结论之一：通过（PASS）、不通过（FAIL）、无法判断（NOT_ASSESSABLE）。"
        "空缺不按0处理，读取不确定的数不参与核算；没有核查的不算通过。",
        "",
        "| 编号 | 名称 | 级别 | 核查对象 | 评分维度 |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| [{rule.id}](#{rule.id.lower()}) | {rule.title} | {_SEVERITY[rule.severity]} "
        f"| {_FRAMES[rule.frame]} | {titles[rule.dimension]} |"
        for rule in rules()
    ]
    for rule in rules():
        lines += ["", *_section(rule, titles)]
    return "\n".join([*lines, "", *_scoring()]) + "\n"


def _section(rule: Rule, titles: dict[str, str]) -> list[str]:
    forms = "、".join(_TEMPLATES[name] for name in rule.templates or ())
    applies = forms or "各年度报告"
    if rule.first_year is not None:
        applies += f"，{rule.first_year}年度及以后"
    lines = [
        f"## {rule.id}",
        "",
        f"**{rule.title}**",
        "",
        rule.summary,
        "",
        f"- 级别：{_SEVERITY[rule.severity]}{_cases(rule.cases)}",
        f"- 适用：{applies}",
        f"- 依据：{rule.source}",
        f"- 整改：{rule.hint}",
        f"- 评分维度：{titles[rule.dimension]}；数据质量特性：{rule.quality}（ISO/IEC 25012）",
        f"- 期望：`{_check(rule)}`",
    ]
    if rule.rows:
        lines.append(f"- 只核查：`{_conditions(rule.rows)}`")
    if rule.addressee is Addressee.OPERATOR:
        lines.append("- 交核查人员核实，不作为填报单位的问题")
    elif rule.operator_when:
        lines += [f"- 交核查人员核实：`{_conditions(entry)}`" for entry in rule.operator_when]
    return lines + [f"- 说明：{note}" for note in rule.notes]


def _cases(cases: tuple[Case, ...]) -> str:
    if not cases:
        return ""
    return "；例外：" + "，".join(
        f"`{_conditions(case.when)}` 时为{_SEVERITY[case.severity]}" for case in cases
    )


def _conditions(conditions: tuple[Where, ...]) -> str:
    return " and ".join(f"{c.column} {c.op} {c.value!r}" for c in conditions)


def _check(rule: Rule) -> str:
    arguments = rule.check.arguments
    if "equations" in arguments:
        body = ", ".join(
            f"{' + '.join(e['left'])} = {' + '.join(e['right'])}" for e in arguments["equations"]
        )
    elif "left_columns" in arguments:
        sign = "≥" if rule.check.type.endswith("AtLeast") else "="
        body = f"{' + '.join(arguments['left_columns'])} {sign} {' + '.join(arguments['right_columns'])}"
    else:
        body = ", ".join(f"{name}={value!r}" for name, value in arguments.items() if name != "ignore_row_if")
    return f"{rule.check.type}({body})".replace("|", "\\|")


def _scoring() -> list[str]:
    model = default().scoring
    special = "、".join(f"{rule_id}扣{points:g}分" for rule_id, points in model.special.items())
    return [
        "## 评分",
        "",
        f"评分模型版本 {model.version}。本评分为本系统的模型，不是官方评分。",
        "",
        "| 维度 | 分值 |",
        "|---|---|",
        *(f"| {d.title} | {d.points:g} |" for d in model.dimensions if d.points),
        "",
        f"- 每条规则只扣一次：严重扣{model.deductions['critical']:g}分（{special}），"
        f"一般扣{model.deductions['warning']:g}分，提示不扣分；同一规则另有问题的，每个加扣{model.further:g}分，"
        f"最多加{model.further_at_most:g}分。各维度扣完为止。",
        "- 没有任何规则得到判断的维度不计入，其分值按比例分给其他维度，合计仍为100分。",
        "- 交核查人员核实的问题不扣分。",
        *(f"- 上限：{gate.title}（{'、'.join(gate.rules)}）。" for gate in model.gates),
        f"- 覆盖率为得到判断的规则占适用规则的比例，低于{model.coverage:.0%}的{model.not_scored}。",
        "- 等级：" + "，".join(f"{grade.at_least:g}分以上{grade.title}" for grade in model.grades) + "。",
    ]


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
