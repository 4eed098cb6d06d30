"""What an agency asks on its own side: its reports, the letters to it, what became of what it handed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Engine, func, select

from tasks.accounts.person import Person, Role
from tasks.decide.open_findings import open_findings, to_mend
from tasks.decide.refused import Refused
from tasks.decide.seen import BEIJING, today
from tasks.extract.wording import fold
from tasks.persist.arrivals import Arrival
from tasks.persist.retrying import asked
from tasks.persist.rows import AGENCIES, ARRIVALS, NOTICES, REPORTS, RUNS, STANDINGS, SUBMISSIONS, AnySelect
from tasks.selfcheck import Identity

ANOTHERS = "文件是“{found}”的报告，与本单位“{own}”不一致，不能报送；请核对标题和落款中的单位名称。"
OUTSIDE = "文件是“{found}”的报告，该单位不在您的管辖范围内，不能报送。"
NAMELESS = "未能从文件中认出单位名称；确认是本单位的报告后，勾选“确认是本单位的报告”再报送。"
YEARLESS = "未能从文件中认出报告年度；请核对标题后重新上传，确认无误的，勾选“确认是本单位的报告”再报送。"
AHEAD = "文件中的报告年度是{year}年，晚于今年，不能报送；请核对标题中的年度后重新上传。"
_SENT = ("sent", "answered", "withdrawn")
_WAITING = ("sent", "answered")
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Agency:
    """The agency itself: its official name and the others that it goes by."""

    id: int
    name: str
    aliases: tuple[str, ...]

    def is_called(self, name: str) -> bool:
        """Whether a name that stands in a report is its."""
        return fold(name) in {fold(one) for one in (self.name, *self.aliases)}


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice that was sent to the agency; `findings` are fingerprints. `state`: sent, answered or withdrawn."""

    id: int
    report_id: int | None
    year: int
    kind: str
    state: str
    number: str
    body: str
    findings: tuple[str, ...]
    due_on: date | None
    sent_at: datetime
    answered_at: datetime | None

    def days_left(self, now: date) -> int | None:
        """Days until it is due, negative when that is past; None once it needs no answer any more."""
        return None if self.due_on is None or self.state != "sent" else (self.due_on - now).days


@dataclass(frozen=True, slots=True)
class Own:
    """One of the agency's reports: its newest version, and how far people are with it.

    `to_mend` counts the findings that were not excused; `due_on` is the deadline of the last notice for it.
    """

    id: int
    year: int
    state: str
    version: int
    file: str
    received_at: datetime
    total: float | None
    grade: str | None
    critical: int
    warning: int
    info: int
    to_mend: int
    letter: Letter | None


@dataclass(frozen=True, slots=True)
class Followed:
    """Something handed in, and what became of it. `report_id` and `version` once it is recorded as a version."""

    arrival: Arrival
    first: Arrival | None
    run_state: str | None
    report_id: int | None
    version: int | None

    @property
    def over(self) -> bool:
        """Whether nothing will change any more."""
        return (self.first or self.arrival).state in ("done", "failed")


def own_agency(database: Engine, person: Person) -> Agency:
    """Return the agency of an agency's account."""
    columns = (AGENCIES.c.id, AGENCIES.c.name, AGENCIES.c.aliases)
    chosen = select(*columns).where(AGENCIES.c.id == person.agency_id, person.sees())
    row = asked(database, lambda c: c.execute(chosen).one())
    return Agency(row.id, row.name, tuple(row.aliases))


def own_reports(database: Engine, person: Person) -> list[Own]:
    """Return the reports of the person's own agency, the newest year first."""
    counts = ("critical", "warning", "info")
    chosen = (
        select(
            STANDINGS.c.report_id, STANDINGS.c.year, STANDINGS.c.state, STANDINGS.c.total, STANDINGS.c.grade,
            *(func.coalesce(STANDINGS.c[name], 0).label(name) for name in counts),
            SUBMISSIONS.c.version, SUBMISSIONS.c.file, SUBMISSIONS.c.received_at,
        )
        .join_from(STANDINGS, AGENCIES, STANDINGS.c.agency_id == AGENCIES.c.id)
        .join(SUBMISSIONS, SUBMISSIONS.c.id == STANDINGS.c.submission_id)
        .where(person.sees(), STANDINGS.c.agency_id == person.agency_id)
        .order_by(STANDINGS.c.year.desc())
    )  # fmt: skip

    def work(connection: Connection) -> list[Own]:
        rows = connection.execute(chosen).all()
        found = open_findings(connection, [row.report_id for row in rows])
        last = {one.report_id: one for one in reversed(_letters(connection, person)) if one.state in _WAITING}
        return [
            Own(
                id=row.report_id,
                year=row.year,
                state=row.state,
                version=row.version,
                file=row.file,
                received_at=row.received_at,
                total=row.total,
                grade=row.grade,
                critical=row.critical,
                warning=row.warning,
                info=row.info,
                to_mend=len(to_mend(found.get(row.report_id, ()))),
                letter=last.get(row.report_id),
            )
            for row in rows
        ]

    return asked(database, work)


def still_open(database: Engine, person: Person, report_id: int) -> frozenset[str]:
    """Return the fingerprints of the findings of a report that its agency has to mend or explain."""

    def work(connection: Connection) -> frozenset[str]:
        seen = (
            select(STANDINGS.c.report_id)
            .join_from(STANDINGS, AGENCIES)
            .where(STANDINGS.c.report_id == report_id, person.sees())
        )
        ids = connection.execute(seen).scalars().all()
        return frozenset(one.fingerprint for one in open_findings(connection, ids).get(report_id, ()))

    return asked(database, work)


# ------------------------------------------------------------------------------------------ letters


def letters(database: Engine, person: Person) -> list[Letter]:
    """Return the notices that were sent to the person's own agency, the newest first. Drafts are not theirs to see."""
    return asked(database, lambda connection: _letters(connection, person))


def _letters(connection: Connection, person: Person) -> list[Letter]:
    columns = (
        "id", "report_id", "year", "kind", "state", "number", "body", "findings", "due_on", "sent_at",
        "answered_at",
    )  # fmt: skip
    chosen = (
        select(*(NOTICES.c[name] for name in columns))
        .join_from(NOTICES, AGENCIES, NOTICES.c.agency_id == AGENCIES.c.id)
        .where(
            person.sees(),
            NOTICES.c.agency_id == person.agency_id,
            NOTICES.c.state.in_(_SENT),
            # a draft that was replaced is withdrawn as well, and was never seen
            NOTICES.c.sent_at.is_not(None),
        )
        .order_by(NOTICES.c.sent_at.desc(), NOTICES.c.id.desc())
    )
    return [Letter(**{**row._mapping, "findings": tuple(row.findings)}) for row in connection.execute(chosen)]


def in_time(received_at: datetime, due_on: date | None) -> bool | None:
    """Say whether a version came by the deadline, which is a day in Beijing; None without a deadline."""
    return None if due_on is None else received_at.astimezone(BEIJING).date() <= due_on


def days_until(day: date) -> int:
    """Return how many days are left until a day, negative when it is past."""
    return (day - today()).days


# ----------------------------------------------------------------------------- what was handed in


def followed(database: Engine, person: Person, arrival_id: int) -> Followed | None:
    """Return what became of something handed in; None where there is none that this person may see.

    An agency sees what was handed in under its own name, a supervisor what came from the region, the operator all.
    """

    def work(connection: Connection) -> Followed | None:
        found = _arrivals(connection, _seen(person).where(ARRIVALS.c.id == arrival_id))
        if not found:
            return None
        arrival = found[0]
        first = None
        if arrival.repeats_id is not None:
            first = _arrivals(connection, select(ARRIVALS.c.id).where(ARRIVALS.c.id == arrival.repeats_id))[0]
        return _followed(connection, person, arrival, first)

    return asked(database, work)


def handed_in(database: Engine, person: Person) -> list[Arrival]:
    """Return what was handed in last under the name of the person's own agency, the newest first."""
    newest = (
        _seen(person).where(AGENCIES.c.id == person.agency_id).order_by(ARRIVALS.c.id.desc()).limit(_SHOWN)
    )
    return asked(database, lambda connection: _arrivals(connection, newest))


def _seen(person: Person) -> AnySelect:
    """The ids of the arrivals that a person may see; what nobody's name stands on is the operator's."""
    if person.role is Role.OPERATOR:
        return select(ARRIVALS.c.id).outerjoin(AGENCIES, AGENCIES.c.name == ARRIVALS.c.agency)
    return select(ARRIVALS.c.id).join(AGENCIES, AGENCIES.c.name == ARRIVALS.c.agency).where(person.sees())


def _arrivals(connection: Connection, ids: AnySelect) -> list[Arrival]:
    columns = [ARRIVALS.c[name] for name in Arrival.__dataclass_fields__]
    wanted = ids.subquery()
    chosen = select(*columns).join(wanted, wanted.c.id == ARRIVALS.c.id).order_by(ARRIVALS.c.id.desc())
    return [Arrival(*row) for row in connection.execute(chosen)]


def _followed(connection: Connection, person: Person, arrival: Arrival, first: Arrival | None) -> Followed:
    """Find the version that came of an arrival, where it is this person's to see."""
    through = first or arrival
    run = connection.execute(select(RUNS.c.state).where(RUNS.c.id == through.run_id)).scalar_one_or_none()
    version = connection.execute(
        select(SUBMISSIONS.c.report_id, SUBMISSIONS.c.version)
        .join_from(SUBMISSIONS, REPORTS, SUBMISSIONS.c.report_id == REPORTS.c.id)
        .join(AGENCIES, AGENCIES.c.id == REPORTS.c.agency_id)
        .where(SUBMISSIONS.c.sha256 == arrival.sha256, person.sees())
        .order_by(SUBMISSIONS.c.id.desc())
        .limit(1)
    ).one_or_none()
    report, number = version if version else (None, None)
    return Followed(arrival, first, run, report, number)


# -------------------------------------------------------------------------------- before handing in


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a report: the sha256 of its submission, its file's name, and whether all of it was text."""

    sha256: str
    file: str
    scanned: bool


def version_of(database: Engine, person: Person, agency: str, year: int) -> Version | None:
    """Return the newest version of the report of an agency for a year, where this person may see it."""
    chosen = (
        select(SUBMISSIONS.c.sha256, SUBMISSIONS.c.file, SUBMISSIONS.c.cells)
        .join_from(REPORTS, AGENCIES)
        .join(STANDINGS, STANDINGS.c.report_id == REPORTS.c.id)
        .join(SUBMISSIONS, SUBMISSIONS.c.id == STANDINGS.c.submission_id)
        .where(AGENCIES.c.name == agency, REPORTS.c.year == year, person.sees())
    )
    row = asked(database, lambda c: c.execute(chosen).one_or_none())
    return None if row is None else Version(row.sha256, row.file, '"ocr"' in row.cells)


def placed(database: Engine, person: Person, identity: Identity, confirmed: bool = False) -> str | None:
    """Return under whose name a file is handed in: that of an agency this person may hand in for.

    Raises Refused for another's report, for one of a year to come, and where the file does not say whose it is, or of
    which year, unless `confirmed` is given. None: nobody knows (an operator may hand in anything).
    """
    if identity.year is not None and identity.year > today().year:
        raise Refused(AHEAD.format(year=identity.year))
    if identity.agency is not None and identity.year is None and not confirmed:
        raise Refused(YEARLESS)
    if person.role is Role.AGENCY:
        own = own_agency(database, person)
        if identity.agency is None and not confirmed:
            raise Refused(NAMELESS)
        if identity.agency is not None and not own.is_called(identity.agency):
            raise Refused(ANOTHERS.format(found=identity.agency, own=own.name))
        return own.name
    if identity.agency is None:
        if person.role is Role.SUPERVISOR or not confirmed:
            raise Refused(NAMELESS)
        return None
    chosen = select(AGENCIES.c.id).where(AGENCIES.c.name == identity.agency, person.sees())
    known = asked(database, lambda c: c.execute(chosen).one_or_none())
    if known is None and person.role is Role.SUPERVISOR:
        raise Refused(OUTSIDE.format(found=identity.agency))
    return identity.agency
