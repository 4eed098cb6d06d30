"""The place of each agency in its region: the path from the top of the tree down to it (`models.tables.Agency`)."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, Text, cast, literal, select, update

from tasks.persist.rows import AGENCIES


def record_paths(connection: Connection) -> None:
    """Write the path of every agency whose place in the tree is new or has changed."""
    ends = literal("/", Text)
    top = select(AGENCIES.c.id, _text(ends, AGENCIES.c.id, ends).label("path"))
    tree = top.where(AGENCIES.c.parent_id.is_(None)).cte("tree", recursive=True)
    below = select(AGENCIES.c.id, _text(tree.c.path, AGENCIES.c.id, ends)).join(
        tree, AGENCIES.c.parent_id == tree.c.id
    )
    tree = tree.union_all(below)
    found = select(AGENCIES.c.id, tree.c.path).join(tree, tree.c.id == AGENCIES.c.id)
    moved = found.where(AGENCIES.c.path != tree.c.path)
    for id_, path in connection.execute(moved).all():
        connection.execute(update(AGENCIES).where(AGENCIES.c.id == id_).values(path=path))


def record_new_paths(connection: Connection) -> None:
    """Write the path of agencies that have none yet and stand under nobody."""
    own = _text(literal("/", Text), AGENCIES.c.id, literal("/", Text))
    new = (AGENCIES.c.path == "") & AGENCIES.c.parent_id.is_(None)
    connection.execute(update(AGENCIES).where(new).values(path=own))


def within(path: str) -> ColumnElement[bool]:
    """Return the condition that an agency is the one with this path or stands below it."""
    # a range, not LIKE, which SQLite does not answer from an index; PostgreSQL takes no COLLATE inside BETWEEN
    below = (AGENCIES.c.path >= path) & (AGENCIES.c.path <= path + "~")
    return below if path else AGENCIES.c.id.is_(None)


def _text(
    before: ColumnElement[str], id_: ColumnElement[int], after: ColumnElement[str]
) -> ColumnElement[str]:
    return before + cast(id_, Text) + after
