"""`hecha score`: the score of a report, and its whole arithmetic so that a person with a pencil can follow it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from expectations.catalogue import rule
from expectations.profile import Dimension, Gate, Scoring
from expectations.rulebook import SEVERITIES
from hecha.check import Checked
from hecha.output import OURS, as_errors, as_ruleset
from hecha.show import COLOURS, TO_REVIEW, UNKNOWN, show_errors
from hecha.terminal import visible
from models.results import Addressee, Deduction, DimensionScore, Evaluation, Finding, Severity
from tasks.score import Counted, closed_gates, closes, counted

SCHEMA = "hecha.score/1"


@dataclass(frozen=True, slots=True)
class Taken:
    """What one rule took, with the findings it took it for (the gravest first)."""

    deduction: Deduction
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A dimension of the model: its points there, and its score; None where no rule of it was decided."""

    model: Dimension
    score: DimensionScore | None
    taken: tuple[Taken, ...]

    @property
    def deducted(self) -> float:
        """The sum of the deductions, which may be more than the dimension has."""
        return round(math.fsum(taken.deduction.points for taken in self.taken), 4)


@dataclass(frozen=True, slots=True)
class Explained:
    """The arithmetic of one score: every number that leads to the total, in the order it is worked out."""

    evaluation: Evaluation
    model: Scoring
    basis: Counted
    lacking: tuple[str, ...]
    parts: tuple[Part, ...]
    weights: float
    sum: float
    gates: tuple[tuple[Gate, tuple[Finding, ...]], ...]


def explained(evaluation: Evaluation, model: Scoring) -> Explained:
    """Put the arithmetic of an evaluation's score together again (`tasks.score.score` made it by this model)."""
    score = evaluation.score
    theirs = [f for f in evaluation.findings if f.addressee is Addressee.AGENCY]
    basis = counted(evaluation.verdicts, evaluation.findings, score.left_out)
    counting = [finding for finding in theirs if finding.severity is not Severity.INFO]
    by_key = {dimension.key: dimension for dimension in score.dimensions}
    parts = tuple(
        Part(
            dimension,
            by_key.get(dimension.key),
            tuple(
                Taken(taken, _of_rule(taken.rule, counting))
                for taken in (by_key[dimension.key].deductions if dimension.key in by_key else ())
            ),
        )
        for dimension in model.dimensions
        if dimension.points
    )
    return Explained(
        evaluation=evaluation,
        model=model,
        basis=basis,
        lacking=tuple(rule_id for rule_id in model.requires if rule_id not in evaluation.verdicts),
        parts=parts,
        weights=sum(part.model.points for part in parts if part.score is not None),
        sum=round(math.fsum(dimension.points for dimension in score.dimensions), 1),
        gates=tuple(
            (gate, tuple(finding for finding in counting if closes(gate, finding)))
            for gate in closed_gates(model, counting)
        ),
    )


def _of_rule(rule_id: str, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted((f for f in findings if f.rule == rule_id), key=lambda f: -f.severity.rank))


# --------------------------------------------------------------------------------------------- JSON


def as_json(checked: Checked) -> dict[str, Any]:
    """Return what `hecha score --json` prints: the arithmetic of every report that was asked about."""
    reports = {row["submission"]: row for row in checked.facts.reports.to_dicts()}
    return {
        "schema": SCHEMA,
        "note": OURS,
        "ruleset": as_ruleset(checked.rules),
        "model": checked.profile.scoring.version,
        "reports": [
            {"file": name, "agency": reports[sha256]["agency"], "year": reports[sha256]["year"]}
            | _document(explained(checked.evaluations[sha256], checked.profile.scoring))
            for name, sha256 in checked.files
        ],
        "errors": as_errors(checked.errors),
    }


def _document(it: Explained) -> dict[str, Any]:
    score = it.evaluation.score
    reasons = {missed.rule: missed.reason for missed in it.evaluation.not_assessed}
    return {
        "total": score.total,
        "grade": score.grade,
        "zero_report": score.zero_report,
        "alerts": list(score.alerts),
        "coverage": {
            "applicable": len(it.evaluation.verdicts),
            "left_out": [{"rule": name, "reason": reasons.get(name)} for name in score.left_out],
            "counted": it.basis.number,
            "undecided": [{"rule": name, "reason": reasons.get(name)} for name in it.basis.undecided],
            "review": list(it.basis.review),
            "decided": len(it.basis.decided),
            "share": score.coverage,
            "at_least": it.model.coverage,
            "required_rules_missing": list(it.lacking),
        },
        "dimensions": [_part(part, it.weights) for part in it.parts],
        "sum": None if score.total is None else it.sum,
        "gates": [
            {"title": gate.title, "at_most": gate.at_most, "findings": [_finding(f) for f in findings]}
            for gate, findings in it.gates
        ],
        "grades": [{"at_least": grade.at_least, "title": grade.title} for grade in it.model.grades],
    }


def _part(part: Part, weights: float) -> dict[str, Any]:
    return {
        "key": part.model.key,
        "title": part.model.title,
        "model_points": part.model.points,
        "counted": part.score is not None,
        "unrounded_maximum": None if part.score is None else round(part.model.points * 100 / weights, 6),
        "maximum": None if part.score is None else part.score.maximum,
        "deductions": [
            {
                "rule": taken.deduction.rule,
                "points": taken.deduction.points,
                "note": taken.deduction.note,
                "findings": [_finding(finding) for finding in taken.findings],
            }
            for taken in part.taken
        ],
        "deducted": part.deducted,
        "points": None if part.score is None else part.score.points,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": str(finding.severity),
        "subject": finding.subject,
        "message": finding.message,
        "consequences": list(finding.consequences),
    }


# ----------------------------------------------------------------------------------------- terminal


def show_scores(console: Console, checked: Checked) -> None:
    """Show score and grade of every report that was asked about."""
    reports = {row["submission"]: row for row in checked.facts.reports.to_dicts()}
    table = Table(header_style="bold", pad_edge=False, padding=(0, 2, 0, 0), box=None)
    table.add_column("文件", overflow="fold")
    table.add_column("机关", overflow="fold")
    for title in ("年度", "得分", "等级", "覆盖率"):
        table.add_column(title, justify="right", no_wrap=True)
    for name, sha256 in checked.files:
        score = checked.evaluations[sha256].score
        table.add_row(
            Text(visible(name)),
            Text(visible(reports[sha256]["agency"] or UNKNOWN)),
            str(reports[sha256]["year"] or UNKNOWN),
            _points(score.total),
            score.grade,
            _percent(score.coverage),
        )
    if checked.files:
        console.print(table)
    for _, sha256 in checked.files:
        _alerts(console, checked.evaluations[sha256])
    show_errors(console, checked.errors)
    console.print(f"{OURS}；计算过程：hecha score --explain。", style="dim", soft_wrap=True)


def show_explained(console: Console, checked: Checked) -> None:
    """Show the arithmetic of every report that was asked about."""
    reports = {row["submission"]: row for row in checked.facts.reports.to_dicts()}
    for name, sha256 in checked.files:
        report = reports[sha256]
        year = f"{report['year']}年度" if report["year"] else "年度不明"
        title = f"{report['agency'] or UNKNOWN}　{year}　{name}"
        console.print(Text(visible(title), style="bold"), soft_wrap=True)
        _explain(console, explained(checked.evaluations[sha256], checked.profile.scoring))
        console.print()
    show_errors(console, checked.errors)
    rules = checked.rules
    console.print(
        f"评分模型 {checked.profile.scoring.version}（{OURS}）；规则集 {rules.version}（{rules.hash[:12]}）；"
        f"核查方案 {rules.profile}（{rules.profile_hash[:12]}）。",
        style="dim",
        soft_wrap=True,
    )


def _explain(console: Console, it: Explained) -> None:
    def say(text: str | Text = "") -> None:
        console.print(text, soft_wrap=True)

    score = it.evaluation.score
    _alerts(console, it.evaluation)
    if score.zero_report:
        say("零数据报告：全部数据为零，只按适用的规则评分。")
    say(Text("一、覆盖率", style="bold"))
    _say_coverage(say, it)
    say(Text("二、各维度满分", style="bold"))
    _say_maxima(say, it)
    say(Text("三、扣分", style="bold"))
    _say_deductions(say, it)
    say(Text("四、合计与上限", style="bold"))
    _say_total(say, it)


def _say_coverage(say: Any, it: Explained) -> None:
    score, reasons = it.evaluation.score, {m.rule: m.reason for m in it.evaluation.not_assessed}
    say(f"  适用的规则{len(it.evaluation.verdicts)}条。")
    if score.left_out:
        say(f"  其中{len(score.left_out)}条需与其他材料比对而没有可比对的材料，不计入：")
        for rule_id in score.left_out:
            say(f"    {rule_id} {rule(rule_id).title}：{visible(reasons.get(rule_id, '未记录原因。'))}")
    say(f"  计入{it.basis.number}条。")
    for title, names in (("未能评判", it.basis.undecided), (TO_REVIEW, it.basis.review)):
        if names:
            say(f"  其中{len(names)}条{title}：")
            for rule_id in names:
                reason = reasons.get(rule_id)
                say(f"    {rule_id} {rule(rule_id).title}" + (f"：{visible(reason)}" if reason else ""))
    decided = len(it.basis.decided)
    compared = "不低于" if score.coverage >= it.model.coverage else "低于"
    say(
        f"  得出结论{decided}条，覆盖率 {decided}÷{it.basis.number}＝{_percent(score.coverage)}，"
        f"{compared}{_percent(it.model.coverage)}。"
    )
    if it.lacking:
        say(f"  {'、'.join(it.lacking)} 不适用于这份报告（没有采用统一格式的统计表），不能评分。")


def _say_maxima(say: Any, it: Explained) -> None:
    without = [part.model.title for part in it.parts if part.score is None]
    if without:
        say(f"  没有规则得出结论、不计入的维度：{'、'.join(without)}。")
    if it.weights == 100:
        say("  各维度都计入，满分即模型分值：")
    else:
        say(
            f"  计入的维度在模型中共{it.weights:g}分，满分＝模型分值÷{it.weights:g}×100，取到0.1；"
            "取整的零头由余数大的维度补足，使合计为100。"
        )
    for part in it.parts:
        if part.score is not None:
            exact = part.model.points * 100 / it.weights
            rounded = f"{part.score.maximum:g}"
            if it.weights == 100:
                say(f"    {part.model.title}　{rounded}")
                continue
            shown = rounded if f"{exact:g}" == rounded else f"{exact:.3f}，取{rounded}"
            say(f"    {part.model.title}　{part.model.points:g}÷{it.weights:g}×100＝{shown}")


def _say_deductions(say: Any, it: Explained) -> None:
    if not any(part.taken for part in it.parts):
        say("  没有扣分。")
    for part in it.parts:
        if part.score is None or not part.taken:
            continue
        say(f"  {part.model.title}（满分{part.score.maximum:g}）")
        for taken in part.taken:
            gravest = taken.findings[0].severity
            deduction = taken.deduction
            steps = deduction.note.replace("+", "＋")
            sum_ = f"{steps}＝{deduction.points:g}" if "＋" in steps else f"{deduction.points:g}"
            say(
                Text.assemble(
                    "    ",
                    (SEVERITIES[gravest], COLOURS[gravest]),
                    f" {deduction.rule} {rule(deduction.rule).title}：扣{sum_}分"
                    + (
                        f"（{len(taken.findings)}处，{_further(it.model)}）"
                        if len(taken.findings) > 1
                        else ""
                    ),
                )
            )
            for finding in taken.findings:
                say(f"      {visible(finding.message)}")
        steps = "".join(f"－{taken.deduction.points:g}" for taken in part.taken)
        if part.deducted > part.score.maximum:
            say(f"    {part.score.maximum:g}{steps}，扣完为止，得0分。")
        else:
            say(f"    {part.score.maximum:g}{steps}＝{part.score.points:g}")
    theirs = [f for f in it.evaluation.findings if f.addressee is Addressee.AGENCY]
    hints = sum(finding.severity is Severity.INFO for finding in theirs)
    ours = len(it.evaluation.findings) - len(theirs)
    if hints or ours:
        say(f"  不扣分的：提示{hints}项，{TO_REVIEW}{ours}项。")


def _further(model: Scoring) -> str:
    return f"首处之外每处加扣{model.further:g}分，最多加{model.further_at_most:g}分"


def _say_total(say: Any, it: Explained) -> None:
    score = it.evaluation.score
    if score.total is None:
        say(f"  {score.grade}。所列扣分仅供参考。")
        return
    points = [f"{part.score.points:g}" for part in it.parts if part.score is not None]
    say(f"  {'＋'.join(points)}＝{it.sum:g}")
    for gate, findings in it.gates:
        named = "、".join(dict.fromkeys(finding.rule for finding in findings))
        effect = f"按{gate.at_most:g}分计" if it.sum > gate.at_most else "合计未超过，不影响"
        say(f"  上限：{gate.title}（{named}），{effect}。")
    grades = "，".join(f"{grade.at_least:g}分以上{grade.title}" for grade in it.model.grades)
    say(
        Text.assemble(
            "  得分 ", (f"{score.total:.1f}", "bold"), "　等级 ", (score.grade, "bold"), f"（{grades}）"
        )
    )


def _alerts(console: Console, evaluation: Evaluation) -> None:
    for alert in evaluation.score.alerts:
        console.print(Text(f"！{alert}", style="bold white on red"), soft_wrap=True)


def _points(total: float | None) -> str:
    return "—" if total is None else f"{total:.1f}"


def _percent(share: float) -> str:
    return f"{share * 100:.2f}".rstrip("0").rstrip(".") + "%"
