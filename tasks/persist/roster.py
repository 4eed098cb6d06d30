"""The roster as the last sweep wrote it, for where no file is named."""

from __future__ import annotations

from sqlalchemy import Engine, select

from tasks.persist.retrying import asked
from tasks.persist.rows import AGENCIES
from tasks.roster import FOREVER, Roster, RosterEntry


def stored_roster(database: Engine) -> Roster | None:
    """Return the agencies on the roster as they are stored, None where no sweep had one.

    Whether a summary takes an agency in, and whether it is led from above, is not stored: the name tells then.
    """
    parent = AGENCIES.alias("parent")
    chosen = (
        select(AGENCIES, parent.c.name.label("above"))
        .join_from(AGENCIES, parent, AGENCIES.c.parent_id == parent.c.id, isouter=True)
        .where(AGENCIES.c.on_roster)
        .order_by(AGENCIES.c.id)
    )
    rows = asked(database, lambda connection: connection.execute(chosen).all())
    entries = tuple(
        RosterEntry(
            agency=row.name,
            rank=row.rank,
            organ=row.organ,
            parent=row.above,
            aliases=tuple(row.aliases),
            years=range(row.first_year or 0, FOREVER if row.last_year is None else row.last_year + 1),
            exempt=row.exempt,
        )
        for row in rows
    )
    return Roster(entries) if entries else None
