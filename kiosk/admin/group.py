"""The group ``kiosk admin`` and the database that its commands work on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from kiosk.command import settings_of

if TYPE_CHECKING:
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
