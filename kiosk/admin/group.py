"""The group ``kiosk admin`` and the database that its commands work on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from kiosk.command import settings_of
from kiosk.errors import SettingError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from kiosk.server.database import Database


@click.group()
def admin() -> None:
    """The hospital server's facilities, stations, keys and patients' rights; run it on the server's machine."""


@contextmanager
def opened_database(context: click.Context) -> "Iterator[Database]":
    """The server's database as the settings name it.

    Raises:
        SettingError: as ``open_database``.
        KioskError: DATABASE_UNAVAILABLE, where the block's work found a lock or the connection gone.
    """
    from kiosk.server.app import database_url_of
    from kiosk.server.database import database_errors, open_database

    database = open_database(database_url_of(settings_of(context)))
    try:
        with database_errors():
            yield database
    finally:
        database.close()


def expect_facility(connection: "Connection", facility_id: str) -> None:
    """Raises SettingError, FACILITY_UNKNOWN: a mistyped id is not an empty facility."""
    from sqlalchemy import select

    from kiosk.server.tables import facility

    if connection.execute(select(facility.c.facility_id).filter_by(facility_id=facility_id)).first() is None:
        raise unknown_facility(facility_id)


def unknown_facility(facility_id: str) -> SettingError:
    """For the terminal, where the id was typed."""
    return SettingError(f"there is no facility {facility_id!r} here", code="FACILITY_UNKNOWN")
