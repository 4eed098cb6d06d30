"""What Prefect's own pages show of a run: how far it is, a summary, the gravest reports, a link to the pages.

An artifact is a convenience: where the server does not take one, the log says so and the sweep goes on.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from prefect.artifacts import (
    create_link_artifact,
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)

from flows.on_demand import PROGRESS, RUN, RUN_NUMBER
from flows.progress import also_listening
from tasks.publish import words
from tasks.tell import Audience, ReportLine, Summary, message

SUMMARY, GRAVEST, PAGES = "hecha-summary", "hecha-gravest", "hecha-pages"
"""The keys under which Prefect keeps the versions of each."""
GRAVEST_REPORTS = 10
EVERY_SECONDS = 2.0
"""The progress artifact is updated at most so often; an update is one request of some ten milliseconds."""

log = logging.getLogger("hecha")


class _Progress:
    """One progress artifact a stage: made with its first step, updated seldom, and at its end in any case."""

    def __init__(self, every: float) -> None:
        self._every = every
        self._busy = threading.Lock()
        self._stage: str | None = None
        self._id: UUID | None = None
        self._next = 0.0

    def report(self, stage: str, done: int, total: int) -> None:
        """Hear of a step; steps come from several threads, and none of them waits for another's request."""
        over = done >= total
        if stage == self._stage and not over and time.monotonic() < self._next:
            return
        if not self._busy.acquire(blocking=over or stage != self._stage):
            return
        try:
            self._show(stage, done, total)
        except Exception:
            log.exception("the progress of the run could not be shown")
        finally:
            self._next = time.monotonic() + self._every
            self._busy.release()

    def _show(self, stage: str, done: int, total: int) -> None:
        percent = 100.0 * done / total if total else 100.0
        said = f"{stage}：{done}/{total}"
        if stage != self._stage:
            self._stage, self._id = stage, None
            self._id = create_progress_artifact(percent, key=PROGRESS, description=said)
        elif self._id is not None:
            update_progress_artifact(self._id, percent, description=said)


@contextlib.contextmanager
def progress_shown(every: float = EVERY_SECONDS) -> Iterator[None]:
    """Show every stage that `flows.progress.tell` speaks of inside the block. To be used inside a flow run."""
    with also_listening(_Progress(every).report):
        yield


def number_shown(run_id: int) -> None:
    """Show which run of the database a flow run is. To be used inside a flow run."""
    try:
        create_table_artifact([{RUN_NUMBER: run_id}], key=RUN, description="数据库中的核查编号")
    except Exception:
        log.exception("the number of run %d could not be shown", run_id)


def show_run(summary: Summary, public_url: str | None = None) -> None:
    """Make the artifacts of a finished run: summary, gravest reports, link. To be used inside a flow run."""
    try:
        create_markdown_artifact(_markdown(summary), key=SUMMARY, description="核查情况")
        create_table_artifact(
            gravest(summary), key=GRAVEST, description=f"问题最严重的报告（前{GRAVEST_REPORTS}份）"
        )
        if public_url:
            create_link_artifact(public_url, link_text="核查网页", key=PAGES, description="核查网页")
    except Exception:
        log.exception("the artifacts of run %d could not be made", summary.run_id)


def gravest(summary: Summary) -> list[dict[str, Any]]:
    """Return the reports with the gravest findings, at most ten, as rows under Chinese headings."""
    found = [line for line in summary.reports if line.critical or line.warning][:GRAVEST_REPORTS]
    return [_row(line) for line in found]


def _row(line: ReportLine) -> dict[str, Any]:
    return {
        "单位": line.agency,
        "年度": str(line.year) if line.year is not None else "不明",
        "得分": words.points(line.total),
        "等级": line.grade,
        "严重": line.critical,
        "一般": line.warning,
        "提示": line.info,
        "待核": line.review,
    }


def _markdown(summary: Summary) -> str:
    """Both summaries, one after the other; what stands in names is no markup."""
    parts: list[str] = []
    for audience in Audience:
        said = message(summary, audience)
        parts += [f"## {said.title}", _plain(said.lead)]
        parts.append(
            "\n".join(["| 项目 | 数量 |", "| --- | ---: |", *(f"| {n} | {v} |" for n, v in said.figures)])
        )
        for part in said.parts:
            parts += [f"### {part.heading}", "\n".join(f"- {_plain(line)}" for line in part.lines)]
    return "\n\n".join(parts) + "\n"


_MARKUP = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_{}[]<>()#+-!|~&"})


def _plain(text: str) -> str:
    return text.translate(_MARKUP)
