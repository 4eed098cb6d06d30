"""`hecha sweep`: the server, the flow, the pages; what the terminal shows of it is in `hecha.show`."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from expectations.profile import Profile, load
from flows.progress import Report, listening
from flows.server import configure, prefect_server, wait_until_ready
from models.errors import ConfigurationError
from models.settings import settings
from models.views import SweepView
from tasks import sources
from tasks.chunks import chunks_folder

STARTING, WRITING = "启动调度服务", "生成网页"


@dataclass(frozen=True, slots=True)
class Swept:
    """A finished sweep, the first of its pages, and how many files repeated the bytes of another."""

    view: SweepView
    pages: Path
    repeated: int


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
            threading.Thread(target=_import_validation, daemon=True).start()
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
    view, pages = _publish(done.id, under)
    report(WRITING, 1, 1)
    return Swept(view, pages, done.repeated)


def _import_validation() -> None:
    import tasks.validate  # noqa: F401


def _publish(run_id: int, profile: Profile) -> tuple[SweepView, Path]:
    from models.database import engine
    from tasks.persist import sweep_view
    from tasks.publish.rule_texts import rule_texts
    from tasks.publish.site import write_site

    database = engine(settings().database)
    try:
        view = sweep_view(database, run_id)
    finally:
        database.dispose()
    return view, write_site(view, settings().site, rule_texts(profile))
