"""``kiosk admin parked``: events that the server holds and could not apply."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from kiosk.admin.group import expect_facility, opened_database
from kiosk.command import calm, print_lines
from kiosk.model.events import instant_text

if TYPE_CHECKING:
    from kiosk.server.parked import ParkedEvent


@click.command()
@click.option("--facility", "facility_id", metavar="ID", help="Of this facility alone.")
@click.option("--retry", is_flag=True, help="Try to apply them first; a server does so too whenever it starts.")
@click.pass_context
@calm
def parked(context: click.Context, facility_id: str | None, retry: bool) -> None:
    """List the events that could not be applied, the oldest first.

    One JSON line each: facility_id, store_id, seq, kind, code, token_id, parked_at. With --retry those that are left.
    """
    from kiosk.server.parked import facilities_with_parked, parked_events, retry_facility

    with opened_database(context) as database:
        if facility_id:
            with database.reader.begin() as connection:
                expect_facility(connection, facility_id)
        facility_ids = [facility_id] if facility_id else facilities_with_parked(database.reader)
        if retry:
            for each in facility_ids:
                retry_facility(database, each)
        print_lines(_line(event) for each in facility_ids for event in parked_events(database.reader, each))


def _line(event: "ParkedEvent") -> dict[str, object]:
    return {**asdict(event), "parked_at": instant_text(event.parked_at)}
