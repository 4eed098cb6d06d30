"""How rows go in and come out in bulk, alike on SQLite and PostgreSQL."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    Dialect,
    Row,
    Select,
    Table,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from models.columns import compact
from models.tables import Stored

IN_LIST = 5_000
"""Values in one IN list; SQLite takes at most 32,766 parameters a statement."""

_tables = Stored.metadata.tables
AGENCIES: Table = _tables["agencies"]
REPORTS: Table = _tables["reports"]
RUNS: Table = _tables["runs"]
SUBMISSIONS: Table = _tables["submissions"]
EVALUATIONS: Table = _tables["evaluations"]
FINDINGS: Table = _tables["findings"]
NOT_ASSESSED: Table = _tables["not_assessed"]
CHANGES: Table = _tables["changes"]
SYSTEM_ERRORS: Table = _tables["system_errors"]
ARRIVALS: Table = _tables["arrivals"]
STANDINGS: Table = _tables["standings"]
SEARCH_TEXTS: Table = _tables["search_texts"]
NOTICES: Table = _tables["notices"]
REVIEWS: Table = _tables["reviews"]
OVERRULED: Table = _tables["overruled"]
SCORING_MODELS: Table = _tables["scoring_models"]
TRANSITIONS: Table = _tables["transitions"]
ANSWERS: Table = _tables["answers"]
CORRECTIONS: Table = _tables["corrections"]
ACCOUNTS: Table = _tables["accounts"]
SIGN_INS: Table = _tables["sign_ins"]
API_TOKENS: Table = _tables["api_tokens"]
AUDIT_LOG: Table = _tables["audit_log"]

Values = Mapping[str, Any]
AnyRow = Row[Any]
AnySelect = Select[Any]


def insert_new(
    connection: Connection, table: Table, rows: Sequence[Values], *returned: Column[Any]
) -> list[AnyRow]:
    """Insert the rows that break no unique constraint and return `returned` of those inserted."""
    if not rows:
        return []
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).on_conflict_do_nothing()
    if not returned:
        connection.execute(statement, list(rows))
        return []
    return list(connection.execute(statement.returning(*returned), list(rows)).all())


def copy_in(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    """Insert many rows that are known to be new; all have the same columns.

    PostgreSQL takes them through COPY: a third of the time that INSERT takes, and findings are most rows.
    """
    if not rows:
        return
    if connection.dialect.name != "postgresql":
        connection.execute(insert(table), list(rows))
        return
    names = list(rows[0])
    dialect = connection.dialect
    processors = [_written(table.c[name], dialect) for name in names]
    listed = ", ".join(dialect.identifier_preparer.quote(name) for name in names)
    driver = connection.connection.cursor()
    with driver.copy(f"COPY {table.name} ({listed}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(
                [
                    row[name] if process is None else process(row[name])
                    for name, process in zip(names, processors, strict=True)
                ]
            )
    driver.close()


def _written(column: Column[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """What makes of a value what COPY takes. JSON goes as text: the driver's wrapper takes twice the time."""
    if type(column.type) is JSON:
        return lambda value: None if value is None else compact(value)
    return column.type.dialect_impl(dialect).bind_processor(dialect)


def add_numbered(connection: Connection, table: Table, rows: Sequence[Values]) -> list[int]:
    """Insert rows that are known to be new, as `copy_in` does, and return their ids in the same order.

    Only for who writes alone (`models.database.writing`): nobody else may be adding to the table.
    """
    if not rows:
        return []
    if connection.dialect.name == "postgresql":
        drawn = select(func.nextval(func.pg_get_serial_sequence(table.name, "id")))
        ids = list(connection.execute(drawn.select_from(func.generate_series(1, len(rows)))).scalars())
    else:
        last = connection.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one()
        ids = list(range(last + 1, last + 1 + len(rows)))
    copy_in(connection, table, [{**row, "id": id_} for row, id_ in zip(rows, ids, strict=True)])
    return ids


def select_in(
    connection: Connection, statement: AnySelect, column: ColumnElement[Any], values: Iterable[Any]
) -> Iterator[AnyRow]:
    """Yield the rows of `statement` whose `column` is one of `values`, however many these are."""
    for part in _lists(values):
        yield from connection.execute(statement.where(column.in_(part)))


def update_in(
    connection: Connection, table: Table, column: ColumnElement[Any], values: Iterable[Any], changed: Values
) -> int:
    """Write `changed` into the rows of `table` whose `column` is one of `values`; return how many there were."""
    return sum(
        connection.execute(update(table).where(column.in_(part)).values(**changed)).rowcount
        for part in _lists(values)
    )


def delete_in(
    connection: Connection, table: Table, column: ColumnElement[Any], values: Iterable[Any]
) -> None:
    """Delete the rows of `table` whose `column` is one of `values`, however many these are."""
    for part in _lists(values):
        connection.execute(delete(table).where(column.in_(part)))


def _lists(values: Iterable[Any]) -> Iterator[list[Any]]:
    remaining = iter(sorted(set(values)))
    while part := list(islice(remaining, IN_LIST)):
        yield part


def digest(value: Any) -> str:
    """Return the sha256 of `value` written as JSON."""
    return hashlib.sha256(compact(value).encode()).hexdigest()
