"""What a database is told, and how it means to answer."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, event

from kiosk.server.database import Database


@dataclass
class Heard:
    """Statements about tables as the database's driver got them, with one set of parameters each."""

    said: list[tuple[str, Any]] = field(default_factory=list)

    def note(
        self, connection: Connection, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
    ) -> None:
        if re.match("(SELECT .*FROM|INSERT|UPDATE|DELETE)", statement, re.S):
            self.said.append((statement, parameters[0] if many else parameters))


@contextmanager
def hearing(database: Database) -> Iterator[Heard]:
    """All that is said to the database within the block, to write and to read."""
    heard = Heard()
    # With one pool for both, the reader says it to the writer's listeners too.
    engines = [database.writer] if database.reader.pool is database.writer.pool else [database.writer, database.reader]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", heard.note)
    try:
        yield heard
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", heard.note)


def plan_of(connection: Connection, statement: str, parameters: Any) -> str:
    """PostgreSQL's or SQLite's own plan, as text."""
    if connection.dialect.name == "postgresql":
        return "\n".join(connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars())
    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
    return "\n".join(row.detail for row in rows)
