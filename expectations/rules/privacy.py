"""PII: personal data that a published report must not hold. What is found is masked already when a rule sees it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from expectations.rule import Case, Check, Evidence, Row, Rule, Where
from expectations.rules.quoting import excerpt, part, times
from expectations.rules.sources import REGULATION
from models.results import Passage, Severity

_PROTECTED = f"{REGULATION}第十五条"
_MASKING = "脱敏写法：电话138****1234，身份证35*************123，住址只写到乡镇（街道）。"


def _told(what: str) -> Callable[[Sequence[Row]], Evidence]:
    def evidence(rows: Sequence[Row]) -> Evidence:
        row = rows[0]
        name = _CARD_OR_HOME.get(row["kind"], what)
        return Evidence(
            row["text"],
            f"{part(row)}公开了{name}{row['text']}{times(rows)}（此处已脱敏）：“{excerpt(row)}”。",
            observed=row["text"],
            passages=tuple(Passage(own=r["sentence"], section=r["section"]) for r in rows[:5]),
        )

    return evidence


_CARD_OR_HOME = {"bank_card": "疑似银行卡号", "address": "个人住址"}


def _in_set(*uses: str) -> Check:
    return Check("ExpectColumnValuesToBeInSet", {"column": "use", "value_set": list(uses)})


RULES = (
    Rule(
        id="PII-01",
        title="个人手机号",
        frame="mentions",
        dimension="wording",
        quality="confidentiality",
        severity=Severity.WARNING,
        cases=(Case(Severity.CRITICAL, (Where("use", "==", "named"),)),),
        source=_PROTECTED,
        summary="报告不应公开个人手机号码。",
        hint=f"请删除或作脱敏处理，联系方式改用办公电话；专门对外公布的值班手机请注明用途。{_MASKING}",
        check=_in_set("masked", "duty"),
        reads=("use",),
        rows=(Where("topic", "==", "phone"),),
        vacuous=True,
        group_by=("text",),
        evidence=_told("手机号码"),
        templates=None,
        notes=(
            "固定电话、已脱敏的号码、写明为值班或热线的号码不在此列；与申请人等个人信息同处一句的为严重。",
        ),
        reason_column="reason",
    ),
    Rule(
        id="PII-02",
        title="身份证号",
        frame="mentions",
        dimension="wording",
        quality="confidentiality",
        severity=Severity.CRITICAL,
        source=_PROTECTED,
        summary="报告不应公开居民身份证号码。",
        hint=f"请立即撤下报告，删除或作脱敏处理后重新公布。{_MASKING}",
        check=_in_set("masked"),
        reads=("use",),
        rows=(Where("topic", "==", "resident id"),),
        vacuous=True,
        group_by=("text",),
        evidence=_told("居民身份证号码"),
        templates=None,
        notes=("只计校验码、出生日期和省级代码都成立的18位号码；已脱敏的不在此列。",),
        reason_column="reason",
    ),
    Rule(
        id="PII-03",
        title="银行卡号、住址",
        frame="mentions",
        dimension="wording",
        quality="confidentiality",
        severity=Severity.CRITICAL,
        cases=(
            Case(Severity.WARNING, (Where("kind", "==", "address"),)),
            Case(Severity.WARNING, (Where("use", "==", "bare"),)),
        ),
        operator_when=((Where("kind", "==", "bank_card"), Where("use", "==", "bare")),),
        source=_PROTECTED,
        summary="报告不应公开个人银行卡号、具体住址。",
        hint=f"请删除或作脱敏处理后重新公布。{_MASKING}",
        check=_in_set("masked", "office"),
        reads=("use",),
        rows=(Where("topic", "==", "account or address"),),
        vacuous=True,
        group_by=("kind", "text"),
        evidence=_told("银行卡号或住址"),
        templates=None,
        notes=("办公地址、单位和财政账户不在此列；前后没有账户字样的号码交核查人员核实。",),
        reason_column="reason",
    ),
    Rule(
        id="PII-04",
        title="申请人可识别信息",
        frame="mentions",
        dimension="wording",
        quality="confidentiality",
        severity=Severity.WARNING,
        operator_when=((Where("use", "==", "likely"),),),
        source=_PROTECTED,
        summary="报告叙述个案时不应写出申请人的姓名。",
        hint="请改为“申请人”“张某某”等不能识别个人的写法。",
        check=_in_set("masked", "case"),
        reads=("use",),
        rows=(Where("topic", "==", "applicant"),),
        vacuous=True,
        group_by=("text",),
        evidence=_told("疑似申请人姓名"),
        templates=None,
        notes=("法院已公开的案例不在此列；两个字的疑似姓名交核查人员核实。",),
        reason_column="reason",
    ),
)
