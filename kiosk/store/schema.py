"""Brings a store to this program's schema, and refuses one from a newer program."""

from importlib.resources import files

from sqlalchemy import Connection, Engine, text

from kiosk.errors import StoreNewerError

HEAD = "0003"
"""The newest migration in migrations/versions; a test holds this to be so."""


def ensure_schema(engine: Engine) -> None:
    """Migrate up to HEAD in one transaction; a store that is there already costs one query.

    Raises:
        StoreNewerError: the store was written by a newer program.
    """
    with engine.begin() as connection:
        if not is_current(connection):
            _migrate(connection)


def is_current(connection: Connection) -> bool:
    """Whether nothing is to be migrated. Raises StoreNewerError, as ``ensure_schema``."""
    found = _revision(connection)
    if found is not None and found > HEAD:
        raise StoreNewerError(f"this store has schema {found}, this program knows {HEAD}: install the newer program")
    return found == HEAD


def _revision(connection: Connection) -> str | None:
    exists = text("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'")
    if connection.execute(exists).first() is None:
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _migrate(connection: Connection) -> None:
    # Imported here: a start on a current store has no use for it and would wait 100 ms.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(files("kiosk.store") / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
