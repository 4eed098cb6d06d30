"""The letters that belong to notices: who signs, which findings are annexed, what a file is called."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, select

from models.results import Severity
from tasks.accounts.person import Person, Role
from tasks.decide.notice_lists import KINDS, Notice
from tasks.decide.seen import today
from tasks.documents.notice import Letter
from tasks.documents.problems import Problem, problems_of_version
from tasks.documents.selection import Selection
from tasks.documents.text import file_name
from tasks.persist.retrying import asked
from tasks.persist.rows import AGENCIES

GOVERNMENT, OFFICE = "人民政府", "办公室"
_ALL = tuple(severity.value for severity in Severity)


def letter(database: Engine, person: Person, notice: Notice, issuer: str = "") -> Letter:
    """Return a notice as the letter that it is. `issuer`: who signs; empty: the usual one (`usual_issuer`)."""
    return Letter(
        kind=notice.kind,
        year=notice.year,
        agency=notice.agency,
        body=notice.body,
        issuer=issuer or usual_issuer(database, person, notice.agency_id),
        dated=today(notice.sent_at),
        number=notice.number,
        problems=annexed(database, person, notice),
    )


def annexed(database: Engine, person: Person, notice: Notice) -> tuple[Problem, ...]:
    """Return the findings that a notice names, in the version of the report that it is about."""
    if notice.report_id is None or notice.submission_id is None or not notice.findings:
        return ()
    wanted = Selection(severities=_ALL, named=frozenset(notice.findings))
    return problems_of_version(database, person, notice.report_id, notice.submission_id, wanted)


def letter_name(notice: Notice) -> str:
    """Return the file name of a notice's letter."""
    return file_name(notice.agency, f"{notice.year}年度", KINDS[notice.kind], suffix=".docx")


def usual_issuer(database: Engine, person: Person, agency_id: int | None = None) -> str:
    """Return who usually signs: the office of the person's own government, for an operator of that above the agency."""

    def read(connection: Connection) -> str:
        own = None if person.role is Role.OPERATOR else person.agency_id
        name = select(AGENCIES.c.name).where(AGENCIES.c.id == own)
        if own is None or person.role is Role.AGENCY:
            upper = AGENCIES.alias("upper")
            above = select(upper.c.name).join(AGENCIES, AGENCIES.c.parent_id == upper.c.id)
            name = above.where(AGENCIES.c.id == agency_id)
        return connection.execute(name).scalar() or ""

    found = asked(database, read)
    return found + OFFICE if found.endswith(GOVERNMENT) else found
