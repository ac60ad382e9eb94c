"""The migrations make exactly the tables that the code uses, and can be taken back."""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, Inspector, inspect
from sqlalchemy.exc import IntegrityError

from kiosk.store import tables
from kiosk.store.engine import writer_engine
from kiosk.store.schema import HEAD, ensure_schema

KEY = bytes(32)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = writer_engine(tmp_path / "store.db", KEY)
    yield engine
    engine.dispose()


def config(connection: Connection | None = None) -> Config:
    found = Config()
    found.set_main_option("script_location", str(files("kiosk.store") / "migrations"))
    found.attributes["connection"] = connection
    return found


def described(engine: Engine) -> dict[str, object]:
    """Columns, keys and indexes of all tables but Alembic's own."""
    with engine.begin() as connection:
        seen = inspect(connection)
        return {name: described_table(seen, name) for name in seen.get_table_names() if name != "alembic_version"}


def described_table(seen: Inspector, name: str) -> object:
    columns = {each["name"]: (str(each["type"]), each["nullable"]) for each in seen.get_columns(name)}
    indexes = {each["name"]: (each["column_names"], each["unique"]) for each in seen.get_indexes(name)}
    unique = sorted(each["column_names"] for each in seen.get_unique_constraints(name))
    return (columns, indexes, unique, seen.get_pk_constraint(name)["constrained_columns"])


def test_head_is_the_newest_migration() -> None:
    assert ScriptDirectory.from_config(config()).get_heads() == [HEAD]


def test_migrations_make_the_tables_that_the_code_uses(engine: Engine, tmp_path: Path) -> None:
    ensure_schema(engine)
    plain = writer_engine(tmp_path / "plain.db", KEY)
    with plain.begin() as connection:
        tables.metadata.create_all(connection)
    migrated, meant = described(engine), described(plain)
    plain.dispose()
    assert migrated == meant
    assert len(meant) == len(tables.metadata.tables) == 15


def test_migrations_can_be_taken_back_and_made_again(engine: Engine) -> None:
    ensure_schema(engine)
    first = described(engine)
    with engine.begin() as connection:
        command.downgrade(config(connection), "base")
    assert described(engine) == {}
    ensure_schema(engine)
    assert described(engine) == first


def test_a_current_store_is_not_touched(engine: Engine) -> None:
    ensure_schema(engine)
    with engine.begin() as connection:
        before = connection.exec_driver_sql("PRAGMA schema_version").scalar()
    ensure_schema(engine)
    with engine.begin() as connection:
        assert connection.exec_driver_sql("PRAGMA schema_version").scalar() == before


def test_the_database_itself_refuses_a_number_given_twice(engine: Engine) -> None:
    ensure_schema(engine)
    columns = [column.name for column in tables.token.columns]
    values = dict.fromkeys(columns, "x") | {"number": 1, "copies": 0, "arrived": True, "last_seq": 0}
    with engine.begin() as connection:
        connection.execute(tables.token.insert(), values | {"token_id": "t1"})
    twice = pytest.raises(IntegrityError, match=r"UNIQUE constraint failed: token\.facility_id")
    with twice, engine.begin() as connection:
        connection.execute(tables.token.insert(), values | {"token_id": "t2"})
