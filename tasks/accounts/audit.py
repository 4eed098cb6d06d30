"""The log of who saw, decided, changed or exported what. It is only ever added to; the database refuses all else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert

from tasks.accounts.person import Person
from tasks.persist.rows import AUDIT_LOG

SYSTEM = "系统"
"""The actor of what nobody asked for: what follows a run, a notice answered by itself."""


def note(
    connection: Connection,
    person: Person | None,
    action: str,
    object_type: str,
    object_id: int | None = None,
    **detail: Any,
) -> None:
    """Add an entry, in the transaction of what it tells about. `person` None: the system did it by itself.

    `detail` takes JSON's types only, and never a password, a token or the text of a report.
    """
    connection.execute(
        insert(AUDIT_LOG).values(
            at=datetime.now(UTC),
            actor=person.name if person else SYSTEM,
            account_id=person.id if person else None,
            action=action,
            object_type=object_type,
            object_id=object_id,
            address=person.address if person else "",
            detail=detail,
        )
    )
