"""``kiosk admin pins``: the staff's PINs, which desks learn with their next exchange."""

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import click

from kiosk.admin.group import opened_database
from kiosk.admin.stations import AS_JSON
from kiosk.asking import GENERATE, pin_for, print_pin
from kiosk.command import calm, print_lines, print_texts, settings_of
from kiosk.model.events import instant_text

if TYPE_CHECKING:
    from kiosk.server.database import Database
    from kiosk.server.staff_pins import PinLine

FACILITY = click.argument("facility_id", metavar="FACILITY")
STAFF = click.argument("staff_id", metavar="STAFF")


@click.group()
def pins() -> None:
    """The six digits with which members of the staff sign in at desks; nobody can look them up again."""


@pins.command("set")
@FACILITY
@STAFF
@GENERATE
@click.pass_context
@calm
def set_(context: click.Context, facility_id: str, staff_id: str, generate: bool) -> None:
    """Set the PIN of STAFF, asking for it twice. Desks know it with their next exchange."""
    import os

    from kiosk.pepper import PepperError, kept_pepper
    from kiosk.pins import hash_pin
    from kiosk.server.staff_pins import expect_member, set_pin

    path = settings_of(context).pepper_file
    pepper = kept_pepper(path, os.environ)
    if pepper is None:
        # Not made here: beside another data_dir than the server's it would silently be another one.
        raise PepperError(f"there is no {path}: start the server once, or set data_dir or pin_pepper as the server has")
    with opened_database(context) as database:
        with database.reader.begin() as connection:
            expect_member(connection, facility_id, staff_id, datetime.now(UTC))  # before anybody types
        pin = pin_for(staff_id, generate=generate)
        keep = partial(set_pin, facility_id=facility_id, staff_id=staff_id, pin_hash=hash_pin(pin, pepper))
        _tell_desks(database, facility_id, database.write(partial(keep, now=datetime.now(UTC))))
    print_pin(staff_id, pin, generate=generate)


@pins.command("list")
@FACILITY
@AS_JSON
@click.pass_context
@calm
def list_(context: click.Context, facility_id: str, as_json: bool) -> None:
    """Who of the staff has a PIN, and since when; one line each.

    "lost" stands where the server's pepper is another one than that of the PIN: set it anew. Without a role stands who
    works there no more, and whom no desk lets in.
    """
    import os

    from kiosk.pepper import kept_pepper
    from kiosk.server.staff_pins import pins_of

    pepper = kept_pepper(settings_of(context).pepper_file, os.environ)
    with opened_database(context) as database, database.reader.begin() as connection:
        listed = [_line(each, pepper) for each in pins_of(connection, facility_id, datetime.now(UTC))]
    if as_json:
        print_lines(listed)
    else:
        print_texts(", ".join(f"{name} {value}" for name, value in line.items() if value) for line in listed)


def _line(found: "PinLine", pepper: bytes | None) -> dict[str, str]:
    from kiosk.pins import is_usable

    state = "none"
    if found.set_at is not None:
        state = "set" if pepper is not None and is_usable(found.pin_hash, pepper) else "lost"
    since = instant_text(found.set_at) if found.set_at else ""
    return {"staff_id": found.staff_id, "role": found.role, "pin": state, "since": since}


@pins.command("clear")
@FACILITY
@STAFF
@click.pass_context
@calm
def clear(context: click.Context, facility_id: str, staff_id: str) -> None:
    """Take the PIN of STAFF away, as when they leave: no desk lets them in after its next exchange."""
    from kiosk.server.staff_pins import clear_pin

    with opened_database(context) as database:
        clear_it = partial(clear_pin, facility_id=facility_id, staff_id=staff_id, now=datetime.now(UTC))
        _tell_desks(database, facility_id, database.write(clear_it))
    print_texts([f"{staff_id} has no PIN any more"])


def _tell_desks(database: "Database", facility_id: str, config_revision: int) -> None:
    from kiosk.server.hub import Standing
    from kiosk.server.notices import announce

    announce(database, {facility_id: Standing(config_revision=config_revision)})
