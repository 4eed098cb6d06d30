"""`hecha rules`: what is checked under a profile, and one rule in full. Imports nothing that takes long."""

from __future__ import annotations

import difflib
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from expectations.catalogue import ruleset, written
from expectations.profile import Profile
from expectations.rule import Rule
from expectations.rulebook import FAMILIES, SEVERITIES, applies_to, examples, family, settings_of
from hecha.terminal import visible
from models.errors import ConfigurationError
from models.results import Addressee, Severity

SCHEMA = "hecha.rules/1"
COLOURS = {Severity.CRITICAL: "bold red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
NEAREST = 5
ON, OFF, RETIRED = "启用", "停用", "已废止"


def find(rule_id: str) -> Rule:
    """Return a rule by its id, whatever the case. Raises ConfigurationError, which names the nearest ids."""
    by_id = {rule.id: rule for rule in written()}
    wanted = rule_id.strip().upper()
    if wanted in by_id:
        return by_id[wanted]
    near = difflib.get_close_matches(wanted, by_id, NEAREST, 0.6)
    near += [name for name in by_id if family(name) == wanted and name not in near]
    named = f"相近的有{'、'.join(near[:NEAREST])}" if near else "可用 hecha rules 查看全部规则"
    raise ConfigurationError(f"没有编号为“{visible(rule_id)}”的规则，{named}。")


def as_json(rules: tuple[Rule, ...], profile: Profile) -> dict[str, Any]:
    """Return what `hecha rules --json` prints: rules in full, as the profile has them."""
    version = ruleset(profile)
    return {
        "schema": SCHEMA,
        "ruleset": {
            "version": version.version,
            "hash": version.hash,
            "profile": version.profile,
            "profile_hash": version.profile_hash,
        },
        "rules": [_document(rule, profile) for rule in rules],
    }


def _document(rule: Rule, profile: Profile) -> dict[str, Any]:
    settled = rule.under(profile)
    return {
        "id": rule.id,
        "title": rule.title,
        "family": family(rule.id),
        "severity": rule.severity.value,
        "state": {ON: "on", OFF: "off", RETIRED: "retired"}[_state(rule, profile)],
        "replaced_by": rule.replaced_by,
        "summary": rule.summary,
        "applies_to": applies_to(rule),
        "source": rule.source,
        "hint": rule.hint,
        "notes": list(rule.notes),
        "example": examples().get(rule.id),
        "dimension": rule.dimension,
        "quality": rule.quality,
        "addressee": rule.addressee.value,
        "settings": [
            {"path": one.path, "title": one.title, "value": _plain(profile.value(one.path))}
            for one in settings_of(rule, profile)
        ],
        "expectation": {"type": rule.check.type, "arguments": _plain(settled.check.arguments)},
    }


def _plain(value: Any) -> Any:
    """Return a setting or an argument as JSON data."""
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if isinstance(value, dict):
        return {str(name): _plain(entry) for name, entry in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(entry) for entry in value]
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


def _state(rule: Rule, profile: Profile) -> str:
    if rule.retired:
        return RETIRED
    return OFF if rule.id in profile.rules.off else ON


def show_list(console: Console, profile: Profile) -> None:
    """Show every rule on one line, by family."""
    rules = written()
    on = sum(_state(rule, profile) == ON for rule in rules)
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_column(no_wrap=True)
    shown = ""
    for rule in rules:
        if family(rule.id) != shown:
            shown = family(rule.id)
            table.add_row()
            table.add_row("", "", Text(FAMILIES.get(shown, shown), style="bold"))
        state = _state(rule, profile)
        table.add_row(
            rule.id,
            Text(SEVERITIES[rule.severity], style=COLOURS[rule.severity]),
            rule.title,
            Text("" if state == ON else state, style="dim"),
        )
    console.print(table)
    console.print()
    console.print(
        f"共{len(rules)}条规则，核查方案“{profile.title}”（{profile.name}，{profile.hash[:12]}）启用{on}条。"
        "查看一条规则：hecha rules 编号。",
        style="dim",
        soft_wrap=True,
    )


def show_rule(console: Console, rule: Rule, profile: Profile) -> None:
    """Show one rule in full."""
    state = _state(rule, profile)
    console.print(Text(f"{rule.id}　{rule.title}", style="bold"))
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")

    def line(name: str, *texts: str | Text) -> None:
        for number, text in enumerate(texts):
            table.add_row("" if number else name, text)

    line("级别", Text(SEVERITIES[rule.severity], style=COLOURS[rule.severity]))
    line("状态", f"{state}（核查方案“{profile.title}”，{profile.name}）")
    if rule.replaced_by:
        line("替代规则", rule.replaced_by)
    line("核查内容", rule.summary)
    line("适用", applies_to(rule))
    if rule.addressee is Addressee.OPERATOR:
        line("处理", "交核查人员核实，不作为报送单位的问题。")
    line("依据", rule.source)
    line("如何更正", rule.hint)
    line("例外说明", *(rule.notes or ("无。",)))
    line("方案数值", *(f"{one.title}：{one.value}（{one.path}）" for one in settings_of(rule, profile)))
    line("示例", *([examples()[rule.id]] if rule.id in examples() else []))
    line("评分", *_points(rule, profile))
    line("期望", Text(rule.check.type, style="dim"))
    console.print(table)
    console.print("得分依据本系统评分模型，非官方评分。示例为虚构。", style="dim")


def _points(rule: Rule, profile: Profile) -> list[str]:
    model = profile.scoring
    dimension = next((d for d in model.dimensions if d.key == rule.dimension), None)
    if dimension is None or not dimension.points:
        return ["不计分。"]
    possible = {rule.severity, *(case.severity for case in rule.cases)}
    taken = {
        Severity.CRITICAL: model.special.get(rule.id, model.deductions["critical"]),
        Severity.WARNING: model.deductions["warning"],
        Severity.INFO: 0.0,
    }
    amounts = (
        f"{SEVERITIES[severity]}{f'扣{points:g}分' if points else '不扣分'}"
        for severity, points in taken.items()
        if severity in possible
    )
    parts = [f"“{dimension.title}”维度（{dimension.points:g}分）：{'，'.join(amounts)}。"]
    parts += [f"{gate.title}。" for gate in model.gates if rule.id in gate.rules]
    return parts + [sentence for name, sentence in model.alerts.items() if name == rule.id]
