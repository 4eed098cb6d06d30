"""The agencies that an account can belong to."""

from __future__ import annotations

from sqlalchemy import Engine, select

from tasks.persist.retrying import asked
from tasks.persist.rows import AGENCIES

_MOST = 5_000
"""Names offered to choose from; more than that are typed in full."""


def agency_names(database: Engine) -> list[str]:
    """Return the names of the agencies on the roster, those higher in the tree first."""
    chosen = (
        select(AGENCIES.c.name)
        .where(AGENCIES.c.on_roster)
        .order_by(AGENCIES.c.path, AGENCIES.c.id)
        .limit(_MOST)
    )
    return [str(name) for name in asked(database, lambda c: c.execute(chosen).scalars().all())]


def agency_named(database: Engine, name: str) -> int | None:
    """Return the id of the agency of this official name."""
    chosen = select(AGENCIES.c.id).where(AGENCIES.c.name == name)
    return asked(database, lambda c: c.execute(chosen).scalar_one_or_none())
