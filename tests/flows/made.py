"""Report files of made-up agencies as tab-separated text, built from the template data."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from expectations.template import load
from tests.extract.made import table2_rows, table3_rows, table4_rows

FIVE_REQUESTS = {
    "t3.received_new.natural_person": "5",
    "t3.received_new.total": "5",
    "t3.results.full_disclosure.natural_person": "5",
    "t3.results.full_disclosure.total": "5",
    "t3.results.total.natural_person": "5",
    "t3.results.total.total": "5",
}
"""Numbers that agree with each other; every other cell is 0."""


def report(
    agency: str = "云栖市映溪区水务局", year: int = 2023, changes: Mapping[str, str] | None = None
) -> str:
    """Return a report without a fault, except for the cells that `changes` prints otherwise."""
    template = load("v2021")
    values = dict.fromkeys(template.cells, "0") | FIVE_REQUESTS | dict(changes or {})
    tables = {
        "proactive": table2_rows(template, values),
        "requests": table3_rows(template, values),
        "disputes": table4_rows(template, values),
    }
    prose = {
        "overview": f"{year}年，我局通过区政府网站主动公开供水水质等政府信息126条；按时答复依申请公开5件；政府信息管理上严格"
        "执行发布审核制度；政府信息公开平台建设上新增河道整治栏目1个；监督保障上开展业务培训2次，接受社会监督。",
        "problems": "存在的主要问题：一是供水价格政策解读形式较为单一，图解类解读只有3件；二是供水专栏更新不够及时。改进情况："
        "一是组织业务科室学习图解制作，本年新增图解类解读6件；二是今后将按季度检查供水专栏的更新情况。",
        "other": f"{year}年度未收取政府信息公开信息处理费。",
    }
    lines = [
        f"{agency}{year}年政府信息公开工作年度报告",
        "",
        f"本报告所列数据的统计期限为{year}年1月1日至{year}年12月31日。",
    ]
    for section in template.sections:
        lines += ["", f"{section.numeral}、{section.heading}", ""]
        if section.key in tables:
            lines += ["\t".join(row) for row in tables[section.key]]
        else:
            lines.append(prose[section.key])
    return "\n".join([*lines, "", agency, f"{year + 1}年1月20日", ""])


def write(folder: Path, name: str, text: str) -> Path:
    """Write a report file and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path
