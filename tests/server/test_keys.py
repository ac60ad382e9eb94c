"""``facility_id`` leads every key and stands in every statement that a station or a desk waits for.

So PostgreSQL answers from one partition; and so the tables could be distributed over machines by it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import Connection, ForeignKeyConstraint, Inspector, UniqueConstraint, event, inspect, text

from kiosk.model.events import Kind
from kiosk.server.database import Database, open_database
from kiosk.server.ingest import ingest
from kiosk.server.queries import changes, tokens_of_day
from kiosk.server.tables import metadata
from kiosk.sync.messages import SyncRequest
from tests.postgres import Postgres
from tests.sync.chain import DAY, FACILITY, START, Chain


def test_facility_id_leads_every_key_of_the_code() -> None:
    for table in metadata.sorted_tables:
        assert next(iter(table.primary_key)).name == "facility_id"
        keys = [key for key in table.constraints if isinstance(key, UniqueConstraint | ForeignKeyConstraint)]
        firsts = [next(iter(key.columns)).name for key in keys] + [
            next(iter(key.columns)).name for key in table.indexes
        ]
        assert set(firsts) <= {"facility_id"}


def test_facility_id_leads_every_key_of_the_database(database: Database) -> None:
    with database.reader.begin() as connection:
        seen = inspect(connection)
        tables = [name for name in seen.get_table_names() if name != "alembic_version"]
        keys = [(name, columns) for name in tables for columns in columns_of_keys(seen, name)]
    assert {name for name, _ in keys} == set(tables)
    assert set(tables) >= set(metadata.tables)
    assert [(name, columns) for name, columns in keys if columns[0] != "facility_id"] == []


def columns_of_keys(seen: Inspector, table: str) -> Iterator[Sequence[str | None]]:
    """Those of each key and index, in their order."""
    yield seen.get_pk_constraint(table)["constrained_columns"]
    yield from (key["column_names"] for key in seen.get_unique_constraints(table))
    yield from (index["column_names"] for index in seen.get_indexes(table))
    for key in seen.get_foreign_keys(table):
        yield from (key["constrained_columns"], key["referred_columns"])


@dataclass
class Heard:
    """Statements as the database's driver got them, with one set of parameters each."""

    said: list[tuple[str, Any]] = field(default_factory=list)

    def note(
        self, connection: Connection, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
    ) -> None:
        self.said.append((statement, parameters[0] if many else parameters))


def work_a_morning(database: Database) -> None:
    """All that stations and desks wait for: events old, new, moving, unfit and repeated; a pull; the day's list."""
    chain = Chain().issue_many(3)
    chain.write(Kind.TOKEN_CALLED, chain.events[0].token_id)
    chain.write(Kind.TOKEN_COMPLETED, chain.events[1].token_id)
    for push in (chain.push(1, 3), chain.push(), chain.push(6)):
        ingest(database, SyncRequest.of(push, FACILITY), START)
    assert len(changes(database.reader, FACILITY, "", 0, 500).events) == 5
    assert len(tokens_of_day(database.reader, FACILITY, DAY)) == 3


@pytest.fixture
def heard(database: Database) -> Heard:
    heard = Heard()
    event.listen(database.writer, "before_cursor_execute", heard.note)
    if database.reader.pool is not database.writer.pool:
        event.listen(database.reader, "before_cursor_execute", heard.note)
    work_a_morning(database)
    heard.said = [(said, given) for said, given in heard.said if re.match("(SELECT|INSERT|UPDATE|DELETE)", said)]
    return heard


def test_every_hot_statement_names_its_facility(heard: Heard) -> None:
    kinds = {said.partition(" ")[0] for said, _ in heard.said}
    assert kinds == {"SELECT", "INSERT", "UPDATE"}
    assert {name for name in metadata.tables if any(re.search(rf"\b{name}\b", said) for said, _ in heard.said)} == set(
        metadata.tables
    )
    assert [said for said, _ in heard.said if not names_facility(said)] == []


def names_facility(statement: str) -> bool:
    if statement.startswith("INSERT"):
        return re.search(r"\(facility_id, ", statement) is not None
    where = statement.partition("WHERE")[2]
    return re.search(r"\bfacility_id = ", where) is not None and " OR " not in where


def test_one_partition_answers(postgres: Postgres) -> None:
    """By PostgreSQL's own plan."""
    with postgres.database() as url:
        database = open_database(url)
        heard = Heard()
        event.listen(database.writer, "before_cursor_execute", heard.note)
        work_a_morning(database)
        asked = [
            (said, given)
            for said, given in heard.said
            if re.match("(SELECT .*(event|token|patient)|UPDATE)", said, re.S)
        ]
        with database.writer.begin() as connection:
            connection.execute(text("SET LOCAL enable_seqscan = off"))
            plans = ["\n".join(connection.exec_driver_sql(f"EXPLAIN {said}", given).scalars()) for said, given in asked]
        database.close()
    large = [set(re.findall(r" on ((?:event|token|patient)_[0-9]{2})", plan)) for plan in plans]
    assert {len(parts) for parts in large} == {0, 1}
    assert sum(map(bool, large)) >= 4
    assert [plan for plan in plans if "Seq Scan" in plan] == []
