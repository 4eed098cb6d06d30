"""Someone who is signed in, and what of the agencies they may see."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, true

from tasks.persist.regions import within
from tasks.persist.rows import AGENCIES


class Role(StrEnum):
    """Operator: keeps the system and sees all. Supervisor: a region. Agency: itself alone."""

    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    AGENCY = "agency"


@dataclass(frozen=True, slots=True)
class Person:
    """An account at work. `path`: of its agency (`models.tables.Agency`), empty for an operator.

    `address` is where the request came from, for the audit log.
    """

    id: int
    name: str
    shown: str
    role: Role
    agency_id: int | None = None
    path: str = ""
    address: str = ""

    @property
    def supervises(self) -> bool:
        """Whether this person decides about others' reports."""
        return self.role is not Role.AGENCY

    def sees(self) -> ColumnElement[bool]:
        """Return the condition on `AGENCIES` of those whose reports this person may see; nobody's where in doubt."""
        if self.role is Role.OPERATOR:
            return true()
        if self.role is Role.SUPERVISOR:
            return within(self.path)
        return AGENCIES.c.id == self.agency_id if self.agency_id is not None else AGENCIES.c.id.is_(None)
