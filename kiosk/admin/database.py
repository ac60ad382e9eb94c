"""``kiosk admin backup`` and ``restored``: copies of the server's database."""

from datetime import UTC, datetime
from pathlib import Path

import click

from kiosk.admin.group import opened_database
from kiosk.command import calm, print_lines

AGAIN = (
    "since the backup was made: imports of configuration, stations revoked and enrolled, keys of programs, patients"
    " erased (kiosk admin erase --token); stations send their tokens and events again by themselves"
)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_context
@calm
def backup(context: click.Context, file: Path) -> None:
    """Copy the server's SQLite database to FILE while it is in use, and check the copy. It holds patients' details.

    PostgreSQL is copied by pg_dump --format=custom, and restored by pg_restore into an empty database.
    """
    from kiosk.server.backup import copy_sqlite

    with opened_database(context) as database:
        copy_sqlite(database, file)
    print_lines([{"file": str(file), "bytes": file.stat().st_size}])


@click.command()
@click.pass_context
@calm
def restored(context: click.Context) -> None:
    """Say once that the database was restored from a backup, before the server starts on it.

    Without it a station that had been further than the backup would miss events. Prints one line of JSON: facilities,
    and what must be done again by hand.
    """
    from kiosk.server.backup import note_restored

    with opened_database(context) as database:
        print_lines([{"facilities": note_restored(database, datetime.now(UTC)), "again": AGAIN}])
