"""The figures of the database in Prometheus' text format."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from models.errors import ErrorKind
from tasks.tell.figures import Figures, age

CONTENT_TYPE = CONTENT_TYPE_LATEST
RUN_STATES = ("running", "completed", "failed", "cancelled")
ARRIVAL_STATES = ("recorded", "running", "done", "failed", "repeated")


def exposition(counted: Figures | None, free_bytes: int | None) -> bytes:
    """Return every metric; without figures (the database did not answer) only that it is down.

    `free_bytes`: free space on the disk of HECHA_HOME, None when it cannot be told.
    """
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Counted(counted, free_bytes))
    return generate_latest(registry)


class _Counted(Collector):
    def __init__(self, counted: Figures | None, free_bytes: int | None) -> None:
        self._counted = counted
        self._free = free_bytes

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the metrics. Labels have all their values always, so that a graph knows zero from nothing."""
        yield _one("hecha_up", "1 when the database answers.", self._counted is not None)
        if self._free is not None:
            yield _one("hecha_disk_free_bytes", "Free space on the disk of HECHA_HOME.", self._free)
        if self._counted is not None:
            yield from _of(self._counted)


def _of(counted: Figures) -> Iterator[GaugeMetricFamily]:
    yield _many("hecha_reports", "Reports by the state of their newest version.", "state", counted.reports)
    yield _many(
        "hecha_findings",
        "Findings of the newest versions by severity; review: for our own people.",
        "severity",
        counted.findings,
    )
    yield _many("hecha_runs", "Runs by state.", "state", _all(RUN_STATES, counted.runs))
    yield _many(
        "hecha_inbox_files", "Files in the inbox by state.", "state", _all(ARRIVAL_STATES, counted.inbox)
    )
    waited = age(counted.oldest_waiting) if counted.oldest_waiting else 0.0
    yield _one(
        "hecha_inbox_oldest_waiting_seconds", "How long the oldest open file of the inbox waits.", waited
    )
    last = counted.last_run
    if last is None:
        return
    yield _one("hecha_last_run_age_seconds", "Seconds since the last run ended.", age(last.finished_at))
    ended = last.finished_at.timestamp()
    yield _one("hecha_last_run_finished_timestamp_seconds", "When the last run ended (Unix time).", ended)
    yield _one("hecha_last_run_duration_seconds", "How long the last run took.", last.took.total_seconds())
    yield _one("hecha_last_run_completed", "1 when the last run was completed.", last.state == "completed")
    yield _one("hecha_last_run_reports", "Reports that the last run looked at.", last.reports)
    yield _many(
        "hecha_last_run_files_failed",
        "Files of the last run that could not be taken in, by kind; internal: faults of the system.",
        "kind",
        _all([kind.value for kind in ErrorKind], last.failed),
    )


def _all(names: list[str] | tuple[str, ...], counted: Mapping[str, int]) -> dict[str, int]:
    return {**dict.fromkeys(names, 0), **counted}


def _one(name: str, said: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, said, value=float(value))


def _many(name: str, said: str, label: str, values: Mapping[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, said, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family
