"""Brings the server's database to this program's schema, and refuses one from a newer program."""

from importlib.resources import files

from sqlalchemy import Connection, Engine, inspect, text

from kiosk.errors import SettingError

HEAD = "0005"
"""The newest migration in migrations/versions; a test holds this to be so."""
FIRST = "0001"
"""What a database without a note of its schema has: the tables were made so before there were migrations."""
_LOCK = 0x4B494F534B
"""PostgreSQL's advisory lock that one of several starting servers takes to migrate: any number, always the same."""


def ensure_schema(engine: Engine) -> None:
    """Migrate up to HEAD in one transaction; a database that is there already costs two queries.

    Raises:
        SettingError: DATABASE_NEWER, if a newer program has migrated the database.
    """
    with engine.begin() as connection:
        if _is_current(connection):
            return
        _wait_for_turn(connection)
        if not _is_current(connection):
            _migrate(connection)


def _is_current(connection: Connection) -> bool:
    if not inspect(connection).has_table("alembic_version"):
        return False
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if found is not None and found > HEAD:
        newer = f"the database has schema {found}, this program knows {HEAD}: install the newer program"
        raise SettingError(newer, code="DATABASE_NEWER")
    return found == HEAD


def _wait_for_turn(connection: Connection) -> None:
    """SQLite's writer is alone since its BEGIN."""
    if connection.dialect.name == "postgresql":
        # Migrating a large table may take longer than any request may.
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def _migrate(connection: Connection) -> None:
    # Imported here: a start on a current database has no use for it and would wait 100 ms.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(files("kiosk.server") / "migrations"))
    config.attributes["connection"] = connection
    seen = inspect(connection)
    if seen.has_table("facility") and not seen.has_table("alembic_version"):
        command.stamp(config, FIRST)
    command.upgrade(config, "head")
