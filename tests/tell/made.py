"""A run over made-up reports: one with grave findings, one clean, one to look at, one to which nothing is owed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import Engine

from models.errors import ErrorKind
from models.facts import Facts, concat
from models.results import Evaluation
from models.views import ErrorView, MissingView
from tasks.persist import finish_run, record, record_errors, start_run
from tasks.persist.runs import State
from tests.storage.made import HEADING, RULES, TOTALS, UNSURE, evaluation, submission

AT = datetime(2024, 2, 1, 1, 30, tzinfo=UTC)
EDUCATION, WATER, HEALTH = "云栖市映溪区教育局", "云栖市映溪区水务局", "云栖市映溪区卫生健康局"
REPORTS = (
    submission("教育局.txt", EDUCATION),
    submission("水务局.txt", WATER),
    submission("卫健局.txt", HEALTH),
    submission("未知.txt", "云栖市映溪区某局", None),
)
SAID = (
    evaluation("教育局.txt", (TOTALS, HEADING, UNSURE)),
    evaluation("水务局.txt", (), total=100.0, grade="优秀"),
    evaluation("卫健局.txt", (UNSURE,), total=None, grade="暂不评分"),
    evaluation("未知.txt", (HEADING,), total=50.0, grade="不合格"),
)
UNREADABLE = ErrorView("坏<b>.pdf", ErrorKind.UNREADABLE.value, "文件已损坏，请重新报送。")
BROKEN = ErrorView("第1批", ErrorKind.INTERNAL.value, "系统在核查其中一批报告时发生内部错误。")
OWED = MissingView("云栖市映溪区市场监督管理局", 2023)


def run(
    database: Engine,
    facts: Iterable[Facts] = REPORTS,
    said: Iterable[Evaluation] = SAID,
    errors: Iterable[ErrorView] = (UNREADABLE, BROKEN),
    missing: Iterable[MissingView] = (OWED,),
    state: State = "completed",
    years: Iterable[int] = (2023,),
) -> int:
    """Record a finished run and return its id."""
    number = start_run(database, "报告", years, RULES, started_at=AT)
    received = list(facts)
    if received:
        record(database, number, concat(received), {e.submission: e for e in said}, RULES, AT)
    record_errors(database, number, errors)
    finish_run(database, number, state, missing)
    return number
