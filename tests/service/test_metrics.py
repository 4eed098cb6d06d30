"""Metrics as Prometheus reads them, from a database with known contents."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine

from hecha.metrics import CONTENT_TYPE
from hecha.service import service
from models.errors import ErrorKind
from models.views import ErrorView
from tasks.persist.arrivals import mark, next_arrivals, record_arrival
from tests.service.conftest import served, settings_of
from tests.storage.made import FRACTION, HEADING, UNSURE, evaluation, sha, submission
from tests.tell.made import EDUCATION, REPORTS, SAID, run

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def scraped(url: str, home: Path) -> Samples:
    with served(service(settings_of(home, url))) as client:
        answer = client.get("/metrics")
    assert (answer.status_code, answer.headers["content-type"]) == (200, CONTENT_TYPE)
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def of(samples: Samples, name: str) -> dict[str, float]:
    return {labels[0][1]: value for (found, labels), value in samples.items() if found == name}


def one(samples: Samples, name: str) -> float | None:
    return samples.get((name, ()))


def test_an_empty_database(url: str, tmp_path: Path) -> None:
    found = scraped(url, tmp_path)
    assert one(found, "hecha_up") == 1
    assert set(of(found, "hecha_reports").values()) == {0}
    assert one(found, "hecha_last_run_age_seconds") is None
    assert (one(found, "hecha_disk_free_bytes") or 0) > 0


def test_the_figures(url: str, database: Engine, tmp_path: Path) -> None:
    run(database, state="failed")
    again = submission("教育局（更正）.txt", EDUCATION)
    more = (
        submission("甲.txt", "云栖市映溪区甲局"),
        submission("乙.txt", "云栖市映溪区乙局"),
    )
    said = (
        evaluation("教育局（更正）.txt", (HEADING, FRACTION, UNSURE)),
        evaluation("甲.txt", (HEADING,), total=50.0, grade="不合格"),
        evaluation("乙.txt", (HEADING,)),
    )
    failed = (
        ErrorView("坏.pdf", ErrorKind.UNREADABLE.value, "文件已损坏。"),
        ErrorView("坏2.pdf", ErrorKind.UNREADABLE.value, "文件已损坏。"),
        ErrorView("第1批", ErrorKind.INTERNAL.value, "内部错误。"),
        ErrorView("通知地址（运维第1个，json）", ErrorKind.INTERNAL.value, "未能送达。"),
    )
    run(database, [*REPORTS, again, *more], [*SAID, *said], failed)
    found = scraped(url, tmp_path)
    assert of(found, "hecha_reports") == {
        "to_mend": 1,  # 教育局, second version
        "to_review": 1,  # 卫健局
        "failed": 1,  # 甲
        "passed": 2,  # 水务局, 乙
        "unscored": 0,
        "not_evaluated": 0,
        "unidentified": 1,
    }
    assert of(found, "hecha_findings") == {"critical": 1, "warning": 3, "info": 0, "review": 2}
    assert of(found, "hecha_runs") == {"running": 0, "completed": 1, "failed": 1, "cancelled": 0}
    assert one(found, "hecha_last_run_completed") == 1
    assert one(found, "hecha_last_run_reports") == 7
    assert {kind: n for kind, n in of(found, "hecha_last_run_files_failed").items() if n} == {
        "unreadable": 2,
        "internal": 1,
    }
    assert 0 <= (one(found, "hecha_last_run_age_seconds") or -1) < 60
    assert (one(found, "hecha_last_run_duration_seconds") or 0) > 365 * 86400  # it says it began in 2024


def test_the_inbox(url: str, database: Engine, tmp_path: Path) -> None:
    earlier = datetime.now(UTC) - timedelta(hours=1)
    record_arrival(database, "folder", "甲.txt", sha("甲"), 1, received_at=earlier - timedelta(hours=5))
    (taken,) = next_arrivals(database)
    mark(database, taken.id, "done")
    record_arrival(database, "folder", "乙.txt", sha("乙"), 1, received_at=earlier)
    record_arrival(database, "upload", "丙.txt", sha("丙"), 1)
    record_arrival(database, "upload", "丙2.txt", sha("丙"), 1)
    found = scraped(url, tmp_path)
    assert of(found, "hecha_inbox_files") == {
        "recorded": 2,
        "running": 0,
        "done": 1,
        "failed": 0,
        "repeated": 1,
    }
    assert 3600 <= (one(found, "hecha_inbox_oldest_waiting_seconds") or 0) < 3700
