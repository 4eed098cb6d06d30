"""After a run: the pages are written, people are told, Prefect's own pages show what came of it."""

from __future__ import annotations

import logging

from sqlalchemy import Engine

from expectations.profile import Profile
from flows.artifacts import show_run
from models.settings import Settings
from models.views import ReportView, SweepView
from tasks.decide.follow import after_run
from tasks.persist import sweep_view
from tasks.persist.runs import last_sweep
from tasks.persist.tallies import evaluated
from tasks.publish.rule_texts import rule_texts
from tasks.publish.site import write_site
from tasks.tell import Audience, When, summarise, tell

log = logging.getLogger("hecha")


def follow(database: Engine, run_id: int) -> None:
    """Let the states of reports and notices follow what a run recorded. What fails is logged; a later call makes up for it."""
    try:
        after_run(database, run_id)
    except Exception:
        log.exception("the states of reports could not follow run %d", run_id)


def conclude(database: Engine, run_id: int, profile: Profile, chosen: Settings) -> None:
    """Write the pages and tell people of a finished run. What fails is logged; the results stand in the database."""
    try:
        shown = view_of_few(database, run_id, chosen.static_pages)
        if shown is not None:
            write_site(shown, chosen.site, rule_texts(profile))
    except Exception:
        log.exception("the pages of run %d could not be written", run_id)
    public = str(chosen.public_url) if chosen.public_url else None
    try:
        addresses = {
            Audience.OPERATOR: chosen.operator_addresses,
            Audience.SUPERVISOR: chosen.supervisor_addresses,
        }
        tell(database, run_id, addresses, When(chosen.notify_when), public)
    except Exception:
        log.exception("nobody could be told of run %d", run_id)
    try:
        show_run(summarise(database, run_id), public)
    except Exception:
        log.exception("run %d could not be shown", run_id)


def view_of_few(database: Engine, run_id: int, most: int) -> SweepView | None:
    """Return `view_of`, or None where it would hold more than `most` reports: those the site shows."""
    looked_at = [run for run in (run_id, last_sweep(database)) if run is not None]
    if max(evaluated(database, run) for run in looked_at) > most:
        return None
    return view_of(database, run_id)


def view_of(database: Engine, run_id: int) -> SweepView:
    """Return what the pages show after a run: after a rerun the last sweep, with what the rerun found in its place."""
    own = sweep_view(database, run_id)
    whole = last_sweep(database, before=run_id)
    if last_sweep(database) == run_id or whole is None:
        return own
    swept = sweep_view(database, whole)
    fresh = {_key(report): report for report in own.reports}
    kept = [fresh.pop(_key(report), report) for report in swept.reports]
    arrived = {(report.agency, report.year) for report in own.reports}
    return SweepView(
        title=swept.title,
        years=swept.years,
        ran_at=own.ran_at,
        ruleset_version=own.ruleset_version,
        ruleset_hash=own.ruleset_hash,
        reports=(*kept, *fresh.values()),
        errors=(*swept.errors, *own.errors),
        missing=tuple(m for m in swept.missing if (m.agency, m.year) not in arrived),
        profile=own.profile,
        profile_hash=own.profile_hash,
    )


def _key(report: ReportView) -> tuple[object, ...]:
    """Name a report; one whose agency or year is not known is named by its file."""
    unknown = report.agency is None or report.year is None
    return (report.sha256,) if unknown else (report.agency, report.year)
