"""What the API answers with: its data, each field described in Chinese."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

Severity = Literal["critical", "warning", "info"]
State = Literal["pending", "notified", "explained", "mended", "passed", "returned"]
Value = Annotated[int | float | str | None, Field(union_mode="left_to_right")]
MOST = 2**31 - 1
Year = Annotated[int, Field(ge=1990, le=2100)]


class Asked(BaseModel):
    """The query of a request; what is not known is refused, not passed over."""

    model_config = ConfigDict(extra="forbid")


class Keyset(Asked):
    """A page of a long list."""

    after: int = Field(default=0, ge=0, le=MOST, description="上一页最后一条的 id；从头开始时不填")
    limit: int = Field(default=50, ge=1, le=500, description="一页的条数")


class ReportsAsked(Keyset):
    """Which reports are asked for."""

    year: int | None = Field(default=None, ge=1990, le=2100, description="报告年度")
    agency: str | None = Field(default=None, min_length=1, max_length=200, description="单位的正式名称")
    state: State | None = Field(default=None, description="办理状态")


class FindingsAsked(Keyset):
    """Which findings are asked for."""

    year: int | None = Field(default=None, ge=1990, le=2100, description="报告年度")
    rule: str | None = Field(default=None, pattern=r"^[A-Z0-9]{1,8}-[0-9]{2}$", description="规则编号")
    severity: Severity | None = Field(default=None, description="严重程度")


class VersionAsked(Asked):
    """Which version of a report is asked for."""

    version: int | None = Field(default=None, ge=1, le=MOST, description="版本；不填为最新一版")


class Me(BaseModel):
    """Whose token it is."""

    name: str = Field(description="账号名")
    shown: str = Field(description="姓名")
    role: Literal["operator", "supervisor", "agency"] = Field(description="角色")


class ReportLine(BaseModel):
    """A report in a list."""

    id: int
    agency: str = Field(description="单位")
    year: int = Field(description="报告年度")
    state: State = Field(description="办理状态")
    version: int = Field(description="最新版本")
    file: str = Field(description="文件名")
    format: str = Field(description="文件格式")
    sha256: str = Field(description="文件校验码")
    received_at: datetime = Field(description="收到时间")
    total: float | None = Field(description="得分，按处理意见认定；覆盖率不足的不评分")
    grade: str | None = Field(description="等次，按处理意见认定")
    critical: int | None = Field(description="严重问题数，按处理意见认定；尚未核查的为空")
    warning: int | None = Field(description="一般问题数")
    info: int | None = Field(description="提示数")


class Reports(BaseModel):
    """A page of reports."""

    items: list[ReportLine]
    next: str | None = Field(description="下一页的网址；没有时为空")


class Decision(BaseModel):
    """What a supervisor decided about a finding."""

    decision: Literal["mend", "explained", "not_applicable", "misread"]
    reason: str = Field(description="理由")
    decided_at: datetime = Field(description="决定时间")
    from_year: int | None = Field(description="沿用哪一年度的决定")


class Finding(BaseModel):
    """A finding. `id`, `fingerprint`: None for one that is not stored."""

    id: int | None = Field(description="编号；自查结果没有编号")
    fingerprint: str | None = Field(description="问题的标识，重新核查和更正后不变")
    rule: str = Field(description="规则编号")
    subject: str = Field(description="出问题的行、列等")
    severity: Severity = Field(description="严重程度")
    addressee: Literal["agency", "operator"] = Field(description="由谁处理：报送单位或者核查人员")
    message: str = Field(description="问题描述")
    cells: list[str] = Field(description="涉及的单元格")
    observed: Value = Field(description="实际值")
    expected: Value = Field(description="应为")
    difference: Value = Field(description="差额")
    hint: str | None = Field(description="可能原因，仅供参考")
    decision: Decision | None = Field(description="处理意见")
    counts: bool = Field(
        description="是否计为报送单位的问题：接受说明、规则不适用、误读的不计，核查人员认定要求整改的计入"
    )


class FindingLine(Finding):
    """A finding in a list, with the report it is about."""

    report_id: int
    agency: str = Field(description="单位")
    year: int = Field(description="报告年度")


class Findings(BaseModel):
    """A page of findings."""

    items: list[FindingLine]
    next: str | None = Field(description="下一页的网址；没有时为空")


class Deduction(BaseModel):
    """Points that a rule took."""

    rule: str
    points: float


class Dimension(BaseModel):
    """A dimension of the score."""

    key: str
    title: str
    maximum: float
    points: float
    deductions: list[Deduction]


class Score(BaseModel):
    """A score with its arithmetic. 本系统评分模型，非官方评分."""

    total: float | None = Field(description="得分；覆盖率不足的不评分")
    grade: str
    coverage: float = Field(description="核查覆盖率，0 到 1")
    dimensions: list[Dimension]
    gates: list[str] = Field(description="限制条款")
    alerts: list[str] = Field(description="须立即处理的情况")


class NotAssessed(BaseModel):
    """A rule that could not be decided."""

    rule: str
    reason: str


class Cell(BaseModel):
    """What was read in a cell."""

    raw: str | None = Field(description="原文")
    value: float | None = Field(description="读作的数；没有把握的为空")
    kind: str = Field(
        description="number、zero、blank、placeholder、text、uncertain、missing；由人更正的以更正为准"
    )


class Ruleset(BaseModel):
    """Under which rules a result was made."""

    version: str
    hash: str
    profile: str
    profile_hash: str


class Result(BaseModel):
    """What was found in a report."""

    file: str
    sha256: str
    format: str
    title: str | None
    agency: str | None = Field(description="单位；认不出的为空")
    year: int | None = Field(description="报告年度；认不出的为空")
    template: str | None = Field(description="统计表格式")
    signed_on: date | None = Field(description="落款日期")
    score: Score
    verdicts: dict[str, Literal["PASS", "FAIL", "NOT_ASSESSABLE"]] = Field(description="各规则结论")
    findings: list[Finding]
    not_assessed: list[NotAssessed]
    cells: dict[str, Cell] = Field(description="统计表的单元格")
    ruleset: Ruleset | None = Field(description="规则版本；尚未核查的为空")


class Version(BaseModel):
    """A version of a report, and how many findings of the one before it mended, left and brought."""

    number: int
    sha256: str
    file: str
    received_at: datetime
    total: float | None
    grade: str
    mended: int
    still_open: int
    new: int


class Stands(BaseModel):
    """Score and counts by which a report stands: what remains after the decisions."""

    total: float | None = Field(description="认定后得分；覆盖率不足的不评分")
    grade: str | None = Field(description="认定后等次；尚未核查的为空")
    critical: int | None = Field(description="认定后严重问题数；尚未核查的为空")
    warning: int | None = Field(description="认定后一般问题数")
    info: int | None = Field(description="认定后提示数")


class Progress(BaseModel):
    """How far the agency is with what it was asked to mend."""

    explained: int = Field(description="发出整改通知或者退回之后单位已说明的问题数")
    left: int = Field(description="还没有整改或说明的问题数；提示不计")
    whole: bool = Field(description="是否另有对整份报告的说明；不代替逐项说明")


class Report(BaseModel):
    """A report: where it stands, its versions, and what was found in the one asked for."""

    id: int
    state: State
    version: int
    versions: list[Version]
    stands: Stands = Field(description="最新一版按处理意见认定的得分和问题数")
    result: Result = Field(description="所取一版的核查结果，不因处理意见改变")
    progress: Progress | None = Field(description="单位整改和说明的进度；不在等待单位答复的为空")


class SelfCheck(BaseModel):
    """What a check before publishing gave. Nothing of it is kept."""

    stored: Literal[False] = Field(description="自查结果不保存")
    compared: bool = Field(description="是否与系统中的上一年度报告比对")
    result: Result


class Submission(BaseModel):
    """Something handed in, and how far it is."""

    id: int
    file: str
    sha256: str
    received_at: datetime
    state: Literal["recorded", "running", "done", "failed"] = Field(description="办理进度")
    repeats: int | None = Field(description="与哪一次报送内容相同；没有重复核查")
    message: str | None = Field(description="未能核查的原因")
    run: str | None = Field(description="核查运行的网址")
    report: str | None = Field(description="登记到的报告的网址")
    version: int | None = Field(description="登记为第几版")


class Run(BaseModel):
    """A run of the checks."""

    id: int
    title: str
    state: Literal["running", "completed", "failed", "cancelled"]
    years: list[int]
    started_at: datetime
    finished_at: datetime | None
    ruleset_version: str
    ruleset_hash: str
    profile: str


class Sweep(BaseModel):
    """A sweep that somebody started, and how far it is."""

    id: UUID
    state: Literal["waiting", "running", "stopping", "completed", "failed", "cancelled"] = Field(
        description="等待开始、正在核查、正在停止、已完成、失败、已停止"
    )
    since: datetime = Field(description="开始时间；尚未开始的为提交时间")
    run: str | None = Field(description="核查运行的网址；尚未开始的为空")
    stage: str | None = Field(description="进行到哪一步")
    percent: float | None = Field(description="这一步的进度，0 到 100")
