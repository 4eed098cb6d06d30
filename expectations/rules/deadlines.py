"""TIME: when a report was signed and published, and when it was due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from expectations.rule import Case, Check, Evidence, Row, Rule, Where
from expectations.rules.sources import REGULATION
from models.results import Severity

_IN_TIME = Check(
    "ExpectColumnPairValuesAToBeGreaterThanB",
    {
        "column_A": "first_deadline",
        "column_B": "seen_on",
        "or_equal": True,
        "ignore_row_if": "either_value_is_missing",
    },
)
_UNSURE = ((Where("seen_certain", "==", False),),)
_HINT = "请按期编制、公布年度报告；确已按期公布的，请提供首次公布的页面或者记录。"
_NOTES = (
    "只有外部数据表的日期，或者晚于期限的落款日期，才能证明逾期；只有网页上的发布日期晚于期限的，可能是网站迁移或者重新发布，交核查人员核实。",
    "标题或者文件名写明更正、重新发布的，落款日期跨年度的，报告年度不是标题或者统计期限写明的，交核查人员核实。",
    "未见公布日期的，按落款日期认定；公布日期、落款日期都没有的，不作判断。",
    "核查方案可以另设当地较早的期限，晚于当地期限而未晚于法定期限的为提示。",
)


def day(value: date) -> str:
    """Return a date as it is written in official texts."""
    return f"{value.year}年{value.month}月{value.day}日"


def _late(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    due = row["deadline"] if row["late"] == "statutory" else row["first_deadline"]
    seen = row["seen_on"]
    told = {
        "table": "外部数据表记载的提交或者公布日期为",
        "signature": "报告落款日期为",
        "both": "报告落款日期为",
        "contradiction": "报告落款日期为",
        "page": "网页上的发布日期为",
    }[row["seen_by"]]
    more = (
        f"，网页上的发布日期为{day(row['published_on'])}"
        if row["seen_by"] in ("both", "contradiction")
        else ""
    )
    local = "" if row["late"] == "statutory" else "当地规定的"
    return Evidence(
        "",
        f"{told}{day(seen)}{more}，晚于{local}{row['year']}年度报告公布期限{day(due)}（晚{(seen - due).days}天）。",
        observed=seen.isoformat(),
        expected=due.isoformat(),
        difference=(seen - due).days,
        hint=None if row["seen_certain"] else "网页日期可能是网站迁移、重新发布的日期，落款日期可能有笔误。",
    )


def _early(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    told = {"table": "外部数据表记载的日期", "signature": "报告落款日期", "page": "网页上的发布日期"}[
        row["earliest_by"]
    ]
    return Evidence(
        "",
        f"{told}为{day(row['earliest_on'])}，{row['year']}年度尚未结束，统计期限应至{day(row['year_end'])}。",
        observed=row["earliest_on"].isoformat(),
        expected=row["year_end"].isoformat(),
        hint="可能是日期的年份写错，或者网页日期是新建页面的日期。",
    )


def _before_signed(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    told = "外部数据表记载的公布日期" if row["shown_by"] == "table" else "网页上的发布日期"
    return Evidence(
        "",
        f"{told}为{day(row['shown_on'])}，早于落款日期{day(row['signed_on'])}。",
        observed=row["shown_on"].isoformat(),
        expected=row["signed_on"].isoformat(),
        difference=(row["shown_on"] - row["signed_on"]).days,
    )


RULES = (
    Rule(
        id="TIME-01",
        title="部门1月31日前",
        frame="reports",
        dimension="timeliness",
        quality="currentness",
        severity=Severity.CRITICAL,
        cases=(
            Case(Severity.INFO, (Where("late", "==", "local"),)),
            Case(Severity.WARNING, (Where("vertical", "==", True),)),
        ),
        operator_when=_UNSURE,
        source=f"{REGULATION}第四十九条第一款",
        summary="县级以上人民政府部门应当在每年1月31日前提交并公布上一年度报告。",
        hint=_HINT,
        check=_IN_TIME,
        reads=("seen_on",),
        evidence=_late,
        templates=None,
        first_year=2019,
        ranks=("state", "province", "city", "county", "unknown"),
        organs=("department",),
        reason_column="seen_reason",
        notes=(*_NOTES, "实行垂直管理的机关不由本级政府管理，逾期为一般。"),
    ),
    Rule(
        id="TIME-02",
        title="政府3月31日前",
        frame="reports",
        dimension="timeliness",
        quality="currentness",
        severity=Severity.CRITICAL,
        cases=(
            Case(Severity.INFO, (Where("late", "==", "local"),)),
            Case(Severity.WARNING, (Where("zone", "==", True),)),
        ),
        operator_when=(*_UNSURE, (Where("agency", "==", None),)),
        source=f"{REGULATION}第四十九条第二款",
        summary="县级以上地方人民政府应当在每年3月31日前公布本级政府上一年度报告。",
        hint=_HINT,
        check=_IN_TIME,
        reads=("seen_on",),
        evidence=_late,
        templates=None,
        first_year=2019,
        ranks=("province", "city", "county", "unknown"),
        organs=("government", "unknown"),
        reason_column="seen_reason",
        notes=(
            *_NOTES,
            "分不清是政府还是部门的（如政府办公室的报告），只按较晚的3月31日核查。",
            "开发区等管理委员会不是一级政府，逾期为一般。",
        ),
    ),
    Rule(
        id="TIME-03",
        title="乡镇（街道）时限",
        frame="reports",
        dimension="timeliness",
        quality="currentness",
        severity=Severity.WARNING,
        cases=(Case(Severity.INFO, (Where("late", "==", "local"),)),),
        operator_when=_UNSURE,
        source="各地实施规定（条例第四十九条未规定乡镇的期限，由核查方案设定）",
        summary="乡镇、街道的年度报告应当在核查方案设定的期限内公布。",
        hint=_HINT,
        check=_IN_TIME,
        reads=("seen_on",),
        evidence=_late,
        templates=None,
        first_year=2019,
        ranks=("township",),
        reason_column="seen_reason",
        notes=("国家没有统一期限，默认与部门相同（1月31日），请按当地规定在核查方案中设定。", *_NOTES),
    ),
    Rule(
        id="TIME-04",
        title="期满前发布",
        frame="reports",
        dimension="timeliness",
        quality="accuracy",
        severity=Severity.WARNING,
        operator_when=((Where("earliest_certain", "==", False),),),
        source=f"{REGULATION}第四十九条（“上一年度”）",
        summary="年度报告应当在报告年度结束后编制、公布。",
        hint="请核对落款和公布日期；统计期限未满即编制的，请按全年数据重新编制。",
        check=Check(
            "ExpectColumnPairValuesAToBeGreaterThanB",
            {
                "column_A": "earliest_on",
                "column_B": "year_end",
                "or_equal": False,
                "ignore_row_if": "either_value_is_missing",
            },
        ),
        reads=("earliest_on", "year_end"),
        evidence=_early,
        templates=None,
        reasons={"earliest_on": "未见公布日期和落款日期。", "year_end": "报告年度无法确定。"},
        notes=("只有网页日期的，可能是新建页面的日期，交核查人员核实。",),
    ),
    Rule(
        id="TIME-05",
        title="落款不晚于发布",
        frame="reports",
        dimension="timeliness",
        quality="consistency",
        severity=Severity.WARNING,
        operator_when=((Where("shown_by", "==", "page"),),),
        source="核查要求：落款日期与公布日期应当相符",
        summary="落款日期不应晚于公布日期。",
        hint="请核对落款日期和公布日期，有误的请更正。",
        check=Check(
            "ExpectColumnPairValuesAToBeGreaterThanB",
            {
                "column_A": "shown_on",
                "column_B": "signed_on",
                "or_equal": True,
                "ignore_row_if": "either_value_is_missing",
            },
        ),
        reads=("shown_on", "signed_on"),
        evidence=_before_signed,
        templates=None,
        reasons={"shown_on": "未见公布日期。", "signed_on": "未见落款日期。"},
        notes=("网页上的发布日期可能是新建页面的日期，交核查人员核实。",),
    ),
)
