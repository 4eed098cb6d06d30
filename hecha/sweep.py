"""`hecha sweep`: the server, the flow, the pages; what the terminal shows of it is in `hecha.show`."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from expectations.profile import Profile, load
from flows.progress import Report, listening
from flows.server import configure, prefect_server, wait_until_ready
from models.errors import ConfigurationError
from models.settings import settings
from models.views import SweepView
from tasks import sources
from tasks.chunks import chunks_folder
from tasks.persist import tallies
from tasks.tell import Summary, summarise

if TYPE_CHECKING:  # it imports Prefect
    from flows.sweep import Run

STARTING, WRITING = "启动调度服务", "生成网页"
MOST_FREQUENT = 10


@dataclass(frozen=True, slots=True)
class Large:
    """A sweep of more reports than pages are written for: its figures, what failed most, what cannot wait."""

    summary: Summary
    frequent: dict[str, int]
    alarmed: list[tuple[str, int | None, str]]


@dataclass(frozen=True, slots=True)
class Swept:
    """A finished sweep, and how many files repeated the bytes of another.

    `view` and `pages` (the first of its pages) are of a sweep whose reports are few enough; others are `large`.
    """

    repeated: int
    reports: int
    view: SweepView | None = None
    pages: Path | None = None
    large: Large | None = None


def run(
    source: str,
    years: Sequence[int],
    roster: Path | None,
    report: Report,
    profile: str | None = None,
    outside: Path | None = None,
) -> Swept:
    """Sweep a folder: start what is needed, run the flow, write the pages, leave nothing running.

    Raises ConfigurationError for a folder, roster, profile or table that cannot be used.
    """
    if not sources.is_elsewhere(source) and not Path(source).exists():
        raise ConfigurationError(f"找不到要核查的文件夹“{source}”，请检查路径。")
    if roster is not None:
        from tasks.roster import read_roster

        read_roster(roster)  # wrong entries are told before anything is started
    if outside is not None:
        from tasks.compare.outside import read_outside

        read_outside(outside)
    under = load(profile or settings().profile)
    home = settings().home
    os.environ["PYTHONWARNINGS"] = "ignore"  # for the processes that read chunks: theirs is our terminal too
    configure(home)
    with listening(report), prefect_server(home) as server:
        report(STARTING, 0, 1)
        if not chunks_folder(home).exists():
            # a first sweep will need Great Expectations, which takes seconds to import
            threading.Thread(target=import_module, args=("tasks.validate",), daemon=True).start()
        from flows.sweep import compliance_sweep

        wait_until_ready(server)
        report(STARTING, 1, 1)
        done = compliance_sweep(
            source,
            list(years),
            str(roster) if roster else None,
            profile,
            str(outside) if outside else None,
        )
    report(WRITING, 0, 1)
    swept = _publish(done, under)
    report(WRITING, 1, 1)
    return swept


def _publish(done: Run, profile: Profile) -> Swept:
    from models.database import engine
    from tasks.persist import sweep_view
    from tasks.publish.rule_texts import rule_texts
    from tasks.publish.site import write_site

    database = engine(settings().database)
    try:
        reports = tallies.evaluated(database, done.id)
        if reports > settings().static_pages:
            summary = summarise(database, done.id)
            frequent = tallies.most_frequent(database, done.id, MOST_FREQUENT)
            large = Large(summary, frequent, tallies.alarmed(database, done.id))
            return Swept(done.repeated, reports, large=large)
        view = sweep_view(database, done.id)
    finally:
        database.dispose()
    pages = write_site(view, settings().site, rule_texts(profile))
    return Swept(done.repeated, len(view.reports), view, pages)
