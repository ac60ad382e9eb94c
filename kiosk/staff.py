"""``kiosk staff``: PINs at a desk that has no server."""

import os
from typing import TYPE_CHECKING

import click

from kiosk.asking import GENERATE, pin_for, print_pin
from kiosk.command import calm, print_texts, settings_of
from kiosk.errors import KioskError
from kiosk.model.desk import PinHash

if TYPE_CHECKING:
    from kiosk.app import Station


@click.group()
def staff() -> None:
    """PINs at a desk that stands alone; where there is a server, see kiosk admin pins."""


@staff.command("list")
@click.pass_context
@calm
def list_(context: click.Context) -> None:
    """Who may sign in at this desk, one line each, and whether they have a PIN."""
    from kiosk.app import open_station
    from kiosk.door import usable_pins

    with open_station(settings_of(context), os.environ, claims_devices=False) as station:
        able = usable_pins(station)
        for member in station.staff:
            told = "has a PIN" if member.staff_id in able else "has no PIN"
            told = f"has the PIN {station.shown_pin}" if station.shown_pin else told
            print_texts([f"{member.staff_id}, {member.role}, {told}"])


@staff.command("pin")
@click.argument("staff_id", metavar="STAFF")
@GENERATE
@click.pass_context
@calm
def pin(context: click.Context, staff_id: str, generate: bool) -> None:
    """Set the PIN of STAFF, who stands in the facility file, asking for it twice."""
    from kiosk.app import open_station
    from kiosk.pepper import DESK_FILE, made_pepper
    from kiosk.pins import hash_pin

    with open_station(settings_of(context), os.environ, claims_devices=False) as station:
        _refuse(station, staff_id)
        pepper = made_pepper(station.settings.data_dir / DESK_FILE, station.environ)
        wanted = pin_for(staff_id, generate=generate)
        others = [each for each in station.store.pins() if each.staff_id != staff_id]
        station.store.keep_pins([*others, PinHash(staff_id, hash_pin(wanted, pepper))], station.clock.now())
        station.store.forget_failures(staff_id)
        print_pin(staff_id, wanted, generate=generate)


def _refuse(station: "Station", staff_id: str) -> None:
    """Raises KioskError: PINS_ON_SERVER, NO_FACILITY, STAFF_UNKNOWN."""
    if station.enrolment is not None:
        message = f"PINs are set on the server: kiosk admin pins set {station.enrolment.facility_id} {staff_id}"
        raise KioskError(message, code="PINS_ON_SERVER")
    if station.shown_pin:
        message = f"this is the demonstration, whose PIN is {station.shown_pin}: set facility to your hospital's file"
        raise KioskError(message, code="NO_FACILITY")
    if staff_id not in {member.staff_id for member in station.staff}:
        message = f"the facility file has no member of the staff {staff_id!r}: write them under [[staff]]"
        raise KioskError(message, code="STAFF_UNKNOWN")
