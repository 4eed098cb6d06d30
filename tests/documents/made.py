"""Made-up problems for the documents."""

from __future__ import annotations

from typing import Any

from tasks.documents.places import Place
from tasks.documents.problems import Problem


def problem(number: int = 1, **columns: Any) -> Problem:
    given: dict[str, Any] = {
        "report_id": number,
        "submission_id": number,
        "fingerprint": f"{number:064}",
        "agency": "云岚区教育局",
        "kind": "政府部门/县级",
        "year": 2023,
        "file": "云岚区教育局.docx",
        "place": Place("三、收到和处理政府信息公开申请情况", "表三", "（七）总计", "自然人"),
        "rule": "T3-02",
        "category": "数据勾稽",
        "message": "表三“自然人”列：各分项之和为26，（七）总计填报27，相差1。",
        "observed": 27,
        "expected": 26,
        "difference": 1,
        "source": "国办公开办函〔2021〕30号附件",
        "severity": "严重",
        "hint": "请核对申请台账。",
        "due": "2024年3月8日前",
        "result": "",
        "conclusion": "",
        "reviewed": "",
    }
    return Problem(**(given | columns))
